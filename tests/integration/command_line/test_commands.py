"""`switchboard` on the tables of a stand-in: found, shown, taken along, settled; and each look at them recorded."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from chalicelib.adapters.aws.dynamodb.audit_trail import DynamoDBAuditTrail
from chalicelib.adapters.aws.dynamodb.items import hashed
from chalicelib.adapters.aws.dynamodb.operations import DynamoDBOperationStore
from chalicelib.adapters.aws.person_row import person_row
from chalicelib.application.ports import Resolution
from chalicelib.domain.operation.operation import OperationState
from devtools.local.dynamodb import (
    AUDIT_TABLE,
    OPERATIONS_TABLE,
    LocalDynamoDB,
    create_tables,
    local_client,
    local_database,
    local_environment,
)
from devtools.local.review.digests import create_digest_store, digest_running_hour
from switchboard_cli.exits import Exit
from switchboard_cli.program import program
from tests.builders import NOW, pseudonym
from tests.contract import records
from tests.fakes.clock import FixedClock
from tests.fakes.system import SequentialConcurrency

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

FUTURE = NOW + timedelta(days=9000)  # the stand-in deletes what is over; this is not, whenever the test runs
TODAY = datetime.now(UTC).replace(microsecond=0)
CANDIDATE = 654321
EVENTS = [
    replace(
        records.claim_event(records.operation(number, key=None, at=TODAY - timedelta(seconds=number))),
        candidate=pseudonym(CANDIDATE),
    )
    for number in range(1, 4)
]
WHY = ("--why", "Asked for by a court")
UNKNOWN_ID = "op_" + "Z" * 26


@pytest.fixture(scope="module")
def server() -> Iterator[LocalDynamoDB]:
    """Run one stand-in with the tables of the local run, and three claims of today."""
    with LocalDynamoDB() as started:
        create_tables(started.endpoint_url)
        with local_database(started.endpoint_url) as database:
            trail = DynamoDBAuditTrail(database, AUDIT_TABLE, OPERATIONS_TABLE)
            for row in (1001, CANDIDATE):
                database.put_item(
                    {"TableName": OPERATIONS_TABLE, "Item": person_row(row, pseudonym(row), NOW)}, records.enough_time()
                )
            for event in EVENTS:
                trail.record_refusal(event, records.enough_time())
        yield started


@pytest.fixture
def client(server: LocalDynamoDB) -> Iterator["DynamoDBClient"]:
    """Return a client of it."""
    with closing(local_client(server.endpoint_url)) as made:
        yield made


def run(server: LocalDynamoDB, line: str, *more: str) -> Result:
    """Run a command line as ada on the stand-in."""
    return CliRunner().invoke(program, [*line.split(), *more, "--as", "ada", "--local", str(server.port)])


def looks(client: "DynamoDBClient") -> list[dict[str, object]]:
    """Return the events of all looks, in the order of their chain."""
    rows = client.scan(TableName=AUDIT_TABLE, ConsistentRead=True)["Items"]
    told = sorted(
        (row["pk"]["S"], row["sk"]["S"], row["canonical"]["S"]) for row in rows if row["pk"]["S"].startswith("REVIEW#")
    )
    return [json.loads(canonical) for _, _, canonical in told]


def test_the_record_of_a_day_and_a_candidate_is_found(server: LocalDynamoDB, client: "DynamoDBClient") -> None:
    """Newest first; the look says who, what by, how many and why."""
    line = f"audit search --from {TODAY - timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ} --candidate {CANDIDATE}"
    result = run(server, line, "--why", "Complaint of a client", "--json")
    assert result.exit_code == 0
    found = [one["operation_id"] for one in json.loads(result.stdout)["operations"]]
    assert found == [event.operation_id for event in EVENTS]
    look = looks(client)[-1]
    assert (look["by"], look["issuer"], look["why"], look["found"]) == ("ada", "local", "Complaint of a client", 3)


def test_a_search_is_a_table_and_goes_on(server: LocalDynamoDB) -> None:
    """A page of two, then the rest."""
    first = run(server, f"audit search --candidate {CANDIDATE} --limit 2")
    assert EVENTS[0].operation_id in first.stdout
    assert EVENTS[2].operation_id not in first.stdout
    cursor = first.stderr.partition("--cursor ")[2].strip()
    rest = run(server, f"audit search --candidate {CANDIDATE} --cursor {cursor}")
    assert EVENTS[2].operation_id in rest.stdout
    assert run(server, f"audit search --state REJECTED --cursor {cursor}").exit_code == Exit.WRONG_USE


def test_an_operation_is_told_in_words(server: LocalDynamoDB) -> None:
    """And its chain is checked."""
    result = run(server, f"audit show {EVENTS[0].operation_id}")
    assert result.exit_code == 0
    assert f"Client {pseudonym(1001)} asked to book candidate {pseudonym(CANDIDATE)}" in result.stdout
    told = json.loads(run(server, f"audit show {EVENTS[0].operation_id} --json").stdout)
    assert (told["chain"], told["events"][0]["hash"]) == ("whole", EVENTS[0].hash)
    assert run(server, f"audit show {UNKNOWN_ID}").exit_code == Exit.NOT_FOUND


def test_a_chain_that_ends_otherwise_than_its_record_says_is_found(
    server: LocalDynamoDB, client: "DynamoDBClient"
) -> None:
    """The record names another hash of the newest event."""
    row = {"pk": {"S": f"OP#{EVENTS[1].operation_id}"}, "events": {"N": "1"}, "head": hashed("f" * 64)}
    client.put_item(TableName=OPERATIONS_TABLE, Item=row)
    result = run(server, f"audit show {EVENTS[1].operation_id}")
    assert result.exit_code == Exit.FOUND_WRONG
    assert f"changed: {EVENTS[1].operation_id}, event 1" in result.stderr


def test_an_event_that_cannot_be_read_is_shown_as_that(server: LocalDynamoDB, client: "DynamoDBClient") -> None:
    """It does not fail the table."""
    row = {"pk": {"S": f"OP#{UNKNOWN_ID[:-1]}Y"}, "sk": {"S": "000001"}, "canonical": {"S": "{}"}}
    client.put_item(TableName=AUDIT_TABLE, Item=row)
    result = run(server, f"audit show {UNKNOWN_ID[:-1]}Y")
    assert result.exit_code == Exit.FOUND_WRONG
    assert "It cannot be read" in result.stdout


def test_what_is_counted_is_told_by_day(server: LocalDynamoDB) -> None:
    """As a table and as JSON."""
    line = f"audit stats --from {TODAY:%Y-%m-%d} --to {TODAY + timedelta(days=1):%Y-%m-%d}"
    assert f"{TODAY:%Y-%m-%d}" in run(server, line).stdout
    (part,) = json.loads(run(server, line, "--json").stdout)["parts"]
    assert part["examined"] >= 1


def test_an_export_is_written_and_verifies(server: LocalDynamoDB, client: "DynamoDBClient", tmp_path: Path) -> None:
    """Both files, the manifest, and the stored bytes in the lines; the look is recorded."""
    folder = tmp_path / "export"
    line = f"audit export {folder} --candidate {CANDIDATE}"
    assert run(server, line).exit_code == Exit.WRONG_USE  # no reason
    result = run(server, line, "--why", "Yearly review")
    assert (result.exit_code, f"3 operations with 3 events are in {folder}" in result.stderr) == (0, True)
    assert (folder / "events.jsonl").read_bytes().splitlines() == [event.canonical() for event in EVENTS]
    assert len((folder / "events.csv").read_bytes().splitlines()) == 4
    assert json.loads((folder / "manifest.json").read_bytes())["asked"] == {"candidate": "given"}
    assert CliRunner().invoke(program, ["audit", "verify", str(folder)]).exit_code == 0
    assert looks(client)[-1]["why"] == "Yearly review"
    assert run(server, line, "--why", "Yearly review").exit_code == Exit.WRONG_USE  # it is there


def test_one_kind_of_file_is_enough(server: LocalDynamoDB, tmp_path: Path) -> None:
    """The one that was asked for."""
    for kind, name in {"csv": "events.csv", "jsonl": "events.jsonl", "ocsf": "events.ocsf.jsonl"}.items():
        line = f"audit export {tmp_path / kind} --candidate {CANDIDATE} --format {kind}"
        assert run(server, line, "--why", "Yearly review").exit_code == 0
        assert {one.name for one in (tmp_path / kind).iterdir()} == {name, "manifest.json"}


def test_the_evidence_of_an_operation_is_written_and_verifies(server: LocalDynamoDB, tmp_path: Path) -> None:
    """By its chain alone; where the digests cannot be had, nothing is written unless they are left out."""
    folder = tmp_path / "bundle"
    line = f"audit bundle {EVENTS[0].operation_id} {folder} --digest-bucket no-such-bucket"
    assert run(server, line, *WHY).exit_code == Exit.UNAVAILABLE
    assert not folder.exists()
    assert run(server, f"{line} --without-digests", *WHY).exit_code == 0
    assert verified(folder) == (1, 0)
    assert run(server, f"audit bundle {UNKNOWN_ID} {tmp_path / 'none'}", *WHY).exit_code == Exit.NOT_FOUND
    assert not (tmp_path / "none").exists()


def test_a_bundle_has_the_digests_that_cover_it(server: LocalDynamoDB, tmp_path: Path) -> None:
    """And none yet, before the first one is made."""
    create_digest_store(server.endpoint_url)
    early, late = tmp_path / "early", tmp_path / "late"
    assert run(server, f"audit bundle {EVENTS[0].operation_id} {early}", *WHY).exit_code == 0
    assert verified(early) == (1, 0)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            **local_environment(server.endpoint_url),
            "AWS_ENDPOINT_URL_S3": server.endpoint_url,
        }.items():
            patch.setenv(name, value)
        digest_running_hour()
    assert run(server, f"audit bundle {EVENTS[0].operation_id} {late}", *WHY).exit_code == 0
    assert verified(late) == (1, 1)


def test_stored_records_are_checked(tmp_path: Path) -> None:
    """Whole, they are clean; a changed event is named, and the look is recorded either way."""
    with LocalDynamoDB(state=tmp_path) as server, closing(local_client(server.endpoint_url)) as own:
        create_tables(server.endpoint_url)
        create_digest_store(server.endpoint_url)
        with local_database(server.endpoint_url) as database:
            DynamoDBAuditTrail(database, AUDIT_TABLE, OPERATIONS_TABLE).record_refusal(EVENTS[0], records.enough_time())
        (row,) = own.scan(TableName=AUDIT_TABLE)["Items"]
        line = f"audit check --from {TODAY - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
        assert "Clean" in run(server, line).stdout
        own.put_item(TableName=AUDIT_TABLE, Item={**row, "canonical": {"S": "{}"}})
        result = run(server, f"audit check --operation {EVENTS[0].operation_id}", *WHY)
        assert result.exit_code == Exit.FOUND_WRONG
        assert f"changed: {EVENTS[0].operation_id}, event 1" in result.stderr
        assert json.loads(run(server, f"{line} --json").stdout)["verdict"] == "findings"
        assert [look["action"] for look in looks(own)] == ["verify"] * 3


def test_looks_are_taken_along_where_they_are_asked_for(
    server: LocalDynamoDB, client: "DynamoDBClient", tmp_path: Path
) -> None:
    """Those of the same days, the one that takes them among them; each line is as it was stored."""
    folder = tmp_path / "with-looks"
    line = f"audit export {folder} --candidate {CANDIDATE} --from {TODAY - timedelta(days=1):%Y-%m-%d} --looks"
    assert run(server, line, "--why", "Who looked, and why").exit_code == 0
    taken = [json.loads(line) for line in (folder / "looks.jsonl").read_bytes().splitlines()]
    assert taken == looks(client)
    assert (taken[-1]["why"], taken[-1]["asked"]["looks"]) == ("Who looked, and why", True)
    told = json.loads(CliRunner().invoke(program, ["audit", "verify", str(folder), "--json"]).stdout)
    assert (told["verdict"], told["operations"], told["looks"]) == ("clean", 3, len(taken))


def verified(folder: Path) -> tuple[int, int]:
    """Return how many events a clean bundle has, and how many of them are covered."""
    result = CliRunner().invoke(program, ["audit", "verify", str(folder), "--json"])
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    return told["events"], told["covered_by_digests"]


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
def test_a_flagged_operation_is_settled(server: LocalDynamoDB, client: "DynamoDBClient", flagged: str) -> None:
    """Say that it booked nothing; a second time there is nothing to settle."""
    line = f"operations resolve {flagged} --none"
    result = run(server, line, "--why", "ticket 4711")
    assert result.exit_code == 0
    assert result.stdout == f"{flagged} is NOT_CREATED. Its audit event names ada and the reason.\n"
    assert state_of(client, flagged) == "NOT_CREATED"
    assert run(server, line, "--why", "ticket 4711").exit_code == Exit.REFUSED


@pytest.mark.parametrize("flagged", [2], indirect=True)
def test_a_flagged_operation_of_a_stage_is_settled(
    server: LocalDynamoDB, client: "DynamoDBClient", flagged: str
) -> None:
    """With the credentials and the tables of the environment, under the name that AWS knows."""
    environment = {**local_environment(server.endpoint_url), "AWS_ENDPOINT_URL": server.endpoint_url}
    line = f"operations resolve {flagged} --booking 77 --json --why".split()
    result = CliRunner(env=environment).invoke(program, [*line, "ticket 4711"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["by"].startswith("arn:aws:")
    assert state_of(client, flagged) == "CONFIRMED"


def test_an_operation_that_is_not_there_cannot_be_settled(server: LocalDynamoDB) -> None:
    """It is named."""
    result = run(server, f"operations resolve {UNKNOWN_ID} --none", "--why", "ticket 4711")
    assert (result.exit_code, UNKNOWN_ID in result.stderr) == (Exit.REFUSED, True)


def test_what_is_open_is_listed(server: LocalDynamoDB) -> None:
    """An operation of today whose outcome is not known."""
    lost = records.operation(9, key=None, at=TODAY - timedelta(seconds=9))
    claim = records.claim_event(lost)
    with local_database(server.endpoint_url) as database:
        trail = DynamoDBAuditTrail(database, AUDIT_TABLE, OPERATIONS_TABLE)
        for event in (claim, records.conclusion_event(lost, records.UNKNOWN)):
            trail.record_refusal(event, records.enough_time())
    result = run(server, "operations open --days 2 --json")
    assert [one["state"] for one in json.loads(result.stdout)["operations"]] == ["UNKNOWN"]
    assert claim.operation_id in run(server, "operations open --days 2").stdout


def state_of(client: "DynamoDBClient", operation_id: str) -> str:
    """Return the state in an operation's row."""
    return client.get_item(TableName=OPERATIONS_TABLE, Key={"pk": {"S": f"OP#{operation_id}"}})["Item"]["state"]["S"]
