"""After the key of the keyed hashes was changed, what was written under the old one is honoured, by every store alike."""

from datetime import timedelta

import pytest

from chalicelib.application.ports import BookingHeld, Claimed, KeyHeld, Resolution
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.operation import OperationState
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
    made,
    next_attempt,
    operation,
    resolve,
)

NEW_KEY = HmacKey(b"the key after the rotation, 32 or more")
ROTATED = (NEW_KEY, HASH_KEY)
SECOND = timedelta(seconds=1)


def test_a_repeat_across_the_rotation_finds_its_first_try(stores: Stores) -> None:
    """Its fingerprint under the old key is its own; asking before tells the same."""
    first, again = operation(1), operation(2, hash_keys=ROTATED)
    claim(stores.store, first)
    held = KeyHeld(first.id, first.fingerprints[0])
    assert stores.store.held(again, enough_time()) == held
    assert claim(stores.store, again) == held
    assert again.is_same_request(held.fingerprint)


@pytest.mark.parametrize("key", [OTHER_KEY, None])
def test_an_equal_booking_across_the_rotation_is_held(stores: Stores, key: str | None) -> None:
    """The old guard stands."""
    claim(stores.store, operation(1))
    again = operation(2, key=key, hash_keys=ROTATED)
    assert stores.store.held(again, enough_time()) == BookingHeld(operation(1).id)
    assert claim(stores.store, again) == BookingHeld(operation(1).id)


def test_containers_with_the_old_key_and_the_new_one_keep_each_other_out(stores: Stores) -> None:
    """While some still write under the old key they look for the new one too: the first step of a rotation."""
    claim(stores.store, operation(1, hash_keys=ROTATED))
    assert isinstance(claim(stores.store, operation(2, hash_keys=ROTATED[::-1])), KeyHeld)
    assert isinstance(claim(stores.store, operation(2, key=OTHER_KEY, hash_keys=ROTATED[::-1])), BookingHeld)


def test_what_is_over_under_the_old_key_holds_no_more(stores: Stores) -> None:
    """The old key row ends first, then the old guard."""
    first = operation(1)
    claim(stores.store, first)
    between = operation(2, at=first.key_expires_at + SECOND, hash_keys=ROTATED)
    assert claim(stores.store, between) == BookingHeld(first.id)
    assert claim(stores.store, operation(2, at=first.guard_expires_at + SECOND, hash_keys=ROTATED)) == Claimed()


def test_what_is_different_is_free_after_the_rotation(stores: Stores) -> None:
    """And is written under the new key."""
    claim(stores.store, operation(1))
    other = operation(2, key=OTHER_KEY, session_date=ANOTHER_EVENING, hash_keys=ROTATED)
    assert claim(stores.store, other) == Claimed()
    assert (find(stores.store, other.id).key_hash or "").startswith(NEW_KEY.id)


def test_a_next_attempt_across_the_rotation_keeps_the_old_keys_row(stores: Stores) -> None:
    """One request has one row for its answer, and its guard is written anew under the new key."""
    first = made(stores.store, operation(1), NOT_SENT)
    second = operation(2, hash_keys=ROTATED).as_attempt(first.id, 2, first.key_hash)
    assert claim(stores.store, second, first) == Claimed()
    conclude(stores.store, second, confirmed(), "sealed", first)
    record = find(stores.store, first.id)
    assert record.key_hash == first.key_hash
    assert record.guard_hash.startswith(NEW_KEY.id)
    assert stores.store.stored_answer(record, enough_time()) == "sealed"
    assert isinstance(claim(stores.store, operation(3, hash_keys=ROTATED)), KeyHeld)
    assert claim(stores.store, operation(3, key=OTHER_KEY, hash_keys=ROTATED)) == BookingHeld(first.id)


def test_a_next_attempt_is_held_by_an_old_guard(stores: Stores) -> None:
    """Another container, which does not know the new key yet, booked the same meanwhile."""
    first = made(stores.store, operation(1, hash_keys=ROTATED), NOT_SENT)
    rival = operation(2, key=OTHER_KEY)
    claim(stores.store, rival)
    again = operation(3, hash_keys=ROTATED).as_attempt(first.id, 2, first.key_hash)
    assert claim(stores.store, again, first) == BookingHeld(rival.id)
    assert claim(stores.store, next_attempt(first), first) == BookingHeld(rival.id)


def test_a_resolution_across_the_rotation_frees_the_old_guard(stores: Stores) -> None:
    """The operation knows which rows are its own."""
    unknown = made(stores.store, operation(1), UNKNOWN)
    assert resolve(stores.store, unknown, Resolution(OperationState.NOT_CREATED, None, "sealed"))
    assert claim(stores.store, operation(2, key=OTHER_KEY, hash_keys=ROTATED)) == Claimed()
