"""The rows of both tables, as DynamoDB's typed attributes. Pure; no row holds a phone, Skype name, comment or token."""

import base64
import binascii
import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias, TypedDict

from chalicelib.adapters.aws.dynamodb import tables
from chalicelib.domain.audit.event import AuditEvent, told_request_id
from chalicelib.domain.names import Names
from chalicelib.domain.operation.operation import OPEN, AnyOperation, Operation, OperationState
from chalicelib.domain.operation.record import AnyRecord, OperationRecord

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

Attribute: TypeAlias = "AttributeValueTypeDef"
Item: TypeAlias = "dict[str, Attribute]"

# An operation outlives its guard by a month: long enough for reconciliation (a day) and for a person to look at a flagged
# one. The audit trail keeps the history after that.
KEPT_AFTER_GUARD = timedelta(days=30)
OF_FIRST_CALL = 2  # a claim, and what became of it
CHANGE = "change"  # what an operation changes; the row of one that books has no such attribute
STRIPPED = "stripped"  # set where a person was erased: the row says how the operation stands, and not who it is about
CLIENT, CANDIDATE = "client", "candidate"  # what events call the two people of an operation
PEOPLE = "people"  # the UserIDs, sealed; no hash covers them, so they may be taken away
LEASE_OVER = "lease-over"  # why somebody else concludes in place of the call


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


def is_stripped(row: Item) -> bool:
    """Tell whether a row of an operation does not tell any more who it is about."""
    return STRIPPED in row


def hashed(digest: str) -> Attribute:
    """Return a hash of hex digits as bytes: half as long."""
    return {"B": bytes.fromhex(digest)}


def sealed(text_: str) -> Attribute:
    """Return a sealed text, which is base64url without padding, as bytes; any other spelling stays text."""
    try:
        raw = base64.urlsafe_b64decode(text_ + "=" * (-len(text_) % 4))
    except (ValueError, binascii.Error):
        return text(text_)
    return {"B": raw} if _base64(raw) == text_ else text(text_)


def unsealed(attribute: Attribute) -> str:
    """Return the text of `sealed`."""
    return _base64(bytes(attribute["B"])) if "B" in attribute else attribute["S"]


def guard(operation: AnyOperation) -> Item:
    """Return the row that keeps an equal booking out."""
    return guard_row(operation.guard, operation.id, operation.guard_expires_at)


def guard_row(name: str, operation_id: str, ends: datetime) -> Item:
    """Return the row of a guard by its name, which holds until a moment."""
    return _row(tables.guard_row(name), operation_id) | {tables.EXPIRES_AT: expiry(ends)}


def operation_being_sent(operation: Operation, event: AuditEvent) -> Item:
    """Return the operation as the claim writes it."""
    record_ = OperationRecord.of(operation, OperationState.SENDING, event.sequence, head_hex(event))
    return operation_row(record_, operation.guard_expires_at)


def operation_row(record_: OperationRecord, guard_expires_at: datetime) -> Item:
    """Return an operation that books: how it stands, and what reconciliation needs to recognise the booking upstream."""
    return standing_row(record_, guard_expires_at) | {
        "book_user_id": number(record_.book_user_id),
        "session_date": text(record_.session_date),
        "duration": number(record_.duration),
        "method": number(record_.method),
        "credits": text(format(record_.credits, "f")),
    }


def standing_row(record_: AnyRecord, guard_expires_at: datetime) -> Item:
    """Return how an operation stands, whatever it does.

    `head` and `events` are the hash and the number of its newest audit event, so that the next one can be chained.
    """
    row: Item = {
        tables.PARTITION_KEY: text(tables.operation_row(record_.id)),
        tables.ACCOUNT: number(record_.account),
        "fingerprint": text(record_.fingerprint),
        "is_keyed": {"BOOL": record_.is_keyed},
        "state": text(record_.state),
        "attempt": number(record_.attempt),
        tables.CLAIMED_AT: instant(record_.claimed_at),
        "lease_until": instant(record_.lease_until),
        "head": hashed(record_.head),
        "events": number(record_.sequence),
        tables.EXPIRES_AT: expiry(guard_expires_at + KEPT_AFTER_GUARD),
    }
    if record_.state in OPEN:
        row[tables.OPEN.attribute] = text(tables.open_shard(record_.account))
    if record_.is_retryable:
        row["is_retryable"] = {"BOOL": True}
    if record_.booking_id is not None:
        row["booking_id"] = number(record_.booking_id)
    if record_.reason is not None:
        row["reason"] = text(record_.reason)
    row |= {name: text(value) for name, value in _named(record_) if value is not None}
    if record_.sealed_answer is not None:
        row["answer"] = sealed(record_.sealed_answer)
    return row


def _named(record_: AnyRecord) -> tuple[tuple[str, str | None], ...]:
    return (CLIENT, record_.names.client), (CANDIDATE, record_.names.candidate)


