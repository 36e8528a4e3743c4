"""The yardstick (a): a bare function that does Switchboard's job with urllib3, a botocore client and ElementTree.

What a careful author would write who wants speed and nothing else: clients made once, reads in parallel, permissions
remembered for a minute, the record before the send and the record after it with the same conditions, all values exact.
It has no layers, no typed values, no strict JSON, no deadlines, no retries, and tells its errors in one way.
"""

import json
import os
import re
import ssl
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import certifi
import urllib3

from devtools.bench.yardstick.documents import booking_of
from devtools.bench.yardstick.records import audit_event, claim, conclude, digest, head, row_keys

UPSTREAM = os.environ["ADULTWORK_BASE_URL"]
ORIGINS = os.environ["ALLOWED_ORIGINS"].split(",")
LONDON = ZoneInfo("Europe/London")
GRANTED = {"account_phonechat_bookings", "account_credits_history"}
REMEMBERED_SECONDS = 60
http = urllib3.PoolManager(
    maxsize=8,
    retries=False,
    timeout=urllib3.Timeout(connect=3, read=12),
    ssl_context=ssl.create_default_context(cafile=os.environ.get("ADULTWORK_CA_BUNDLE") or certifi.where()),
)
threads = ThreadPoolExecutor(4)
remembered: dict[str, tuple[float, int]] = {}


class RefusedError(Exception):
    """The booking cannot be made; the status and the reason go to the caller."""


def answer(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Place one booking and answer with it."""
    started = time.monotonic()
    headers = {name.lower(): value for name, value in event["headers"].items()}
    try:
        operation, booking = place(headers, event["body"], event["requestContext"]["requestId"])
        status, body, location = 201, booking, {"Location": f"/v1/operations/{operation}"}
    except RefusedError as error:
        status, body, location = error.args[0], {"message": error.args[1]}, {}
    print(json.dumps({"event": "request", "status": status, "duration_ms": round((time.monotonic() - started) * 1000)}))
    origin = headers.get("origin")
    cors = {"Access-Control-Allow-Origin": origin} if origin in ORIGINS else {}
    sent = {"Content-Type": "application/json", "Cache-Control": "no-store", "Vary": "Origin", **cors, **location}
    return {"statusCode": status, "headers": sent, "body": json.dumps(body, separators=(",", ":"))}


def place(headers: dict[str, str], body: str, request_id: str) -> tuple[str, dict[str, Any]]:
    """Check, claim, send, conclude; return the operation's id and the booking."""
    token, asked = headers["authorization"].partition(" ")[2], json.loads(body, parse_float=Decimal)
    now = datetime.now(UTC)
    check_form(asked, now)
    account = check_facts(token, asked)
    key = headers.get("idempotency-key", uuid.uuid4().hex)
    operation = f"op_{digest(account, key)[:26]}"
    keys = row_keys(operation, account, asked)
    first = audit_event(operation, account, 1, "claimed", "0", asked, request_id)
    claim(keys, operation, account, asked, first, now)
    booking = send(token, asked)
    last = audit_event(operation, account, 2, "confirmed", head(first)["B"].hex(), asked, request_id)
    conclude(keys, operation, booking["BookingID"], last)
    return operation, booking


def check_form(asked: dict[str, Any], now: datetime) -> None:
    """Refuse what the upstream would refuse."""
    session, accept = (
        datetime.fromisoformat(asked[name]).replace(tzinfo=LONDON) for name in ("SessionDate", "AcceptBy")
    )
    if not (now < accept < session and asked["Duration"] >= 5 and asked["Method"] in (1, 2, 3)):
        raise RefusedError(422, "dates, duration or method")
    if asked["Method"] == 1 and not re.fullmatch("[0-9]{10,11}", asked["PhoneNumber"]):
        raise RefusedError(422, "phone number")


def check_facts(token: str, asked: dict[str, Any]) -> int:
    """Read what the booking depends on, all at once; return the account."""
    query = f"/v1/PhoneChat/GetUserBookingRequirements?BookUserID={asked['BookUserID']}"
    requirements = threads.submit(read, token, query)
    at, account = remembered.get(token, (0.0, 0))
    if time.monotonic() - at >= REMEMBERED_SECONDS or not account:
        balance = threads.submit(read, token, "/v1/CreditHistory/GetCurrentCreditBalance")
        permissions = threads.submit(read, token, "/v1/Account/GetPermissions")
        account = int(read(token, "/v1/account/verifyCredentials").findtext("{*}UserID") or 0)
        entries = permissions.result().iterfind("{*}Permissions/*")
        if not {e.findtext("{*}Permission") for e in entries if e.findtext("{*}Status") == "granted"} >= GRANTED:
            raise RefusedError(403, "scope")
        remembered[token] = (time.monotonic(), account)
        credit = balance.result()
    else:
        credit = read(token, "/v1/CreditHistory/GetCurrentCreditBalance")
    needs = requirements.result()
    methods = {
        m.findtext("{*}MethodID") for m in needs.iterfind("{*}Methods/*") if m.findtext("{*}IsAvailable") == "true"
    }
    price = Decimal(needs.findtext("{*}PhoneChatPPM") or 0)
    offered = Decimal(asked["Credits"])
    if (
        str(asked["Method"]) not in methods
        or offered < price * asked["Duration"]
        or Decimal(credit.text or 0) < offered
    ):
        raise RefusedError(422, "method, credits or balance")
    return account


def read(token: str, path: str) -> ET.Element:
    """Return the document at a path."""
    reply = http.request(
        "GET", UPSTREAM + path, headers={"Authorization": f"bearer {token}", "Accept": "application/xml"}
    )
    if reply.status != 200:
        raise RefusedError(502, f"{path}: {reply.status}")
    return ET.fromstring(reply.data)  # noqa: S314 (the local simulator's own answer)


def send(token: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Send the booking, once; return what came back."""
    headers = {"Authorization": f"bearer {token}", "Accept": "application/xml", "Content-Type": "application/json"}
    reply = http.request(
        "POST", f"{UPSTREAM}/v1/PhoneChat/CreateBooking", body=json.dumps(asked), headers=headers, redirect=False
    )
    if reply.status not in (200, 201):
        raise RefusedError(502, f"booking: {reply.status}")
    booking = booking_of(ET.fromstring(reply.data))  # noqa: S314 (the same)
    if booking["Candidate"]["UserID"] != asked["BookUserID"] or booking["Duration"] != asked["Duration"]:
        raise RefusedError(502, "another booking came back")
    return booking
