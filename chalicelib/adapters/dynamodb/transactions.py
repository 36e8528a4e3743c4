"""The transactions of an operation, as pure data: claim, conclusion, resolution and release.

Every write carries its condition, and asks for the old item when the condition fails: that item tells whose it is.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, TypeGuard

from chalicelib.adapters.dynamodb import items, tables, writes
from chalicelib.adapters.dynamodb.rate_limit import RateLimit
from chalicelib.adapters.dynamodb.writes import Write
from chalicelib.application.ports import Resolution
from chalicelib.domain.audit import AuditEvent
from chalicelib.domain.operation import FREES_GUARD, Operation, OperationState, Outcome
from chalicelib.domain.record import OperationRecord

TOKEN_LENGTH = 36  # the most that a ClientRequestToken may have
# DynamoDB takes rows of 400 KB. An answer that leaves no room is not kept: its outcome must be written whatever AdultWork
# sends, and a repeat then learns that the first answer cannot be read.
LONGEST_ANSWER = 350_000


class Row(StrEnum):
    """The part that a write plays in its transaction."""

    KEY = "key"
    GUARD = "guard"
    OPERATION = "operation"
    BOOKING = "booking"
    EVENT = "event"
    OLD_KEY = "old-key"
    OLD_GUARD = "old-guard"
    MINUTE = "minute"
    DAY = "day"


Writes: TypeAlias = "Mapping[Row, Write]"


@dataclass(frozen=True, slots=True)
class Tables:
    """The names of both tables."""

    operations: str
    audit: str


def claim(
    names: Tables,
    operation: Operation,
    event: AuditEvent,
    previous: OperationRecord | None,
    limits: Mapping[Row, RateLimit],
) -> Writes:
    """Return the writes of the claim: the key (if one was sent), the guard, the operation, its event and the counts.

    Rows that an earlier HMAC key made are looked for as well, so that a repeat across a rotation finds its first try.
    """
    now = items.expired_before(operation.claimed_at)
    table = names.operations
    parts: dict[Row, Write] = {}
    if operation.key_hashes and previous is not None:
        standing = {":now": now, **writes.attempt_of(previous)}
        parts[Row.KEY] = writes.put(table, items.key(operation), writes.PREVIOUS_ATTEMPT, standing)
    elif operation.key_hashes:
        parts[Row.KEY] = writes.put(table, items.key(operation), writes.ABSENT_OR_EXPIRED, {":now": now})
    parts[Row.GUARD] = writes.put(table, items.guard(operation), writes.ABSENT_OR_EXPIRED, {":now": now})
    for row, hashed in ((Row.OLD_KEY, operation.key_hashes[1:]), (Row.OLD_GUARD, operation.guard_hashes[1:])):
        for value in hashed:
            name = tables.key_row(value) if row is Row.OLD_KEY else tables.guard_row(value)
            parts[row] = writes.check(table, name, writes.ABSENT_OR_EXPIRED, {":now": now})
    being_sent = items.operation_being_sent(operation, event)
    if previous is None:
        parts[Row.OPERATION] = writes.put(table, being_sent, writes.ABSENT)
    else:
        parts[Row.OPERATION] = writes.put(table, being_sent, writes.RETRYABLE, writes.retryable(previous))
    parts[Row.EVENT] = writes.put(names.audit, items.audit_event(event), writes.ABSENT)
    for row, limit in limits.items():
        parts[row] = writes.count(table, operation, limit)
    return parts


def conclusion(
    names: Tables, operation: Operation, outcome: Outcome, event: AuditEvent, sealed_answer: str | None
) -> Writes:
    """Return the writes of the conclusion: the operation, its key, its booking or its freed guard, and its event."""
    changes = writes.Changes(
        state=outcome.state,
        reason=outcome.reason,
        is_retryable=outcome.is_retryable,
        upstream_status=outcome.upstream_status,
        booking_id=None if outcome.booking is None else outcome.booking.booking_id,
    )
    condition = writes.Condition(
        writes.BEING_SENT,
        {":sending": items.text(OperationState.SENDING), ":attempt": items.number(operation.attempt)},
        {"#state": "state"},
    )
    parts = {Row.OPERATION: writes.change_operation(names.operations, operation.id, changes, event, condition)}
    if operation.key_hashes and _is_kept(sealed_answer):
        parts[Row.KEY] = writes.keep_answer(names.operations, operation.id, operation.key_hashes[0], sealed_answer)
    if changes.booking_id is not None:
        parts[Row.BOOKING] = writes.put(
            names.operations, items.booking(operation.id, changes.booking_id), writes.ABSENT
        )
    if outcome.state in FREES_GUARD:
        parts[Row.GUARD] = writes.free_guard(
            names.operations, operation.id, operation.guard_hashes[0], writes.ABSENT_OR_OURS
        )
    parts[Row.EVENT] = writes.put(names.audit, items.audit_event(event), writes.ABSENT)
    return parts


def resolution(names: Tables, record: OperationRecord, resolved: Resolution, event: AuditEvent) -> Writes:
    """Return the writes of what reads have told about an operation that stands as `record` says."""
    changes = writes.Changes(state=resolved.state, booking_id=resolved.booking_id)
    parts = {
        Row.OPERATION: writes.change_operation(names.operations, record.id, changes, event, writes.unchanged(record))
    }
    if record.key_hash is not None and _is_kept(resolved.sealed_answer):
        parts[Row.KEY] = writes.keep_answer(names.operations, record.id, record.key_hash, resolved.sealed_answer)
    if resolved.booking_id is not None:
        booking = items.booking(record.id, resolved.booking_id)
        parts[Row.BOOKING] = writes.put(
            names.operations, booking, writes.ABSENT_OR_OURS, {":operation": items.text(record.id)}
        )
    if resolved.state in FREES_GUARD:
        parts[Row.GUARD] = writes.free_guard(names.operations, record.id, record.guard_hash, writes.ABSENT_OR_OURS)
    parts[Row.EVENT] = writes.put(names.audit, items.audit_event(event), writes.ABSENT)
    return parts


def release(names: Tables, record: OperationRecord, event: AuditEvent) -> Writes:
    """Return the writes that free the guard of a confirmed operation whose booking ended upstream."""
    changes = writes.Changes(state=record.state)
    return {
        Row.OPERATION: writes.change_operation(names.operations, record.id, changes, event, writes.unchanged(record)),
        Row.GUARD: writes.free_guard(names.operations, record.id, record.guard_hash, writes.OURS),
        Row.EVENT: writes.put(names.audit, items.audit_event(event), writes.ABSENT),
    }


def _is_kept(sealed_answer: str | None) -> TypeGuard[str]:
    """Tell whether there is an answer, and room for it."""
    return sealed_answer is not None and len(sealed_answer) <= LONGEST_ANSWER


def request_token(parts: Writes) -> str:
    """Return the ClientRequestToken of a transaction: equal writes have the same one, and no others have."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:TOKEN_LENGTH]
