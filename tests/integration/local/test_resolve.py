"""`make resolve`: a person settles an operation of the local run, and mistakes get one line and an example."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.adapters.aws.dynamodb.operations import DynamoDBOperationStore
from chalicelib.application.ports import Resolution
from chalicelib.domain.operation.operation import OperationState
from devtools.local.dynamodb import (
    AUDIT_TABLE,
    OPERATIONS_TABLE,
    REGION,
    LocalDynamoDB,
    create_tables,
    local_client,
    local_database,
)
from devtools.operate import resolve
from tests.builders import NOW
from tests.contract import records
from tests.fakes.clock import FixedClock
from tests.fakes.system import SequentialConcurrency

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

FUTURE = NOW + timedelta(days=9000)  # the stand-in deletes what is over; this is not, whenever the test runs
GIVEN = {"OPERATION": "op_" + "0" * 26, "BOOKING": "NONE", "BY": "ada", "WHY": "ticket 4711"}


@pytest.fixture(scope="module")
def server() -> Iterator[LocalDynamoDB]:
    """Run one stand-in with the tables of the local run."""
    with LocalDynamoDB() as started:
        create_tables(started.endpoint_url)
        yield started


@pytest.fixture
def client(server: LocalDynamoDB) -> Iterator["DynamoDBClient"]:
    """Return a client of it."""
    with closing(local_client(server.endpoint_url)) as made:
        yield made


@pytest.fixture
def flagged(server: LocalDynamoDB, request: pytest.FixtureRequest) -> str:
    """Return an operation that was flagged for a person."""
    clock = FixedClock()
    lost = records.operation(request.param, key=f"key-of-the-lost-{request.param}", at=FUTURE, account=request.param)
    with local_database(server.endpoint_url) as database:
        names = OPERATIONS_TABLE, AUDIT_TABLE
        store = DynamoDBOperationStore(database, names[0], clock.sleep, clock, SequentialConcurrency(), names[1], ())
        unknown = records.made(store, lost, records.UNKNOWN)
        assert records.resolve(store, unknown, Resolution(OperationState.EXPIRED_UNKNOWN))
    return unknown.id


@pytest.mark.parametrize("flagged", [1], indirect=True)
def test_a_flagged_operation_of_the_local_run_is_settled(
    server: LocalDynamoDB, client: "DynamoDBClient", flagged: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Say that it booked nothing."""
    assert resolve.main(GIVEN | {"OPERATION": flagged, "DYNAMODB_PORT": str(server.port)}) == 0
    assert capsys.readouterr().out == f"{flagged} is NOT_CREATED. Its audit event names ada and the reason.\n"
    assert state_of(client, flagged) == "NOT_CREATED"


@pytest.mark.parametrize("flagged", [2], indirect=True)
def test_a_flagged_operation_of_a_stage_is_settled(
    server: LocalDynamoDB, client: "DynamoDBClient", flagged: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Name its tables, and the booking that was found."""
    for name, value in {"REGION": REGION, "ACCESS_KEY_ID": "local", "SECRET_ACCESS_KEY": "local"}.items():
        monkeypatch.setenv(f"AWS_{'DEFAULT_' if name == 'REGION' else ''}{name}", value)
    stage = {"OPERATIONS_TABLE": OPERATIONS_TABLE, "AUDIT_TABLE": AUDIT_TABLE}
    given = GIVEN | {"OPERATION": flagged, "BOOKING": "77", "AWS_ENDPOINT_URL_DYNAMODB": server.endpoint_url}
    assert resolve.main(given | stage) == 0
    assert state_of(client, flagged) == "CONFIRMED"


def state_of(client: "DynamoDBClient", operation_id: str) -> str:
    """Return the state in an operation's row."""
    return client.get_item(TableName=OPERATIONS_TABLE, Key={"pk": {"S": f"OP#{operation_id}"}})["Item"]["state"]["S"]


def test_an_operation_that_is_not_there_is_an_error(server: LocalDynamoDB, capsys: pytest.CaptureFixture[str]) -> None:
    """Name another one."""
    assert resolve.main(GIVEN | {"DYNAMODB_PORT": str(server.port)}) == 1
    assert capsys.readouterr().err == f"There is no operation {GIVEN['OPERATION']}.\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OPERATION", ""),
        ("OPERATION", "op_1"),
        ("BOOKING", ""),
        ("BOOKING", "none"),
        ("BOOKING", "0"),
        ("WHY", "no"),
        ("BY", "a b"),
    ],
)
def test_what_is_missing_or_odd_is_named_with_an_example(
    name: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Give each in a form that is not taken."""
    assert resolve.main(GIVEN | {name: value}) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"{name}: missing, or not of this form.\nmake resolve OPERATION=op_")
