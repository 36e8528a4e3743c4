"""Reading operations when DynamoDB does not behave, or a row is not what this version writes."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib import log
from chalicelib.adapters.dynamodb import items
from chalicelib.adapters.dynamodb.items import Item
from chalicelib.adapters.dynamodb.operations import DynamoDBOperationStore
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.record import OperationRecord
from tests.builders import NOW
from tests.contract.records import claim_event, enough_time, operation
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
Ask = Callable[[DynamoDBOperationStore], tuple[OperationRecord, ...]]
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


UNREADABLE: dict[str, Item] = {
    "a state that is unknown": {"state": {"S": "07700900123"}},
    "no number": {"account": {"S": "07700900123"}},
    "no amount": {"credits": {"S": "07700900123 pounds"}},
    "no time": {"lease_until": {"S": "07700900123"}},
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


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Return what reads the lines of the log; put back what was there before."""
    root = logging.getLogger()
    before = root.handlers, root.level
    log.configure()
    yield lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    root.handlers, root.level = before


def row(number: int, changes: "Item | None" = None) -> Item:
    """Return the row of an operation that is being sent."""
    made = operation(number)
    return items.operation_being_sent(made, claim_event(made)) | (changes or {})


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
@pytest.mark.parametrize("changes", UNREADABLE.values(), ids=UNREADABLE)
def test_a_row_that_cannot_be_read_does_not_hide_the_others(
    store: DynamoDBOperationStore,
    dynamodb: StubDynamoDB,
    lines: Callable[[], list[dict[str, Any]]],
    changes: Item,
    ask: Ask,
) -> None:
    """Put it first; a line with its id and a metric calls for a person, and shows nothing of it."""
    dynamodb.will(answer(200, {"Items": [row(1, changes), row(2)]}))
    assert [record.id for record in ask(store)] == [operation(2).id]
    (line,) = lines()
    assert (line["event"], line["level"], line["operation_id"]) == ("operation.unreadable", "ERROR", operation(1).id)
    assert line["OperationUnreadable"] == 1
    assert "07700900123" not in json.dumps(line)


@pytest.mark.parametrize("changes", UNREADABLE.values(), ids=UNREADABLE)
def test_an_operation_that_cannot_be_read_is_our_error(
    store: DynamoDBOperationStore,
    dynamodb: StubDynamoDB,
    lines: Callable[[], list[dict[str, Any]]],
    changes: Item,
    clock: CountingClock,
) -> None:
    """It is there, so "not found" would be wrong; the line is the same."""
    dynamodb.will(answer(200, {"Item": row(1, changes)}))
    with pytest.raises(StoreUnavailableError, match="could not be read"):
        store.find(operation(1).id, enough_time(clock))
    assert [line["event"] for line in lines()] == ["operation.unreadable"]


def test_a_key_or_guard_that_cannot_be_read_is_our_error(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """Leave out whose it is: the caller cannot be told, and the booking is not free."""
    made = operation()
    key = {name: value for name, value in items.key(made).items() if name != "operation_id"}
    dynamodb.will(answer(200, {"Responses": {"operations": [key]}, "UnprocessedKeys": {}}))
    with pytest.raises(StoreUnavailableError, match="could not be read"):
        store.held(made, enough_time(clock))
