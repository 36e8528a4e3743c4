"""Restoring a table to an earlier second, beside the one that stands: DynamoDB's point-in-time recovery.

The stand-in for AWS has the call, and copies what stands when it is called, whatever second is named: there it is called then.
"""

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


def restore(client: "DynamoDBClient", source: str, target: str, at: datetime) -> None:
    """Restore `source` as of `at` into the new table `target`, and wait until it is there.

    What AWS does not restore is set by `switchboard doctor`'s mends: time to live, recovery, deletion protection.

    Raises:
        ClientError: the second is outside the recovery's window, or there is a table `target`.
        WaiterError: the table is not there after some eight minutes; it may still come.
    """
    client.restore_table_to_point_in_time(SourceTableName=source, TargetTableName=target, RestoreDateTime=at)
    client.get_waiter("table_exists").wait(TableName=target)
