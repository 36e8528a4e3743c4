"""What the local stand-ins let pass and DynamoDB does not: reserved words, placeholders, two writes on one item."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from chalicelib.adapters.aws.database import DynamoDB
from chalicelib.adapters.aws.dynamodb import tables
from chalicelib.adapters.aws.dynamodb.audit_trail import DynamoDBAuditTrail
from chalicelib.adapters.aws.dynamodb.operations import DynamoDBOperationStore
from chalicelib.adapters.aws.dynamodb.rate_limit import RateLimit
from chalicelib.application.ports import Resolution
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.operation.record import OperationRecord
from tests.builders import NOW
from tests.contract.records import (
    NOT_SENT,
    OTHER_KEY,
    REJECTED,
    UNKNOWN,
    claim,
    claim_event,
    conclude,
    confirmed,
    enough_time,
    next_attempt,
    operation,
    release_event,
    resolve,
)
from tests.fakes.system import SequentialConcurrency
from tests.unit.adapters.aws.dynamodb.conftest import CountingClock
from tests.unit.adapters.aws.dynamodb.stub import StubDynamoDB, answer

Json = dict[str, Any]

RESERVED = frozenset(ReservedKeywords.get_reserved_keywords())  # DynamoDB's own list, as moto keeps it
OPERATORS = frozenset({"ADD", "AND", "OR", "REMOVE", "SET", "attribute_not_exists"})


@pytest.fixture
def requests(client: DynamoDB, dynamodb: StubDynamoDB, clock: CountingClock) -> list[Json]:
    """Return the document of every kind of request that the package can make."""
    concurrency = SequentialConcurrency()
    limits = (RateLimit(5, 60), RateLimit(30, 86_400))
    store = DynamoDBOperationStore(client, "operations", clock.sleep, clock, concurrency, "audit", limits)
    trail = DynamoDBAuditTrail(client, "audit", "operations", clock.sleep)
    record = OperationRecord.of(operation(), OperationState.UNKNOWN, 2, "0" * 64)
    wide = replace(store, limits=(RateLimit(5, 60), RateLimit(1000, 86_400)))
    for each in (store, wide, replace(store, limits=())):
        claim(each, operation())
        claim(each, operation(key=None))
        claim(each, next_attempt(record), record)
    for outcome in (confirmed(), REJECTED, NOT_SENT, UNKNOWN):
        conclude(store, operation(), outcome, "sealed")
    for state in (OperationState.NOT_CREATED, OperationState.AMBIGUOUS, OperationState.UNKNOWN):
        resolve(store, record, Resolution(state, None, "sealed"))
    resolve(store, record, Resolution(OperationState.CONFIRMED, 77, "sealed"))
    store.release(record, release_event(record), enough_time())
    dynamodb.will(answer(200, {"Attributes": {"refusals": {"N": "1"}}}))
    trail.record_refusal(claim_event(operation()), enough_time())
    made = len(dynamodb.requests)
    rows: Json = {"Responses": {"operations": []}, "UnprocessedKeys": {}}
    dynamodb.will(*[answer(200, {"Items": []})] * (2 + tables.OPEN_SHARDS))
    store.open_operations(1001, enough_time())
    store.overdue_operations(NOW, enough_time())
    trail.events(record.id)
    dynamodb.will(answer(200, rows), answer(200, rows), answer(200, {}))
    store.held(operation(key=OTHER_KEY), enough_time())
    store.owners([1, 2, 1], enough_time())
    store.find(record.id, enough_time())
    assert made == 20
    assert len(dynamodb.requests) == made + 5 + tables.OPEN_SHARDS
    return [request.document for request in dynamodb.requests]


def expressions(document: object) -> Iterator[Json]:
    """Yield every part of a request that has an expression."""
    if isinstance(document, dict):
        if any(name.endswith("Expression") for name in document):
            yield document
        for member in document.values():
            yield from expressions(member)
    elif isinstance(document, list):
        for member in document:
            yield from expressions(member)


def words(part: Json) -> list[str]:
    """Return what the expressions of a part name, without what belongs to their language."""
    text = " ".join(str(value) for name, value in part.items() if name.endswith("Expression"))
    return [word for word in re.findall(r"[:#]?\w+", text) if word not in OPERATORS]


def test_the_list_is_dynamodbs_whole_list() -> None:
    """573 words when this was written, with some that our rows use as names."""
    assert len(RESERVED) >= 573
    assert {"STATE", "OPEN", "METHOD", "DURATION", "KEY", "AT", "DAY", "HASH"} <= RESERVED


def test_no_expression_uses_a_reserved_word(requests: list[Json]) -> None:
    """AWS refuses such a request; moto sees it in some expressions only, ministack in none."""
    parts = [part for document in requests for part in expressions(document)]
    assert len(parts) > 50
    assert [word for part in parts for word in words(part) if word.upper() in RESERVED] == []


def test_every_placeholder_is_defined_and_used(requests: list[Json]) -> None:
    """AWS refuses one too many as well as one too few."""
    for part in (part for document in requests for part in expressions(document)):
        given = {*part.get("ExpressionAttributeNames", {}), *part.get("ExpressionAttributeValues", {})}
        assert {word for word in words(part) if word[0] in ":#"} == given
        assert all(part.get(name, True) for name in ("ExpressionAttributeNames", "ExpressionAttributeValues"))


def test_no_transaction_touches_an_item_twice(requests: list[Json]) -> None:
    """And each write asks for the old item, which tells whose it is."""
    transactions = [document["TransactItems"] for document in requests if "TransactItems" in document]
    assert len(transactions) == 18
    for transaction in transactions:
        writes = [write for part in transaction for write in part.values()]
        items = [(write["TableName"], *_key(write)) for write in writes]
        assert len(items) == len(set(items))
        assert all(write["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD" for write in writes)


def test_no_request_asks_for_an_item_twice(requests: list[Json]) -> None:
    """BatchGetItem refuses that; and it reads what stands now."""
    batches = [document["RequestItems"]["operations"] for document in requests if "RequestItems" in document]
    assert [len(batch["Keys"]) for batch in batches] == [2, 2]
    for batch in batches:
        names = [name["pk"]["S"] for name in batch["Keys"]]
        assert len(names) == len(set(names))
        assert batch["ConsistentRead"] is True


def _key(write: Json) -> tuple[str, str]:
    """Return what names the item of a write."""
    named = write.get("Key") or write["Item"]
    return named["pk"]["S"], named.get("sk", {}).get("S", "")
