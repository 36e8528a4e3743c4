"""The audit trail in DynamoDB: events are put, never changed, and of refusals no more than an account's share."""

import time
from collections.abc import Callable
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.adapters.aws.dynamodb import items, tables
from chalicelib.adapters.aws.dynamodb.faults import refused_item, store_errors
from chalicelib.adapters.aws.dynamodb.tries import Tries
from chalicelib.adapters.aws.dynamodb.writes import ABSENT
from chalicelib.application.audit import events
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import PutItemOutputTypeDef, UpdateItemOutputTypeDef

APPEND_AGAIN = 3
REFUSALS_PER_HOUR = 60
COUNT_KEPT = timedelta(days=1)

NOT_APPENDED = "The audit event could not be written."
PLACE_TAKEN = "Another audit event stands where this one belongs."
NOT_READ = "The audit events could not be read."


@dataclass(frozen=True, slots=True)
class DynamoDBAuditTrail:
    """An AuditTrail on one table, with its counts of refusals in `operations`; `sleep` waits between tries, in seconds."""

    client: "DynamoDBClient"
    table: str
    operations_table: str
    sleep: Callable[[float], None] = time.sleep
    refusals_per_hour: int = REFUSALS_PER_HOUR

    def record_refusal(self, event: AuditEvent, deadline: Deadline) -> None:
        """Add the event of a refusal, or count it when the account has had its share of them in this hour.

        Raises:
            StoreUnavailableError: it could not be written by the deadline.
        """
        over = self._count(event, deadline) - self.refusals_per_hour
        if over <= 0:
            self._append(event, deadline)
        elif over & (over - 1) == 0:  # a power of two: however many come, a few events tell of them
            self._append(events.refusals_counted(event, over), deadline)

    def _count(self, event: AuditEvent, deadline: Deadline) -> int:
        """Return how many refusals the account has had in this hour, with this one.

        A try whose answer was lost counts twice. It is a limit, and no fact of anybody's record.
        """
        hour = event.at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)

        def add() -> "UpdateItemOutputTypeDef":
            return self.client.update_item(
                TableName=self.operations_table,
                Key={tables.PARTITION_KEY: items.text(tables.refusals_row(event.account, hour))},
                UpdateExpression=f"ADD refusals :one SET {tables.EXPIRES_AT} = :ends",
                ExpressionAttributeValues={":one": items.number(1), ":ends": items.expiry(hour + COUNT_KEPT)},
                ReturnValues="UPDATED_NEW",
            )

        with store_errors(NOT_APPENDED):
            return int(Tries(self.sleep).run(add, APPEND_AGAIN, deadline)["Attributes"]["refusals"]["N"])

    def _append(self, event: AuditEvent, deadline: Deadline) -> None:
        """Add an event; the same event again is our own retry, and fine.

        Raises:
            StoreUnavailableError: it could not be written by the deadline, or another event has its place.
        """
        item = items.audit_event(event)

        def put() -> "PutItemOutputTypeDef":
            return self.client.put_item(
                TableName=self.table,
                Item=item,
                ConditionExpression=ABSENT,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )

        with store_errors(NOT_APPENDED):
            try:
                Tries(self.sleep).run(put, APPEND_AGAIN, deadline)
            except ClientError as error:
                standing = refused_item(error)
                if standing is None:
                    raise
                if standing.get("canonical") != item["canonical"]:
                    raise StoreUnavailableError(PLACE_TAKEN) from error

    def events(self, operation_id: str) -> list[bytes]:
        """Return the canonical bytes of an operation's events, in order, as they were stored.

        Raises:
            StoreUnavailableError: they could not be read.
        """
        with store_errors(NOT_READ):
            pages = self.client.get_paginator("query").paginate(
                TableName=self.table,
                KeyConditionExpression=f"{tables.PARTITION_KEY} = :operation",
                ExpressionAttributeValues={":operation": items.text(tables.operation_row(operation_id))},
                ConsistentRead=True,
            )
            return [item["canonical"]["S"].encode() for page in pages for item in page["Items"]]
