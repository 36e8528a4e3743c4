"""What every OperationStore does with claims and conclusions, in memory and on DynamoDB alike."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.application.ports import BookingHeld, Claimed, KeyHeld
from chalicelib.domain.audit.event import event_hash
from chalicelib.domain.booking.booking import ContactMethod
from chalicelib.domain.errors import BookingTakenError, StoreUnavailableError
from chalicelib.domain.operation.operation import OperationState, Outcome
from chalicelib.domain.operation.record import OperationRecord
from tests.builders import NOW, PHONE
from tests.contract.conftest import Stores
from tests.contract.records import (
    ANOTHER_EVENING,
    HASH_KEY,
    IDEMPOTENCY_KEY,
    NOT_SENT,
    OTHER_KEY,
    REJECTED,
    UNKNOWN,
    claim,
    claim_event,
    conclude,
    conclusion_event,
    confirmed,
    enough_time,
    find,
    held_by,
    made,
    operation,
)

SECOND = timedelta(seconds=1)


def test_a_new_operation_is_claimed_with_its_event(stores: Stores) -> None:
    """The claim writes the first audit event, byte for byte, and what reconciliation needs."""
    first, event = operation(), claim_event(operation())
    assert claim(stores.store, first) == Claimed()
    assert list(stores.trail.events(first.id)) == [event.canonical()]
    head = event_hash(event.canonical())
    assert find(stores.store, first.id) == OperationRecord.of(first, OperationState.SENDING, 1, head)


def test_the_same_key_again_tells_whose_it_is(stores: Stores) -> None:
    """A second operation under the key is held by the first."""
    claim(stores.store, operation(1))
    assert claim(stores.store, operation(2)) == held_by(stores.store, operation(1))


def test_the_same_key_with_another_booking_tells_the_first_fingerprint(stores: Stores) -> None:
    """The fingerprints differ, so the use case can see that the key was used for something else."""
    first, second = operation(1), operation(2, duration=30)
    claim(stores.store, first)
    held = claim(stores.store, second)
    assert held == held_by(stores.store, first)
    assert isinstance(held, KeyHeld)
    assert held.record is not None
    assert second.is_same_request(held.record.fingerprint, [HASH_KEY]) is False


@pytest.mark.parametrize("key", [OTHER_KEY, None])
def test_an_equal_booking_is_held_under_another_key_or_none(stores: Stores, key: str | None) -> None:
    """The guard stands on what is booked, whatever the key is."""
    claim(stores.store, operation(1))
    assert claim(stores.store, operation(2, key=key)) == BookingHeld(operation(1).id)


def test_the_guard_holds_for_operations_without_a_key_too(stores: Stores) -> None:
    """Idempotency-Key is optional."""
    assert claim(stores.store, operation(1, key=None)) == Claimed()
    assert claim(stores.store, operation(2, key=None)) == BookingHeld(operation(1, key=None).id)


def test_a_held_key_is_told_before_a_held_booking(stores: Stores) -> None:
    """Key and booking held by two operations: the key's answer wins."""
    keyed, guarding = operation(1), operation(2, key=OTHER_KEY, session_date=ANOTHER_EVENING)
    claim(stores.store, keyed)
    claim(stores.store, guarding)
    assert claim(stores.store, operation(3, session_date=ANOTHER_EVENING)) == held_by(stores.store, keyed)


def test_another_account_is_held_by_nothing(stores: Stores) -> None:
    """The same key and the same booking, but another caller."""
    claim(stores.store, operation(1))
    assert claim(stores.store, operation(2, account=1002)) == Claimed()


def test_another_booking_under_another_key_is_free(stores: Stores) -> None:
    """Nothing holds what is different."""
    claim(stores.store, operation(1))
    assert claim(stores.store, operation(2, key=OTHER_KEY, session_date=ANOTHER_EVENING)) == Claimed()


def test_a_held_claim_writes_nothing(stores: Stores) -> None:
    """All or nothing: no event, no guard, no key of the second."""
    claim(stores.store, operation(1))
    before = stores.rows()
    claim(stores.store, operation(2, session_date=ANOTHER_EVENING))
    claim(stores.store, operation(3, key=OTHER_KEY))
    assert stores.rows() == before


