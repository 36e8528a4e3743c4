"""The register as reviewers ask it: in both ways, and without ever writing."""

from typing import TYPE_CHECKING, Any

from chalicelib.adapters.aws.dynamodb import tables
from chalicelib.adapters.aws.person_row import PREFIX, PSEUDONYM, person_key
from chalicelib.adapters.aws.review import rows
from chalicelib.adapters.aws.review.calls import audit_errors, in_time
from chalicelib.domain.names import PSEUDONYM as FORM
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class DynamoDBPersons:
    """A Register for reviewers, on the table of the operations."""

    client: "DynamoDBClient"
    operations_table: str

    @audit_errors()
    def stored(self, user_id: int, deadline: Deadline) -> str | None:
        """Return what events call the user of a UserID; None for one that they never heard of."""
        key = person_key(user_id)
        answer: Any = in_time(
            lambda: self.client.get_item(TableName=self.operations_table, Key=key, ConsistentRead=True), deadline
        )
        return str(answer["Item"][PSEUDONYM]["S"]) if "Item" in answer else None

    @audit_errors()
    def user_id(self, person: str, deadline: Deadline) -> int | None:
        """Return who somebody is whom an event names; None where the register does not know, or not any more."""
        if not FORM.fullmatch(person):  # a record that was tampered with may hold anything
            return None
        asked: Any = {
            "TableName": self.operations_table,
            "IndexName": tables.BY_PSEUDONYM.name,
            "KeyConditionExpression": f"{PSEUDONYM} = :person",
            "ExpressionAttributeValues": {":person": rows.text(person)},
        }
        found: Any = in_time(lambda: self.client.query(**asked), deadline)["Items"]
        return int(found[0][tables.PARTITION_KEY]["S"].removeprefix(PREFIX)) if found else None
