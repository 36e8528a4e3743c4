"""Every stored event, for whoever makes and verifies digests: found by index, read by key, each chain to its end."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.aws.dynamodb import tables
from chalicelib.adapters.aws.review import rows
from chalicelib.adapters.aws.review.audit_index import DynamoDBAuditIndex
from chalicelib.adapters.aws.review.batches import pieces, read_rows
from chalicelib.adapters.aws.review.calls import THREADS, audit_errors, in_time
from chalicelib.application.review.digest_ports import PIECE
from chalicelib.domain.audit.chain import Head, StoredChain
from chalicelib.domain.audit.stored_look import is_of_looks
from chalicelib.domain.review.desk.plan import Day, Span
from chalicelib.domain.review.desk.position import Direction, Position
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

HEAD_ONLY: Mapping[str, Any] = {
    "ProjectionExpression": "pk, #head, #events",
    "ExpressionAttributeNames": {"#head": "head", "#events": "events"},
}


@dataclass(frozen=True, slots=True)
class DynamoDBAuditRecords:
    """An AuditRecords on the audit table."""

    client: "DynamoDBClient"
    audit_table: str
    index: DynamoDBAuditIndex = field(repr=False)

    @classmethod
    def of(cls, index: DynamoDBAuditIndex) -> "DynamoDBAuditRecords":
        """Return the records that an index finds."""
        return cls(index.client, index.audit_table, index)

    def begun(self, start: datetime, end: datetime, deadline: Deadline) -> Iterator[Sequence[Position]]:
        """Yield what began in a span, day by day."""
        day = start.astimezone(UTC).date()
        while day <= end.astimezone(UTC).date():
            span, is_end = Span(Direction.NEWER, None, start, end), False
            while not is_end:
                entries = self.index.entries(Day(day), span, PIECE, deadline)
                is_end = entries.is_end
                if entries.positions:
                    yield entries.positions
                    span = span.after(entries.positions[-1])
            day += timedelta(days=1)

    def looked(self, start: datetime, end: datetime, deadline: Deadline) -> Iterator[Sequence[Position]]:
        """Yield the chains of looks that began in a span; some days are read side by side."""
        first, last = start.astimezone(UTC).date(), end.astimezone(UTC).date()
        days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
        for some in pieces(days, THREADS):
            with audit_errors():
                read = list(self.index.threads.map(lambda day: self._readers(day, deadline), some))
            found = sorted(one for readers in read for one in readers if start <= one.at < end)
            yield from pieces(found, PIECE)

    @audit_errors()
    def continued(self, hour: datetime, deadline: Deadline) -> Sequence[str]:
        """Return the operations of all partitions of an hour."""
        found = self.index.threads.map(lambda shard: self._in_shard(shard, deadline), tables.hour_shards(hour))
        return sorted({name for some in found for name in some})

    @audit_errors()
    def chains(self, operation_ids: Sequence[str], deadline: Deadline) -> Sequence[StoredChain]:
        """Return chains, each by a query of its own: whatever row stands there is read, in the order of the keys."""
        return list(self.index.threads.map(lambda name: self._chain(name, deadline), operation_ids))

    def _chain(self, operation_id: str, deadline: Deadline) -> StoredChain:
        arguments: Any = {
            "TableName": self.audit_table,
            "KeyConditionExpression": "pk = :operation",
            "ExpressionAttributeValues": {":operation": rows.text(rows.chain_key(operation_id))},
            "ConsistentRead": True,
        }
        found = (row.get("canonical", {}).get("S", "").encode() for row in self._rows(arguments, deadline))
        return StoredChain(operation_id, list(found))

    def _readers(self, day: date, deadline: Deadline) -> list[Position]:
        """Return where the looks of each reader of a day begin."""
        arguments: Any = {
            "TableName": self.audit_table,
            "IndexName": tables.BY_DAY.name,
            "KeyConditionExpression": "#day = :day",
            "ExpressionAttributeNames": {"#day": tables.BY_DAY.attribute},
            "ExpressionAttributeValues": {":day": rows.text(rows.readers_shard(day))},
        }
        return [
            found for row in self._rows(arguments, deadline) if is_of_looks((found := rows.position(row)).operation_id)
        ]

    def _in_shard(self, shard: str, deadline: Deadline) -> list[str]:
        arguments: Any = {
            "TableName": self.audit_table,
            "IndexName": tables.BY_HOUR.name,
            "KeyConditionExpression": "#hour = :hour",
            "ExpressionAttributeNames": {"#hour": tables.BY_HOUR.attribute},
            "ExpressionAttributeValues": {":hour": rows.text(shard)},
        }
        return [rows.operation_id(row) for row in self._rows(arguments, deadline)]

    def _rows(self, arguments: dict[str, Any], deadline: Deadline) -> Iterator[Any]:
        while True:
            page = in_time(lambda: self.client.query(**arguments), deadline)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            arguments["ExclusiveStartKey"] = page["LastEvaluatedKey"]


@dataclass(frozen=True, slots=True)
class DynamoDBOperationHeads:
    """An OperationHeads on the table of operations."""

    client: "DynamoDBClient"
    operations_table: str

    @audit_errors()
    def heads(self, operation_ids: Sequence[str], deadline: Deadline) -> Mapping[str, Head]:
        """Return what the records say, a hundred at a time."""
        keys = [{tables.PARTITION_KEY: rows.text(tables.operation_row(name))} for name in operation_ids]
        found = (
            row
            for some in pieces(keys, PIECE)
            for row in read_rows(self.client, self.operations_table, some, deadline, HEAD_ONLY)
        )
        return {
            rows.operation_id(row): Head(int(row["events"]["N"]), bytes(row["head"]["B"]).hex())
            for row in found
            if "head" in row
        }
