"""The chains of looks in the audit table: put, never changed."""

from datetime import timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.adapters.aws.dynamodb import tables
from chalicelib.adapters.aws.review import rows
from chalicelib.adapters.aws.review.calls import audit_errors, in_time
from chalicelib.domain.audit.event import event_hash
from chalicelib.domain.review.desk.look import Head, LookEvent
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

NOT_RECORDED = "Your look at the audit could not be recorded, so there is no answer. It is safe to try again."
TAKEN = "ConditionalCheckFailedException"


@dataclass(frozen=True, slots=True)
class DynamoDBLookTrail:
    """A LookTrail on the audit table; looks end `kept_for` after they happened, never where that is None."""

    client: "DynamoDBClient"
    audit_table: str
    kept_for: timedelta | None = None

    @audit_errors(NOT_RECORDED)
    def head(self, chain: str, deadline: Deadline) -> Head:
        """Return where a chain ends."""
        answer = in_time(
            lambda: self.client.query(
                TableName=self.audit_table,
                KeyConditionExpression="pk = :chain",
                ExpressionAttributeValues={":chain": rows.text(rows.look_key(chain))},
                ScanIndexForward=False,
                ConsistentRead=True,
                Limit=1,
            ),
            deadline,
        )
        for row in answer["Items"]:
            return Head(int(row[tables.SORT_KEY]["S"]), event_hash(row["canonical"]["S"].encode()))
        return Head()

    @audit_errors(NOT_RECORDED)
    def add(self, event: LookEvent, deadline: Deadline) -> bool:
        """Write an event; False when another one has its place, True when it is there already: boto3 may have tried twice."""
        row = rows.look_row(event, self.kept_for)
        try:
            in_time(
                lambda: self.client.put_item(
                    TableName=self.audit_table,
                    Item=row,
                    ConditionExpression="attribute_not_exists(pk)",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                ),
                deadline,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != TAKEN:
                raise
            standing = dict(error.response).get("Item", {})
            return isinstance(standing, dict) and standing.get("canonical") == row["canonical"]
        return True
