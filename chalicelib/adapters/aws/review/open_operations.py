"""Which operations have no final state: the index of open ones names them, their rows say how they stand."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from chalicelib.adapters.aws.dynamodb import tables
from chalicelib.adapters.aws.review import rows
from chalicelib.adapters.aws.review.batches import LARGEST_BATCH, pieces, read_rows
from chalicelib.adapters.aws.review.calls import in_time
from chalicelib.application.review.ports import OpenNow
from chalicelib.domain.operation.operation import OPEN
from chalicelib.domain.time_budget import Deadline

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

MOST_IN_PARTITION = 100
STATE_ONLY = {"ProjectionExpression": "pk, #state", "ExpressionAttributeNames": {"#state": "state"}}

SideBySide: TypeAlias = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]


def count_open(client: "DynamoDBClient", table: str, side_by_side: SideBySide, deadline: Deadline) -> OpenNow:
    """Count them by state; of each partition of the index at most a hundred.

    Raises:
        Exception: whatever boto3 raises.
    """

    def named(shard: str) -> tuple[list[str], bool]:
        answer = in_time(
            lambda: client.query(
                TableName=table,
                IndexName=tables.OPEN.name,
                KeyConditionExpression="#shard = :shard",
                ExpressionAttributeNames={"#shard": tables.OPEN.attribute},
                ExpressionAttributeValues={":shard": rows.text(shard)},
                Limit=MOST_IN_PARTITION,
            ),
            deadline,
        )
        return [row[tables.PARTITION_KEY]["S"] for row in answer["Items"]], "LastEvaluatedKey" not in answer

    def states(names: Sequence[str]) -> list[str]:
        keys = [{tables.PARTITION_KEY: rows.text(name)} for name in names]
        return [row["state"]["S"] for row in read_rows(client, table, keys, deadline, STATE_ONLY)]

    found = list(side_by_side(named, tables.open_shards()))
    names = [name for some, _ in found for name in some]
    told = [state for some in side_by_side(states, pieces(names, LARGEST_BATCH)) for state in some]
    counted = Counter(state for state in told if state in OPEN)
    return OpenNow(dict(sorted(counted.items())), all(is_whole for _, is_whole in found))
