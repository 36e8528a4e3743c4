"""The entry of the hourly digests on the local stand-in: what it makes, and what it tells the log."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.adapters.aws.dynamodb import tables
from chalicelib.composition.digests import build
from chalicelib.digest_app import DigestsFailedError, make_digests
from chalicelib.domain.time_budget import Deadline
from devtools.local.dynamodb import create_table, local_environment
from devtools.local.review.digests import create_digest_store
from tests.fakes.clock import FixedClock

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

DEADLINE = Deadline.after(lambda: 0.0, 60.0)
_numbers = count()


class Context:
    """What Lambda hands to a function beside the event."""

    aws_request_id = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        """Return the time that is left: all of it."""
        return 60_000


@pytest.fixture
def environment(review_client: "DynamoDBClient") -> Iterator[dict[str, str]]:
    """Let the process have the environment of the function, with a table and a bucket of its own."""
    name, endpoint = f"digest-app-{next(_numbers)}", review_client.meta.endpoint_url
    create_table(review_client, tables.AUDIT, name)
    create_digest_store(endpoint, name, f"alias/{name}")
    before = dict(os.environ)
    os.environ.update(local_environment(endpoint))
    os.environ.update(AUDIT_TABLE=name, DIGEST_BUCKET=name, DIGEST_KEY_ID=f"alias/{name}")
    try:
        yield dict(os.environ)
    finally:
        os.environ.clear()
        os.environ.update(before)


def run(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Run the function; return what it has logged."""
    capsys.readouterr()
    make_digests({}, Context())
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_each_hour_gets_one_digest(environment: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """The newest hour that is due at first; then none until the next one is."""
    assert environment["DIGEST_BUCKET"]
    for digests in (1, 0):
        (line,) = run(capsys)
        assert (line["event"], line["count"], line["DigestsMade"]) == ("digests.made", digests, digests)


@pytest.mark.timeout(400)  # two days of digests, each with its requests to the stand-in
def test_what_is_left_after_an_outage_and_what_cannot_be_read_is_told(
    environment: dict[str, str], review_client: "DynamoDBClient", capsys: pytest.CaptureFixture[str]
) -> None:
    """Sixty hours without a run, and a row that is no event."""
    long_ago = datetime.now(UTC) - timedelta(hours=60)
    build(environment, FixedClock(long_ago)).execute(DEADLINE)
    at = long_ago + timedelta(hours=2)
    row: Any = {
        "pk": {"S": tables.operation_row(f"op_{1:026}")},
        "sk": {"S": tables.event_sort_key(1)},
        "canonical": {"S": "no event"},
        tables.AT: {"S": at.isoformat(timespec="milliseconds")},
        tables.BY_DAY.attribute: {"S": tables.day_shard(at, f"op_{1:026}")},
    }
    review_client.put_item(TableName=environment["AUDIT_TABLE"], Item=row)
    made, unreadable, behind = run(capsys)
    told = {line["event"]: line["level"] for line in (made, unreadable, behind)}
    assert told == {"digests.made": "INFO", "digests.unreadable": "ERROR", "digests.behind": "WARNING"}
    assert (
        unreadable["DigestsUnreadable"] == unreadable["count"] > 1
    )  # each digest that could still cover the row tells it
    assert behind["DigestsBehind"] == 1


def test_a_failure_is_logged_and_counted_and_shows_nothing(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Name a bucket that is not there."""
    os.environ["DIGEST_BUCKET"] = f"{environment['DIGEST_BUCKET']}-gone"
    with pytest.raises(DigestsFailedError, match="could not be made"):
        run(capsys)
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["event"], line["cause"]) == ("make_digests.failed", "NoSuchBucket:NoSuchBucket")
