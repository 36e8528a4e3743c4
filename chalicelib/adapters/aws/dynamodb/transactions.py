"""The transactions of an operation, as pure data: claim, conclusion, resolution and release.

Every write carries its condition, and asks for the old item when the condition fails: that item tells whose it is.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import TypeAlias

from chalicelib.adapters.aws.dynamodb import items, writes
from chalicelib.adapters.aws.dynamodb.rate_limit import Counter
from chalicelib.adapters.aws.dynamodb.writes import Write
from chalicelib.adapters.aws.person_row import person_row
from chalicelib.application.ports import Resolution
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.operation.operation import AnyOperation, AnyOutcome, Operation, OperationState
from chalicelib.domain.operation.record import AnyRecord, OperationRecord
from chalicelib.values import dataclass

TOKEN_LENGTH = 36  # the most that a ClientRequestToken may have
# DynamoDB takes rows of 400 KB. An answer that leaves no room is not kept: its outcome must be written whatever AdultWork
# sends, and a repeat then learns that the first answer cannot be read.
LONGEST_ANSWER = 350_000


class Row(StrEnum):
    """The part that a write plays in its transaction."""

    OPERATION = "operation"
    GUARD = "guard"
    BOOKING = "booking"
    EVENT = "event"
    PERSON = "person"
    CONTACT = "contact"
    COUNT = "count"
    OTHER_COUNT = "other-count"


COUNTS = (Row.COUNT, Row.OTHER_COUNT)

Writes: TypeAlias = "Mapping[Row, Write]"


@dataclass(frozen=True, slots=True)
class Tables:
    """The names of both tables, and for how long events and the contacts beside them are kept; None is for good."""

    operations: str
    audit: str
    events_kept_for: timedelta | None = None
    contacts_kept_for: timedelta | None = None


def claim(
    names: Tables,
    operation: Operation,
    event: AuditEvent,
    previous: OperationRecord | None,
    counters: Sequence[Counter],
) -> Writes:
    """Return the writes of the claim of a booking; a candidate who is new to the register gets a row there."""
    being_sent = items.operation_being_sent(operation, event)
    return {
        **claim_of(names, operation, being_sent, event, previous, counters),
        **_new_candidate(names.operations, operation),
    }


def claim_of(  # noqa: PLR0913, PLR0917 (the parts of one transaction)
    names: Tables,
    operation: AnyOperation,
    being_sent: items.Item,
    event: AuditEvent,
    previous: AnyRecord | None,
    counters: Sequence[Counter],
) -> Writes:
    """Return the writes of a claim: the operation, which its key addresses if one was sent, its guard, event and counts."""
    now = items.expired_before(operation.claimed_at)
    table = names.operations
    if previous is None:
        first = writes.put(table, being_sent, writes.ABSENT)
    else:
        first = writes.put(table, being_sent, writes.RETRYABLE, writes.retryable(previous))
    return {
        Row.OPERATION: first,
        Row.GUARD: writes.put(table, items.guard(operation), writes.ABSENT_OR_EXPIRED, {":now": now}),
        Row.EVENT: writes.put(names.audit, items.audit_event(event, names.events_kept_for), writes.ABSENT),
        **{row: writes.count(table, counter) for row, counter in zip(COUNTS, counters, strict=False)},
    }


def _new_candidate(table: str, operation: Operation) -> Writes:
    """Return the write of the candidate's row in the register, for somebody who has none."""
    name = operation.names.candidate
    if name is None or not operation.names.is_candidate_new:
        return {}
    row = person_row(operation.request.book_user_id, name, operation.claimed_at)
    return {Row.PERSON: writes.put(table, row, writes.ABSENT)}


def conclusion(
    names: Tables, operation: AnyOperation, outcome: AnyOutcome, event: AuditEvent, sealed_answer: str | None
) -> Writes:
    """Return the writes of the conclusion: the operation with its answer, its booking or its freed guard, and its event."""
    changes = writes.Changes(
        state=outcome.state,
        is_retryable=outcome.is_retryable or None,
        booking_id=None if outcome.booking is None else outcome.booking.booking_id,
        sealed_answer=_kept(sealed_answer, is_keyed=operation.is_keyed),
        reason=outcome.reason if outcome.state is OperationState.UNKNOWN else None,
    )
    condition = writes.Condition(
        writes.BEING_SENT,
        {":sending": items.text(OperationState.SENDING), ":attempt": items.number(operation.attempt)},
        {"#state": "state"},
    )
    parts = {Row.OPERATION: writes.change_operation(names.operations, operation.id, changes, event, condition)}
    if changes.booking_id is not None:
        parts[Row.BOOKING] = writes.put(
            names.operations, items.booking(operation.id, changes.booking_id), writes.ABSENT
        )
    if outcome.state in operation.freed_by:
        parts[Row.GUARD] = writes.free_guard(names.operations, operation.id, operation.guard, writes.ABSENT_OR_OURS)
    parts[Row.EVENT] = writes.put(names.audit, items.audit_event(event, names.events_kept_for), writes.ABSENT)
    if event.contact_beside is not None:
        contact = items.contact(event, event.contact_beside, names.contacts_kept_for)
        parts[Row.CONTACT] = writes.put(names.audit, contact, writes.ABSENT)
    return parts


def resolution(names: Tables, record: AnyRecord, resolved: Resolution, event: AuditEvent) -> Writes:
    """Return the writes of what reads have told about an operation that stands as `record` says."""
    changes = writes.Changes(
        state=resolved.state,
        booking_id=resolved.booking_id,
        sealed_answer=_kept(resolved.sealed_answer, is_keyed=record.is_keyed),
    )
    parts = {
        Row.OPERATION: writes.change_operation(names.operations, record.id, changes, event, writes.unchanged(record))
    }
    if resolved.booking_id is not None:
        booking = items.booking(record.id, resolved.booking_id)
        parts[Row.BOOKING] = writes.put(
            names.operations, booking, writes.ABSENT_OR_OURS, {":operation": items.text(record.id)}
        )
    if resolved.state in record.freed_by:
        parts[Row.GUARD] = writes.free_guard(names.operations, record.id, record.guard, writes.ABSENT_OR_OURS)
    parts[Row.EVENT] = writes.put(names.audit, items.audit_event(event, names.events_kept_for), writes.ABSENT)
    return parts


def release(names: Tables, record: OperationRecord, event: AuditEvent) -> Writes:
    """Return the writes that free the guard of a confirmed operation whose booking ended upstream."""
    changes = writes.Changes(state=record.state)
    return {
        Row.OPERATION: writes.change_operation(names.operations, record.id, changes, event, writes.unchanged(record)),
        Row.GUARD: writes.free_guard(names.operations, record.id, record.guard, writes.OURS),
        Row.EVENT: writes.put(names.audit, items.audit_event(event, names.events_kept_for), writes.ABSENT),
    }


def _kept(sealed_answer: str | None, *, is_keyed: bool) -> str | None:
    """Return an answer that a repeat may ask for, if there is room for it."""
    return sealed_answer if sealed_answer is not None and is_keyed and len(sealed_answer) <= LONGEST_ANSWER else None


def request_token(parts: Writes) -> str:
    """Return the ClientRequestToken of a transaction: equal writes have the same one, and no others have."""
    spelled = json.dumps(parts, sort_keys=True, default=bytes.hex)
    return hashlib.sha256(spelled.encode()).hexdigest()[:TOKEN_LENGTH]
