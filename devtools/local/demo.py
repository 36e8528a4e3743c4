"""One booking from request to audit record, on this machine, readable at a glance: `make demo`.

Everything goes over real HTTP. What is shown is checked as well: the exit status is 1 when anything is not as it must be.
"""

import io
import json
import sys
import xml.dom.minidom
from collections.abc import Iterable, Mapping
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from chalicelib.adapters.aws.dynamodb.audit_trail import DynamoDBAuditTrail
from chalicelib.settings import InvalidSettingsError
from devtools.local import demo_checks
from devtools.local.dynamodb import AUDIT_TABLE, OPERATIONS_TABLE, local_database
from devtools.local.example import ORIGIN, PATH, TOKEN, booking, now_on_upstream_clock
from devtools.local.review.digests import digest_running_hour
from devtools.local.run import DEFAULTS
from devtools.local.screen import Screen
from devtools.local.server import HOST
from devtools.local.stack import Stack

SECONDS = 30
SHOWN_HEADERS = (
    "Content-Type", "Location", "X-Request-Id", "Vary", "Access-Control-Allow-Origin", "Access-Control-Allow-Methods",
    "Access-Control-Allow-Headers", "Access-Control-Max-Age", "Cache-Control",
)  # fmt: skip
DEFECTS: dict[str, Any] = {
    "SessionDate": "tomorrow at nine", "Duration": 3, "PhoneNumber": "12345", "Credits": "plenty",
    "Comments": "hidden\u202etext",
}  # fmt: skip


def show_answer(screen: Screen, answer: requests.Response) -> None:
    """Show the status, the headers that matter and the body of an answer."""
    screen.line(f"{answer.status_code} {answer.reason or ''}".rstrip())
    for name in SHOWN_HEADERS:
        if name in answer.headers:
            screen.line(f"{name}: {answer.headers[name]}")
    if answer.text:
        screen.block(json.dumps(answer.json(), indent=2))


def send_booking(screen: Screen, url: str, members: Mapping[str, Any], key: str) -> requests.Response:
    """Show a request to book, send it, show the answer."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": key, "Origin": ORIGIN}
    screen.line(f"POST {PATH}")
    for name, value in headers.items():
        screen.line(f"{name}: {value}")
    screen.block(json.dumps(members, indent=2))
    screen.line("")
    answer = requests.post(url + PATH, json=members, headers=headers, timeout=SECONDS)
    show_answer(screen, answer)
    return answer


def upstream_xml(url: str, booking_id: int) -> str:
    """Return a booking as the sandbox tells it in XML."""
    headers = {"Authorization": f"bearer {TOKEN}", "Accept": "application/xml"}
    answer = requests.get(
        f"{url}/v1/PhoneChat/MadeBookingDetails",
        params={"BookingID": booking_id},
        headers=headers,
        timeout=SECONDS,
    )
    answer.raise_for_status()
    return answer.text


def audit_events(endpoint_url: str, operation_id: str) -> list[dict[str, Any]]:
    """Return the stored audit events of an operation, in order."""
    with local_database(endpoint_url) as database:
        trail = DynamoDBAuditTrail(database, AUDIT_TABLE, OPERATIONS_TABLE)
        return [json.loads(event) for event in trail.events(operation_id)]


def preflight(screen: Screen, url: str, origin: str) -> requests.Response:
    """Show what a browser asks before it books from another origin, and the answer."""
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
    }
    screen.line(f"OPTIONS {PATH}")
    for name, value in headers.items():
        screen.line(f"{name}: {value}")
    screen.line("")
    answer = requests.options(url + PATH, headers=headers, timeout=SECONDS)
    show_answer(screen, answer)
    return answer


def reviewed(screen: Screen, stack: Stack) -> requests.Response:
    """Make the digest of the running hour, and show what a reviewer is told about today's records."""
    made = digest_running_hour()
    screen.line(f"The digest of this hour, made ahead of its time, covers {made.events} events.")
    token = requests.get(f"{stack.issuer}/token", params={"user": "rita"}, timeout=SECONDS).json()["access_token"]
    path = f"/v1/audit/verification?from={datetime.now(UTC) - timedelta(hours=1):%Y-%m-%dT%H:00:00Z}"
    screen.line(f"GET {path}")
    screen.line("Authorization: Bearer (a token of the reviewer rita)")
    screen.line("")
    answer = requests.get(
        stack.review_url + path, headers={"Authorization": f"Bearer {token}", "Origin": ORIGIN}, timeout=SECONDS
    )
    show_answer(screen, answer)
    return answer


