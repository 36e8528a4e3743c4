"""Counting open operations by their index, a partition after the other: the hourly function alone asks for it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from chalicelib.adapters.aws.database import DynamoDB
from chalicelib.adapters.aws.dynamodb import items, tables
from chalicelib.adapters.aws.dynamodb.items import Item
from chalicelib.adapters.aws.faults import store_errors
from chalicelib.adapters.aws.tries import Tries
from chalicelib.application.operations.look_at_open import OpenOperations
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import QueryInputTypeDef, QueryOutputTypeDef

NOT_COUNTED = "The open operations could not be counted."
AGAIN = 1


@dataclass(frozen=True, slots=True)
class DynamoDBOpenCount:
    """Implements `CountsOpen`; `sleep` waits between tries, in seconds. The index is a moment behind the table."""

    client: DynamoDB
    operations_table: str
    sleep: Callable[[float], None]

    @store_errors(NOT_COUNTED)
    def count_open(self, deadline: Deadline) -> OpenOperations:
        """Count them, and find the oldest."""
        shards = tables.open_shards()
        oldest = [entry for shard in shards for entry in self._oldest(shard, deadline)]
        if not oldest:
            return OpenOperations()
        first = min(oldest, key=lambda entry: (entry[tables.CLAIMED_AT]["S"], entry[tables.PARTITION_KEY]["S"]))
        return OpenOperations(
            count=sum(self._count(shard, deadline) for shard in shards),
            oldest_id=first[tables.PARTITION_KEY]["S"].removeprefix(tables.operation_row("")),
            oldest_claimed_at=datetime.fromisoformat(first[tables.CLAIMED_AT]["S"]).astimezone(UTC),
        )

    def _oldest(self, shard: str, deadline: Deadline) -> list[Item]:
        """Return the oldest entry of a partition, if it has any."""
        return list(self._query({**self._asked(shard), "Limit": 1}, deadline)["Items"])

    def _count(self, shard: str, deadline: Deadline) -> int:
        """Return how many entries a partition has, over all pages."""
        asked: QueryInputTypeDef = {**self._asked(shard), "Select": "COUNT"}
        count = 0
        while True:
            page = self._query(asked, deadline)
            count += page["Count"]
            if "LastEvaluatedKey" not in page:
                return count
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _query(self, asked: "QueryInputTypeDef", deadline: Deadline) -> "QueryOutputTypeDef":
        return Tries(self.sleep).run(lambda: self.client.query(asked, deadline), AGAIN, deadline)

    def _asked(self, shard: str) -> "QueryInputTypeDef":
        return {
            "TableName": self.operations_table,
            "IndexName": tables.OPEN.name,
            "KeyConditionExpression": "#shard = :shard",
            "ExpressionAttributeNames": {"#shard": tables.OPEN.attribute},
            "ExpressionAttributeValues": {":shard": items.text(shard)},
        }
