"""Reading the account's list of made bookings, whole: what a judgement about a missing booking rests on."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from chalicelib.application.ports import BookingGateway
from chalicelib.domain.access import AccessToken
from chalicelib.domain.booking.booking import Booking, ListEntry, UnreadableEntry
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

MAXIMUM_PAGES = 20
START_BEFORE_SEND = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MadeBookings:
    """The list as it was read.

    `is_ended` tells that the reading came to an end, `is_complete` that nothing can have slipped through it: there is nothing
    in it, or two readings were the same. `unreadable` are the entries that cannot be read as bookings, as far as they can be
    told.
    """

    bookings: tuple[Booking, ...]
    is_complete: bool
    pages: int
    unreadable: tuple[UnreadableEntry, ...] = ()
    is_ended: bool = True

    @property
    def may_be_shown_whole(self) -> bool:
        """Tell whether a second reading can show that the list is whole; one that went on for too long would again."""
        return self.is_ended and not self.is_complete

    def confirmed_by(self, second: "MadeBookings") -> "MadeBookings":
        """Return a second reading, which is complete if it is the same as this first one."""
        is_stable = second.is_ended and _entries(self) == _entries(second)
        return replace(second, is_complete=is_stable, pages=self.pages + second.pages)


def read_made_bookings(
    gateway: BookingGateway, token: AccessToken, since: datetime, zone: tzinfo, deadline: Deadline
) -> MadeBookings:
    """Read every booking that was created since the day before `since`, 100 a page, newest first.

    Only a page that brings nothing new is the end: that a page of fewer than 100 is the last one is nowhere documented,
    and a list cut short would look complete. Pages shift when a booking appears or disappears between two reads, and one
    could fall through, even from a second page that is then empty. So a list with anything in it is complete only when a
    second reading is the same.

    Raises:
        SwitchboardError: a page could not be read.
    """
    start = (since - START_BEFORE_SEND).astimezone(zone).date()
    found: dict[int | UnreadableEntry, ListEntry] = {}
    for page in range(1, MAXIMUM_PAGES + 1):
        entries = {_name(entry): entry for entry in gateway.made_bookings(token, start, page, deadline)}
        if entries.keys() <= found.keys():
            return _read(found, is_ended=True, pages=page)
        found = {**found, **{name: entry for name, entry in entries.items() if name not in found}}
    return _read(found, is_ended=False, pages=MAXIMUM_PAGES)


def _read(found: Mapping[int | UnreadableEntry, ListEntry], *, is_ended: bool, pages: int) -> MadeBookings:
    """Return what was found, bookings and what cannot be read as one apart."""
    entries = found.values()
    return MadeBookings(
        tuple(entry for entry in entries if isinstance(entry, Booking)),
        is_complete=is_ended and not entries,
        pages=pages,
        unreadable=tuple(entry for entry in entries if isinstance(entry, UnreadableEntry)),
        is_ended=is_ended,
    )


def _name(entry: ListEntry) -> int | UnreadableEntry:
    """Return what tells an entry from others: its booking's id; of what cannot be read, all that is known."""
    return entry.booking_id if isinstance(entry, Booking) else entry


def _entries(read: MadeBookings) -> tuple[int | UnreadableEntry, ...]:
    return (*(booking.booking_id for booking in read.bookings), *read.unreadable)
