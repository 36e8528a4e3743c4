"""The yardstick (a): a bare function that does Switchboard's job with urllib3, a botocore client and ElementTree.

What a careful author would write who wants speed and nothing else: clients made once, reads in parallel, permissions
remembered for a minute, the record before the send and the record after it with the same conditions, all values exact.
It has no layers, no typed values, no strict JSON, no deadlines, no retries, and tells its errors in one way.
"""

import hashlib
import hmac
import json
import os
import re
import ssl
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import botocore.session
import certifi
import urllib3
from botocore.config import Config

UPSTREAM = os.environ["ADULTWORK_BASE_URL"]
OPERATIONS, AUDIT = os.environ["OPERATIONS_TABLE"], os.environ["AUDIT_TABLE"]
SECRET = os.environ["HMAC_KEY"].encode()
ORIGINS = os.environ["ALLOWED_ORIGINS"].split(",")
LONDON = ZoneInfo("Europe/London")
GRANTED = {"account_phonechat_bookings", "account_credits_history"}
REMEMBERED_SECONDS = 60
FORM = "%Y-%m-%d %H:%M"
ABSENT = "attribute_not_exists(pk)"
INTEGERS = {"BookingID", "Duration", "Method", "UserID", "Total", "Positive", "Neutral", "Negative", "Ratings", "Disputes"}
MEMBERS = (
    "BookingID Duration Credits Status Method PhoneNumber SkypeName CreateDate SessionDate AcceptBy AcceptedDate "
    "ConfirmedDate CancelledDate CancelledReason CancelledBy RejectedReason LastUpdated Comments ActionClient Candidate"
).split()
CANDIDATE = "UserID Nickname PhoneNumber SkypeName Total Positive Neutral Negative Ratings Disputes".split()
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"

http = urllib3.PoolManager(
    maxsize=8,
    retries=False,
    timeout=urllib3.Timeout(connect=3, read=12),
    ssl_context=ssl.create_default_context(cafile=os.environ.get("ADULTWORK_CA_BUNDLE") or certifi.where()),
)
database = botocore.session.get_session().create_client(
    "dynamodb", config=Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 2})
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
    operation = f"op_{uuid.uuid4().hex}"
    keys = {
        "key": f"KEY#{digest(account, headers.get('idempotency-key', operation))}",
        "guard": f"GUARD#{digest(account, asked['BookUserID'], asked['SessionDate'])}",
        "op": f"OP#{operation}",
    }
    first = audit_event(operation, account, 1, "claimed", "0" * 64, asked, request_id)
    claim(keys, operation, account, asked, first, now)
    booking = send(token, asked)
    last = audit_event(operation, account, 2, "confirmed", first["hash"]["S"], asked, request_id)
    conclude(keys, operation, booking["BookingID"], last)
    return operation, booking