def record(row: Item) -> OperationRecord:
    """Return the operation that a row tells of; one that books."""
    return OperationRecord(
        book_user_id=int(row["book_user_id"]["N"]),
        session_date=row["session_date"]["S"],
        duration=int(row["duration"]["N"]),
        method=int(row["method"]["N"]),
        credits=Decimal(row["credits"]["S"]),
        booking_id=int(row["booking_id"]["N"]) if "booking_id" in row else None,
        **standing(row),
    )


class Standing(TypedDict):
    """What the row of any operation tells."""

    id: str
    account: int
    state: OperationState
    attempt: int
    is_retryable: bool
    claimed_at: datetime
    lease_until: datetime
    sequence: int
    head: str
    fingerprint: str
    is_keyed: bool
    sealed_answer: str | None
    reason: str | None
    names: Names


def standing(row: Item) -> Standing:
    """Return how the operation of a row stands, whatever it does."""
    return {
        "id": row[tables.PARTITION_KEY]["S"].removeprefix(tables.operation_row("")),
        "account": int(row[tables.ACCOUNT]["N"]),
        "state": OperationState(row["state"]["S"]),
        "attempt": int(row["attempt"]["N"]),
        "is_retryable": row.get("is_retryable", {}).get("BOOL", False),
        "claimed_at": datetime.fromisoformat(row[tables.CLAIMED_AT]["S"]),
        "lease_until": datetime.fromisoformat(row["lease_until"]["S"]),
        "sequence": int(row["events"]["N"]),
        "head": bytes(row["head"]["B"]).hex(),
        "fingerprint": row["fingerprint"]["S"],
        "is_keyed": row["is_keyed"]["BOOL"],
        "sealed_answer": unsealed(row["answer"]) if "answer" in row else None,
        "reason": row["reason"]["S"] if "reason" in row else None,
        "names": Names(row.get(CLIENT, {}).get("S"), row.get(CANDIDATE, {}).get("S")),
    }


def booking(operation_id: str, booking_id: int) -> Item:
    """Return the row that ties an upstream booking to the one operation that made it, for good."""
    return _row(tables.booking_row(booking_id), operation_id)


def audit_event(event: AuditEvent, kept_for: timedelta | None = None) -> Item:
    """Return an event: the bytes that its hash covers, and, where it opens a chain, what the indexes find that by.

    Where it is the first to name the client, the index of clients finds the operation by it, as of when that began. It ends
    `kept_for` after it happened, never where that is None.
    """
    row: Item = {
        tables.PARTITION_KEY: text(tables.operation_row(event.operation_id)),
        tables.SORT_KEY: text(tables.event_sort_key(event.sequence)),
        "canonical": text(event.canonical().decode()),
    }
    if kept_for is not None:
        row[tables.ENDS] = expiry(event.at + kept_for)
    if event.people is not None:
        row[PEOPLE] = {"B": event.people}
    if event.tells_client and event.client is not None:
        row |= {tables.AT: instant(event.begun_at or event.at), tables.BY_CLIENT.attribute: text(event.client)}
    if event.sequence > 1:
        return row | ({} if _is_of_first_call(event) else _hour(event))
    row |= {
        tables.AT: instant(event.at),
        tables.BY_DAY.attribute: text(tables.day_shard(event.at, event.operation_id)),
        tables.BY_REQUEST.attribute: text(told_request_id(event.request_id)),
    }
    if event.candidate is not None:
        row[tables.BY_CANDIDATE.attribute] = text(event.candidate)
    elif event.changes_booking is not None:
        row[tables.BY_CANDIDATE.attribute] = text(tables.booking_row(event.changes_booking))
    return row


def _is_of_first_call(event: AuditEvent) -> bool:
    """Tell whether an event is the conclusion by the very call that began the operation, seconds after its claim."""
    return event.sequence <= OF_FIRST_CALL and event.details.get("reason") != LEASE_OVER


def _hour(event: AuditEvent) -> Item:
    return {tables.BY_HOUR.attribute: text(tables.hour_shard(event.at, event.operation_id))}


def contact(event: AuditEvent, sealed_contact: str, kept_for: timedelta | None = None) -> Item:
    """Return the row of a sealed contact that is kept beside its event; it ends as events do."""
    row: Item = {
        tables.PARTITION_KEY: text(tables.contact_row(event.operation_id)),
        tables.SORT_KEY: text(tables.event_sort_key(event.sequence)),
        "contact": sealed(sealed_contact),
    }
    return row if kept_for is None else row | {tables.ENDS: expiry(event.at + kept_for)}


def head(event: AuditEvent) -> Attribute:
    """Return what an operation's row says of its newest event; it also tells our own write from another's."""
    return hashed(head_hex(event))


def head_hex(event: AuditEvent) -> str:
    """Return the hash of an event."""
    return event.hash


def _row(partition_key: str, operation_id: str) -> Item:
    """Return a row that says whose it is."""
    return {tables.PARTITION_KEY: text(partition_key), "operation_id": text(operation_id)}


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
