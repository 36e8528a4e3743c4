"""What reads have told about an operation, and guards that are freed, in memory and on DynamoDB alike."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.application.ports import BookingHeld, Claimed, KeyHeld, Resolution
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.operation.record import OperationRecord
from tests.contract.conftest import Stores
from tests.contract.records import (
    ANOTHER_EVENING,
    NOT_SENT,
    OTHER_KEY,
    UNKNOWN,
    claim,
    confirmed,
    enough_time,
    find,
    made,
    operation,
    release_event,
    resolution_event,
    resolve,
)

SECOND = timedelta(seconds=1)
CONFIRMED = Resolution(OperationState.CONFIRMED, 77, "sealed")
NOT_CREATED = Resolution(OperationState.NOT_CREATED, None, "sealed")


@pytest.fixture
def unknown(stores: Stores) -> OperationRecord:
    """Return an operation whose outcome is unknown."""
    return made(stores.store, operation(1), UNKNOWN)


def release(stores: Stores, record: OperationRecord) -> bool:
    """Free an operation's guard, with the event."""
    return stores.store.release(record, release_event(record), enough_time())


def test_a_booking_that_was_found_confirms_its_operation(stores: Stores, unknown: OperationRecord) -> None:
    """State, booking, answer and event in one; the guard stays."""
    assert resolve(stores.store, unknown, CONFIRMED)
    record = find(stores.store, unknown.id)
    assert (record.state, record.booking_id, record.sequence) == (OperationState.CONFIRMED, 77, 3)
    assert record.sealed_answer == "sealed"
    assert stores.store.owners([77], enough_time()) == {77: unknown.id}
    assert list(stores.trail.events(unknown.id))[2] == resolution_event(unknown, CONFIRMED).canonical()
    assert claim(stores.store, operation(2, key=OTHER_KEY)) == BookingHeld(unknown.id)


def test_a_booking_that_was_not_made_frees_the_guard(stores: Stores, unknown: OperationRecord) -> None:
    """A new key may book the same; the old one has its answer."""
    assert resolve(stores.store, unknown, NOT_CREATED)
    assert find(stores.store, unknown.id).sealed_answer == "sealed"
    assert isinstance(claim(stores.store, operation(2)), KeyHeld)
    assert claim(stores.store, operation(3, key=OTHER_KEY)) == Claimed()


def test_why_an_outcome_is_not_known_is_remembered(stores: Stores, unknown: OperationRecord) -> None:
    """A repeat is told the same; also when a person has to find out. What ended otherwise has no such reason."""
    assert unknown.reason == UNKNOWN.reason == "late"
    assert resolve(stores.store, unknown, Resolution(OperationState.AMBIGUOUS))
    assert find(stores.store, unknown.id).reason == "late"
    assert made(stores.store, operation(2, key=OTHER_KEY, session_date=ANOTHER_EVENING), NOT_SENT).reason is None


@pytest.mark.parametrize("state", [OperationState.AMBIGUOUS, OperationState.EXPIRED_UNKNOWN])
def test_what_people_have_to_settle_keeps_the_guard(
    stores: Stores, unknown: OperationRecord, state: OperationState
) -> None:
    """It may have booked."""
    assert resolve(stores.store, unknown, Resolution(state))
    assert find(stores.store, unknown.id).state is state
    assert claim(stores.store, operation(2, key=OTHER_KEY)) == BookingHeld(unknown.id)


@pytest.mark.parametrize("state", [OperationState.AMBIGUOUS, OperationState.EXPIRED_UNKNOWN])
@pytest.mark.parametrize(
    "resolution", [Resolution(OperationState.CONFIRMED, 77), Resolution(OperationState.NOT_CREATED)]
)
def test_what_people_have_settled_stands_as_if_reads_had_told_it(
    stores: Stores, unknown: OperationRecord, state: OperationState, resolution: Resolution
) -> None:
    """The guard stays beside a booking, and goes where there is none."""
    assert resolve(stores.store, unknown, Resolution(state))
    assert resolve(stores.store, find(stores.store, unknown.id), resolution)
    record = find(stores.store, unknown.id)
    assert (record.state, record.booking_id, record.sequence) == (resolution.state, resolution.booking_id, 4)
    claimed = claim(stores.store, operation(2, key=OTHER_KEY))
    assert claimed == (BookingHeld(unknown.id) if resolution.booking_id else Claimed())