def check_form(asked: dict[str, Any], now: datetime) -> None:
    """Refuse what the upstream would refuse."""
    session, accept = (
        datetime.strptime(asked[name], FORM).replace(tzinfo=LONDON) for name in ("SessionDate", "AcceptBy")
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
    methods = {m.findtext("{*}MethodID") for m in needs.iterfind("{*}Methods/*") if m.findtext("{*}IsAvailable") == "true"}
    price = Decimal(needs.findtext("{*}PhoneChatPPM") or 0)
    credits = Decimal(asked["Credits"])
    if str(asked["Method"]) not in methods or credits < price * asked["Duration"] or Decimal(credit.text or 0) < credits:
        raise RefusedError(422, "method, credits or balance")
    return account


def read(token: str, path: str) -> ET.Element:
    """Return the document at a path."""
    reply = http.request("GET", UPSTREAM + path, headers={"Authorization": f"bearer {token}", "Accept": "application/xml"})
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
    booking = record(ET.fromstring(reply.data))  # noqa: S314 (the same)
    ordered = {name: booking.get(name) for name in MEMBERS}
    ordered["Candidate"] = {name: booking["Candidate"].get(name) for name in CANDIDATE}
    if ordered["Candidate"]["UserID"] != asked["BookUserID"] or ordered["Duration"] != asked["Duration"]:
        raise RefusedError(502, "another booking came back")
    return ordered


def record(element: ET.Element) -> dict[str, Any]:
    """Return an element's members under their local names, with the types that JSON gives them."""
    members: dict[str, Any] = {}
    for child in element:
        name = child.tag.rpartition("}")[2]
        if child.get(NIL) == "true":
            members[name] = None
        elif len(child):
            members[name] = record(child)
        elif name in INTEGERS:
            members[name] = int(child.text or 0)
        elif name == "Credits":
            number = Decimal(child.text or 0)
            members[name] = int(number) if number == int(number) else float(number)
        else:
            members[name] = child.text or ""
    return members


def digest(*parts: object) -> str:
    """Return the keyed hash of some values."""
    return hmac.digest(SECRET, json.dumps(parts).encode(), hashlib.sha256).hex()


def audit_event(  # noqa: PLR0913, PLR0917 (one record, as flat as it is stored)
    operation: str, account: int, number: int, kind: str, previous: str, asked: dict[str, Any], request_id: str
) -> dict[str, Any]:
    """Return an audit event, chained to the one before, without personal data."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    told = {name: str(asked[name]) for name in ("SessionDate", "AcceptBy", "Duration", "Method", "Credits")}
    told |= {"phone_last_3": asked["PhoneNumber"][-3:], "phone_hmac": digest(asked["PhoneNumber"])}
    event = {"operation_id": operation, "sequence": number, "at": at, "kind": kind, "account": account}
    event |= {"request_id": request_id, "candidate": asked["BookUserID"], "previous_hash": previous, "request": told}
    canonical = json.dumps(event, sort_keys=True, separators=(",", ":"))
    return {
        "pk": {"S": f"OP#{operation}"},
        "sk": {"S": f"{number:04d}"},
        "canonical": {"S": canonical},
        "hash": {"S": hashlib.sha256(canonical.encode()).hexdigest()},
        "previous_hash": {"S": previous},
        "kind": {"S": kind},
        "at": {"S": at},
        "day": {"S": at[:10]},
        "account": {"N": str(account)},
        "request_id": {"S": request_id},
        "candidate": {"N": str(asked["BookUserID"])},
    }


def claim(  # noqa: PLR0913, PLR0917 (the same)
    keys: dict[str, str], operation: str, account: int, asked: dict[str, Any], event: dict[str, Any], now: datetime
) -> None:
    """Write the record before the send."""
    expires = {"N": str(int((now + timedelta(days=60)).timestamp()))}
    shared = {"schema": {"N": "1"}, "operation_id": {"S": operation}, "expires_at": expires}
    state = {
        "fingerprint": {"S": digest(asked["BookUserID"], str(asked))},
        "state": {"S": "SENDING"},
        "attempt": {"N": "1"},
        "lease_until": {"S": (now + timedelta(seconds=31)).isoformat(timespec="milliseconds")},
    }
    row = {
        **state,
        "account": {"N": str(account)},
        "book_user_id": {"N": str(asked["BookUserID"])},
        "session_date": {"S": asked["SessionDate"]},
        "duration": {"N": str(asked["Duration"])},
        "method": {"N": str(asked["Method"])},
        "credits": {"S": str(asked["Credits"])},
        "claimed_at": {"S": now.isoformat(timespec="milliseconds")},
        "guard": {"S": keys["guard"]},
        "key": {"S": keys["key"]},
        "head": event["hash"],
        "events": {"N": "1"},
    }
    held = f"{ABSENT} OR expires_at < :now"
    clock = {":now": {"N": str(int(now.timestamp()))}}
    write(
        [
            put(OPERATIONS, {"pk": {"S": keys["key"]}, **shared, **state}, held, clock),
            put(OPERATIONS, {"pk": {"S": keys["guard"]}, **shared}, held, clock),
            put(OPERATIONS, {"pk": {"S": keys["op"]}, **shared, **row}, ABSENT),
            put(AUDIT, event, ABSENT),
        ]
    )


def conclude(keys: dict[str, str], operation: str, booking_id: int, event: dict[str, Any]) -> None:
    """Write the record after the send."""
    booking = {"pk": {"S": f"BOOKING#{booking_id}"}, "schema": {"N": "1"}, "operation_id": {"S": operation}}
    values = {
        ":sending": {"S": "SENDING"},
        ":state": {"S": "CONFIRMED"},
        ":head": event["hash"],
        ":events": {"N": "2"},
        ":at": event["at"],
        ":booking": {"N": str(booking_id)},
    }
    changes = "SET #state = :state, head = :head, events = :events, concluded_at = :at, booking_id = :booking"
    mine = {":state": {"S": "CONFIRMED"}, ":operation": {"S": operation}}
    write(
        [
            update(keys["op"], changes, "#state = :sending", values),
            update(keys["key"], "SET #state = :state", "operation_id = :operation", mine),
            put(OPERATIONS, booking, ABSENT),
            put(AUDIT, event | {"booking_id": {"N": str(booking_id)}}, ABSENT),
        ]
    )


def put(table: str, item: dict[str, Any], condition: str, values: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return one conditional put."""
    write = {"TableName": table, "Item": item, "ConditionExpression": condition}
    write["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    return {"Put": write | ({"ExpressionAttributeValues": values} if values else {})}


def update(key: str, changes: str, condition: str, values: dict[str, Any]) -> dict[str, Any]:
    """Return one conditional update of an operation's row."""
    return {
        "Update": {
            "TableName": OPERATIONS,
            "Key": {"pk": {"S": key}},
            "UpdateExpression": changes,
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {"#state": "state"},
            "ExpressionAttributeValues": values,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def write(writes: list[dict[str, Any]]) -> None:
    """Run one transaction."""
    database.transact_write_items(TransactItems=writes, ClientRequestToken=uuid.uuid4().hex)
