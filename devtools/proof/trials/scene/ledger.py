"""What stands in the two tables of a trial, read past the app."""

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer

from chalicelib.domain.audit.chain import StoredChain, broken_link
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.review.stories import impossible_stories

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

OPEN = frozenset(
    {OperationState.SENDING, OperationState.UNKNOWN}
)  # every other state is final, or flagged for a person


@dataclass(frozen=True, slots=True)
class Entry:
    """An operation as its row tells it."""

    id: str
    state: OperationState
    account: int
    candidate: int
    session_date: str
    booking_id: int | None


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """A change as its row tells it."""

    id: str
    state: OperationState
    attempt: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """The two tables of a trial."""

    client: "DynamoDBClient"
    operations_table: str
    audit_table: str

    def operations(self) -> list[Entry]:
        """Return every operation that books, oldest first."""
        rows = [row for row in self._operations() if "change" not in row]
        return [
            Entry(
                id=row["pk"].removeprefix("OP#"),
                state=OperationState(row["state"]),
                account=int(row["account"]),
                candidate=int(row["book_user_id"]),
                session_date=row["session_date"],
                booking_id=int(row["booking_id"]) if "booking_id" in row else None,
            )
            for row in rows
        ]

    def changes(self) -> list[ChangeEntry]:
        """Return every operation that changes something, oldest first."""
        return [
            ChangeEntry(row["pk"].removeprefix("OP#"), OperationState(row["state"]), int(row["attempt"]))
            for row in self._operations()
            if "change" in row
        ]

    def _operations(self) -> list[dict[str, Any]]:
        rows = [row for row in self._scan(self.operations_table) if row["pk"].startswith("OP#")]
        return sorted(rows, key=lambda row: str(row["claimed_at"]))

    def broken_chains(self) -> list[str]:
        """Return the operations whose events are not numbered and chained from the first to the last."""
        chains: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for item in sorted(self._scan(self.audit_table), key=lambda item: str(item["sk"])):
            chains[item["pk"]].append(item)
        return [operation for operation, items in chains.items() if not _is_whole(operation, items)]

    def impossible_stories(self) -> list[str]:
        """Return what chains tell that the protocol does not allow."""
        events: defaultdict[str, list[bytes]] = defaultdict(list)
        for item in sorted(self._scan(self.audit_table), key=lambda item: str(item["sk"])):
            if item["pk"].startswith("OP#"):
                events[item["pk"].removeprefix("OP#")].append(item["canonical"].encode())
        return [str(finding) for finding in impossible_stories([StoredChain(*chain) for chain in events.items()])]

    def timings(self, what: str) -> list[int]:
        """Return the milliseconds that something took, from every event that tells of it."""
        events = [json.loads(item["canonical"]) for item in self._scan(self.audit_table) if "canonical" in item]
        return [event["timings_ms"][what] for event in events if what in event.get("timings_ms", {})]

    def text(self) -> str:
        """Return all that both tables hold, as text."""
        return json.dumps([self._scan(self.operations_table), self._scan(self.audit_table)], default=repr)

    def _scan(self, table: str) -> list[dict[str, Any]]:
        pages = self.client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        read = TypeDeserializer().deserialize
        return [{name: read(value) for name, value in item.items()} for page in pages for item in page["Items"]]


def _is_whole(partition: str, items: list[dict[str, Any]]) -> bool:
    events = [item["canonical"].encode() for item in items]
    return broken_link(StoredChain(partition.removeprefix("OP#"), events)) is None
