"""What every OperationStore does, in memory and on DynamoDB alike."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.application.ports import BookingHeld, Claimed, KeyHeld
from chalicelib.domain.audit import event_hash
from chalicelib.domain.booking import ContactMethod
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.operation import Operation, OperationState, Outcome
from tests.builders import NOW, PHONE
from tests.contract.conftest import Stores
from tests.contract.records import (
    IDEMPOTENCY_KEY,
    NOT_SENT,
    REJECTED,
    UNKNOWN,
    claim_event,
    conclusion_event,
    confirmed,
    enough_time,
    operation,
)

OTHER_KEY = "fedcba9876543210"
ANOTHER_EVENING = "2026-01-21 21:30"
SECOND = timedelta(seconds=1)


def claim(stores: Stores, claimed: Operation) -> Claimed | KeyHeld | BookingHeld:
    """Claim an operation with its event."""
    return stores.store.claim(claimed, claim_event(claimed), enough_time())


def conclude(stores: Stores, concluded: Operation, outcome: Outcome) -> None:
    """Conclude an operation with its event."""
    stores.store.conclude(concluded, outcome, conclusion_event(concluded, outcome), enough_time())


def held_by(first: Operation, state: OperationState = OperationState.SENDING) -> KeyHeld:
    """Return the answer that a held key gives."""
    return KeyHeld(first.id, first.fingerprint, state, first.lease_until)


def test_a_new_operation_is_claimed_with_its_event(stores: Stores) -> None:
    """The claim writes the first audit event, byte for byte."""
    first = operation()
    assert claim(stores, first) == Claimed()
    assert stores.trail.events(first.id) == [claim_event(first).canonical()]


def test_the_same_key_again_tells_whose_it_is_and_how_it_stands(stores: Stores) -> None:
    """A second operation under the key is held, and the answer has all that the caller is told."""
    first = operation(1)
    claim(stores, first)
    assert claim(stores, operation(2)) == held_by(first)


def test_the_same_key_with_another_booking_tells_the_first_fingerprint(stores: Stores) -> None:
    """The fingerprints differ, so the use case can see that the key was used for something else."""
    first, second = operation(1), operation(2, duration=30)
    claim(stores, first)
    assert claim(stores, second) == held_by(first)
    assert second.fingerprint != first.fingerprint


@pytest.mark.parametrize("key", [OTHER_KEY, None])
def test_an_equal_booking_is_held_under_another_key_or_none(stores: Stores, key: str | None) -> None:
    """The guard stands on what is booked, whatever the key is."""
    first = operation(1)
    claim(stores, first)
    assert claim(stores, operation(2, key=key)) == BookingHeld(first.id)


def test_the_guard_holds_for_operations_without_a_key_too(stores: Stores) -> None:
    """Idempotency-Key is optional."""
    first = operation(1, key=None)
    assert claim(stores, first) == Claimed()
    assert claim(stores, operation(2, key=None)) == BookingHeld(first.id)


def test_a_held_key_is_told_before_a_held_booking(stores: Stores) -> None:
    """Key and booking held by two operations: the key's answer wins."""
    keyed, guarding = operation(1), operation(2, key=OTHER_KEY, session_date=ANOTHER_EVENING)
    claim(stores, keyed)
    claim(stores, guarding)
    assert claim(stores, operation(3, session_date=ANOTHER_EVENING)) == held_by(keyed)


def test_another_booking_under_another_key_is_free(stores: Stores) -> None:
    """Nothing holds what is different."""
    claim(stores, operation(1))
    assert claim(stores, operation(2, key=OTHER_KEY, session_date=ANOTHER_EVENING)) == Claimed()


def test_a_held_claim_writes_nothing(stores: Stores) -> None:
    """All or nothing: no event, no guard, no key of the second."""
    claim(stores, operation(1))
    before = stores.rows()
    claim(stores, operation(2, session_date=ANOTHER_EVENING))
    claim(stores, operation(3, key=OTHER_KEY))
    assert stores.rows() == before


def test_a_claim_that_is_sent_twice_is_one_claim(stores: Stores) -> None:
    """The condition fails on our own first write, which is a success and no duplicate."""
    first = operation()
    assert [claim(stores, first), claim(stores, first)] == [Claimed(), Claimed()]
    assert len(stores.trail.events(first.id)) == 1


def test_a_taken_place_in_the_audit_trail_stops_the_claim(stores: Stores) -> None:
    """Events are never written over, so the operation is not claimed either."""
    first = operation()
    stores.trail.append(replace(claim_event(first), request_id="another"), enough_time())
    with pytest.raises(StoreUnavailableError):
        claim(stores, first)
    assert claim(stores, operation(2)) == Claimed()


@pytest.mark.parametrize(("late", "answer"), [(-SECOND, KeyHeld), (SECOND, Claimed)])
def test_a_key_holds_until_it_expires_though_its_row_is_still_there(
    stores: Stores, late: timedelta, answer: type
) -> None:
    """TTL deletes late, so the condition compares the expiry itself."""
    first = operation(1)
    claim(stores, first)
    after = first.key_expires_at + late
    assert isinstance(claim(stores, operation(2, at=after, session_date=ANOTHER_EVENING)), answer)


