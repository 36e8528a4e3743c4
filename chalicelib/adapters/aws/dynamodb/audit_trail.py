"""The audit trail in DynamoDB: events are put, never changed, and of refusals no more than an account's share."""

import time
from collections.abc import Callable
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from chalicelib.adapters.aws.database import DynamoDB
from chalicelib.adapters.aws.dynamodb import items, tables
from chalicelib.adapters.aws.dynamodb.faults import refused_item
from chalicelib.adapters.aws.dynamodb.writes import ABSENT
from chalicelib.adapters.aws.faults import AwsError, store_errors
from chalicelib.adapters.aws.tries import Tries
from chalicelib.application.audit import events
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import PutItemInputTypeDef, QueryInputTypeDef, UpdateItemInputTypeDef

APPEND_AGAIN = 3
REFUSALS_PER_HOUR = 60
COUNT_KEPT = timedelta(days=1)
READ_SECONDS = 10.0  # for people: no call of ours reads events

NOT_APPENDED = "The audit event could not be written."
PLACE_TAKEN = "Another audit event stands where this one belongs."
NOT_READ = "The audit events could not be read."


@dataclass(frozen=True, slots=True)
class DynamoDBAuditTrail:
    """An AuditTrail on one table, with its counts of refusals in `operations`; `sleep` waits between tries, in seconds."""

    client: DynamoDB
    table: str
    operations_table: str
    sleep: Callable[[float], None] = time.sleep
    refusals_per_hour: int = REFUSALS_PER_HOUR
    events_kept_for: timedelta | None = None

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
        add: UpdateItemInputTypeDef = {
            "TableName": self.operations_table,
            "Key": {tables.PARTITION_KEY: items.text(tables.refusals_row(event.account, hour))},
            "UpdateExpression": f"ADD refusals :one SET {tables.EXPIRES_AT} = :ends",
            "ExpressionAttributeValues": {":one": items.number(1), ":ends": items.expiry(hour + COUNT_KEPT)},
            "ReturnValues": "UPDATED_NEW",
        }
        with store_errors(NOT_APPENDED):
            answer = Tries(self.sleep).run(lambda: self.client.update_item(add, deadline), APPEND_AGAIN, deadline)
            return int(answer["Attributes"]["refusals"]["N"])

    def _append(self, event: AuditEvent, deadline: Deadline) -> None:
        """Add an event; the same event again is our own retry, and fine.

        Raises:
            StoreUnavailableError: it could not be written by the deadline, or another event has its place.
        """
        item = items.audit_event(event, self.events_kept_for)
        put: PutItemInputTypeDef = {
            "TableName": self.table,
            "Item": item,
            "ConditionExpression": ABSENT,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        with store_errors(NOT_APPENDED):
            try:
                Tries(self.sleep).run(lambda: self.client.put_item(put, deadline), APPEND_AGAIN, deadline)
            except AwsError as error:
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
        asked: QueryInputTypeDef = {
            "TableName": self.table,
            "KeyConditionExpression": f"{tables.PARTITION_KEY} = :operation",
            "ExpressionAttributeValues": {":operation": items.text(tables.operation_row(operation_id))},
            "ConsistentRead": True,
        }
        deadline = Deadline.after(self.client.monotonic, READ_SECONDS)
        found: list[bytes] = []
        with store_errors(NOT_READ):
            while True:
                page = self.client.query(asked, deadline)
                found += [item["canonical"]["S"].encode() for item in page["Items"]]
                if "LastEvaluatedKey" not in page:
                    return found
                asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]
