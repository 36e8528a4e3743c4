"""Counting what is open: each partition of the index is asked for its oldest, and then for how many it has."""

from datetime import UTC, datetime

import pytest

from chalicelib.adapters.aws.database import DynamoDB
from chalicelib.adapters.aws.dynamodb import tables
from chalicelib.adapters.aws.dynamodb.open_count import DynamoDBOpenCount
from chalicelib.application.operations.look_at_open import OpenOperations
from chalicelib.domain.errors import StoreUnavailableError
from tests.contract.records import enough_time
from tests.unit.adapters.aws.dynamodb.conftest import CountingClock
from tests.unit.adapters.aws.dynamodb.stub import Reply, StubDynamoDB, answer, error

SHARDS = list(tables.open_shards())
NOTHING = answer(200, {"Items": [], "Count": 0})


@pytest.fixture
def store(client: DynamoDB, clock: CountingClock) -> DynamoDBOpenCount:
    """Return the adapter on the scripted server."""
    return DynamoDBOpenCount(client, "operations", clock.sleep)


def oldest(name: str, minute: int) -> Reply:
    """Return the answer of a partition with an entry of 12:`minute`."""
    entry = {"pk": {"S": f"OP#op_{name}"}, "claimed_at": {"S": f"2026-01-15T12:{minute:02}:00.000+00:00"}}
    return answer(200, {"Items": [entry], "Count": 1})


def test_the_oldest_of_all_partitions_is_named_and_all_are_counted(
    store: DynamoDBOpenCount, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """Over every page; only keys and counts travel."""
    dynamodb.will(oldest("B", 30), oldest("A", 10), *[NOTHING] * (len(SHARDS) - 2))
    more = {"pk": {"S": "OP#op_Z"}, "open": {"S": SHARDS[0]}, "claimed_at": {"S": "2026-01-15T12:31:00.000+00:00"}}
    dynamodb.will(answer(200, {"Count": 5, "LastEvaluatedKey": more}), answer(200, {"Count": 2}))
    dynamodb.will(answer(200, {"Count": 1}), *[answer(200, {"Count": 0})] * (len(SHARDS) - 2))
    found = store.count_open(enough_time(clock))
    assert found == OpenOperations(8, "op_A", datetime(2026, 1, 15, 12, 10, tzinfo=UTC))
    asked = [request.document for request in dynamodb.requests]
    assert {each["IndexName"] for each in asked} == {"open"}
    assert [each.get("Limit", each.get("Select")) for each in asked] == [1] * len(SHARDS) + ["COUNT"] * (
        len(SHARDS) + 1
    )
    assert [each["ExpressionAttributeValues"][":shard"]["S"] for each in asked[: len(SHARDS)]] == SHARDS
    assert asked[len(SHARDS) + 1]["ExclusiveStartKey"] == more


def test_where_nothing_is_open_nothing_is_counted(
    store: DynamoDBOpenCount, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """One look at each partition says so."""
    dynamodb.will(*[NOTHING] * len(SHARDS))
    assert store.count_open(enough_time(clock)) == OpenOperations()
    assert dynamodb.operations == ["Query"] * len(SHARDS)


def test_what_cannot_be_counted_is_our_own_error(
    store: DynamoDBOpenCount, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """After another try where that may help."""
    dynamodb.will(*[error("ThrottlingException")] * 2)
    with pytest.raises(StoreUnavailableError, match="could not be counted"):
        store.count_open(enough_time(clock))
    assert clock.pauses == [0.05]
