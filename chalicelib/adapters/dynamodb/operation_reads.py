"""Reading operations: consistent by their ids, nearly so through the indexes of open ones.

A row that is over is not there, whether DynamoDB has deleted it yet or not; only what is still open is found however old
it is, because somebody has to settle it.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib import log
from chalicelib.adapters.dynamodb import items, tables
from chalicelib.adapters.dynamodb.faults import store_errors
from chalicelib.adapters.dynamodb.items import Item
from chalicelib.adapters.dynamodb.tables import Index
from chalicelib.adapters.dynamodb.tries import Tries
from chalicelib.application.ports import BookingHeld, Clock, Held, KeyHeld
from chalicelib.domain.operation import Operation
from chalicelib.domain.record import OperationRecord
from chalicelib.domain.time_budget import Deadline

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import (
        BatchGetItemOutputTypeDef,
        GetItemOutputTypeDef,
        QueryInputTypeDef,
        QueryOutputTypeDef,
    )

NOT_READ = "The record of the operation could not be read."
READ_AGAIN = 1
AT_A_TIME = 25
LARGEST_BATCH = 100


@dataclass(frozen=True)
class OperationReader:
    """The reads of an OperationStore; `sleep` waits between tries, in seconds."""

    client: "DynamoDBClient"
    operations_table: str
    sleep: Callable[[float], None]
    clock: Clock

    @store_errors(NOT_READ)
    def find(self, operation_id: str, deadline: Deadline) -> OperationRecord | None:
        """Return an operation as it stands."""
        row = self._row(tables.operation_row(operation_id), deadline)
        return None if row is None else _record(row)

    @store_errors(NOT_READ)
    def stored_answer(self, record: OperationRecord, deadline: Deadline) -> str | None:
        """Return the sealed answer of an operation's key; None when there is none."""
        if record.key_hash is None:
            return None
        row = self._row(tables.key_row(record.key_hash), deadline)
        if row is None or row["operation_id"]["S"] != record.id or "answer" not in row:
            return None
        return row["answer"]["S"]

    @store_errors(NOT_READ)
    def held(self, operation: Operation, deadline: Deadline) -> Held | None:
        """Tell what a claim of the operation would find in its way."""
        keys = [tables.key_row(hashed) for hashed in operation.key_hashes]
        guards = [tables.guard_row(hashed) for hashed in operation.guard_hashes]
        rows = self._rows([*keys, *guards], deadline)
        held = {name: row for name, row in rows.items() if not items.is_over(row, operation.claimed_at)}
        for name in keys:
            if name in held:
                return KeyHeld(held[name]["operation_id"]["S"], held[name]["fingerprint"]["S"])
        for name in guards:
            if name in held:
                return BookingHeld(held[name]["operation_id"]["S"])
        return None

    @store_errors(NOT_READ)
    def owners(self, booking_ids: Sequence[int], deadline: Deadline) -> Mapping[int, str]:
        """Return which upstream bookings belong to which operations already."""
        names = {tables.booking_row(booking_id): booking_id for booking_id in booking_ids}
        rows = self._rows(list(names), deadline)
        return {names[name]: row["operation_id"]["S"] for name, row in rows.items()}

    def open_operations(self, account: int, deadline: Deadline) -> tuple[OperationRecord, ...]:
        """Return the account's operations without a final state, oldest first, at most 25."""
        return self._query(tables.OPEN_BY_ACCOUNT, items.number(account), None, deadline)

    def overdue_operations(self, before: datetime, deadline: Deadline) -> tuple[OperationRecord, ...]:
        """Return the 25 oldest operations of all accounts without a final state that were claimed before a time."""
        return self._query(tables.OPEN_BY_TIME, items.text("1"), before, deadline)

    @store_errors(NOT_READ)
    def _query(
        self, index: Index, value: items.Attribute, before: datetime | None, deadline: Deadline
    ) -> tuple[OperationRecord, ...]:
        """Return what an index of open operations holds under a value.

        A row that cannot be read is left out: it must not hold up the others, as the oldest of all for every account.
        """
        arguments: QueryInputTypeDef = {
            "TableName": self.operations_table,
            "IndexName": index.name,
            "KeyConditionExpression": "#partition = :value" + ("" if before is None else " AND #sort < :before"),
            "ExpressionAttributeNames": {"#partition": index.attribute}
            | ({} if before is None else {"#sort": index.sort}),
            "ExpressionAttributeValues": {":value": value}
            | ({} if before is None else {":before": items.instant(before)}),
            "Limit": AT_A_TIME,
        }

        def read() -> "QueryOutputTypeDef":
            return self.client.query(**arguments)

        records: list[OperationRecord] = []
        for row in Tries(self.sleep).run(read, READ_AGAIN, deadline)["Items"]:
            with suppress(UnreadableRowError):
                records.append(_record(row))
        return tuple(records)

    def _row(self, partition_key: str, deadline: Deadline) -> "Item | None":
        """Return one row as it stands, None when there is none any more."""

        def read() -> "GetItemOutputTypeDef":
            return self.client.get_item(
                TableName=self.operations_table,
                Key={tables.PARTITION_KEY: items.text(partition_key)},
                ConsistentRead=True,
            )

        row = Tries(self.sleep).run(read, READ_AGAIN, deadline).get("Item")
        return None if row is None or items.is_over(row, self.clock.now()) else row

    def _rows(self, partition_keys: Sequence[str], deadline: Deadline) -> "dict[str, Item]":
        """Return the rows that exist, by partition key, as they stand."""
        found: dict[str, Item] = {}
        for start in range(0, len(partition_keys), LARGEST_BATCH):
            found |= self._batch(partition_keys[start : start + LARGEST_BATCH], deadline)
        return found

    def _batch(self, partition_keys: Sequence[str], deadline: Deadline) -> "dict[str, Item]":
        """Return at most a hundred rows; DynamoDB may leave some for another try."""
        names = [{tables.PARTITION_KEY: items.text(name)} for name in partition_keys]

        def read() -> "BatchGetItemOutputTypeDef":
            answer = self.client.batch_get_item(
                RequestItems={self.operations_table: {"Keys": names, "ConsistentRead": True}}
            )
            if answer["UnprocessedKeys"]:
                raise UnprocessedKeysError
            return answer

        rows = Tries(self.sleep).run(read, READ_AGAIN, deadline)["Responses"][self.operations_table]
        return {row[tables.PARTITION_KEY]["S"]: row for row in rows}


class UnprocessedKeysError(Exception):
    """DynamoDB read a part of what was asked for; never leaves this module."""


class UnreadableRowError(Exception):
    """A row tells of no operation that this version knows; never leaves this module."""


def _record(row: Item) -> OperationRecord:
    """Return the operation that a row tells of.

    Raises:
        UnreadableRowError: it cannot be read; a line in the log says which one, and a metric calls for a person.
    """
    try:
        return items.record(row)
    except Exception as error:
        operation_id = row[tables.PARTITION_KEY]["S"].removeprefix(tables.operation_row(""))
        log.failure("operation.unreadable", error, metric="OperationUnreadable", operation_id=operation_id)
        raise UnreadableRowError from error
