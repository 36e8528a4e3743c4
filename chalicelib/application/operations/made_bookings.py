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
    """The list as it was read: `is_complete` is false when it moved under the reading, or went on too long.

    `unreadable` are the entries that cannot be read as bookings, as far as they can be told.
    """

    bookings: tuple[Booking, ...]
    is_complete: bool
    pages: int
    unreadable: tuple[UnreadableEntry, ...] = ()


def read_made_bookings(
    gateway: BookingGateway, token: AccessToken, since: datetime, zone: tzinfo, deadline: Deadline
) -> MadeBookings:
    """Read every booking that was created since the day before `since`, 100 a page, newest first.

    Only a page that brings nothing new is the end: that a page of fewer than 100 is the last one is nowhere documented,
    and a list cut short would look complete. Pages shift when a booking appears or disappears between two reads, and one
    could fall through, even from a second page that is then empty. So a list is read twice, unless there is nothing in it,
    and is complete only when both readings are the same.

    Raises:
        SwitchboardError: a page could not be read.
    """
    first = _read_once(gateway, token, since, zone, deadline)
    if not _entries(first) or not first.is_complete:
        return first
    second = _read_once(gateway, token, since, zone, deadline)
    is_stable = _entries(first) == _entries(second)
    return replace(second, is_complete=second.is_complete and is_stable, pages=first.pages + second.pages)


def _read_once(
    gateway: BookingGateway, token: AccessToken, since: datetime, zone: tzinfo, deadline: Deadline
) -> MadeBookings:
    """Read page after page until one brings nothing new."""
    start = (since - START_BEFORE_SEND).astimezone(zone).date()
    found: dict[int | UnreadableEntry, ListEntry] = {}
    for page in range(1, MAXIMUM_PAGES + 1):
        entries = {_name(entry): entry for entry in gateway.made_bookings(token, start, page, deadline)}
        if entries.keys() <= found.keys():
            return _read(found, is_complete=True, pages=page)
        found = {**found, **{name: entry for name, entry in entries.items() if name not in found}}
    return _read(found, is_complete=False, pages=MAXIMUM_PAGES)


def _read(found: Mapping[int | UnreadableEntry, ListEntry], *, is_complete: bool, pages: int) -> MadeBookings:
    """Return what was found, bookings and what cannot be read as one apart."""
    entries = found.values()
    return MadeBookings(
        tuple(entry for entry in entries if isinstance(entry, Booking)),
        is_complete,
        pages,
        tuple(entry for entry in entries if isinstance(entry, UnreadableEntry)),
    )


def _name(entry: ListEntry) -> int | UnreadableEntry:
    """Return what tells an entry from others: its booking's id; of what cannot be read, all that is known."""
    return entry.booking_id if isinstance(entry, Booking) else entry


def _entries(read: MadeBookings) -> tuple[int | UnreadableEntry, ...]:
    return (*(booking.booking_id for booking in read.bookings), *read.unreadable)
