"""Every store that there is: in memory, on moto, and on ministack."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from chalicelib.adapters.dynamodb.audit_trail import DynamoDBAuditTrail
from chalicelib.adapters.dynamodb.operations import DynamoDBOperationStore
from chalicelib.adapters.dynamodb.tables import AUDIT, OPERATIONS
from chalicelib.application.ports import AuditTrail, OperationStore
from devtools.dynamodb import REGION, LocalDynamoDB, create_table, local_client
from tests.fakes.clock import FixedClock
from tests.fakes.store import InMemoryOperationStore

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_numbers = count()


@dataclass(frozen=True, slots=True)
class Stores:
    """A store and a trail that belong together; `rows` returns all that they hold, as text."""

    store: OperationStore
    trail: AuditTrail
    rows: Callable[[], str]


@pytest.fixture(scope="session")
def dynamodb_endpoint() -> Iterator[str]:
    """Run one ministack for the session; each test has tables of its own."""
    with LocalDynamoDB() as server:
        yield server.endpoint_url


@pytest.fixture(scope="session")
def ministack_client(dynamodb_endpoint: str) -> Iterator["DynamoDBClient"]:
    """Return one client for the session: making one takes longer than a test."""
    client = local_client(dynamodb_endpoint)
    yield client
    client.close()


@pytest.fixture(scope="session")
def moto_client() -> Iterator["DynamoDBClient"]:
    """Return one client for the session; it reaches moto while `mock_aws` is on, and nothing else ever."""
    client = boto3.client("dynamodb", region_name=REGION)
    yield client
    client.close()


@pytest.fixture(params=["memory", "moto", "ministack"])
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    """Return each store in turn, empty."""
    if request.param == "memory":
        store = InMemoryOperationStore()
        yield Stores(store, store.trail, store.rows)
    elif request.param == "moto":
        client = request.getfixturevalue("moto_client")
        with mock_aws():
            yield _on_new_tables(client)
    else:
        yield _on_new_tables(request.getfixturevalue("ministack_client"))


def _on_new_tables(client: "DynamoDBClient") -> Stores:
    """Return a store on two new tables."""
    operations, audit = f"operations-{next(_numbers)}", f"audit-{next(_numbers)}"
    create_table(client, OPERATIONS, operations)
    create_table(client, AUDIT, audit)

    def rows() -> str:
        return json.dumps([client.scan(TableName=name)["Items"] for name in (operations, audit)])

    clock = FixedClock()
    store = DynamoDBOperationStore(client, operations, audit, clock, clock.sleep)
    return Stores(store, DynamoDBAuditTrail(client, audit, clock.sleep), rows)
