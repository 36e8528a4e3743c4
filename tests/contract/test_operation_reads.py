"""What every OperationStore tells of its operations, in memory and on DynamoDB alike."""

from datetime import timedelta
from decimal import Decimal

import pytest

from chalicelib.application.ports import BookingHeld, Resolution
from chalicelib.domain.operation.operation import OperationState
from tests.builders import NOW
from tests.contract.conftest import Stores
from tests.contract.records import (
    ACCOUNT,
    ANOTHER_EVENING,
    NOT_SENT,
    OTHER_ACCOUNT,
    OTHER_KEY,
    REJECTED,
    UNKNOWN,
    claim,
    confirmed,
    enough_time,
    find,
    held_by,
    made,
    operation,
    resolve,
)

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def open_ids(stores: Stores, account: int = ACCOUNT) -> list[str]:
    """Return the ids of an account's open operations."""
    return [record.id for record in stores.store.open_operations(account, enough_time())]


def overdue_ids(stores: Stores, minutes: int = 60) -> list[str]:
    """Return the ids of the operations that are open and older than `minutes` after NOW."""
    return [record.id for record in stores.store.overdue_operations(NOW + minutes * MINUTE, enough_time())]


def test_what_is_found_is_what_was_claimed(stores: Stores) -> None:
    """Every member comes back exactly, with aware times and exact decimals."""
    first = operation(1, credits=Decimal("8.50"))
    claim(stores.store, first)
    record = find(stores.store, first.id)
    assert (record.account, record.state, record.attempt) == (1001, OperationState.SENDING, 1)
    assert (record.book_user_id, record.session_date, record.duration, record.method) == (
        123456,
        "2026-01-20 21:30",
        15,
        1,
    )
    assert record.credits == Decimal("8.50")
    assert (record.claimed_at, record.lease_until) == (NOW, first.lease_until)
    assert (record.fingerprint, record.is_keyed, record.guard) == (first.fingerprint, True, first.guard)
    assert record.booking_id is None


def test_an_operation_that_was_never_claimed_is_not_found(stores: Stores) -> None:
    """Nothing is nothing, and no error."""
    assert stores.store.find("op_unknown", enough_time()) is None


def test_an_operation_is_found_for_a_month_after_its_guard(stores: Stores) -> None:
    """Its row may be there longer, but what is over is not there."""
    claim(stores.store, operation(1))
    end = operation(1).guard_expires_at + timedelta(days=30)
    stores.clock.tick((end - SECOND - NOW).total_seconds())
    assert find(stores.store, operation(1).id).id == operation(1).id
    stores.clock.tick(2)
    assert stores.store.find(operation(1).id, enough_time()) is None


def test_a_claim_can_be_asked_for_before_it_is_made(stores: Stores) -> None:
    """The key first, then the booking, else nothing; and asking writes nothing."""
    claim(stores.store, operation(1))
    before = stores.rows()
    assert stores.store.held(operation(2), enough_time()) == held_by(stores.store, operation(1))
    assert stores.store.held(operation(2, key=OTHER_KEY), enough_time()) == BookingHeld(operation(1).id)
    assert stores.store.held(operation(2, key=None), enough_time()) == BookingHeld(operation(1).id)
    free = operation(2, key=OTHER_KEY, session_date=ANOTHER_EVENING)
    assert stores.store.held(free, enough_time()) is None
    assert stores.rows() == before


def test_what_is_over_does_not_hold(stores: Stores) -> None:
    """The guard ends a day after the session; a key does not end."""
    first = operation(1)
    claim(stores.store, first)
    after = first.guard_expires_at + SECOND
    assert stores.store.held(operation(2, key=OTHER_KEY, at=first.guard_expires_at), enough_time()) is not None
    assert stores.store.held(operation(2, key=OTHER_KEY, at=after), enough_time()) is None
    assert stores.store.held(operation(2, at=after), enough_time()) == held_by(stores.store, first)


def test_open_operations_are_those_without_a_final_state(stores: Stores) -> None:
    """Of one account, oldest first, also under no key."""
    for number, outcome in enumerate([UNKNOWN, confirmed(), REJECTED, NOT_SENT]):
        made(stores.store, operation(number, key=None, duration=15, book_user_id=number + 1), outcome)
    late = operation(8, key=None, at=NOW - MINUTE, session_date=ANOTHER_EVENING)
    claim(stores.store, late)
    others = operation(9, account=OTHER_ACCOUNT)
    claim(stores.store, others)
    assert open_ids(stores) == [late.id, operation(0, key=None).id]
    assert open_ids(stores, OTHER_ACCOUNT) == [others.id]
    assert open_ids(stores, 7) == []