def play(stack: Stack, screen: Screen) -> Iterable[str]:
    """Play all scenes; return what was not as it must be."""
    now = now_on_upstream_clock()
    wanted = booking(now)
    screen.heading("1. A booking: the request, and Switchboard's answer")
    booked = send_booking(screen, stack.url, wanted, f"demo-{now:%Y%m%d-%H%M%S}")
    yield from demo_checks.booked(wanted, booked)

    screen.heading("2. The same booking in AdultWork's XML, as the sandbox sends it, laid out")
    document = upstream_xml(stack.upstream_url, booked.json().get("BookingID", 0))
    screen.block(xml.dom.minidom.parseString(document).toprettyxml(indent="  "))  # noqa: S318 (our own sandbox sent it)
    yield from demo_checks.same_booking(booked, document)

    screen.heading("3. Its audit events in DynamoDB: one before the send, one after the answer")
    events = audit_events(stack.endpoint_url, booked.headers.get("Location", "").rpartition("/")[2])
    for event in events:
        screen.block(json.dumps(event, indent=2))
    yield from demo_checks.audited(wanted, booked, events)

    screen.heading("4. A booking with five defects: all are told at once, and nothing is sent")
    refused = send_booking(screen, stack.url, wanted | DEFECTS, f"demo-{now:%Y%m%d-%H%M%S}-refused")
    yield from demo_checks.refused(DEFECTS, refused)

    screen.heading(f"5. What a browser asks first: a preflight from {ORIGIN}, and from an origin that is not listed")
    allowed = preflight(screen, stack.url, ORIGIN)
    screen.line("")
    foreign = preflight(screen, stack.url, "https://elsewhere.example")
    yield from demo_checks.preflights(ORIGIN, allowed, foreign)

    screen.heading("6. What a reviewer is told: hashes, signed digest and behaviour of all records, verified")
    yield from demo_checks.verified(reviewed(screen, stack))


def main() -> int:
    """Play the demo on free ports with a database in memory; return the exit status."""
    screen = Screen(sys.stdout)
    try:
        with redirect_stdout(io.StringIO()) as log, Stack() as stack:
            wrong = list(play(stack, screen))
            bookings = requests.get(f"{stack.upstream_url}/_sandbox/bookings", timeout=SECONDS).json()
    except (InvalidSettingsError, OSError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    screen.heading("7. What the apps logged meanwhile: no token, no phone number, no comment")
    screen.block(log.getvalue())
    wrong += [*demo_checks.logged(log.getvalue(), (TOKEN, *_personal())), *demo_checks.counted(bookings)]
    screen.heading("Checked")
    for line in [f"WRONG: {fault}" for fault in wrong] or ["Everything above is as it must be."]:
        screen.line(line)
    screen.line(
        f"Reviewers look at records in the console: make run, then http://{HOST}:{DEFAULTS['REVIEW_PORT']}/console."
    )
    return 1 if wrong else 0


def _personal() -> Iterable[str]:
    """Return the texts of the demo's requests that belong in no log."""
    return (booking(now_on_upstream_clock())["PhoneNumber"], DEFECTS["PhoneNumber"], DEFECTS["Comments"])


if __name__ == "__main__":
    sys.exit(main())
