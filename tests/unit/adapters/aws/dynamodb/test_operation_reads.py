"""Reading operations when DynamoDB does not behave, or a row is not what this version writes."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import pytest

from chalicelib.adapters.aws.database import DynamoDB
from chalicelib.adapters.aws.dynamodb import items, tables
from chalicelib.adapters.aws.dynamodb.items import Item
from chalicelib.adapters.aws.dynamodb.operations import DynamoDBOperationStore
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.operation.record import OperationRecord
from tests.builders import NOW
from tests.contract.records import claim_event, enough_time, operation
from tests.fakes.system import LateConcurrency, SequentialConcurrency
from tests.unit.adapters.aws.dynamodb.conftest import CountingClock, Lines
from tests.unit.adapters.aws.dynamodb.stub import (
    Reply,
    StubDynamoDB,
    answer,
    cancelled,
    error,
    raw,
    reset,
    say_nothing,
)

T = TypeVar("T")

NOTHING = answer(200, {"Items": []})
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
    "of an account": lambda store: store.open_operations(1001, enough_time()),
    "overdue": lambda store: store.overdue_operations(NOW, enough_time()),
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
def store(client: DynamoDB, clock: CountingClock) -> DynamoDBOperationStore:
    """Return the store on the scripted server."""
    return DynamoDBOperationStore(client, "operations", clock.sleep, clock, SequentialConcurrency(), "audit", ())


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


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_an_index_that_cannot_be_read_is_our_error(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, ask: Ask
) -> None:
    """A missing index is not an empty one, and is not asked for twice."""
    dynamodb.will(error("ValidationException"), *[NOTHING] * (tables.OPEN_SHARDS - 1))
    with pytest.raises(StoreUnavailableError, match="could not be read"):
        ask(store)
    asked = [request.document["ExpressionAttributeValues"][":shard"]["S"] for request in dynamodb.requests]
    assert len(set(asked)) == len(asked)
    del dynamodb.replies[:]


def test_a_shard_that_is_late_is_our_error(store: DynamoDBOperationStore) -> None:
    """The port of calls beside ours speaks of AdultWork then, which has nothing to do with it."""
    late = replace(store, concurrency=LateConcurrency())
    with pytest.raises(StoreUnavailableError, match="could not be read"):
        late.overdue_operations(NOW, enough_time())


def test_all_shards_are_asked_for_what_is_overdue(store: DynamoDBOperationStore, dynamodb: StubDynamoDB) -> None:
    """Each once, and of what they name the 25 oldest are read as they stand; an account is in one shard alone."""
    shards = [[entry(number) for number in range(shard, 64, tables.OPEN_SHARDS)] for shard in range(tables.OPEN_SHARDS)]
    oldest = [row(number) for number in range(25)]
    dynamodb.will(*(answer(200, {"Items": found}) for found in shards), batch(*oldest[::-1]))
    found = store.overdue_operations(NOW, enough_time())
    assert [record.id for record in found] == [operation(number, key=None).id for number in range(25)]
    *queries, reading = [request.document for request in dynamodb.requests]
    values = [query["ExpressionAttributeValues"][":shard"]["S"] for query in queries]
    assert values == list(tables.open_shards())
    keys = reading["RequestItems"]["operations"]["Keys"]
    assert sorted(key["pk"]["S"] for key in keys) == sorted(each["pk"]["S"] for each in oldest)
    dynamodb.requests.clear()
    dynamodb.will(answer(200, {"Items": []}))
    assert store.open_operations(1001, enough_time()) == ()
    (query,) = dynamodb.requests
    assert query.document["ExpressionAttributeValues"][":shard"]["S"] == tables.open_shard(1001)


def test_a_shard_is_read_to_its_end_for_one_account(store: DynamoDBOperationStore, dynamodb: StubDynamoDB) -> None:
    """A page may hold nothing but others' operations; what is enough ends it: there may be many of another kind among it."""
    more = {"LastEvaluatedKey": {"pk": {"S": "?"}, "open": {"S": "03"}, "claimed_at": {"S": "?"}}}
    dynamodb.will(answer(200, {"Items": [], **more}), answer(200, {"Items": [entry(1)]}), batch(row(1)))
    assert len(store.open_operations(1001, enough_time())) == 1
    assert dynamodb.requests[1].document["ExclusiveStartKey"] == more["LastEvaluatedKey"]
    many, some = (
        [entry(number) for number in range(101)],
        [row(number, {items.CHANGE: {"S": "?"}}) for number in range(70)],
    )
    dynamodb.will(answer(200, {"Items": many, **more}), batch(*some, *map(row, range(70, 100))))
    found = store.open_operations(1001, enough_time())
    assert [record.id for record in found] == [operation(number, key=None).id for number in range(70, 95)]
    assert len(dynamodb.requests[-1].document["RequestItems"]["operations"]["Keys"]) == 100


