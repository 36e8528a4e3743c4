"""Reading the account's list, whole or not at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from chalicelib.application.operations.made_bookings import MadeBookings, read_made_bookings
from chalicelib.domain.access import AccessToken
from chalicelib.domain.booking.booking import ListEntry, UnreadableEntry
from chalicelib.domain.errors import SwitchboardError, Trouble, UpstreamUnavailableError
from chalicelib.domain.time_budget import Deadline
from tests.builders import LONDON, NOW, TOKEN, booking
from tests.fakes.clock import FixedClock
from tests.fakes.upstream import InMemoryGateway


class PagedGateway(InMemoryGateway):
    """A list with pages of any size; `before_page` runs before each is given."""

    def __init__(self, count: int, page_size: int = 100) -> None:
        super().__init__()
        self.page_size = page_size
        self.before_page: Callable[[int], None] = lambda _: None
        for number in range(1, count + 1):
            self.bookings[number] = booking(booking_id=number)

    def made_bookings(self, token: AccessToken, start: date, page: int, deadline: Deadline) -> tuple[ListEntry, ...]:
        """Give a page, newest first."""
        super().made_bookings(token, start, page, deadline)
        self.before_page(len(self.listed))
        newest_first = list(reversed(self.bookings.values()))
        return tuple(newest_first[(page - 1) * self.page_size : page * self.page_size])


def read(gateway: InMemoryGateway, since: datetime = NOW, zone: ZoneInfo = LONDON) -> MadeBookings:
    """Read the list as whoever wants to deny something does: twice, where that can show that it is whole."""
    deadline = Deadline.after(FixedClock().monotonic, 5)
    first = read_made_bookings(gateway, TOKEN, since, zone, deadline)
    if not first.may_be_shown_whole:
        return first
    return first.confirmed_by(read_made_bookings(gateway, TOKEN, since, zone, deadline))


def pages_of(gateway: InMemoryGateway) -> list[int]:
    """Return the pages that were asked for."""
    return [page for _, _, page in gateway.listed]


@pytest.mark.parametrize(
    ("count", "page_size", "pages"),
    [
        (0, 100, [1]),
        (1, 100, [1, 2] * 2),
        (100, 100, [1, 2] * 2),
        (101, 100, [1, 2, 3] * 2),
        (7, 3, [1, 2, 3, 4] * 2),  # an upstream that gives fewer at once than it was asked for
        (19, 1, [*range(1, 21)] * 2),
    ],
)
def test_a_list_is_read_until_a_page_brings_nothing_new(count: int, page_size: int, pages: list[int]) -> None:
    """Read an empty list once, and every other one twice."""
    gateway = PagedGateway(count, page_size)
    made = read(gateway)
    assert [each.booking_id for each in made.bookings] == list(range(count, 0, -1))
    assert (made.is_complete, made.pages) == (True, len(pages))
    assert pages_of(gateway) == pages


@pytest.mark.parametrize(
    ("since", "zone", "start"),
    [
        ("2026-01-15T12:00:00+00:00", "Europe/London", date(2026, 1, 14)),
        ("2026-07-15T23:30:00+00:00", "Europe/London", date(2026, 7, 15)),
        ("2026-01-15T00:30:00+00:00", "America/New_York", date(2026, 1, 13)),
    ],
)
def test_a_list_begins_a_day_before_the_send_on_adultwork_s_calendar(since: str, zone: str, start: date) -> None:
    """Read around midnight, in summer and west of it."""
    gateway = PagedGateway(0)
    read(gateway, datetime.fromisoformat(since), ZoneInfo(zone))
    assert gateway.listed == [(TOKEN, start, 1)]


def test_a_list_that_goes_on_for_too_long_is_not_whole() -> None:
    """Give one booking a page, without an end in sight; it is not read a second time."""
    gateway = PagedGateway(20, page_size=1)
    made = read(gateway)
    assert (made.is_complete, made.pages, len(made.bookings)) == (False, 20, 20)
    assert pages_of(gateway) == list(range(1, 21))


def test_an_upstream_that_gives_the_same_page_again_and_again_has_one_page() -> None:
    """Ignore the page number."""
    gateway = PagedGateway(3)
    gateway.before_page = lambda _: setattr(gateway, "page_size", 3 * len(gateway.listed))
    assert (len(read(gateway).bookings), pages_of(gateway)) == (3, [1, 2, 1, 2])


def appears(gateway: PagedGateway) -> None:
    """Let a booking appear at the top."""
    gateway.bookings[99] = booking(booking_id=99)


def disappears(gateway: PagedGateway) -> None:
    """Let the newest booking disappear, so that the next page begins one later."""
    del gateway.bookings[max(gateway.bookings)]


@pytest.mark.parametrize(
    ("move", "at"), [*((appears, at) for at in range(2, 6)), *((disappears, at) for at in range(2, 8))]
)
def test_a_list_that_moved_between_two_pages_is_not_whole(move: Callable[[PagedGateway], None], at: int) -> None:
    """Move it before a page of the first reading or of the second: together they show it, and what was seen is of use."""
    gateway = PagedGateway(5, page_size=2)
    gateway.before_page = lambda number: move(gateway) if number == at else None
    made = read(gateway)
    assert made.is_complete is False
    assert made.bookings


@pytest.mark.parametrize("at", [2, 3, 4])
def test_a_list_that_shrank_to_one_page_while_it_was_read_is_not_whole(at: int) -> None:
    """Let the oldest of three slip from the second page to the first, which was read already: it must not count as absent."""
    gateway = PagedGateway(3, page_size=2)
    gateway.before_page = lambda number: disappears(gateway) if number == at else None
    assert read(gateway).is_complete is False


@pytest.mark.parametrize("at", [6, 7, 8])
def test_what_appears_while_the_list_is_read_for_the_second_time_hides_nothing_that_was_there(at: int) -> None:
    """Push the pages down: what was there when the reading began is seen all the same."""
    gateway = PagedGateway(5, page_size=2)
    gateway.before_page = lambda number: appears(gateway) if number == at else None
    made = read(gateway)
    assert made.is_complete is True
    assert [each.booking_id for each in made.bookings] == [5, 4, 3, 2, 1]


def test_the_second_reading_is_the_one_that_counts() -> None:
    """Let a booking appear between the two."""
    gateway = PagedGateway(3, page_size=2)
    gateway.before_page = lambda number: appears(gateway) if number == 4 else None
    assert [each.booking_id for each in read(gateway).bookings] == [99, 3, 2, 1]


def test_a_list_that_goes_on_for_too_long_at_the_second_reading_is_not_whole() -> None:
    """Shrink the pages between the two readings."""
    gateway = PagedGateway(25, page_size=5)
    gateway.before_page = lambda number: setattr(gateway, "page_size", 1) if number == 7 else None
    assert read(gateway).is_complete is False


def test_a_page_that_cannot_be_read_is_no_list_at_all() -> None:
    """Fail the second page."""
    gateway = PagedGateway(150)
    failure: SwitchboardError = UpstreamUnavailableError("late", trouble=Trouble.LATE)
    gateway.before_page = lambda number: setattr(gateway, "list_failure", failure if number == 1 else None)
    with pytest.raises(UpstreamUnavailableError):
        read(gateway)


class OddGateway(PagedGateway):
    """A list with entries that cannot be read; `odd` are those at the end of each page."""

    odd: tuple[UnreadableEntry, ...] = ()
    odd_later: tuple[UnreadableEntry, ...] | None = None

    def made_bookings(self, token: AccessToken, start: date, page: int, deadline: Deadline) -> tuple[ListEntry, ...]:
        """Give a page with its odd entries."""
        bookings = super().made_bookings(token, start, page, deadline)
        is_later = self.odd_later is not None and len(self.listed) > 2
        odd = self.odd_later if is_later and self.odd_later is not None else self.odd
        return (*bookings, *odd)


def test_entries_that_cannot_be_read_are_told_apart_from_bookings() -> None:
    """Read a page of three bookings and two odd entries; the end is where nothing new comes."""
    gateway = OddGateway(3)
    gateway.odd = (UnreadableEntry(9), UnreadableEntry())
    made = read(gateway)
    assert [each.booking_id for each in made.bookings] == [3, 2, 1]
    assert (made.unreadable, made.is_complete, made.pages) == (gateway.odd, True, 4)


def test_a_list_of_odd_entries_alone_is_read_twice_as_well() -> None:
    """It is not empty."""
    gateway = OddGateway(0)
    gateway.odd = (UnreadableEntry(),)
    assert read(gateway) == MadeBookings((), is_complete=True, pages=4, unreadable=(UnreadableEntry(),))


def test_a_list_whose_odd_entries_change_is_not_whole() -> None:
    """One of the two readings saw something else."""
    gateway = OddGateway(1)
    gateway.odd, gateway.odd_later = (UnreadableEntry(9),), (UnreadableEntry(8),)
    assert read(gateway).is_complete is False


def test_entries_that_cannot_be_read_are_told_apart_by_all_that_is_known_of_them() -> None:
    """List two without an id: neither hides the other, and one that is there twice is one."""
    theirs, ours = UnreadableEntry(None, 9, None), UnreadableEntry(None, 123456, None)
    gateway = OddGateway(0)
    gateway.odd = (theirs, ours, theirs)
    assert read(gateway).unreadable == (theirs, ours)


def test_a_booking_that_changed_while_it_was_read_is_one_booking() -> None:
    """Let its status change between two pages that both list it."""
    gateway = PagedGateway(3, page_size=2)

    def accept(number: int) -> None:
        if number == 2:
            gateway.bookings[2] = booking(booking_id=2, status="Accepted")
            appears(gateway)

    gateway.before_page = accept
    made = read(gateway)
    assert sorted(each.booking_id for each in made.bookings) == [1, 2, 3, 99]


def test_a_booking_that_changes_while_it_is_listed_is_one_booking() -> None:
    """A new one pushes it to the second page, and its status has changed by then."""
    gateway = PagedGateway(2, page_size=1)

    def meanwhile(asked: int) -> None:
        if asked == 2:
            changed = replace(gateway.bookings.pop(2), status="Cancelled")
            gateway.bookings |= {2: changed, 3: booking(booking_id=3)}

    gateway.before_page = meanwhile
    first = read_made_bookings(gateway, TOKEN, NOW, LONDON, Deadline.after(FixedClock().monotonic, 5))
    assert [each.booking_id for each in first.bookings].count(2) == 1
