"""`switchboard operations resolve` of changes, on the tables of a stand-in: a person says whether they were made."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from chalicelib.adapters.aws.dynamodb.changes import DynamoDBChangeStore
from chalicelib.adapters.aws.dynamodb.operations import DynamoDBOperationStore
from chalicelib.application.audit import events
from chalicelib.application.ports import Claimed, Resolution
from chalicelib.domain.operation.operation import OperationState
from devtools.local.dynamodb import (
    AUDIT_TABLE,
    OPERATIONS_TABLE,
    LocalDynamoDB,
    create_tables,
    local_client,
    local_database,
)
from switchboard_cli.exits import Exit
from switchboard_cli.program import program
from switchboard_cli.settling import next_of
from tests.contract import records
from tests.contract.records import enough_time
from tests.contract.test_change_store import UNKNOWN, change, claim, made
from tests.fakes.clock import FixedClock
from tests.fakes.system import SequentialConcurrency
from tests.integration.command_line.test_commands import FUTURE, state_of

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from chalicelib.domain.changing.operation import ChangeOperation

WHY = "the booking's page at AdultWork"

_numbers = count(1)


@pytest.fixture(scope="module")
def server() -> Iterator[LocalDynamoDB]:
    """Run one stand-in with the tables of the local run."""
    with LocalDynamoDB() as started:
        create_tables(started.endpoint_url)
        yield started


@pytest.fixture
def client(server: LocalDynamoDB) -> Iterator["DynamoDBClient"]:
    """Return a client of it."""
    with closing(local_client(server.endpoint_url)) as opened:
        yield opened


@pytest.fixture
def bookings(server: LocalDynamoDB) -> Iterator[DynamoDBOperationStore]:
    """Return the store of bookings on these tables."""
    clock = FixedClock()
    with local_database(server.endpoint_url) as database:
        names = OPERATIONS_TABLE, AUDIT_TABLE
        yield DynamoDBOperationStore(database, names[0], clock.sleep, clock, SequentialConcurrency(), names[1], ())


@pytest.fixture
def changes(bookings: DynamoDBOperationStore) -> DynamoDBChangeStore:
    """Return the store of changes on the same."""
    return DynamoDBChangeStore.beside(bookings)


def a_change() -> "ChangeOperation":
    """Return a cancellation of a booking of its own; the stand-in deletes what is over, and this is not."""
    number = next(_numbers)
    one = change(number, key=None, booking_id=number)
    return replace(one, claimed_at=FUTURE, guard_expires_at=FUTURE + (one.guard_expires_at - one.claimed_at))


@pytest.fixture
def flagged(changes: DynamoDBChangeStore) -> "ChangeOperation":
    """Return a change that was handed to a person."""
    lost = a_change()
    record = made(changes, lost, UNKNOWN)
    event = events.expired(record, FUTURE, "request-1", timedelta(days=1))
    assert changes.resolve(record, Resolution(OperationState.EXPIRED_UNKNOWN), event, enough_time())
    return lost


def resolve(server: LocalDynamoDB, operation_id: str, *options: str) -> Result:
    """Settle an operation as ada."""
    line = ["operations", "resolve", operation_id, *options, "--why", WHY, "--as", "ada", "--local", str(server.port)]
    return CliRunner().invoke(program, line)


@pytest.mark.parametrize(("option", "state"), [("--done", "CONFIRMED"), ("--none", "NOT_CREATED")])
def test_a_flagged_change_is_settled(  # noqa: PLR0913, PLR0917 (what it needs, and what it is tried with)
    server: LocalDynamoDB,
    client: "DynamoDBClient",
    changes: DynamoDBChangeStore,
    flagged: "ChangeOperation",
    option: str,
    state: str,
) -> None:
    """By name and with the reason, once; then nothing keeps an equal change out."""
    equal = replace(flagged, id=a_change().id)
    assert changes.held(equal, enough_time()) is not None
    result = resolve(server, flagged.id, option)
    assert (result.exit_code, result.stdout) == (
        0,
        f"{flagged.id} is {state}. Its audit event names ada and the reason.\n",
    )
    assert state_of(client, flagged.id) == state
    assert claim(changes, equal) == Claimed()
    events_ = client.query(
        TableName=AUDIT_TABLE,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"OP#{flagged.id}"}},
    )["Items"]
    told = json.loads(events_[-1]["canonical"]["S"])
    assert (told["resolved_by"], told["why"], told["change"]) == ("ada", WHY, "CancelMadeBooking")
    assert resolve(server, flagged.id, option).exit_code == Exit.REFUSED


def test_it_is_told_as_a_document_where_one_is_asked_for(server: LocalDynamoDB, flagged: "ChangeOperation") -> None:
    """As of a booking."""
    result = resolve(server, flagged.id, "--done", "--json")
    assert json.loads(result.stdout) == {"operation": flagged.id, "state": "CONFIRMED", "by": "ada"}


@pytest.mark.parametrize("options", [(), ("--done", "--none"), ("--booking", "77"), ("--booking", "77", "--none")])
def test_a_change_is_settled_by_one_word_and_no_booking(
    server: LocalDynamoDB, client: "DynamoDBClient", flagged: "ChangeOperation", options: tuple[str, ...]
) -> None:
    """It stays as it was."""
    assert resolve(server, flagged.id, *options).exit_code == Exit.WRONG_USE
    assert state_of(client, flagged.id) == "EXPIRED_UNKNOWN"


def test_a_change_that_may_still_be_settled_by_itself_is_not_settled_by_hand(
    server: LocalDynamoDB, client: "DynamoDBClient", changes: DynamoDBChangeStore
) -> None:
    """It has the day that every unknown outcome has."""
    unknown = a_change()
    made(changes, unknown, UNKNOWN)
    result = resolve(server, unknown.id, "--none")
    assert (result.exit_code, "only EXPIRED_UNKNOWN" in result.stderr) == (Exit.REFUSED, True)
    assert state_of(client, unknown.id) == "UNKNOWN"


def test_a_booking_is_never_done(
    server: LocalDynamoDB, client: "DynamoDBClient", bookings: DynamoDBOperationStore
) -> None:
    """Its number says which one it made."""
    lost = records.operation(next(_numbers), key="key-of-a-lost-booking", at=FUTURE)
    unknown = records.made(bookings, lost, records.UNKNOWN)
    assert records.resolve(bookings, unknown, Resolution(OperationState.EXPIRED_UNKNOWN))
    result = resolve(server, unknown.id, "--done")
    assert (result.exit_code, "--booking or --none" in result.stderr) == (Exit.WRONG_USE, True)
    assert state_of(client, unknown.id) == "EXPIRED_UNKNOWN"


@pytest.mark.parametrize(
    ("state", "change", "words"),
    [
        (OperationState.UNKNOWN, None, "AdultWork's list is read"),
        (OperationState.UNKNOWN, "CancelMadeBooking", "the booking is read"),
        (OperationState.UNKNOWN, "RescheduleMadeBooking", "no read tells"),
        (OperationState.UNKNOWN, "OfALaterVersion", "no read tells"),
        (OperationState.EXPIRED_UNKNOWN, None, "AdultWork's own list"),
        (OperationState.EXPIRED_UNKNOWN, "ReInvite", "--done or --none"),
        (OperationState.AMBIGUOUS, None, "AdultWork's own list"),
    ],
)
def test_the_next_step_is_one_that_leads_on(state: OperationState, change: str | None, words: str) -> None:
    """A list of bookings tells nothing of a change."""
    assert words in next_of(state, change)
