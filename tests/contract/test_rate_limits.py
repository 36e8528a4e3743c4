"""How often an account may book, counted by every OperationStore alike."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.application.ports import BookingHeld, ClaimAnswer, Claimed, KeyHeld, RateLimited
from chalicelib.domain.errors import StoreUnavailableError
from tests.builders import NOW
from tests.contract.conftest import DAY, MINUTE, NewStores, Stores
from tests.contract.records import (
    NOT_SENT,
    OTHER_ACCOUNT,
    OTHER_KEY,
    claim,
    find,
    made,
    next_attempt,
    operation,
)

SECOND = timedelta(seconds=1)


def book(stores: Stores, number: int, at: datetime = NOW, account: int = 1001) -> ClaimAnswer:
    """Claim another booking under no key."""
    return claim(stores.store, operation(number, key=None, at=at, account=account, book_user_id=number))


@pytest.mark.parametrize(("window", "limits"), [(MINUTE, {"minute": 2}), (DAY, {"day": 2})], ids=["minute", "day"])
def test_an_account_may_book_so_often_in_each_window(
    new_stores: NewStores, window: int, limits: dict[str, int]
) -> None:
    """Two and no third, until the next window begins, on the second; a refused claim writes nothing and counts nothing."""
    stores = new_stores(**limits)
    begin = datetime.fromtimestamp(NOW.timestamp() // window * window, UTC)
    late = begin + timedelta(seconds=window) - 10 * SECOND
    assert [book(stores, number, at) for number, at in ((1, begin), (2, late))] == [Claimed(), Claimed()]
    before = stores.rows()
    assert book(stores, 3, late) == RateLimited(2, window, 10)
    assert book(stores, 4, late + 9 * SECOND) == RateLimited(2, window, 1)
    assert stores.rows() == before
    assert [book(stores, number, late + 10 * SECOND) for number in (5, 6)] == [Claimed(), Claimed()]


def test_of_two_used_up_windows_the_one_that_ends_last_is_told(new_stores: NewStores) -> None:
    """At the end of the other one the caller would only be refused again."""
    stores = new_stores(minute=1, day=2)
    book(stores, 1)
    assert book(stores, 2) == RateLimited(1, MINUTE, 60)
    later = NOW + timedelta(minutes=1)
    book(stores, 3, later)
    assert book(stores, 4, later) == RateLimited(2, DAY, 43_200 - 60)
    assert book(stores, 5, later + timedelta(minutes=1)) == RateLimited(2, DAY, 43_200 - 120)


def test_accounts_are_counted_apart(new_stores: NewStores) -> None:
    """One caller's bookings cost another none."""
    stores = new_stores(minute=1)
    assert book(stores, 1) == Claimed()
    assert book(stores, 2, account=OTHER_ACCOUNT) == Claimed()


def test_a_held_key_or_booking_is_told_before_a_limit(new_stores: NewStores) -> None:
    """A repeat is answered however often the account has booked."""
    stores = new_stores(minute=1)
    claim(stores.store, operation(1))
    assert isinstance(claim(stores.store, operation(2)), KeyHeld)
    assert isinstance(claim(stores.store, operation(2, key=OTHER_KEY)), BookingHeld)


def test_a_claim_that_is_sent_twice_counts_once(new_stores: NewStores) -> None:
    """Our own first write filled the window, and is still a success."""
    stores = new_stores(minute=1, day=1)
    assert [claim(stores.store, operation(1)), claim(stores.store, operation(1))] == [Claimed(), Claimed()]


def test_every_attempt_counts(new_stores: NewStores) -> None:
    """What holds a loop in a client back must not spare its retries."""
    stores = new_stores(minute=2)
    first = made(stores.store, operation(1), NOT_SENT)
    assert claim(stores.store, next_attempt(first, at=NOW + SECOND), first) == Claimed()
    assert book(stores, 5, NOW + SECOND) == RateLimited(2, MINUTE, 59)
    assert find(stores.store, first.id).attempt == 2


def test_a_claim_that_nothing_held_and_no_limit_stopped_is_an_error_when_refused(new_stores: NewStores) -> None:
    """The place of the operation is taken, which is nobody's fault that a caller could mend."""
    stores = new_stores(minute=5)
    claim(stores.store, operation(1, key=None))
    twin = operation(1, key=None, at=NOW + SECOND, book_user_id=9)
    with pytest.raises(StoreUnavailableError):
        claim(stores.store, twin)
