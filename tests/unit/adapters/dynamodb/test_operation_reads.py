"""Reading operations when DynamoDB does not behave."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from chalicelib.adapters.dynamodb.operations import DynamoDBOperationStore
from chalicelib.domain.errors import StoreUnavailableError
from tests.builders import NOW
from tests.contract.records import enough_time, operation
from tests.unit.adapters.dynamodb.conftest import CountingClock
from tests.unit.adapters.dynamodb.stub import Reply, StubDynamoDB, answer, error, raw, reset, say_nothing

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

HALF = answer(200, {"Responses": {"operations": []}, "UnprocessedKeys": {"operations": {"Keys": [{"pk": {"S": "?"}}]}}})
WHOLE = answer(
    200,
    {
        "Responses": {"operations": [{"pk": {"S": "BOOKING#77"}, "operation_id": {"S": "op_1"}}]},
        "UnprocessedKeys": {},
    },
)
Ask = Callable[[DynamoDBOperationStore], object]
ASKED: dict[str, Ask] = {
    "open-by-account": lambda store: store.open_operations(1001, enough_time()),
    "open-by-time": lambda store: store.overdue_operations(NOW, enough_time()),
}
PASSING = {
    "reset": reset,
    "throttled": error("ThrottlingException"),
    "silence": say_nothing,
    "page of something else": raw(200, b"<html>"),
}


@pytest.fixture
def store(client: "DynamoDBClient", clock: CountingClock) -> DynamoDBOperationStore:
    """Return the store on the scripted server."""
    return DynamoDBOperationStore(client, "operations", clock.sleep, clock, "audit", {})


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_read_is_tried_again_once(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, clock: CountingClock, fault: Reply
) -> None:
    """What passes costs a pause; what does not ends as our error."""
    dynamodb.will(fault)
    assert store.find("op_1", enough_time(clock)) is None
    dynamodb.will(fault, fault)
    with pytest.raises(StoreUnavailableError, match="could not be read"):
        store.find("op_1", enough_time(clock))
    assert clock.pauses == [0.05, 0.05]


def test_a_batch_that_was_read_by_half_is_read_again(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """A BookingID that was left out must not look free."""
    dynamodb.will(HALF, WHOLE)
    assert store.owners([77, 78], enough_time(clock)) == {77: "op_1"}
    assert dynamodb.requests[0] == dynamodb.requests[1]
    dynamodb.will(HALF, HALF)
    with pytest.raises(StoreUnavailableError, match="could not be read"):
        store.held(operation(), enough_time(clock))


@pytest.mark.parametrize(("index", "ask"), ASKED.items(), ids=ASKED)
def test_an_index_that_cannot_be_read_is_our_error(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, index: str, ask: Ask
) -> None:
    """A missing index is not an empty one, and is not asked for twice."""
    dynamodb.will(error("ValidationException"))
    with pytest.raises(StoreUnavailableError, match="could not be read"):
        ask(store)
    assert [request.document["IndexName"] for request in dynamodb.requests] == [index]


def test_a_read_without_time_asks_nothing(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """No try starts that could not end in time."""
    with pytest.raises(StoreUnavailableError, match="ran out"):
        store.find("op_1", enough_time(clock).within(0.4))
    assert dynamodb.requests == []
