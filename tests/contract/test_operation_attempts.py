"""A further attempt of the same operation, in memory and on DynamoDB alike."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from chalicelib.application.ports import BookingHeld, Claimed, KeyHeld, Resolution
from chalicelib.domain.audit.event import event_hash
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.operation.operation import OperationState, Outcome
from tests.builders import NOW
from tests.contract.conftest import Stores
from tests.contract.records import (
    NOT_SENT,
    OTHER_KEY,
    REJECTED,
    RETRYABLE,
    TOKEN_REFUSED,
    UNKNOWN,
    claim,
    claim_event,
    conclude,
    confirmed,
    enough_time,
    find,
    held_by,
    made,
    next_attempt,
    operation,
    resolve,
)


@pytest.mark.parametrize("outcome", RETRYABLE, ids=lambda outcome: outcome.upstream_status)
def test_what_provably_booked_nothing_may_be_tried_again(stores: Stores, outcome: Outcome) -> None:
    """The same operation and key, one attempt further, chained to the events before; it holds key and booking again."""
    first = made(stores.store, operation(1), outcome)
    second = next_attempt(first)
    assert claim(stores.store, second, first) == Claimed()
    record = find(stores.store, first.id)
    assert (record.state, record.attempt, record.sequence) == (OperationState.SENDING, 2, 3)
    assert (record.claimed_at, record.is_retryable) == (second.claimed_at, False)
    assert claim(stores.store, operation(2)) == KeyHeld(first.id, record)
    assert claim(stores.store, operation(3, key=OTHER_KEY)) == BookingHeld(first.id)


def test_the_second_attempt_is_concluded_like_the_first(stores: Stores) -> None:
    """Four events in one chain, and the answer under the same key."""
    first = made(stores.store, operation(1), NOT_SENT)
    second = next_attempt(first)
    claim(stores.store, second, first)
    conclude(stores.store, second, confirmed(), "sealed", first)
    record = find(stores.store, first.id)
    assert (record.state, record.booking_id, record.sequence) == (OperationState.CONFIRMED, 77, 4)
    assert record.sealed_answer == "sealed"
    chain = stores.trail.events(first.id)
    assert len(chain) == 4
    assert all(event_hash(before).encode() in after for before, after in pairwise(chain))


def test_the_first_attempt_has_no_say_in_the_second(stores: Stores) -> None:
    """A conclusion that comes late, of an attempt that was given up, is not taken."""
    first = made(stores.store, operation(1), NOT_SENT)
    claim(stores.store, next_attempt(first), first)
    with pytest.raises(StoreUnavailableError):
        conclude(stores.store, operation(1), UNKNOWN)
    assert find(stores.store, first.id).attempt == 2


def test_of_two_next_attempts_only_the_first_is_claimed(stores: Stores) -> None:
    """Whoever read the same record and comes second learns that the key is held again."""
    first = made(stores.store, operation(1), TOKEN_REFUSED)
    assert claim(stores.store, next_attempt(first), first) == Claimed()
    rival = next_attempt(first, at=first.lease_until)
    assert claim(stores.store, rival, first) == held_by(stores.store, rival)
    assert find(stores.store, first.id).sequence == 3


def test_two_calls_never_write_the_same_attempt(stores: Stores) -> None:
    """Two taps in one instant, with the same X-Request-Id even: what the second reads is not its own write."""
    first = made(stores.store, operation(1), TOKEN_REFUSED)
    second = next_attempt(first)
    events = [claim_event(second, first, call) for call in ("op_a", "op_b")]
    answers = [stores.store.claim(second, event, enough_time(), first) for event in events]
    assert answers == [Claimed(), held_by(stores.store, second)]


def test_a_next_attempt_that_is_sent_twice_is_one_attempt(stores: Stores) -> None:
    """Our own first write is recognised here too."""
    first = made(stores.store, operation(1), TOKEN_REFUSED)
    second = next_attempt(first)
    assert [claim(stores.store, second, first), claim(stores.store, second, first)] == [Claimed(), Claimed()]
    assert len(stores.trail.events(first.id)) == 3


def test_a_next_attempt_waits_for_an_equal_booking_of_another_operation(stores: Stores) -> None:
    """The guard was free meanwhile, and somebody took it."""
    first = made(stores.store, operation(1), NOT_SENT)
    other = operation(2, key=OTHER_KEY)
    claim(stores.store, other)
    assert claim(stores.store, next_attempt(first), first) == BookingHeld(other.id)
    assert find(stores.store, first.id) == first


@pytest.mark.parametrize("outcome", [REJECTED, UNKNOWN, confirmed()], ids=lambda outcome: outcome.state)
def test_no_other_end_is_followed_by_an_attempt(stores: Stores, outcome: Outcome) -> None:
    """Whatever its caller believes, the store lets no operation go on that may have booked or was refused for good."""
    first = made(stores.store, operation(1), outcome)
    assert claim(stores.store, next_attempt(first), replace(first, is_retryable=True)) == KeyHeld(first.id, first)
    assert find(stores.store, first.id) == first


def test_an_operation_that_was_not_created_is_not_tried_again(stores: Stores) -> None:
    """A new key is safe then; the old one tells what became of the request."""
    unknown = made(stores.store, operation(1), UNKNOWN)
    resolve(stores.store, unknown, Resolution(OperationState.NOT_CREATED))
    gone = find(stores.store, unknown.id)
    assert claim(stores.store, next_attempt(gone), gone) == KeyHeld(gone.id, gone)
    assert claim(stores.store, operation(2, key=OTHER_KEY)) == Claimed()


def test_an_attempt_on_an_operation_that_is_gone_is_refused(stores: Stores) -> None:
    """It would begin in the middle of a chain."""
    first = made(stores.store, operation(1), NOT_SENT)
    gone = operation(7, key=OTHER_KEY)
    with pytest.raises(StoreUnavailableError):
        claim(stores.store, gone.as_attempt(2), replace(first, id=gone.id))


def test_an_attempt_on_another_chain_than_the_one_that_stands_is_refused(stores: Stores) -> None:
    """Its event would name a hash that is not there, and nobody could verify the chain again."""
    first = made(stores.store, operation(1), NOT_SENT)
    elsewhere = replace(first, head="0" * 64)
    assert claim(stores.store, next_attempt(elsewhere), elsewhere) == KeyHeld(first.id, first)
    assert find(stores.store, first.id) == first


def test_an_attempt_may_come_long_after_the_one_before(stores: Stores) -> None:
    """The guard was free meanwhile; the operation still stands as it was read."""
    first = made(stores.store, operation(1), NOT_SENT)
    assert claim(stores.store, next_attempt(first, at=NOW + timedelta(days=4)), first) == Claimed()


def test_an_attempt_whose_event_stands_already_is_a_fault_of_the_store(stores: Stores) -> None:
    """The operation says that it comes next, and the trail that it was here: nobody can tell, so nothing is sent."""
    first = made(stores.store, operation(1), NOT_SENT)
    again = next_attempt(first)
    stores.trail.record_refusal(claim_event(again, first, "op_another"), enough_time())
    with pytest.raises(StoreUnavailableError):
        claim(stores.store, again, first)
