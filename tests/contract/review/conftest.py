"""The reviewers' way into the audit, in memory and on DynamoDB; each test has tables of its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.adapters.aws.dynamodb import items, tables
from chalicelib.adapters.aws.review.audit_index import DynamoDBAuditIndex
from chalicelib.adapters.aws.review.look_trail import DynamoDBLookTrail
from chalicelib.application.review.ports import AuditIndex, LookTrail
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.operation.operation import OPEN, OperationState
from devtools.local.dynamodb import LocalDynamoDB, create_table, local_client
from tests.fakes.audit_index import InMemoryAuditIndex, InMemoryLookTrail

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_numbers = count()


@dataclass(frozen=True, slots=True)
class Audit:
    """An index and a trail of looks that belong together, and ways to fill them."""

    index: AuditIndex
    trail: LookTrail
    put: Callable[..., None]
    book: Callable[[int, str], None]
    put_contact: Callable[[str, int, str], None]
    put_open: Callable[[int, OperationState], None]


@pytest.fixture(scope="session")
def review_client() -> Iterator["DynamoDBClient"]:
    """Run one ministack for the session; return a client."""
    with LocalDynamoDB() as server:
        client = local_client(server.endpoint_url)
        yield client
        client.close()


@pytest.fixture(params=["memory", "ministack"])
def audit(request: pytest.FixtureRequest) -> Audit:
    """Return each kind in turn, empty."""
    return _in_memory() if request.param == "memory" else on_new_tables(request.getfixturevalue("review_client"))


def _in_memory() -> Audit:
    index = InMemoryAuditIndex()

    def put_open(number: int, state: OperationState) -> None:
        index.open_ids.append(f"op_{number:026}")
        if state in OPEN:
            index.open_states.append(state)

    return Audit(
        index,
        InMemoryLookTrail(),
        index.put,
        index.bookings.__setitem__,
        lambda operation_id, sequence, sealed: index.contacts.__setitem__((operation_id, sequence), sealed),
        put_open,
    )


def on_new_tables(client: "DynamoDBClient") -> Audit:
    """Return an index over two new tables."""
    operations, audit = f"operations-{next(_numbers)}", f"audit-{next(_numbers)}"
    create_table(client, replace(tables.OPERATIONS, expiry=None), operations)
    create_table(client, tables.AUDIT, audit)

    def put_row(table: str, row: dict[str, Any]) -> None:
        client.put_item(TableName=table, Item=row)

    def put(*events: AuditEvent) -> None:
        for event in events:
            put_row(audit, items.audit_event(event))

    def book(booking_id: int, operation_id: str) -> None:
        put_row(operations, items.booking(operation_id, booking_id))

    def put_contact(operation_id: str, sequence: int, sealed: str) -> None:
        key = {"pk": {"S": tables.contact_row(operation_id)}, "sk": {"S": tables.event_sort_key(sequence)}}
        put_row(audit, {**key, "contact": items.sealed(sealed)})

    def put_open(number: int, state: OperationState) -> None:
        row: dict[str, Any] = {"pk": {"S": f"OP#op_{number:026}"}, "state": {"S": state.value}}
        row |= {"open": {"S": tables.open_shard(number)}, "claimed_at": {"S": f"2026-01-15T12:00:0{number}.000+00:00"}}
        put_row(operations, row)

    index = DynamoDBAuditIndex(client, audit, operations)
    return Audit(index, DynamoDBLookTrail(client, audit), put, book, put_contact, put_open)