def test_an_entry_that_is_late_names_nothing_that_is_settled_or_gone(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB
) -> None:
    """What was settled a moment ago must not be flagged as if it were open."""
    settled, stripped = row(2, {"state": {"S": "CONFIRMED"}}), row(4, {items.STRIPPED: {"BOOL": True}})
    dynamodb.will(answer(200, {"Items": [entry(1), entry(2), entry(3), entry(4)]}), batch(row(1), settled, stripped))
    found = store.open_operations(1001, enough_time())
    assert [record.id for record in found] == [operation(1, key=None).id]


def test_a_read_without_time_asks_nothing(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """No try starts that could not end in time."""
    with pytest.raises(StoreUnavailableError, match="ran out"):
        store.find("op_1", enough_time(clock).within(0.4))
    assert dynamodb.requests == []


def row(number: int, changes: "Item | None" = None) -> Item:
    """Return the row of an operation that is being sent."""
    made = operation(number, key=None, at=NOW + timedelta(seconds=number))
    return items.operation_being_sent(made, claim_event(made)) | (changes or {})


def entry(number: int) -> Item:
    """Return what the index of open operations has of an operation."""
    return {name: value for name, value in row(number).items() if name in {"pk", "open", "claimed_at", "account"}}


def batch(*rows: Item) -> Reply:
    """Return the answer to a reading of several rows."""
    return answer(200, {"Responses": {"operations": list(rows)}, "UnprocessedKeys": {}})


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
@pytest.mark.parametrize("changes", UNREADABLE.values(), ids=UNREADABLE)
def test_a_row_that_cannot_be_read_does_not_hide_the_others(
    store: DynamoDBOperationStore,
    dynamodb: StubDynamoDB,
    lines: Lines,
    changes: Item,
    ask: Ask,
) -> None:
    """Put it first; a line with its id and a metric calls for a person, and shows nothing of it."""
    others = tables.OPEN_SHARDS - 1 if ask is ASKED["overdue"] else 0
    dynamodb.will(answer(200, {"Items": [entry(1), entry(2)]}), *[NOTHING] * others, batch(row(1, changes), row(2)))
    assert [record.id for record in ask(store)] == [operation(2, key=None).id]
    (line,) = lines()
    assert (line["event"], line["level"], line["operation_id"]) == (
        "operation.unreadable",
        "ERROR",
        operation(1, key=None).id,
    )
    assert line["OperationUnreadable"] == 1
    assert "07700900123" not in json.dumps(line)


@pytest.mark.parametrize("changes", UNREADABLE.values(), ids=UNREADABLE)
def test_an_operation_that_cannot_be_read_is_our_error(
    store: DynamoDBOperationStore,
    dynamodb: StubDynamoDB,
    lines: Lines,
    changes: Item,
    clock: CountingClock,
) -> None:
    """It is there, so "not found" would be wrong; the line is the same."""
    dynamodb.will(answer(200, {"Item": row(1, changes)}))
    with pytest.raises(StoreUnavailableError, match="could not be read"):
        store.find(operation(1, key=None).id, enough_time(clock))
    assert [line["event"] for line in lines()] == ["operation.unreadable"]


def test_a_key_or_guard_that_cannot_be_read_is_our_error(
    store: DynamoDBOperationStore, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """Leave out whose it is: the caller cannot be told, and the booking is not free."""
    made = operation()
    key: Item = {"pk": {"S": f"OP#{made.id}"}}
    guard = {name: value for name, value in items.guard(made).items() if name != "operation_id"}
    dynamodb.will(batch(key), batch(guard), cancelled(key, "None", "None"))
    for ask in (store.held, store.held):
        with pytest.raises(StoreUnavailableError, match="could not be read"):
            ask(made, enough_time(clock))
    with pytest.raises(StoreUnavailableError, match="nothing was sent"):
        store.claim(made, claim_event(made), enough_time(clock))
