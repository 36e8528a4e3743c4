"""Reading operations: consistent as they stand; only which ones are open is told by an index, a little late.

A row that is over is not there, whether DynamoDB has deleted it yet or not; only what is still open is found however old
it is, because somebody has to settle it.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib import log
from chalicelib.adapters.aws.database import DynamoDB
from chalicelib.adapters.aws.dynamodb import items, tables
from chalicelib.adapters.aws.dynamodb.items import Item
from chalicelib.adapters.aws.faults import RETRY_AFTER_SECONDS, store_errors
from chalicelib.adapters.aws.tries import Tries
from chalicelib.application.ports import BookingHeld, Clock, Concurrency, Held, KeyHeld
from chalicelib.domain.errors import StoreUnavailableError, UpstreamUnavailableError
from chalicelib.domain.operation.operation import OPEN, Operation
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.time_budget import Deadline

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import (
        BatchGetItemInputTypeDef,
        BatchGetItemOutputTypeDef,
        GetItemInputTypeDef,
        QueryInputTypeDef,
    )

NOT_READ = "The record of the operation could not be read."
READ_AGAIN = 1
AT_A_TIME = 25
LARGEST_BATCH = 100


@dataclass(frozen=True)
class OperationReader:
    """The reads of an OperationStore; `sleep` waits between tries, in seconds, and shards are read side by side."""

    client: DynamoDB
    operations_table: str
    sleep: Callable[[float], None]
    clock: Clock
    concurrency: Concurrency

    @store_errors(NOT_READ)
    def find(self, operation_id: str, deadline: Deadline) -> OperationRecord | None:
        """Return an operation as it stands; one that does not tell any more who it is about is nobody's to ask for."""
        row = self._row(tables.operation_row(operation_id), deadline)
        return None if row is None or items.is_stripped(row) else read_record(row)

    @store_errors(NOT_READ)
    def held(self, operation: Operation, deadline: Deadline) -> Held | None:
        """Tell what a claim of the operation would find in its way; a key whose operation is long gone is not looked for."""
        key, guard = tables.operation_row(operation.id), tables.guard_row(operation.guard)
        rows = self._rows([key, guard] if operation.is_keyed else [guard], deadline)
        if key in rows:
            return key_held(rows[key], operation)
        if guard in rows and not items.is_over(rows[guard], operation.claimed_at):
            return BookingHeld(rows[guard]["operation_id"]["S"])
        return None

    @store_errors(NOT_READ)
    def owners(self, booking_ids: Sequence[int], deadline: Deadline) -> Mapping[int, str]:
        """Return which upstream bookings belong to which operations already."""
        names = {tables.booking_row(booking_id): booking_id for booking_id in booking_ids}
        rows = self._rows(list(names), deadline)
        return {names[name]: row["operation_id"]["S"] for name, row in rows.items()}

    @store_errors(NOT_READ)
    def open_operations(self, account: int, deadline: Deadline) -> tuple[OperationRecord, ...]:
        """Return the account's operations without a final state, oldest first, at most 25."""
        return self._standing(self._open_in(tables.open_shard(account), deadline, account=account), deadline)

    @store_errors(NOT_READ)
    def overdue_operations(self, before: datetime, deadline: Deadline) -> tuple[OperationRecord, ...]:
        """Return the 25 oldest operations of all accounts without a final state that were claimed before a time."""

        def read(shard: str) -> Callable[[], list[Item]]:
            return self.concurrency.start(lambda: self._open_in(shard, deadline, before=before), deadline)

        try:
            found = [entry for result in [read(shard) for shard in tables.open_shards()] for entry in result()]
        except UpstreamUnavailableError as error:  # how a call beside ours is late
            raise StoreUnavailableError(NOT_READ, retry_after_seconds=RETRY_AFTER_SECONDS) from error
        return self._standing(found, deadline)

    def _open_in(
        self, shard: str, deadline: Deadline, *, account: int | None = None, before: datetime | None = None
    ) -> list[Item]:
        """Return the 25 oldest entries that one partition of the index of open operations has, of one account if it is named."""
        key = "#shard = :shard" + ("" if before is None else " AND #claimed < :before")
        arguments: QueryInputTypeDef = {
            "TableName": self.operations_table,
            "IndexName": tables.OPEN.name,
            "KeyConditionExpression": key,
            "ExpressionAttributeNames": {"#shard": tables.OPEN.attribute},
            "ExpressionAttributeValues": {":shard": items.text(shard)},
        }
        if before is not None:
            arguments["ExpressionAttributeNames"] = {"#shard": tables.OPEN.attribute, "#claimed": tables.OPEN.sort}
            arguments["ExpressionAttributeValues"] = {":shard": items.text(shard), ":before": items.instant(before)}
            arguments["Limit"] = AT_A_TIME
        if account is not None:
            arguments["FilterExpression"] = f"{tables.ACCOUNT} = :account"
            arguments["ExpressionAttributeValues"] = {":shard": items.text(shard), ":account": items.number(account)}
        found: list[Item] = []
        while True:
            page = Tries(self.sleep).run(lambda: self.client.query(arguments, deadline), READ_AGAIN, deadline)
            found += page["Items"]
            if "LastEvaluatedKey" not in page or len(found) >= AT_A_TIME:
                return found[:AT_A_TIME]
            arguments["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _standing(self, entries: Sequence[Item], deadline: Deadline) -> tuple[OperationRecord, ...]:
        """Return the oldest operations that an index has named, as they stand, if they are open still.

        A row that cannot be read is left out: it must not hold up the others, as the oldest of all for every account.
        """
        oldest = sorted(entries, key=lambda entry: (entry[tables.CLAIMED_AT]["S"], entry[tables.PARTITION_KEY]["S"]))
        rows = self._rows([entry[tables.PARTITION_KEY]["S"] for entry in oldest[:AT_A_TIME]], deadline)
        records: list[OperationRecord] = []
        for row in rows.values():
            if items.is_stripped(row):  # it was settled before; the index is a moment behind
                continue
            with suppress(UnreadableRowError):
                records.append(read_record(row))
        still_open = [record for record in records if record.state in OPEN]
        return tuple(sorted(still_open, key=lambda record: (record.claimed_at, record.id)))

    def _row(self, partition_key: str, deadline: Deadline) -> "Item | None":
        """Return one row as it stands, None when there is none any more."""
        asked: GetItemInputTypeDef = {
            "TableName": self.operations_table,
            "Key": {tables.PARTITION_KEY: items.text(partition_key)},
            "ConsistentRead": True,
        }
        answer = Tries(self.sleep).run(lambda: self.client.get_item(asked, deadline), READ_AGAIN, deadline)
        row = answer.get("Item")
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
        asked: BatchGetItemInputTypeDef = {
            "RequestItems": {self.operations_table: {"Keys": names, "ConsistentRead": True}}
        }

        def read() -> "BatchGetItemOutputTypeDef":
            answer = self.client.batch_get_item(asked, deadline)
            if answer["UnprocessedKeys"]:
                raise UnprocessedKeysError
            return answer

        rows = Tries(self.sleep).run(read, READ_AGAIN, deadline)["Responses"][self.operations_table]
        return {row[tables.PARTITION_KEY]["S"]: row for row in rows}


class UnprocessedKeysError(Exception):
    """DynamoDB read a part of what was asked for; never leaves this module."""


class UnreadableRowError(Exception):
    """A row tells of no operation that this version knows; never leaves this module."""


def read_record(row: Item) -> OperationRecord:
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


def key_held(row: Item, operation: Operation) -> KeyHeld:
    """Return the earlier operation that a key belongs to; of one that is stripped nobody can tell what was asked for.

    Raises:
        StoreUnavailableError: it is another account's.
    """
    if items.is_stripped(row):
        return KeyHeld(operation.id, None)
    return KeyHeld(operation.id, require_own(read_record(row), operation.account))


def require_own(record: OperationRecord, account: int) -> OperationRecord:
    """Return an operation of this account.

    Raises:
        StoreUnavailableError: it is another account's. The account is part of what its key addresses, so the row is at fault.
    """
    if record.account != account:
        raise StoreUnavailableError(NOT_READ, retry_after_seconds=RETRY_AFTER_SECONDS)
    return record
