"""The two transactions of an operation, as pure data: the claim before the send and the conclusion after it.

Every write carries its condition, and asks for the old item when the condition fails: that item tells whose it is.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from chalicelib.adapters.dynamodb import items, tables
from chalicelib.domain.audit import AuditEvent
from chalicelib.domain.operation import FREES_GUARD, Operation, OperationState, Outcome

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

TOKEN_LENGTH = 36  # the most that a ClientRequestToken may have

ABSENT = f"attribute_not_exists({tables.PARTITION_KEY})"
ABSENT_OR_EXPIRED = f"{ABSENT} OR {tables.EXPIRES_AT} < :now"
OURS = "operation_id = :operation"
ABSENT_OR_OURS = f"{ABSENT} OR {OURS}"
BEING_SENT = "#state = :sending AND attempt = :attempt"


class Row(StrEnum):
    """The part that a write plays in its transaction."""

    KEY = "key"
    GUARD = "guard"
    OPERATION = "operation"
    BOOKING = "booking"
    EVENT = "event"


Write: TypeAlias = "TransactWriteItemTypeDef"
Writes: TypeAlias = "Mapping[Row, Write]"


@dataclass(frozen=True, slots=True)
class Tables:
    """The names of both tables."""

    operations: str
    audit: str


def claim(names: Tables, operation: Operation, event: AuditEvent) -> Writes:
    """Return the writes of the claim: the key (if one was sent), the guard, the operation and its event."""
    now = items.expired_before(operation.claimed_at)
    writes: dict[Row, Write] = {}
    if operation.key_hash is not None:
        writes[Row.KEY] = _put(names.operations, items.key(operation, operation.key_hash), ABSENT_OR_EXPIRED, now)
    writes[Row.GUARD] = _put(names.operations, items.guard(operation), ABSENT_OR_EXPIRED, now)
    writes[Row.OPERATION] = _put(names.operations, items.operation_being_sent(operation, event), ABSENT)
    writes[Row.EVENT] = _put(names.audit, items.audit_event(event), ABSENT)
    return writes


def conclusion(names: Tables, operation: Operation, outcome: Outcome, event: AuditEvent) -> Writes:
    """Return the writes of the conclusion: the operation, its key, its booking or its freed guard, and its event."""
    writes = {Row.OPERATION: _conclude_operation(names.operations, operation, outcome, event)}
    if operation.key_hash is not None:
        writes[Row.KEY] = _conclude_key(names.operations, operation, operation.key_hash, outcome.state)
    if outcome.booking is not None:
        writes[Row.BOOKING] = _put(names.operations, items.booking(operation, outcome.booking.booking_id), ABSENT)
    if outcome.state in FREES_GUARD:
        writes[Row.GUARD] = _free_guard(names.operations, operation)
    writes[Row.EVENT] = _put(names.audit, items.audit_event(event), ABSENT)
    return writes


def request_token(writes: Writes) -> str:
    """Return the ClientRequestToken of a transaction: equal writes have the same one, and no others have."""
    return hashlib.sha256(json.dumps(writes, sort_keys=True).encode()).hexdigest()[:TOKEN_LENGTH]


def _put(table: str, item: items.Item, condition: str, now: "items.Attribute | None" = None) -> Write:
    """Return a conditional put; `now` is compared with the old item's expiry."""
    write: Write = {
        "Put": {
            "TableName": table,
            "Item": item,
            "ConditionExpression": condition,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }
    if now is not None:
        write["Put"]["ExpressionAttributeValues"] = {":now": now}
    return write


def _conclude_operation(table: str, operation: Operation, outcome: Outcome, event: AuditEvent) -> Write:
    """Return the move of the operation out of SENDING, for the attempt that was claimed and no other."""
    changes = "#state = :state, head = :head, events = :events, reason = :reason, concluded_at = :at"
    values = {
        ":sending": items.text(OperationState.SENDING),
        ":attempt": items.number(operation.attempt),
        ":state": items.text(outcome.state),
        ":head": items.text(items.head(event)),
        ":events": items.number(event.sequence),
        ":reason": items.text(outcome.reason),
        ":at": items.instant(event.at),
    }
    if outcome.upstream_status is not None:
        changes += ", upstream_status = :upstream_status"
        values[":upstream_status"] = items.number(outcome.upstream_status)
    if outcome.booking is not None:
        changes += ", booking_id = :booking_id"
        values[":booking_id"] = items.number(outcome.booking.booking_id)
    return {
        "Update": {
            "TableName": table,
            "Key": {tables.PARTITION_KEY: items.text(tables.operation_row(operation.id))},
            "UpdateExpression": f"SET {changes}",
            "ConditionExpression": BEING_SENT,
            "ExpressionAttributeNames": {"#state": "state"},
            "ExpressionAttributeValues": values,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def _conclude_key(table: str, operation: Operation, key_hash: str, state: OperationState) -> Write:
    """Return the change of the key's row; on the condition that it is ours, or the update would create half a row."""
    return {
        "Update": {
            "TableName": table,
            "Key": {tables.PARTITION_KEY: items.text(tables.key_row(key_hash))},
            "UpdateExpression": "SET #state = :state",
            "ConditionExpression": OURS,
            "ExpressionAttributeNames": {"#state": "state"},
            "ExpressionAttributeValues": {":state": items.text(state), ":operation": items.text(operation.id)},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def _free_guard(table: str, operation: Operation) -> Write:
    """Return the removal of the guard: nothing was booked, so an equal booking may come in."""
    return {
        "Delete": {
            "TableName": table,
            "Key": {tables.PARTITION_KEY: items.text(tables.guard_row(operation.guard_hash))},
            "ConditionExpression": ABSENT_OR_OURS,
            "ExpressionAttributeValues": {":operation": items.text(operation.id)},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }
