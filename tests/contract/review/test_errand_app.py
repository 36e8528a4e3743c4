"""The entry of custodians' errands on the local stand-in: what it does, and what it tells the log."""

import json
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.adapters.aws.dynamodb import items
from chalicelib.adapters.aws.people import person_rows
from chalicelib.errand_app import ErrandsFailedError, run_errands
from chalicelib.errand_settings import ErrandSettings, read_errand_settings
from chalicelib.settings import InvalidSettingsError
from devtools.local.dynamodb import local_environment
from devtools.local.review.errands import run_and_tell
from tests.contract.review.test_digest_app import Context
from tests.contract.review.test_people import CLIENT_NAME, Tables
from tests.contract.review.test_people import held as _held

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

held = _held


@pytest.fixture
def environment(held: Tables, review_client: "DynamoDBClient") -> Iterator[Tables]:
    """Let the process have the environment of the function."""
    before = dict(os.environ)
    os.environ.update(local_environment(review_client.meta.endpoint_url))
    os.environ.update(OPERATIONS_TABLE=held.operations, AUDIT_TABLE=held.audit, EVENTS_KEPT_DAYS="")
    try:
        yield held
    finally:
        os.environ.clear()
        os.environ.update(before)


def run(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Run the function; return what it has logged."""
    capsys.readouterr()
    run_errands({}, Context())
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_each_hour_what_is_new_of_the_held_is_kept(environment: Tables, capsys: pytest.CaptureFixture[str]) -> None:
    """The line has a count and no name."""
    environment.hold()
    environment.book(1)
    (line,) = run(capsys)
    assert (line["event"], line["count"], environment.ending()) == ("errands.run", 3, 0)
    assert CLIENT_NAME not in json.dumps(line)


def test_on_a_developer_s_machine_the_clock_does_the_same(
    environment: Tables, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line where there was something to do; none where there was not."""
    capsys.readouterr()
    assert not run_and_tell()
    assert capsys.readouterr().out == ""
    environment.hold()
    environment.book(1)
    assert not run_and_tell()
    line = "Errands of custodians: 3 rows were changed, and 1 errands stay for the next hour.\n"
    assert (capsys.readouterr().out, environment.ending()) == (line, 0)


def test_a_failure_is_logged_and_counted_and_shows_nothing(
    environment: Tables, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row of errands that nobody can read."""
    row = {**person_rows.key(person_rows.ERRANDS), "erased": {"SS": ["p_1@no-time"]}}
    environment.put(environment.operations, row)
    with pytest.raises(ErrandsFailedError):
        run(capsys)
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["event"], "p_1" in json.dumps(line)) == ("run_errands.failed", False)
    assert items.is_stripped(row) is False


def test_its_settings_are_four() -> None:
    """Wrong ones are all told at once."""
    assert read_errand_settings({"EVENTS_KEPT_DAYS": "100"}) == ErrandSettings(events_kept_days=100)
    with pytest.raises(InvalidSettingsError, match=r"EVENTS_KEPT_DAYS: .*\nCONTACTS_KEPT_DAYS: "):
        read_errand_settings({"EVENTS_KEPT_DAYS": "1", "CONTACTS_KEPT_DAYS": "x"})
