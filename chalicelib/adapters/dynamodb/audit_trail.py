"""The audit trail in DynamoDB: events are put, never changed."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.adapters.dynamodb import items, tables
from chalicelib.adapters.dynamodb.faults import refused_item, store_errors
from chalicelib.adapters.dynamodb.tries import Tries
from chalicelib.adapters.dynamodb.writes import ABSENT
from chalicelib.domain.audit import AuditEvent
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.time_budget import Deadline

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import PutItemOutputTypeDef

APPEND_AGAIN = 3

NOT_APPENDED = "The audit event could not be written."
PLACE_TAKEN = "Another audit event stands where this one belongs."
NOT_READ = "The audit events could not be read."


@dataclass(frozen=True, slots=True)
class DynamoDBAuditTrail:
    """An AuditTrail on one table; `sleep` waits between tries, in seconds."""

    client: "DynamoDBClient"
    table: str
    sleep: Callable[[float], None] = time.sleep

    def append(self, event: AuditEvent, deadline: Deadline) -> None:
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