def test_a_claim_that_is_sent_twice_is_one_claim(stores: Stores) -> None:
    """The condition fails on our own first write, which is a success and no duplicate."""
    assert [claim(stores.store, operation()), claim(stores.store, operation())] == [Claimed(), Claimed()]
    assert len(stores.trail.events(operation().id)) == 1


def test_a_taken_place_in_the_audit_trail_stops_the_claim(stores: Stores) -> None:
    """Events are never written over, so the operation is not claimed either."""
    first = operation(key=None)
    stores.trail.record_refusal(replace(claim_event(first), request_id="another"), enough_time())
    with pytest.raises(StoreUnavailableError):
        claim(stores.store, first)
    assert claim(stores.store, operation(2)) == Claimed()


@pytest.mark.parametrize("late", [timedelta(hours=48), timedelta(days=365)])
def test_a_key_holds_as_long_as_the_row_of_its_operation_is_there(stores: Stores, late: timedelta) -> None:
    """It is never free again while somebody could take its answer for another's."""
    first = made(stores.store, operation(1), confirmed(), "sealed")
    assert claim(stores.store, operation(2, at=NOW + late)) == KeyHeld(first.id, first)


def test_a_key_whose_operation_is_gone_is_not_free_either(stores: Stores) -> None:
    """The trail keeps its first event for good, and nobody can tell what was asked for."""
    stores.trail.record_refusal(replace(claim_event(operation(1)), request_id="long ago"), enough_time())
    before = stores.rows()
    assert claim(stores.store, operation(2)) == KeyHeld(operation(1).id, None)
    assert stores.rows() == before


def test_a_key_that_is_another_accounts_row_is_a_fault_of_the_store(stores: Stores) -> None:
    """The account is part of what a key addresses: nothing of the other's is told, and nothing is sent."""
    claim(stores.store, operation(1, account=1002))
    stray = replace(operation(2), id=operation(1, account=1002).id)
    with pytest.raises(StoreUnavailableError):
        claim(stores.store, stray)
    with pytest.raises(StoreUnavailableError):
        stores.store.held(stray, enough_time())


def test_two_calls_in_one_instant_never_write_the_same_claim(stores: Stores) -> None:
    """Two taps with one key and one X-Request-Id even: what the second reads is not its own write."""
    events = [claim_event(operation(), call=call) for call in ("op_a", "op_b")]
    answers = [stores.store.claim(operation(), event, enough_time()) for event in events]
    assert answers == [Claimed(), held_by(stores.store, operation())]
    assert list(stores.trail.events(operation().id)) == [events[0].canonical()]


@pytest.mark.parametrize(("late", "answer"), [(-SECOND, BookingHeld), (SECOND, Claimed)])
def test_a_guard_holds_until_it_expires_though_its_row_is_still_there(
    stores: Stores, late: timedelta, answer: type
) -> None:
    """The same for the guard: a day after the session it is over."""
    claim(stores.store, operation(1))
    after = operation(1).guard_expires_at + late
    assert isinstance(claim(stores.store, operation(2, key=OTHER_KEY, at=after)), answer)


@pytest.mark.parametrize("outcome", [confirmed(), UNKNOWN])
def test_a_booking_that_stands_or_may_stand_keeps_its_guard(stores: Stores, outcome: Outcome) -> None:
    """CONFIRMED and UNKNOWN hold the booking."""
    first = made(stores.store, operation(1), outcome)
    assert (first.state, first.is_retryable) == (outcome.state, False)
    assert claim(stores.store, operation(2)) == held_by(stores.store, operation(1))
    assert claim(stores.store, operation(3, key=OTHER_KEY)) == BookingHeld(first.id)


@pytest.mark.parametrize("outcome", [REJECTED, NOT_SENT])
def test_a_booking_that_was_not_made_frees_its_guard(stores: Stores, outcome: Outcome) -> None:
    """REJECTED and NOT_SENT let an equal booking in under another key; their own key stays theirs."""
    first = made(stores.store, operation(1), outcome)
    assert (first.state, first.is_retryable) == (outcome.state, outcome.is_retryable)
    assert claim(stores.store, operation(2)) == held_by(stores.store, operation(1))
    assert claim(stores.store, operation(3, key=OTHER_KEY)) == Claimed()