def test_an_operation_without_a_key_is_resolved_too(stores: Stores) -> None:
    """Nobody can ask for its answer, and none is kept."""
    keyless = made(stores.store, operation(1, key=None), UNKNOWN)
    assert resolve(stores.store, keyless, NOT_CREATED)
    assert "sealed" not in stores.rows()
    assert claim(stores.store, operation(2)) == Claimed()


def test_a_resolution_that_is_sent_twice_is_one_resolution(stores: Stores, unknown: OperationRecord) -> None:
    """Our own first write is a success."""
    assert resolve(stores.store, unknown, CONFIRMED)
    assert resolve(stores.store, unknown, CONFIRMED)
    assert len(stores.trail.events(unknown.id)) == 3


def test_of_two_resolutions_the_second_is_refused(stores: Stores, unknown: OperationRecord) -> None:
    """Whoever read the same record and comes second has to look again; nothing of theirs is written."""
    assert resolve(stores.store, unknown, CONFIRMED)
    before = stores.rows()
    assert not resolve(stores.store, unknown, NOT_CREATED)
    rival = resolution_event(unknown, CONFIRMED, "another-call")
    assert not stores.store.resolve(unknown, CONFIRMED, rival, enough_time())
    assert stores.rows() == before


def test_an_operation_that_is_gone_is_not_resolved(stores: Stores, unknown: OperationRecord) -> None:
    """No row comes into being."""
    gone = replace(unknown, id=operation(9, key=None).id)
    before = stores.rows()
    assert not resolve(stores.store, gone, CONFIRMED)
    assert not release(stores, gone)
    assert stores.rows() == before


def test_a_booking_of_another_operation_resolves_nothing(stores: Stores, unknown: OperationRecord) -> None:
    """One upstream booking belongs to one operation, whoever finds it."""
    made(stores.store, operation(2, key=OTHER_KEY, session_date=ANOTHER_EVENING), confirmed(77))
    before = stores.rows()
    assert not resolve(stores.store, unknown, CONFIRMED)
    assert stores.rows() == before
    assert resolve(stores.store, unknown, Resolution(OperationState.CONFIRMED, 78))


def test_a_guard_that_was_over_and_taken_stays_the_others(stores: Stores, unknown: OperationRecord) -> None:
    """The guard is not the old operation's any more; it is settled, and frees nothing."""
    late = operation(2, key=OTHER_KEY, at=operation(1).guard_expires_at + SECOND)
    assert claim(stores.store, late) == Claimed()
    assert resolve(stores.store, unknown, NOT_CREATED)
    assert find(stores.store, unknown.id).state is OperationState.NOT_CREATED
    assert claim(stores.store, operation(3, key=None, at=late.claimed_at)) == BookingHeld(late.id)


def test_a_booking_that_ended_upstream_frees_its_guard(stores: Stores) -> None:
    """The operation stays CONFIRMED, with one more event, and the same may be booked anew."""
    first = made(stores.store, operation(1), confirmed(), "sealed")
    assert release(stores, first)
    record = find(stores.store, first.id)
    assert (record.state, record.booking_id, record.sequence) == (OperationState.CONFIRMED, 77, 3)
    assert record.sealed_answer == "sealed"
    assert claim(stores.store, operation(2, key=OTHER_KEY)) == Claimed()


def test_a_release_that_is_sent_twice_is_one_release(stores: Stores) -> None:
    """Our own first write is a success."""
    first = made(stores.store, operation(1), confirmed())
    assert [release(stores, first), release(stores, first)] == [True, True]
    assert len(stores.trail.events(first.id)) == 3


def test_a_guard_of_another_operation_is_not_freed(stores: Stores) -> None:
    """The first booking ended and was released; the second stands, and its guard with it."""
    first = made(stores.store, operation(1), confirmed(77))
    release(stores, first)
    second = made(stores.store, operation(2, key=OTHER_KEY), confirmed(78))
    before = stores.rows()
    assert not release(stores, find(stores.store, first.id))
    assert stores.rows() == before
    assert claim(stores.store, operation(3, key=None)) == BookingHeld(second.id)


def test_a_guard_that_is_free_is_not_freed_again(stores: Stores) -> None:
    """Nor is one whose operation has changed since it was read."""
    not_sent = made(stores.store, operation(1), NOT_SENT)
    assert not release(stores, not_sent)
    standing = made(stores.store, operation(2, key=OTHER_KEY), confirmed())
    assert not release(stores, replace(standing, head="0" * 64))
    assert claim(stores.store, operation(3, key=None)) == BookingHeld(standing.id)
