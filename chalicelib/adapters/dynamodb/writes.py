"""Single writes as pure data, each with its condition.

Every write asks for the old item when its condition fails: that item tells whose the row is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

from chalicelib.adapters.dynamodb import items, tables
from chalicelib.adapters.dynamodb.rate_limit import RateLimit
from chalicelib.domain.audit import AuditEvent
from chalicelib.domain.operation import Operation, OperationState
from chalicelib.domain.record import OperationRecord

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

Write: TypeAlias = "TransactWriteItemTypeDef"

ABSENT = f"attribute_not_exists({tables.PARTITION_KEY})"
ABSENT_OR_EXPIRED = f"{ABSENT} OR {tables.EXPIRES_AT} < :now"
OURS = "operation_id = :operation"
ABSENT_OR_OURS = f"{ABSENT} OR {OURS}"
BEING_SENT = "#state = :sending AND attempt = :attempt"
PREVIOUS_ATTEMPT = f"{ABSENT_OR_EXPIRED} OR ({OURS} AND attempt = :attempt)"
UNCHANGED = "head = :head"
ONLY_WHILE_OPEN = (tables.OPEN_BY_ACCOUNT.attribute, tables.OPEN_BY_TIME.attribute)
RETRYABLE = f"{UNCHANGED} AND is_retryable = :yes"


@dataclass(frozen=True, slots=True)
class Changes:
    """What a step writes into the row of an operation; None leaves an attribute alone."""

    state: OperationState
    reason: str | None = None
    is_retryable: bool | None = None
    upstream_status: int | None = None
    booking_id: int | None = None

    def attributes(self) -> dict[str, items.Attribute]:
        """Return the attributes that change, by name."""
        attributes: dict[str, items.Attribute] = {"state": items.text(self.state)}
        if self.reason is not None:
            attributes["reason"] = items.text(self.reason)
        if self.is_retryable is not None:
            attributes["is_retryable"] = {"BOOL": self.is_retryable}
        if self.upstream_status is not None:
            attributes["upstream_status"] = items.number(self.upstream_status)
        if self.booking_id is not None:
            attributes["booking_id"] = items.number(self.booking_id)
        return attributes


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition with its values and names."""

    expression: str
    values: Mapping[str, items.Attribute]
    names: Mapping[str, str]


def unchanged(record: OperationRecord) -> Condition:
    """Return the condition that an operation stands as it was read: no event has come since."""
    return Condition(UNCHANGED, {":head": items.text(record.head)}, {})


def retryable(previous: OperationRecord) -> dict[str, items.Attribute]:
    """Return what an operation must say for the attempt after `previous` to begin."""
    return {":head": items.text(previous.head), ":yes": {"BOOL": True}}


def attempt_of(previous: OperationRecord) -> dict[str, items.Attribute]:
    """Return what a key's row must say for the attempt after `previous` to take it over."""
    return {":operation": items.text(previous.id), ":attempt": items.number(previous.attempt)}


def put(table: str, item: items.Item, condition: str, values: Mapping[str, items.Attribute] | None = None) -> Write:
    """Return a conditional put; `values` are what the condition compares with."""
    write: Write = {
        "Put": {
            "TableName": table,
            "Item": item,
            "ConditionExpression": condition,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }
    if values is not None:
        write["Put"]["ExpressionAttributeValues"] = values
    return write


def check(table: str, partition_key: str, condition: str, values: Mapping[str, items.Attribute]) -> Write:
    """Return a condition on a row that is not written."""
    return {
        "ConditionCheck": {
            "TableName": table,
            "Key": {tables.PARTITION_KEY: items.text(partition_key)},
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def count(table: str, operation: Operation, limit: RateLimit) -> Write:
    """Return the count of one more booking in the present window, on the condition that there is room for it."""
    now = operation.claimed_at
    window = tables.rate_row(operation.account, limit.window_seconds, limit.window(now))
    ends = now + timedelta(seconds=limit.window_seconds)
    return {
        "Update": {
            "TableName": table,
            "Key": {tables.PARTITION_KEY: items.text(window)},
            "UpdateExpression": f"ADD used :one SET {tables.EXPIRES_AT} = :ends",
            "ConditionExpression": "attribute_not_exists(used) OR used < :limit",
            "ExpressionAttributeValues": {
                ":one": items.number(1),
                ":limit": items.number(limit.limit),
                ":ends": items.expiry(ends),
            },
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def change_operation(table: str, operation_id: str, changes: Changes, event: AuditEvent, condition: Condition) -> Write:
    """Return the move of an operation, with its newest event; one with a final state leaves the indexes of open ones."""
    attributes = changes.attributes() | {
        "head": items.text(items.head(event)),
        "events": items.number(event.sequence),
        "changed_at": items.instant(event.at),
    }
    update = "SET " + ", ".join(f"#{name} = :new_{name}" for name in attributes)
    names = {f"#{name}": name for name in attributes} | dict(condition.names)
    if changes.state is not OperationState.UNKNOWN:
        update += " REMOVE " + ", ".join(f"#{name}" for name in ONLY_WHILE_OPEN)
        names |= {f"#{name}": name for name in ONLY_WHILE_OPEN}
    return {
        "Update": {
            "TableName": table,
            "Key": {tables.PARTITION_KEY: items.text(tables.operation_row(operation_id))},
            "UpdateExpression": update,
            "ConditionExpression": condition.expression,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": {f":new_{name}": value for name, value in attributes.items()}
            | dict(condition.values),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def keep_answer(table: str, operation_id: str, key_hash: str, sealed_answer: str) -> Write:
    """Return the change of the key's row; on the condition that it is ours, or the update would create half a row."""
    return {
        "Update": {
            "TableName": table,
            "Key": {tables.PARTITION_KEY: items.text(tables.key_row(key_hash))},
            "UpdateExpression": "SET answer = :answer",
            "ConditionExpression": OURS,
            "ExpressionAttributeValues": {":answer": items.text(sealed_answer), ":operation": items.text(operation_id)},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def free_guard(table: str, operation_id: str, guard_hash: str, condition: str) -> Write:
    """Return the removal of the guard: nothing is booked any more, so an equal booking may come in."""
    return {
        "Delete": {
            "TableName": table,
            "Key": {tables.PARTITION_KEY: items.text(tables.guard_row(guard_hash))},
            "ConditionExpression": condition,
            "ExpressionAttributeValues": {":operation": items.text(operation_id)},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }
