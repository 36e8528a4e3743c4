"""The reviewers' way into the audit table: its indexes, and its rows by key. Nothing here reads a whole table."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import field
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.aws.dynamodb import tables
from chalicelib.adapters.aws.review import rows
from chalicelib.adapters.aws.review.batches import LARGEST_BATCH, pieces, read_rows
from chalicelib.adapters.aws.review.calls import THREADS, audit_errors, in_time
from chalicelib.adapters.aws.review.open_operations import count_open, list_open
from chalicelib.application.review.ports import Entries, OpenNow, OpenOperations
from chalicelib.domain.review.desk.chain import Chain
from chalicelib.domain.review.desk.plan import Day, Place, Span
from chalicelib.domain.review.desk.position import Direction, Position
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

# Nearly every chain has fewer events: 25 of them are read with one request, whatever is in them.
EVENTS_AT_ONCE = 4
CHAINS_AT_ONCE = LARGEST_BATCH // EVENTS_AT_ONCE


@dataclass(frozen=True, slots=True)
class DynamoDBAuditIndex:
    """An AuditIndex on the two tables."""

    client: "DynamoDBClient"
    audit_table: str
    operations_table: str
    threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(THREADS, thread_name_prefix="partition")
    )

    @audit_errors()
    def entries(self, place: Place, span: Span, limit: int, deadline: Deadline) -> Entries:
        """Return the first `limit` operations of a place that are in a span; the partitions of a day are asked side by side."""
        if isinstance(place, Day):
            shards = tables.day_shards(datetime.combine(place.day, time(), UTC))
            partitions = [(tables.BY_DAY, rows.text(shard)) for shard in shards]
        else:
            partitions = [rows.partition(place)]
        read = list(
            self._side_by_side(lambda each: self._partition(each[0], each[1], span, limit, deadline), partitions)
        )
        merged = sorted((one for found, _ in read for one in found), reverse=span.direction is Direction.OLDER)
        return Entries(tuple(merged[:limit]), len(merged) <= limit and all(is_end for _, is_end in read))

    @audit_errors()
    def operation_of(self, booking_id: int, deadline: Deadline) -> str | None:
        """Return the operation that an upstream booking belongs to."""
        row = self._row(
            self.operations_table, {tables.PARTITION_KEY: rows.text(tables.booking_row(booking_id))}, deadline
        )
        return None if row is None else str(row["operation_id"]["S"])

    @audit_errors()
    def chains(self, operation_ids: Sequence[str], deadline: Deadline) -> Mapping[str, Chain]:
        """Return the events of operations as they stand: of one by a query, of many the first events by key."""
        if len(operation_ids) == 1:
            found = {operation_ids[0]: self._events(operation_ids[0], "", deadline)}
        else:
            read = self._side_by_side(
                lambda some: self._first_events(some, deadline), pieces(operation_ids, CHAINS_AT_ONCE)
            )
            found = {name: stored for some in read for name, stored in some.items()}
        return {name: Chain.read(name, stored) for name, stored in found.items() if stored}

    @audit_errors()
    def contact(self, operation_id: str, sequence: int, deadline: Deadline) -> str | None:
        """Return the sealed contact that is kept beside an event."""
        key = {
            tables.PARTITION_KEY: rows.text(tables.contact_row(operation_id)),
            tables.SORT_KEY: rows.text(tables.event_sort_key(sequence)),
        }
        row = self._row(self.audit_table, key, deadline)
        return None if row is None else rows.sealed_text(row["contact"])

    @audit_errors()
    def open_now(self, deadline: Deadline) -> OpenNow:
        """Count the operations that have no final state."""
        return count_open(self.client, self.operations_table, self._side_by_side, deadline)

    @audit_errors()
    def open_operations(self, limit: int, deadline: Deadline) -> OpenOperations:
        """Name the operations that have no final state: the oldest first, `limit` at most."""
        return list_open(self.client, self.operations_table, self._side_by_side, limit, deadline)

    def _side_by_side(self, call: Callable[[Any], Any], arguments: Iterable[Any]) -> Iterable[Any]:
        """Make a call for each argument, several at a time; return what they return, in order."""
        return self.threads.map(call, arguments)

    def _partition(
        self, index: tables.Index, value: rows.Attribute, span: Span, limit: int, deadline: Deadline
    ) -> tuple[list[Position], bool]:
        """Return what one partition has of a span, more than `limit` if there is more, and whether that is all.

        Entries of one millisecond come in no order of ours, so they are read to the last before they are sorted.
        """
        low, high = rows.stretch(span)
        if low > high:
            return [], True
        arguments: Any = {
            "TableName": self.audit_table,
            "IndexName": index.name,
            "KeyConditionExpression": "#part = :part AND #at BETWEEN :low AND :high",
            "ExpressionAttributeNames": {"#part": index.attribute, "#at": index.sort},
            "ExpressionAttributeValues": {":part": value, ":low": rows.text(low), ":high": rows.text(high)},
            "ScanIndexForward": span.direction is Direction.NEWER,
            # One more tells whether that is the end, and the operation that the span goes on beyond is among them.
            "Limit": limit + 1 + (span.beyond is not None),
        }
        found: list[Position] = []
        while True:
            page = in_time(lambda: self.client.query(**arguments), deadline)
            found += [each for each in map(rows.position, page["Items"]) if span.holds(each)]
            if "LastEvaluatedKey" not in page:
                return found, True
            if len(found) > limit and found[-1].at != found[limit - 1].at:
                return found, False
            arguments["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _first_events(self, operation_ids: Sequence[str], deadline: Deadline) -> dict[str, list[bytes]]:
        """Return the events of a few operations; one that has as many as are read at once is read to its end."""
        keys = [
            {
                tables.PARTITION_KEY: rows.text(tables.operation_row(name)),
                tables.SORT_KEY: rows.text(tables.event_sort_key(number)),
            }
            for name in operation_ids
            for number in range(1, EVENTS_AT_ONCE + 1)
        ]
        stored: dict[str, dict[str, bytes]] = {}
        for row in read_rows(self.client, self.audit_table, keys, deadline):
            stored.setdefault(rows.operation_id(row), {})[row[tables.SORT_KEY]["S"]] = row["canonical"]["S"].encode()
        last = tables.event_sort_key(EVENTS_AT_ONCE)
        return {
            name: [events[each] for each in sorted(events)]
            + (self._events(name, last, deadline) if last in events else [])
            for name, events in stored.items()
        }

    def _events(self, operation_id: str, after: str, deadline: Deadline) -> list[bytes]:
        """Return the events of an operation behind a sort key, all of them behind the empty one."""
        arguments: Any = {
            "TableName": self.audit_table,
            "KeyConditionExpression": "pk = :operation AND sk > :after",
            "ExpressionAttributeValues": {
                ":operation": rows.text(tables.operation_row(operation_id)),
                ":after": rows.text(after or "0"),
            },
            "ConsistentRead": True,
        }
        found: list[bytes] = []
        while True:
            page = in_time(lambda: self.client.query(**arguments), deadline)
            found += [row["canonical"]["S"].encode() for row in page["Items"]]
            if "LastEvaluatedKey" not in page:
                return found
            arguments["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _row(self, table: str, key: dict[str, rows.Attribute], deadline: Deadline) -> dict[str, Any] | None:
        """Return one row as it stands."""
        answer: Any = in_time(lambda: self.client.get_item(TableName=table, Key=key, ConsistentRead=True), deadline)
        row: dict[str, Any] | None = answer.get("Item")
        return row