@pytest.mark.parametrize("outcome", [confirmed(), REJECTED, NOT_SENT, UNKNOWN])
@pytest.mark.parametrize("key", [IDEMPOTENCY_KEY, None])
def test_a_conclusion_adds_the_next_event_of_the_chain(stores: Stores, outcome: Outcome, key: str | None) -> None:
    """Two events, the second with the hash of the first's stored bytes; the operation knows the second."""
    first = operation(key=key)
    record = made(stores.store, first, outcome, None if key is None else "sealed")
    opening, closing = stores.trail.events(first.id)
    assert closing == conclusion_event(first, outcome).canonical()
    assert event_hash(opening).encode() in closing
    assert (record.sequence, record.head) == (2, event_hash(closing))
    assert record.booking_id == (77 if outcome.booking else None)


def test_a_conclusion_that_is_sent_twice_is_one_conclusion(stores: Stores) -> None:
    """Our own first write is a success."""
    first = made(stores.store, operation(), confirmed(), "sealed")
    conclude(stores.store, operation(), confirmed(), "sealed")
    assert len(stores.trail.events(first.id)) == 2


def test_a_second_outcome_does_not_replace_the_first(stores: Stores) -> None:
    """An attempt leaves SENDING once."""
    first = made(stores.store, operation(1), confirmed())
    with pytest.raises(StoreUnavailableError):
        conclude(stores.store, operation(1), REJECTED)
    assert find(stores.store, first.id) == first


def test_the_outcome_of_another_attempt_is_not_taken(stores: Stores) -> None:
    """The attempt that was claimed concludes, no other."""
    claim(stores.store, operation(1))
    with pytest.raises(StoreUnavailableError):
        conclude(stores.store, replace(operation(1), attempt=2), confirmed())
    assert find(stores.store, operation(1).id).state is OperationState.SENDING


def test_an_operation_that_was_never_claimed_cannot_be_concluded(stores: Stores) -> None:
    """No record comes into being at the end."""
    before = stores.rows()
    with pytest.raises(StoreUnavailableError):
        conclude(stores.store, operation(), UNKNOWN)
    assert stores.rows() == before


def test_one_upstream_booking_belongs_to_one_operation(stores: Stores) -> None:
    """A BookingID that was seen before proves nothing: the second operation stays SENDING, with nothing written."""
    made(stores.store, operation(1), confirmed(77))
    second = operation(2, key=OTHER_KEY, session_date=ANOTHER_EVENING)
    claim(stores.store, second)
    with pytest.raises(BookingTakenError):
        conclude(stores.store, second, confirmed(77), "sealed")
    assert find(stores.store, second.id).state is OperationState.SENDING
    assert len(stores.trail.events(second.id)) == 1


def test_an_outcome_is_written_though_its_guard_is_over_and_taken_meanwhile(stores: Stores) -> None:
    """After a clock that jumped, say; the other's guard stays as it is."""
    first = operation(1)
    claim(stores.store, first)
    late = operation(2, key=OTHER_KEY, at=first.guard_expires_at + SECOND)
    assert claim(stores.store, late) == Claimed()
    conclude(stores.store, first, REJECTED, "sealed")
    record = find(stores.store, first.id)
    assert (record.state, record.sealed_answer) == (OperationState.REJECTED, "sealed")
    assert claim(stores.store, operation(3, key=None, at=late.claimed_at)) == BookingHeld(late.id)


def test_no_row_holds_personal_data_or_the_key(stores: Stores) -> None:
    """No phone, Skype name, comment, nickname or Idempotency-Key in any row, before or after the conclusion."""
    by_phone = operation(1, comments="a private word")
    by_skype = operation(
        2,
        key=OTHER_KEY,
        method=ContactMethod.SKYPE,
        phone_number=None,
        skype_name="live:someone",
        session_date=ANOTHER_EVENING,
    )
    made(stores.store, by_phone, confirmed(), "a sealed answer")
    made(stores.store, by_skype, UNKNOWN)
    rows = stores.rows()
    assert by_phone.id in rows
    for private in (PHONE, "live:someone", "a private word", "Candy", IDEMPOTENCY_KEY, OTHER_KEY):
        assert private not in rows