@pytest.mark.parametrize(("late", "answer"), [(-SECOND, BookingHeld), (SECOND, Claimed)])
def test_a_guard_holds_until_it_expires_though_its_row_is_still_there(
    stores: Stores, late: timedelta, answer: type
) -> None:
    """The same for the guard: a day after the session it is over."""
    first = operation(1)
    claim(stores, first)
    assert isinstance(claim(stores, operation(2, key=OTHER_KEY, at=first.guard_expires_at + late)), answer)


@pytest.mark.parametrize("outcome", [confirmed(), UNKNOWN])
def test_a_booking_that_stands_or_may_stand_keeps_its_guard(stores: Stores, outcome: Outcome) -> None:
    """CONFIRMED and UNKNOWN hold the booking, and the key says the state."""
    first = operation(1)
    claim(stores, first)
    conclude(stores, first, outcome)
    assert claim(stores, operation(2)) == held_by(first, outcome.state)
    assert claim(stores, operation(3, key=OTHER_KEY)) == BookingHeld(first.id)


@pytest.mark.parametrize("outcome", [REJECTED, NOT_SENT])
def test_a_booking_that_was_not_made_frees_its_guard(stores: Stores, outcome: Outcome) -> None:
    """REJECTED and NOT_SENT let an equal booking in under another key; the key still says the state."""
    first = operation(1)
    claim(stores, first)
    conclude(stores, first, outcome)
    assert claim(stores, operation(2)) == held_by(first, outcome.state)
    assert claim(stores, operation(3, key=OTHER_KEY)) == Claimed()


@pytest.mark.parametrize("outcome", [confirmed(), REJECTED, NOT_SENT, UNKNOWN])
@pytest.mark.parametrize("key", [IDEMPOTENCY_KEY, None])
def test_a_conclusion_adds_the_next_event_of_the_chain(stores: Stores, outcome: Outcome, key: str | None) -> None:
    """Two events, the second with the hash of the first's stored bytes."""
    first = operation(key=key)
    claim(stores, first)
    conclude(stores, first, outcome)
    opening, closing = stores.trail.events(first.id)
    assert closing == conclusion_event(first, outcome).canonical()
    assert event_hash(opening).encode() in closing


def test_a_conclusion_that_is_sent_twice_is_one_conclusion(stores: Stores) -> None:
    """Our own first write is a success."""
    first = operation()
    claim(stores, first)
    conclude(stores, first, confirmed())
    conclude(stores, first, confirmed())
    assert len(stores.trail.events(first.id)) == 2


def test_a_second_outcome_does_not_replace_the_first(stores: Stores) -> None:
    """An operation leaves SENDING once."""
    first = operation(1)
    claim(stores, first)
    conclude(stores, first, confirmed())
    with pytest.raises(StoreUnavailableError):
        conclude(stores, first, REJECTED)
    assert claim(stores, operation(2)) == held_by(first, OperationState.CONFIRMED)


def test_the_outcome_of_another_attempt_is_not_taken(stores: Stores) -> None:
    """The attempt that was claimed concludes, no other."""
    first = operation(1)
    claim(stores, first)
    with pytest.raises(StoreUnavailableError):
        conclude(stores, replace(first, attempt=2), confirmed())
    assert claim(stores, operation(2)) == held_by(first)


def test_an_operation_that_was_never_claimed_cannot_be_concluded(stores: Stores) -> None:
    """No record comes into being at the end."""
    before = stores.rows()
    with pytest.raises(StoreUnavailableError):
        conclude(stores, operation(), UNKNOWN)
    assert stores.rows() == before


def test_one_upstream_booking_belongs_to_one_operation(stores: Stores) -> None:
    """A BookingID that was seen before proves nothing: the second operation stays SENDING."""
    first, second = operation(1), operation(2, key=OTHER_KEY, session_date=ANOTHER_EVENING)
    for each in (first, second):
        claim(stores, each)
    conclude(stores, first, confirmed(77))
    with pytest.raises(StoreUnavailableError):
        conclude(stores, second, confirmed(77))
    assert claim(stores, operation(3, key=OTHER_KEY)) == held_by(second)
    assert len(stores.trail.events(second.id)) == 1


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
    for each, outcome in ((by_phone, confirmed()), (by_skype, UNKNOWN)):
        claim(stores, each)
        conclude(stores, each, outcome)
    rows = stores.rows()
    assert by_phone.id in rows
    for private in (PHONE, "live:someone", "a private word", "Candy", IDEMPOTENCY_KEY, OTHER_KEY):
        assert private not in rows


def test_times_of_a_held_key_are_utc(stores: Stores) -> None:
    """The lease comes back as an aware instant."""
    claim(stores, operation(1))
    held = claim(stores, operation(2))
    assert isinstance(held, KeyHeld)
    assert held.lease_until == NOW + timedelta(seconds=31)
