"""Reading operations: consistent as they stand; only which ones are open is told by an index, a little late.

A row that is over is not there, whether DynamoDB has deleted it yet or not; only what is still open is found however old
it is, because somebody has to settle it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Generic, TypeVar

from chalicelib import log
from chalicelib.adapters.aws.database import DynamoDB
from chalicelib.adapters.aws.dynamodb import items, tables
from chalicelib.adapters.aws.dynamodb.items import Item
from chalicelib.adapters.aws.faults import RETRY_AFTER_SECONDS, store_errors
from chalicelib.adapters.aws.tries import Tries
from chalicelib.application.ports import BookingHeld, Clock, Concurrency, KeyHeld
from chalicelib.domain.errors import StoreUnavailableError, UpstreamUnavailableError
from chalicelib.domain.operation.operation import OPEN, AnyOperation
from chalicelib.domain.operation.record import AnyRecord
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

RecordT = TypeVar("RecordT", bound=AnyRecord)
OperationT = TypeVar("OperationT", bound=AnyOperation)


@dataclass(frozen=True)
class OperationReader(ABC, Generic[OperationT, RecordT]):
    """The reads of a Store; `sleep` waits between tries, in seconds, and shards are read side by side.

    Operations of every kind are in one table. To one kind, those of others are not there.
    """

    client: DynamoDB
    operations_table: str
    sleep: Callable[[float], None]
    clock: Clock
    concurrency: Concurrency

    @abstractmethod
    def is_of_kind(self, row: Item) -> bool:
        """Tell whether a row is of an operation of this kind."""

    @abstractmethod
    def record_of(self, row: Item) -> RecordT:
        """Return the operation that a row of this kind tells of; whatever is wrong with it is an error."""

    @store_errors(NOT_READ)
    def find(self, operation_id: str, deadline: Deadline) -> RecordT | None:
        """Return an operation as it stands; one that does not tell any more who it is about is nobody's to ask for."""
        row = self._row(tables.operation_row(operation_id), deadline)
        return self.read(row) if row is not None and self._is_told(row) else None

    @store_errors(NOT_READ)
    def held(self, operation: OperationT, deadline: Deadline) -> KeyHeld[RecordT] | BookingHeld | None:
        """Tell what a claim of the operation would find in its way; a key whose operation is long gone is not looked for."""
        key, guard = tables.operation_row(operation.id), tables.guard_row(operation.guard)
        rows = self.rows_of([key, guard] if operation.is_keyed else [guard], deadline)
        if key in rows:
            return self.key_held(rows[key], operation)
        if guard in rows and not items.is_over(rows[guard], operation.claimed_at):
            return BookingHeld(rows[guard]["operation_id"]["S"])
        return None

    @store_errors(NOT_READ)
    def open_operations(self, account: int, deadline: Deadline) -> tuple[RecordT, ...]:
        """Return the account's operations without a final state, oldest first, at most 25.

        They are among the 100 oldest of all kinds: 25 of another kind hide none.
        """
        return self._standing(self._open_in(tables.open_shard(account), deadline, account=account), deadline)

    @store_errors(NOT_READ)
    def overdue_operations(self, before: datetime, deadline: Deadline) -> tuple[RecordT, ...]:
        """Return the operations of this kind among the 25 oldest of all kinds and accounts that were claimed before a time.

        Whoever settles what is found brings the next ones into sight; none may mean that all 25 are of another kind.
        """

        def read(shard: str) -> Callable[[], list[Item]]:
            return self.concurrency.start(lambda: self._open_in(shard, deadline, before=before), deadline)

        try:
            found = [entry for result in [read(shard) for shard in tables.open_shards()] for entry in result()]
        except UpstreamUnavailableError as error:  # how a call beside ours is late
            raise StoreUnavailableError(NOT_READ, retry_after_seconds=RETRY_AFTER_SECONDS) from error
        return self._standing(_oldest_first(found)[:AT_A_TIME], deadline)

    def _open_in(
        self, shard: str, deadline: Deadline, *, account: int | None = None, before: datetime | None = None
    ) -> list[Item]:
        """Return the 25 oldest entries of one partition of the index of open operations; of an account that is named, 100."""
        most = AT_A_TIME if account is None else LARGEST_BATCH
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
            if "LastEvaluatedKey" not in page or len(found) >= most:
                return found[:most]
            arguments["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _standing(self, entries: Sequence[Item], deadline: Deadline) -> tuple[RecordT, ...]:
        """Return the oldest 25 of the operations that an index has named, as they stand, if they are open still.

        A row that cannot be read is left out: it must not hold up the others, as the oldest of all for every account.
        """
        rows = self.rows_of([entry[tables.PARTITION_KEY]["S"] for entry in entries], deadline)
        records: list[RecordT] = []
        for row in rows.values():
            if not self._is_told(
                row
            ):  # of another kind; or stripped, since it was settled: the index is a moment behind
                continue
            with suppress(UnreadableRowError):
                records.append(self.read(row))
        still_open = [record for record in records if record.state in OPEN]
        return tuple(sorted(still_open, key=lambda record: (record.claimed_at, record.id))[:AT_A_TIME])

    def _is_told(self, row: Item) -> bool:
        """Tell whether a row is of this kind, and says who it is about."""
        return self.is_of_kind(row) and not items.is_stripped(row)

    def read(self, row: Item) -> RecordT:
        """Return the operation that a row tells of.

        Raises:
            UnreadableRowError: it cannot be read; a line in the log says which one, and a metric calls for a person.
        """
        try:
            return self.record_of(row)
        except Exception as error:
            operation_id = row[tables.PARTITION_KEY]["S"].removeprefix(tables.operation_row(""))
            log.failure("operation.unreadable", error, metric="OperationUnreadable", operation_id=operation_id)
            raise UnreadableRowError from error

    def key_held(self, row: Item, operation: OperationT) -> KeyHeld[RecordT]:
        """Return the earlier operation that a key belongs to; of one that is stripped nobody can tell what was asked for.

        Raises:
            StoreUnavailableError: it is another account's.
        """
        if items.is_stripped(row):
            return KeyHeld(operation.id, None)
        return KeyHeld(operation.id, require_own(self.read(row), operation.account))

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

    def rows_of(self, partition_keys: Sequence[str], deadline: Deadline) -> "dict[str, Item]":
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


def _oldest_first(entries: Sequence[Item]) -> Sequence[Item]:
    """Return entries of several partitions of an index in the order of their claims."""
    return sorted(entries, key=lambda entry: (entry[tables.CLAIMED_AT]["S"], entry[tables.PARTITION_KEY]["S"]))


def require_own(record: RecordT, account: int) -> RecordT:
    """Return an operation of this account.

    Raises:
        StoreUnavailableError: it is another account's. The account is part of what its key addresses, so the row is at fault.
    """
    if record.account != account:
        raise StoreUnavailableError(NOT_READ, retry_after_seconds=RETRY_AFTER_SECONDS)
    return record
