"""Every store that there is: in memory, on moto, and on ministack."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from chalicelib.adapters.aws.database import DYNAMODB, DynamoDB
from chalicelib.adapters.aws.dynamodb.audit_trail import DynamoDBAuditTrail
from chalicelib.adapters.aws.dynamodb.operations import DynamoDBOperationStore
from chalicelib.adapters.aws.dynamodb.rate_limit import RateLimit
from chalicelib.adapters.aws.dynamodb.tables import AUDIT, OPERATIONS
from chalicelib.adapters.aws.service import Place
from chalicelib.adapters.http.authorities import default_authorities, tls_context
from chalicelib.adapters.http.transport import Transport
from chalicelib.adapters.system import SystemClock
from chalicelib.application.ports import AuditTrail, OperationStore
from devtools.local.dynamodb import REGION, create_table, local_client, local_database
from devtools.memory.store import InMemoryOperationStore
from tests.fakes.clock import FixedClock
from tests.fakes.system import SequentialConcurrency

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

MINUTE, DAY = 60, 86_400
REFUSALS_PER_HOUR = 20

_numbers = count()


@dataclass(frozen=True, slots=True)
class Stores:
    """A store and a trail that belong together, and their clock; `rows` returns all that they hold, as text."""

    store: OperationStore
    trail: AuditTrail
    clock: FixedClock
    rows: Callable[[], str]


NewStores = Callable[..., Stores]


@pytest.fixture(scope="session")
def ministack_database(dynamodb_endpoint: str) -> Iterator[DynamoDB]:
    """Return ministack's DynamoDB, called as in production."""
    with local_database(dynamodb_endpoint) as database:
        yield database


@pytest.fixture(scope="session")
def moto_place() -> Iterator[Place]:
    """Return AWS itself, called as in production; while `mock_aws` is on, moto answers in its place."""
    environment = {"AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing"}
    transport = Transport(tls_context(default_authorities()))
    yield Place.of(environment, transport, SystemClock())
    transport.close()


@pytest.fixture(scope="session")
def moto_database(moto_place: Place) -> DynamoDB:
    """Return moto's DynamoDB."""
    return DynamoDB(moto_place.service(DYNAMODB))


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
def new_stores(request: pytest.FixtureRequest) -> Iterator[NewStores]:
    """Return what makes each kind of store in turn, empty; `minute` and `day` limit the bookings, 0 for any."""
    with ExitStack() as opened:
        if request.param == "memory":
            yield _in_memory
            return
        client = request.getfixturevalue(f"{request.param}_client")
        database = request.getfixturevalue(f"{request.param}_database")
        if request.param == "moto":
            opened.enter_context(mock_aws())
        yield lambda minute=0, day=0: _on_new_tables(client, database, minute, day)


@pytest.fixture
def stores(new_stores: NewStores) -> Stores:
    """Return each store in turn, empty and without limits."""
    return new_stores()


def _in_memory(minute: int = 0, day: int = 0) -> Stores:
    clock = FixedClock()
    limits = [(limit, seconds) for limit, seconds in ((minute, MINUTE), (day, DAY)) if limit]
    store = InMemoryOperationStore(limits=limits, clock=clock)
    store.trail.refusals_per_hour = REFUSALS_PER_HOUR
    return Stores(store, store.trail, clock, store.rows)


def _on_new_tables(client: "DynamoDBClient", database: DynamoDB, minute: int, day: int) -> Stores:
    """Return a store on two new tables; `client` is boto3's, for what the store cannot do."""
    operations, audit = f"operations-{next(_numbers)}", f"audit-{next(_numbers)}"
    create_table(client, replace(OPERATIONS, expiry=None), operations)  # our clock stands in the past: all would expire
    create_table(client, AUDIT, audit)

    def rows() -> str:
        return repr([client.scan(TableName=name)["Items"] for name in (operations, audit)])

    clock = FixedClock()
    limits = [limit for limit in (RateLimit(minute, MINUTE), RateLimit(day, DAY)) if limit.limit]
    store = DynamoDBOperationStore(database, operations, clock.sleep, clock, SequentialConcurrency(), audit, limits)
    return Stores(store, DynamoDBAuditTrail(database, audit, operations, clock.sleep, REFUSALS_PER_HOUR), clock, rows)
