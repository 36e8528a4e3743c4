"""The operations and refusals of one day, as the index of days has them: all its partitions are asked side by side."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.adapters.aws.dynamodb.tables import (
    AT,
    BY_DAY,
    DAY_SHARDS,
    PARTITION_KEY,
    day_shards,
    operation_row,
)

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


def opened_on(client: "DynamoDBClient", audit_table: str, day: datetime) -> list[str]:
    """Return the ids of what was begun on the UTC day of a moment, oldest first; the newest may be missing for a moment."""

    def read(shard: str) -> list[tuple[str, str]]:
        pages = client.get_paginator("query").paginate(
            TableName=audit_table,
            IndexName=BY_DAY.name,
            KeyConditionExpression="#day = :shard",
            ExpressionAttributeNames={"#day": BY_DAY.attribute},
            ExpressionAttributeValues={":shard": {"S": shard}},
        )
        return [(row[AT]["S"], row[PARTITION_KEY]["S"]) for page in pages for row in page["Items"]]

    with ThreadPoolExecutor(DAY_SHARDS) as threads:
        found = sorted(entry for entries in threads.map(read, day_shards(day)) for entry in entries)
    return [name.removeprefix(operation_row("")) for _, name in found]
