"""Operations whose person was erased: they keep their key from being used again, and tell nothing else."""

import pytest

from chalicelib.adapters.aws.dynamodb import items, tables
from chalicelib.adapters.aws.dynamodb.operations import DynamoDBOperationStore
from chalicelib.adapters.aws.people import person_rows
from chalicelib.application.ports import Claimed, KeyHeld
from devtools.memory.store import InMemoryOperationStore
from tests.builders import NOW
from tests.contract.conftest import Stores
from tests.contract.records import (
    ACCOUNT,
    ANOTHER_EVENING,
    NOT_SENT,
    OTHER_KEY,
    REJECTED,
    claim,
    confirmed,
    enough_time,
    find,
    made,
    next_attempt,
    operation,
)


def strip(stores: Stores, operation_id: str) -> None:
    """Do what erasing a person does to the row of a settled operation."""
    store = stores.store
    if isinstance(store, InMemoryOperationStore):
        store.strip(operation_id)
        return
    assert isinstance(store, DynamoDBOperationStore)
    guard = find(store, operation_id).guard
    names = {f"#{number}": name for number, name in enumerate(person_rows.TELLING)}
    update = {
        "TableName": store.operations_table,
        "Key": person_rows.key(tables.operation_row(operation_id)),
        "UpdateExpression": f"SET {items.STRIPPED} = :yes REMOVE {', '.join(names)}",
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": {":yes": {"BOOL": True}},
    }
    store.client.update_item(update, enough_time())  # type: ignore[arg-type]  # a plain dict
    key = person_rows.key(tables.guard_row(guard))
    store.client.delete_item({"TableName": store.operations_table, "Key": key}, enough_time())


@pytest.mark.parametrize("outcome", [confirmed(), REJECTED, NOT_SENT], ids=lambda outcome: outcome.state)
def test_a_repeat_under_its_key_meets_it_and_learns_nothing(stores: Stores, outcome: object) -> None:
    """Neither a send nor a replay: what was asked for cannot be compared. Also where its key could have tried again."""
    first = made(stores.store, operation(1), outcome)  # type: ignore[arg-type]
    strip(stores, first.id)
    assert claim(stores.store, operation(2)) == KeyHeld(first.id, None)
    assert claim(stores.store, operation(3, session_date=ANOTHER_EVENING)) == KeyHeld(first.id, None)
    assert stores.store.held(operation(2), enough_time()) == KeyHeld(first.id, None)


def test_a_further_attempt_that_was_begun_before_is_not_claimed(stores: Stores) -> None:
    """It was read before the strip, and claims after it."""
    first = made(stores.store, operation(1), NOT_SENT)
    strip(stores, first.id)
    assert claim(stores.store, next_attempt(first), first) == KeyHeld(first.id, None)


def test_nobody_finds_it(stores: Stores) -> None:
    """Whose it was cannot be told any more; it is open for nobody."""
    first = made(stores.store, operation(1), confirmed())
    strip(stores, first.id)
    assert stores.store.find(first.id, enough_time()) is None
    assert stores.store.open_operations(ACCOUNT, enough_time()) == ()
    assert stores.store.overdue_operations(NOW, enough_time()) == ()


def test_an_equal_booking_under_another_key_is_free(stores: Stores) -> None:
    """Its guard was over before anybody could be erased."""
    first = made(stores.store, operation(1), confirmed())
    strip(stores, first.id)
    assert claim(stores.store, operation(2, key=OTHER_KEY)) == Claimed()