@pytest.mark.parametrize(
    "state",
    [
        OperationState.CONFIRMED,
        OperationState.NOT_CREATED,
        OperationState.AMBIGUOUS,
        OperationState.EXPIRED_UNKNOWN,
    ],
)
def test_a_resolved_operation_is_open_no_more(stores: Stores, state: OperationState) -> None:
    """It is in neither list; a lease that is over leaves it in both."""
    claim(stores.store, operation(1))
    resolve(stores.store, find(stores.store, operation(1).id), Resolution(OperationState.UNKNOWN))
    assert (open_ids(stores), overdue_ids(stores)) == ([operation(1).id], [operation(1).id])
    booking_id = 77 if state is OperationState.CONFIRMED else None
    resolve(stores.store, find(stores.store, operation(1).id), Resolution(state, booking_id))
    assert (open_ids(stores), overdue_ids(stores)) == ([], [])


def test_overdue_operations_are_open_and_old_whoever_they_belong_to(stores: Stores) -> None:
    """Oldest first; what was claimed at that very time is not older."""
    for number, minutes in ((1, 30), (2, 10), (3, 60)):
        claim(stores.store, operation(number, key=None, account=number, at=NOW + minutes * MINUTE))
    made(stores.store, operation(4, key=None, account=4), REJECTED)
    assert overdue_ids(stores) == [operation(2, key=None).id, operation(1, key=None).id]
    assert overdue_ids(stores, 10) == []


def test_both_lists_come_some_at_a_time(stores: Stores) -> None:
    """The 25 oldest; the rest waits for its turn."""
    for number in range(27):
        at = NOW - number * MINUTE
        claim(stores.store, operation(number, key=None, at=at, book_user_id=number + 1))
    oldest = [operation(number, key=None).id for number in range(26, 1, -1)]
    assert open_ids(stores) == overdue_ids(stores) == oldest


def test_owners_are_told_for_any_number_of_bookings(stores: Stores) -> None:
    """More than the hundred that one request to DynamoDB may ask for; what nobody owns is left out."""
    made(stores.store, operation(1), confirmed(77))
    made(stores.store, operation(2, key=OTHER_KEY, session_date=ANOTHER_EVENING), confirmed(250))
    owners = stores.store.owners([*range(1, 251), 77], enough_time())
    assert owners == {77: operation(1).id, 250: operation(2, key=OTHER_KEY).id}
    assert stores.store.owners([], enough_time()) == {}


def test_the_answer_is_kept_with_its_operation(stores: Stores) -> None:
    """Sealed, as it was given: also in the spelling that a seal has, which is stored shorter."""
    for number, sealed in enumerate(("sealed", "c2VhbGVk", "AQIDBA", "AQIDBB", "AQIDBA==", "no base64: é")):
        at = NOW + number * MINUTE
        first = made(stores.store, operation(1, key=f"key-{number}", book_user_id=number + 1, at=at), REJECTED, sealed)
        assert first.sealed_answer == sealed


def test_without_a_key_or_before_the_end_there_is_no_answer(stores: Stores) -> None:
    """Nothing to replay, or nothing yet."""
    keyless = made(stores.store, operation(1, key=None), confirmed(), "sealed for nobody")
    assert keyless.sealed_answer is None
    claim(stores.store, operation(2, session_date=ANOTHER_EVENING))
    assert find(stores.store, operation(2).id).sealed_answer is None
    assert "sealed for nobody" not in stores.rows()


@pytest.mark.parametrize(("length", "is_kept"), [(350_000, True), (350_001, False)])
def test_an_answer_that_is_too_long_does_not_cost_the_outcome(stores: Stores, length: int, *, is_kept: bool) -> None:
    """DynamoDB takes no row of more than 400 KB; what became of the booking is written all the same."""
    sealed = "s" * length
    booked = made(stores.store, operation(1), confirmed(), sealed)
    found = made(stores.store, operation(2, key=OTHER_KEY, session_date=ANOTHER_EVENING), UNKNOWN)
    assert resolve(stores.store, found, Resolution(OperationState.CONFIRMED, 78, sealed))
    for record in (booked, find(stores.store, found.id)):
        assert record.state is OperationState.CONFIRMED
        assert (record.sealed_answer == sealed) is is_kept
