"""The records of the yardstick: the same two transactions as Switchboard's, with items of the same size."""

import hashlib
import hmac
import json
import os
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.session
from botocore.config import Config

OPERATIONS, AUDIT = os.environ["OPERATIONS_TABLE"], os.environ["AUDIT_TABLE"]
SECRET = os.environ["HMAC_KEY"].encode()
ABSENT = "attribute_not_exists(pk)"

database: Any = botocore.session.get_session().create_client(
    "dynamodb", config=Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 2})
)


def row_keys(operation: str, account: int, asked: dict[str, Any]) -> dict[str, str]:
    """Return the partition keys of both rows."""
    return {"guard": f"GUARD#{account}#{asked['BookUserID']}#{asked['SessionDate']}", "op": f"OP#{operation}"}


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
    indexed = {
        "at": {"S": at},
        "day": {"S": f"{at[:10]}#00"},
        "account": {"N": str(account)},
        "request_id": {"S": request_id},
        "candidate": {"N": str(asked["BookUserID"])},
    }
    return {
        "pk": {"S": f"OP#{operation}"},
        "sk": {"S": f"{number:04d}"},
        "canonical": {"S": canonical},
        **(indexed if number == 1 else {}),
    }


def head(event: dict[str, Any]) -> dict[str, bytes]:
    """Return the hash of an event."""
    return {"B": hashlib.sha256(event["canonical"]["S"].encode()).digest()}


def claim(  # noqa: PLR0913, PLR0917 (the same)
    keys: dict[str, str], operation: str, account: int, asked: dict[str, Any], event: dict[str, Any], now: datetime
) -> None:
    """Write the record before the send."""
    expires = {"N": str(int((now + timedelta(days=60)).timestamp()))}
    guard = {"pk": {"S": keys["guard"]}, "operation_id": {"S": operation}, "expires_at": expires}
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
        "head": head(event),
        "events": {"N": "1"},
        "open": {"S": "00"},
        "expires_at": expires,
    }
    held = f"{ABSENT} OR expires_at < :now"
    clock = {":now": {"N": str(int(now.timestamp()))}}
    write(
        [
            put(OPERATIONS, {"pk": {"S": keys["op"]}, **row}, ABSENT),
            put(OPERATIONS, guard, held, clock),
            put(AUDIT, event, ABSENT),
        ]
    )


def conclude(keys: dict[str, str], operation: str, booking_id: int, event: dict[str, Any]) -> None:
    """Write the record after the send."""
    booking = {"pk": {"S": f"BOOKING#{booking_id}"}, "operation_id": {"S": operation}}
    values = {
        ":sending": {"S": "SENDING"},
        ":state": {"S": "CONFIRMED"},
        ":head": head(event),
        ":events": {"N": "2"},
        ":booking": {"N": str(booking_id)},
    }
    changes = "SET #state = :state, head = :head, events = :events, booking_id = :booking REMOVE #open"
    write(
        [
            update(keys["op"], changes, "#state = :sending", values),
            put(OPERATIONS, booking, ABSENT),
            put(AUDIT, event, ABSENT),
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
            "ExpressionAttributeNames": {"#state": "state", "#open": "open"},
            "ExpressionAttributeValues": values,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def write(writes: list[dict[str, Any]]) -> None:
    """Run one transaction."""
    database.transact_write_items(TransactItems=writes, ClientRequestToken=uuid.uuid4().hex)
