"""The key of the keyed hashes decides nowhere where a row stands: containers with any keys meet at the same ones."""

from dataclasses import replace

import pytest

from chalicelib.application.ports import BookingHeld, Claimed, Resolution
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.operation.operation import OperationState
from tests.contract.conftest import Stores
from tests.contract.records import (
    ANOTHER_EVENING,
    HASH_KEY,
    NOT_SENT,
    OTHER_KEY,
    UNKNOWN,
    claim,
    conclude,
    confirmed,
    enough_time,
    find,
    held_by,
    made,
    operation,
    resolve,
)

NEW_KEY = HmacKey(b"the key after the rotation, 32 or more")
EITHER_WAY = pytest.mark.parametrize(
    ("first_key", "second_key"), [(HASH_KEY, NEW_KEY), (NEW_KEY, HASH_KEY)], ids=["forwards", "back"]
)


@EITHER_WAY
def test_a_repeat_meets_its_first_try(stores: Stores, first_key: HmacKey, second_key: HmacKey) -> None:
    """The fingerprint says which key made it; whoever knows that one can compare."""
    first, again = operation(1, hash_key=first_key), operation(2, hash_key=second_key)
    claim(stores.store, first)
    held = held_by(stores.store, first)
    assert stores.store.held(again, enough_time()) == held
    assert claim(stores.store, again) == held
    assert held.record is not None
    assert held.record.fingerprint == first_key.fingerprint(first.request)


@EITHER_WAY
@pytest.mark.parametrize("key", [OTHER_KEY, None])
def test_an_equal_booking_is_held(stores: Stores, first_key: HmacKey, second_key: HmacKey, key: str | None) -> None:
    """The guard stands where everybody looks."""
    first, again = operation(1, hash_key=first_key), operation(2, key=key, hash_key=second_key)
    claim(stores.store, first)
    assert stores.store.held(again, enough_time()) == BookingHeld(first.id)
    assert claim(stores.store, again) == BookingHeld(first.id)


def test_what_is_different_is_free_after_the_rotation(stores: Stores) -> None:
    """And its fingerprint is of the new key."""
    claim(stores.store, operation(1))
    other = operation(2, key=OTHER_KEY, session_date=ANOTHER_EVENING, hash_key=NEW_KEY)
    assert claim(stores.store, other) == Claimed()
    assert NEW_KEY.made(find(stores.store, other.id).fingerprint)


def test_a_next_attempt_across_the_rotation_is_of_the_same_operation(stores: Stores) -> None:
    """It holds key and booking again, and its fingerprint is made anew."""
    first = made(stores.store, operation(1), NOT_SENT)
    second = replace(operation(2, hash_key=NEW_KEY), attempt=2)
    assert claim(stores.store, second, first) == Claimed()
    conclude(stores.store, second, confirmed(), "sealed", first)
    record = find(stores.store, first.id)
    assert (record.attempt, record.sealed_answer) == (2, "sealed")
    assert NEW_KEY.made(record.fingerprint)
    assert claim(stores.store, operation(3)) == held_by(stores.store, operation(1))
    assert claim(stores.store, operation(3, key=OTHER_KEY)) == BookingHeld(first.id)


def test_a_resolution_across_the_rotation_frees_the_guard(stores: Stores) -> None:
    """Whatever key its container knows."""
    unknown = made(stores.store, operation(1), UNKNOWN)
    assert resolve(stores.store, unknown, Resolution(OperationState.NOT_CREATED, None, "sealed"))
    assert claim(stores.store, operation(2, key=OTHER_KEY, hash_key=NEW_KEY)) == Claimed()
