"""What stands in the two tables of one app, read straight from DynamoDB."""

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

GENESIS = "0"
KINDS = ("GUARD", "OP", "BOOKING")  # what belongs to an operation; an account's data key does not


@dataclass(frozen=True, slots=True)
class Records:
    """The two tables of one app."""

    client: "DynamoDBClient"
    operations_table: str
    audit_table: str

    def rows(self, *kinds: str) -> list[dict[str, Any]]:
        """Return the rows of `operations` whose key begins with one of `kinds` (none: any of KINDS), oldest first."""
        rows = [row for row in self._scan(self.operations_table) if row["pk"].split("#")[0] in (kinds or KINDS)]
        for row in rows:
            row.setdefault("operation_id", row["pk"].removeprefix("OP#"))
        return sorted(rows, key=lambda row: (str(row.get("claimed_at", "")), str(row["operation_id"])))

    def operation(self) -> dict[str, Any]:
        """Return the only operation."""
        (row,) = self.rows("OP")
        return row

    def states(self) -> list[str]:
        """Return the state of every operation, oldest first."""
        return [row["state"] for row in self.rows("OP")]

    def events(self) -> list[dict[str, Any]]:
        """Return every audit event as its stored document, the oldest operation first; a broken chain fails the test."""
        items = sorted(self._scan(self.audit_table), key=lambda item: (item["pk"], item["sk"]))
        for operation in {item["pk"] for item in items}:
            _require_chain([item for item in items if item["pk"] == operation])
        events = [json.loads(item["canonical"]) for item in items]
        begun = {event["operation_id"]: event["at"] for event in reversed(events)}
        return sorted(events, key=lambda event: (begun[event["operation_id"]], event["operation_id"]))

    def kinds(self) -> list[str]:
        """Return the kind of every audit event, in order."""
        return [event["kind"] for event in self.events()]

    def kinds_of_operations(self) -> list[str]:
        """Return the kind of every event that belongs to an operation, in order: refusals before a claim are left out."""
        return [kind for kind in self.kinds() if not kind.startswith("refus")]

    def text(self) -> str:
        """Return all that both tables hold, as text."""
        return json.dumps([self._scan(self.operations_table), self._scan(self.audit_table)], default=repr)

    def _scan(self, table: str) -> list[dict[str, Any]]:
        pages = self.client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        read = TypeDeserializer().deserialize
        return [{name: read(value) for name, value in item.items()} for page in pages for item in page["Items"]]


def _require_chain(items: list[dict[str, Any]]) -> None:
    """Check the hashes of one operation's events by our own arithmetic, and that the columns say what the bytes say."""
    assert [item["sk"] for item in items] == [f"{number:04}" for number in range(1, len(items) + 1)]
    previous = GENESIS
    for item in items:
        document = json.loads(item["canonical"])
        assert document["previous_hash"] == previous
        previous = hashlib.sha256(item["canonical"].encode()).hexdigest()
        assert (item["pk"], int(item["sk"])) == (f"OP#{document['operation_id']}", document["sequence"])
        if document["sequence"] == 1:
            assert item["request_id"] == document["request_id"]
            assert item.get("candidate") == document.get("candidate", _booking_changed(document))
            assert (item["at"], item["day"].partition("#")[0]) == (document["at"], document["at"][:10])


def _booking_changed(document: dict[str, Any]) -> str | None:
    """Return what the column of candidates has of a change of one booking, which names nobody."""
    ids = document.get("request", {}).get("booking_ids", [])
    return f"BOOKING#{ids[0]}" if len(ids) == 1 else None
