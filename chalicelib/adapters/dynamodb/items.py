"""The rows of both tables, as DynamoDB's typed attributes. Pure; no row holds a phone, Skype name, comment or token."""

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from chalicelib.adapters.dynamodb import tables
from chalicelib.domain.audit import AuditEvent, event_hash
from chalicelib.domain.operation import Operation, OperationState
from chalicelib.domain.record import OperationRecord

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

Attribute: TypeAlias = "AttributeValueTypeDef"
Item: TypeAlias = "dict[str, Attribute]"

SCHEMA_VERSION = 1
# An operation outlives its guard by a month: long enough for reconciliation (a day) and for a person to look at a flagged
# one. The audit trail keeps the history after that.
KEPT_AFTER_GUARD = timedelta(days=30)


def text(value: str) -> Attribute:
    """Return a text attribute."""
    return {"S": value}


def number(value: int) -> Attribute:
    """Return a number attribute."""
    return {"N": str(value)}


def instant(moment: datetime) -> Attribute:
    """Return a time as ISO 8601 text in UTC with milliseconds, which sorts by time."""
    return text(moment.astimezone(UTC).isoformat(timespec="milliseconds"))


def expiry(moment: datetime) -> Attribute:
    """Return the end of a row's life in whole seconds since 1970, rounded up: a row never stops to hold early."""
    return number(math.ceil(moment.timestamp()))


def expired_before(moment: datetime) -> Attribute:
    """Return what `expires_at` must be less than for a row to be over at `moment`."""
    return number(math.floor(moment.timestamp()))


def is_over(row: Item, moment: datetime) -> bool:
    """Tell whether a row that expires has: DynamoDB deletes late."""
    return tables.EXPIRES_AT in row and int(row[tables.EXPIRES_AT]["N"]) < math.floor(moment.timestamp())


def key(operation: Operation) -> Item:
    """Return the row that an Idempotency-Key is known by."""
    return _row(tables.key_row(operation.key_hashes[0]), operation.id) | {
        "fingerprint": text(operation.fingerprints[0]),
        "attempt": number(operation.attempt),
        tables.EXPIRES_AT: expiry(operation.key_expires_at),
    }


def guard(operation: Operation) -> Item:
    """Return the row that keeps an equal booking out."""
    return _row(tables.guard_row(operation.guard_hashes[0]), operation.id) | {
        tables.EXPIRES_AT: expiry(operation.guard_expires_at)
    }


def operation_being_sent(operation: Operation, event: AuditEvent) -> Item:
    """Return the operation as the claim writes it: what reconciliation needs to recognise the booking upstream.

    `head` and `events` are the hash and the number of its newest audit event, so that the next one can be chained.
    """
    request = operation.request
    row = _row(tables.operation_row(operation.id), operation.id) | {
        "account": number(operation.account),
        "book_user_id": number(request.book_user_id),
        "session_date": text(request.session_date),
        "duration": number(request.duration),
        "method": number(request.method),
        "credits": text(format(request.credits, "f")),
        "state": text(OperationState.SENDING),
        "attempt": number(operation.attempt),
        tables.CLAIMED_AT: instant(operation.claimed_at),
        "lease_until": instant(operation.lease_until),
        "guard": text(operation.guard_hashes[0]),
        tables.OPEN_BY_ACCOUNT.attribute: number(operation.account),
        tables.OPEN_BY_TIME.attribute: text("1"),
        "head": text(head(event)),
        "events": number(event.sequence),
        tables.EXPIRES_AT: _kept_until(operation),
    }
    if operation.key_hashes:
        row["key"] = text(operation.key_hashes[0])
    return row


def record(row: Item) -> OperationRecord:
    """Return the operation that a row tells of."""
    return OperationRecord(
        id=row["operation_id"]["S"],
        account=int(row["account"]["N"]),
        state=OperationState(row["state"]["S"]),
        attempt=int(row["attempt"]["N"]),
        is_retryable=row.get("is_retryable", {}).get("BOOL", False),
        book_user_id=int(row["book_user_id"]["N"]),
        session_date=row["session_date"]["S"],
        duration=int(row["duration"]["N"]),
        method=int(row["method"]["N"]),
        credits=Decimal(row["credits"]["S"]),
        claimed_at=datetime.fromisoformat(row[tables.CLAIMED_AT]["S"]),
        lease_until=datetime.fromisoformat(row["lease_until"]["S"]),
        sequence=int(row["events"]["N"]),
        head=row["head"]["S"],
        guard_hash=row["guard"]["S"],
        key_hash=row["key"]["S"] if "key" in row else None,
        booking_id=int(row["booking_id"]["N"]) if "booking_id" in row else None,
    )


def booking(operation_id: str, booking_id: int) -> Item:
    """Return the row that ties an upstream booking to the one operation that made it, for good."""
    return _row(tables.booking_row(booking_id), operation_id)


def audit_event(event: AuditEvent) -> Item:
    """Return an event: the bytes that its hash covers, and what the indexes find it by."""
    canonical = event.canonical()
    row: Item = {
        tables.PARTITION_KEY: text(tables.operation_row(event.operation_id)),
        tables.SORT_KEY: text(tables.event_sort_key(event.sequence)),
        "schema": number(SCHEMA_VERSION),
        "canonical": text(canonical.decode()),
        "hash": text(event_hash(canonical)),
        "previous_hash": text(event.previous_hash),
        "kind": text(event.kind),
        tables.AT: instant(event.at),
        tables.BY_DAY.attribute: text(event.at.astimezone(UTC).date().isoformat()),
        tables.BY_ACCOUNT.attribute: number(event.account),
        tables.BY_REQUEST.attribute: text(event.request_id),
    }
    if event.candidate is not None:
        row[tables.BY_CANDIDATE.attribute] = number(event.candidate)
    if event.booking_id is not None:
        row[tables.BY_BOOKING.attribute] = number(event.booking_id)
    return row


def head(event: AuditEvent) -> str:
    """Return what an operation's row says of its newest event; it also tells our own write from another's."""
    return event_hash(event.canonical())


def _row(partition_key: str, operation_id: str) -> Item:
    """Return what every row of `operations` has."""
    return {
        tables.PARTITION_KEY: text(partition_key),
        "schema": number(SCHEMA_VERSION),
        "operation_id": text(operation_id),
    }


def _kept_until(operation: Operation) -> Attribute:
    return expiry(operation.guard_expires_at + KEPT_AFTER_GUARD)
