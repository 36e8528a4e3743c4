"""The ends of events and of contacts beside them: taken off while somebody is held, and given back."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.adapters.aws.dynamodb import items, tables
from chalicelib.adapters.aws.review.calls import in_time
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

GONE = "ConditionalCheckFailedException"
NAMED_BY = ("client", "candidate")  # the members of an event that are pseudonyms


def of_partition(table: str, partition: str) -> dict[str, Any]:
    """Return the query for all rows of a partition."""
    return {
        "TableName": table,
        "KeyConditionExpression": f"{tables.PARTITION_KEY} = :partition",
        "ExpressionAttributeValues": {":partition": items.text(partition)},
        "ConsistentRead": True,
    }


def pages(client: "DynamoDBClient", arguments: dict[str, Any], deadline: Deadline) -> Iterator[dict[str, Any]]:
    """Yield what a query finds, to its end."""
    asked = dict(arguments)
    while True:
        page: Any = in_time(lambda: client.query(**asked), deadline)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def change(  # noqa: PLR0913, PLR0917 (the parts of one write)
    client: "DynamoDBClient",
    table: str,
    partition: str,
    sort: str,
    expression: str,
    deadline: Deadline,
    values: dict[str, Any] | None = None,
) -> bool:
    """Change attributes of a row of the audit table that no hash covers; False where the row has ended meanwhile."""
    arguments: Any = {
        "TableName": table,
        "Key": {tables.PARTITION_KEY: items.text(partition), tables.SORT_KEY: items.text(sort)},
        "UpdateExpression": expression,
        "ConditionExpression": f"attribute_exists({tables.PARTITION_KEY})",
        **({} if values is None else {"ExpressionAttributeValues": values}),
    }
    try:
        in_time(lambda: client.update_item(**arguments), deadline)
    except ClientError as error:
        if error.response["Error"]["Code"] != GONE:
            raise
        return False
    return True


@dataclass(frozen=True, slots=True)
class Ends:
    """The ends in one audit table."""

    client: "DynamoDBClient"
    audit_table: str
    events_kept_for: timedelta | None
    contacts_kept_for: timedelta | None

    def take_off(self, operation_id: str, deadline: Deadline) -> int:
        """Take the end off every row of an operation that has one; return how many had."""
        rows = [row for row in self._rows(operation_id, deadline) if tables.ENDS in row]
        return sum(self._change(row, f"REMOVE {tables.ENDS}", deadline) for row in rows)

    def give_back(self, operation_id: str, held: frozenset[str], deadline: Deadline) -> int:
        """Give every row of an operation that has none its end, unless it names somebody who is held."""
        rows = list(self._rows(operation_id, deadline))
        events = {row[tables.SORT_KEY]["S"]: json.loads(row["canonical"]["S"]) for row in rows if "canonical" in row}
        if held & {event.get(name) for event in events.values() for name in NAMED_BY}:
            return 0
        changed = 0
        for row in rows:
            kept_for = self.events_kept_for if "canonical" in row else self.contacts_kept_for
            event = events.get(row[tables.SORT_KEY]["S"])
            if tables.ENDS in row or kept_for is None or event is None:
                continue
            ends = items.expiry(datetime.fromisoformat(event["at"]) + kept_for)
            changed += self._change(row, f"SET {tables.ENDS} = :ends", deadline, {":ends": ends})
        return changed

    def _rows(self, operation_id: str, deadline: Deadline) -> Iterator[dict[str, Any]]:
        for partition in (tables.operation_row(operation_id), tables.contact_row(operation_id)):
            yield from pages(self.client, of_partition(self.audit_table, partition), deadline)

    def _change(
        self, row: dict[str, Any], expression: str, deadline: Deadline, values: dict[str, Any] | None = None
    ) -> bool:
        partition, sort = (row[name]["S"] for name in (tables.PARTITION_KEY, tables.SORT_KEY))
        return change(self.client, self.audit_table, partition, sort, expression, deadline, values)
