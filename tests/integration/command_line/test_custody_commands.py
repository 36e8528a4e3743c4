"""`switchboard audit erase|hold|unhold` on the local stand-in."""

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from chalicelib.application.review.persons import UNKNOWN
from devtools.local.dynamodb import LocalDynamoDB, local_client
from switchboard_cli.exits import Exit
from switchboard_cli.program import program
from tests.contract.records import enough_time
from tests.contract.review.test_people import CLIENT, CLIENT_NAME, Tables, on_new_tables

WHY = ("--why", "Request of the person")
OPERATIONS, AUDIT = "cli-custody", "cli-custody-audit"


@pytest.fixture(scope="module")
def server() -> Iterator[LocalDynamoDB]:
    """Run one stand-in."""
    with LocalDynamoDB() as started:
        yield started


@pytest.fixture
def tables(server: LocalDynamoDB) -> Iterator[Tables]:
    """Return new tables with two people in them."""
    with closing(local_client(server.endpoint_url)) as client:
        made = on_new_tables(client, OPERATIONS, AUDIT)
        yield made
        for name in (OPERATIONS, AUDIT):
            client.delete_table(TableName=name)


def run(server: LocalDynamoDB, line: str, *more: str) -> Result:
    """Run a command line as ada on the stand-in."""
    tables = ("--operations-table", OPERATIONS, "--audit-table", AUDIT)
    where = (*tables, "--as", "ada", "--local", str(server.port))
    return CliRunner().invoke(program, [*line.split(), *more, *where])


def test_erasing_is_a_dry_run_until_it_is_sure(server: LocalDynamoDB, tables: Tables) -> None:
    """Counts, what remains, and the pseudonym; then it is done, and nobody is there any more."""
    tables.book(1, day=10)
    dry = run(server, f"audit erase {CLIENT}", *WHY)
    assert (dry.exit_code, "Give --yes" in dry.stderr, CLIENT_NAME in dry.stdout) == (Exit.DONE, True, True)
    assert "What remains" in dry.stdout
    assert str(CLIENT) in repr(tables.rows(OPERATIONS))
    done = run(server, f"audit erase {CLIENT} --yes", *WHY, "--json")
    assert (done.exit_code, json.loads(done.stdout)["complete"]) == (Exit.DONE, True)
    assert str(CLIENT) not in repr([*tables.rows(OPERATIONS), *tables.rows(AUDIT)])
    again = run(server, f"audit erase {CLIENT} --yes", *WHY)
    assert again.exit_code == Exit.NOT_FOUND


def test_what_stands_in_the_way_is_told(server: LocalDynamoDB, tables: Tables) -> None:
    """By a dry run beside the effect, by an erasure instead of it."""
    assert run(server, f"audit hold {CLIENT} --yes", *WHY).exit_code == Exit.DONE
    dry = run(server, f"audit erase {CLIENT}", *WHY)
    assert (dry.exit_code, "would be refused" in dry.stderr) == (Exit.REFUSED, True)
    refused = run(server, f"audit erase {CLIENT} --yes", *WHY)
    assert (refused.exit_code, "legal hold" in refused.stderr) == (Exit.REFUSED, True)
    assert tables.register.find(CLIENT, enough_time()) is not None


def test_a_hold_is_set_and_lifted_when_it_is_sure(server: LocalDynamoDB, tables: Tables) -> None:
    """Without --yes the register is told, and the look recorded."""
    tables.book(1)
    asked = run(server, f"audit hold {CLIENT}", *WHY)
    assert (asked.exit_code, "none" in asked.stdout, tables.ending()) == (Exit.DONE, True, 4)
    held = run(server, f"audit hold {CLIENT} --yes", *WHY)
    assert "is held; 3 records have no end" in held.stdout
    asked = run(server, f"audit unhold {CLIENT}", *WHY, "--json")
    assert json.loads(asked.stdout)["hold"]["by"] == "ada"
    lifted = run(server, f"audit unhold {CLIENT} --yes", *WHY)
    assert "is not held any more; 3 records" in lifted.stdout
    told = run(server, f"audit hold {CLIENT} --yes", *WHY, "--json")
    assert json.loads(told.stdout)["complete"] is True


@pytest.mark.parametrize(
    "command",
    [
        *("hold 3003003", "hold 3003003 --yes", "unhold 3003003 --yes", "erase 3003003", "erase 3003003 --yes"),
        *("search --client 3003003", "search --candidate 3003003 --json", "export {folder} --client 3003003"),
    ],
)
def test_who_is_unknown_is_told_so_by_every_command(
    server: LocalDynamoDB, tables: Tables, tmp_path: Path, command: str
) -> None:
    """With what to check, and a status of its own: nothing would say that they never booked."""
    tables.book(1)
    folder = tmp_path / "export"
    result = run(server, f"audit {command.format(folder=folder)}", *WHY)
    assert (result.exit_code, UNKNOWN in result.stderr) == (Exit.NOT_FOUND, True)
    assert not folder.exists()


def test_a_deed_needs_a_reason_and_a_person(server: LocalDynamoDB) -> None:
    """Each is wrong use."""
    for line in (f"audit erase {CLIENT}", f"audit hold {CLIENT}", f"audit unhold {CLIENT}", "audit erase 0"):
        assert run(server, line).exit_code == Exit.WRONG_USE


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [("EVENTS_KEPT_DAYS", "a year", f"audit erase {CLIENT}"), ("EXPIRY_HOURS", "a day", "audit check")],
)
def test_a_setting_that_the_functions_would_refuse_is_wrong_use(
    server: LocalDynamoDB, name: str, value: str, line: str
) -> None:
    """Of how long records are kept, and of how long an operation may be open."""
    os.environ[name] = value
    try:
        result = run(server, line, *WHY)
    finally:
        del os.environ[name]
    assert (result.exit_code, name in result.stderr) == (Exit.WRONG_USE, True)
