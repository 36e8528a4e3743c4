"""Which operations have no final state: the index of open ones names them, their rows say how they stand."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from chalicelib.adapters.aws.dynamodb import tables
from chalicelib.adapters.aws.review import rows
from chalicelib.adapters.aws.review.batches import LARGEST_BATCH, pieces, read_rows
from chalicelib.adapters.aws.review.calls import in_time
from chalicelib.application.review.ports import OpenNow, OpenOperations
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

    def states(names: Sequence[str]) -> list[str]:
        keys = [{tables.PARTITION_KEY: rows.text(name)} for name in names]
        return [row["state"]["S"] for row in read_rows(client, table, keys, deadline, STATE_ONLY)]

    found, is_whole = _named(client, table, side_by_side, deadline)
    names = [name for name, _ in found]
    told = [state for some in side_by_side(states, pieces(names, LARGEST_BATCH)) for state in some]
    counted = Counter(state for state in told if state in OPEN)
    return OpenNow(dict(sorted(counted.items())), is_whole)


def list_open(
    client: "DynamoDBClient", table: str, side_by_side: SideBySide, limit: int, deadline: Deadline
) -> OpenOperations:
    """Name them, those that were claimed first before the others; of each partition of the index at most a hundred.

    Raises:
        Exception: whatever boto3 raises.
    """
    found, is_whole = _named(client, table, side_by_side, deadline)
    oldest = sorted(found, key=lambda entry: (entry[1], entry[0]))
    names = tuple(name.removeprefix(tables.operation_row("")) for name, _ in oldest[:limit])
    return OpenOperations(names, is_whole and len(oldest) <= limit)


def _named(
    client: "DynamoDBClient", table: str, side_by_side: SideBySide, deadline: Deadline
) -> tuple[list[tuple[str, str]], bool]:
    """Return the keys of open operations with the times of their claims, and whether those are all."""

    def named(shard: str) -> tuple[list[tuple[str, str]], bool]:
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
        found = [(row[tables.PARTITION_KEY]["S"], row[tables.OPEN.sort]["S"]) for row in answer["Items"]]
        return found, "LastEvaluatedKey" not in answer

    read = list(side_by_side(named, tables.open_shards()))
    return [entry for some, _ in read for entry in some], all(is_whole for _, is_whole in read)
