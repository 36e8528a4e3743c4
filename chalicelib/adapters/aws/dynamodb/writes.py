"""Single writes as pure data, each with its condition.

Every write asks for the old item when its condition fails: that item tells whose the row is.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from chalicelib.adapters.aws.dynamodb import items, tables
from chalicelib.adapters.aws.dynamodb.rate_limit import Counter
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.operation.operation import OPEN, OperationState
from chalicelib.domain.operation.record import AnyRecord
from chalicelib.values import dataclass

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

Write: TypeAlias = "TransactWriteItemTypeDef"

ABSENT = f"attribute_not_exists({tables.PARTITION_KEY})"
ABSENT_OR_EXPIRED = f"{ABSENT} OR {tables.EXPIRES_AT} < :now"
OURS = "operation_id = :operation"
ABSENT_OR_OURS = f"{ABSENT} OR {OURS}"
BEING_SENT = "#state = :sending AND attempt = :attempt"
UNCHANGED = "head = :head"
RETRYABLE = f"{UNCHANGED} AND is_retryable = :yes"


@dataclass(frozen=True, slots=True)
class Changes:
    """What a step writes into the row of an operation; None leaves an attribute alone."""

    state: OperationState
    is_retryable: bool | None = None
    booking_id: int | None = None
    sealed_answer: str | None = None
    reason: str | None = None

    def attributes(self) -> dict[str, items.Attribute]:
        """Return the attributes that change, by name."""
        attributes: dict[str, items.Attribute] = {"state": items.text(self.state)}
        if self.is_retryable is not None:
            attributes["is_retryable"] = {"BOOL": self.is_retryable}
        if self.booking_id is not None:
            attributes["booking_id"] = items.number(self.booking_id)
        if self.sealed_answer is not None:
            attributes["answer"] = items.sealed(self.sealed_answer)
        if self.reason is not None:
            attributes["reason"] = items.text(self.reason)
        return attributes


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition with its values and names."""

    expression: str
    values: Mapping[str, items.Attribute]
    names: Mapping[str, str]


def unchanged(record: AnyRecord) -> Condition:
    """Return the condition that an operation stands as it was read: no event has come since."""
    return Condition(UNCHANGED, {":head": items.hashed(record.head)}, {})


def retryable(previous: AnyRecord) -> dict[str, items.Attribute]:
    """Return what an operation must say for the attempt after `previous` to begin."""
    return {":head": items.hashed(previous.head), ":yes": {"BOOL": True}}


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


def count(table: str, counter: Counter) -> Write:
    """Return the count of one more booking in every window of a row, on the condition that there is room in each."""
    names = {f"#{number}": name for number, name in enumerate(counter.limits)}
    limits = {f":{number}": items.number(limit.limit) for number, limit in enumerate(counter.limits.values())}
    rooms = [f"(attribute_not_exists(#{number}) OR #{number} < :{number})" for number in range(len(names))]
    return {
        "Update": {
            "TableName": table,
            "Key": {tables.PARTITION_KEY: items.text(counter.row)},
            "UpdateExpression": f"ADD {', '.join(f'{name} :one' for name in names)} SET {tables.EXPIRES_AT} = :ends",
            "ConditionExpression": " AND ".join(rooms),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": {":one": items.number(1), ":ends": items.expiry(counter.ends)} | limits,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def change_operation(table: str, operation_id: str, changes: Changes, event: AuditEvent, condition: Condition) -> Write:
    """Return the move of an operation, with its newest event; one with a final state leaves the index of open ones."""
    attributes = changes.attributes() | {
        "head": items.head(event),
        "events": items.number(event.sequence),
    }
    if event.tells_client and event.client is not None:
        attributes[items.CLIENT] = items.text(event.client)
    update = "SET " + ", ".join(f"#{name} = :new_{name}" for name in attributes)
    names = {f"#{name}": name for name in attributes} | dict(condition.names)
    if changes.state not in OPEN:
        update += " REMOVE #open"
        names["#open"] = tables.OPEN.attribute
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


def free_guard(table: str, operation_id: str, guard: str, condition: str) -> Write:
    """Return the removal of the guard: nothing is booked any more, so an equal booking may come in."""
    return {
        "Delete": {
            "TableName": table,
            "Key": {tables.PARTITION_KEY: items.text(tables.guard_row(guard))},
            "ConditionExpression": condition,
            "ExpressionAttributeValues": {":operation": items.text(operation_id)},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }
