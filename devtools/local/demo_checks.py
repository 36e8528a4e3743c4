"""What must be true of the demo; each check yields a sentence for everything that is not."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

import requests

from chalicelib.domain.audit.event import GENESIS
from chalicelib.domain.names import PSEUDONYM


def _differences(found: Mapping[str, object], expected: Mapping[str, object]) -> Iterator[str]:
    """Tell each member that is not as expected."""
    for name, value in expected.items():
        if found.get(name) != value:
            yield f"{name} is {found.get(name)!r} and should be {value!r}"


def booked(wanted: Mapping[str, Any], answer: requests.Response) -> Iterator[str]:
    """Check the answer to a booking."""
    if answer.status_code != 201:
        yield f"the booking was answered with {answer.status_code} and should be with 201"
        return
    if not answer.headers.get("Location", "").startswith("/v1/operations/op_"):
        yield f"Location is {answer.headers.get('Location')!r} and should name the operation"
    same = {name: wanted[name] for name in ("Duration", "Method", "Credits")}
    session = f"{wanted['SessionDate'].replace(' ', 'T')}:00"
    yield from _differences(answer.json(), {**same, "SessionDate": session, "Status": "Pending"})
    yield from _differences(answer.json().get("Candidate", {}), {"UserID": wanted["BookUserID"]})


def same_booking(answer: requests.Response, document: str) -> Iterator[str]:
    """Check that the upstream's XML tells the booking that was answered."""
    root = ET.fromstring(document)  # noqa: S314 (our own sandbox sent it)
    elements = {element.tag.rpartition("}")[2]: element.text for element in root}
    booking = answer.json()
    yield from _differences(elements, {name: str(booking.get(name)) for name in ("BookingID", "SessionDate", "Status")})
    if "schemas.datacontract.org" not in root.tag:
        yield f"the upstream's root element is {root.tag!r} and should be in a data contract namespace"


def audited(wanted: Mapping[str, Any], answer: requests.Response, events: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Check the audit events of a booking: before and after, chained, pseudonyms for people, without the phone number."""
    kinds = [event.get("kind") for event in events]
    if kinds != ["claimed", "confirmed"]:
        yield f"the audit events are {kinds} and should be claimed, confirmed"
        return
    first, last = events
    if first["previous_hash"] != GENESIS or last["previous_hash"] == GENESIS:
        yield "the audit events are not chained"
    yield from _differences(last, {"booking_id": answer.json().get("BookingID")})
    if not all(PSEUDONYM.fullmatch(str(last.get(person))) for person in ("client", "candidate")):
        yield "the audit events do not name people by pseudonyms"
    if wanted["PhoneNumber"] in str(events):
        yield "the audit events hold the phone number"


def refused(defects: Collection[str], answer: requests.Response) -> Iterator[str]:
    """Check that every defect of a request is told."""
    told = {violation["pointer"].lstrip("/") for violation in answer.json().get("violations", [])}
    if answer.status_code != 422 or told != set(defects):
        yield f"the refusal is {answer.status_code} for {sorted(told)} and should be 422 for {sorted(defects)}"
    if answer.headers.get("Content-Type") != "application/problem+json":
        yield "the refusal is not a problem document"


def preflights(origin: str, allowed: requests.Response, foreign: requests.Response) -> Iterator[str]:
    """Check that a listed origin may book and another one may not."""
    header = "Access-Control-Allow-Origin"
    if (allowed.status_code, allowed.headers.get(header)) != (204, origin):
        yield f"the preflight of {origin} was answered with {allowed.status_code}, {header}: {allowed.headers.get(header)}"
    if "authorization" not in allowed.headers.get("Access-Control-Allow-Headers", "").lower():
        yield "the preflight does not allow Authorization"
    if header in foreign.headers:
        yield "an origin that is not listed is allowed"


def verified(answer: requests.Response) -> Iterator[str]:
    """Check the verdict: clean, over the booking and the refusal, and all of it covered by a signed digest."""
    if answer.status_code != 200:
        yield f"the verification was answered with {answer.status_code} and should be with 200"
        return
    expected = {"verdict": "clean", "operations": 2, "events": 3, "not_yet_covered": 0, "unproved": 0}
    yield from _differences(answer.json(), expected)


def counted(bookings: Sequence[object]) -> Iterator[str]:
    """Check that the upstream has exactly the one booking."""
    if len(bookings) != 1:
        yield f"the upstream has {len(bookings)} bookings and should have 1"


def logged(lines: str, secrets: Iterable[str]) -> Iterator[str]:
    """Check that there are log lines and that none of them holds a secret."""
    if not lines:
        yield "the app logged nothing"
    if any(secret in lines for secret in secrets):
        yield "a log line holds a token or personal data"
