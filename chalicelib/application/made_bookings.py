"""Reading the account's list of made bookings, whole: what a judgement about a missing booking rests on."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from chalicelib.application.ports import BookingGateway
from chalicelib.domain.access import AccessToken
from chalicelib.domain.booking import Booking
from chalicelib.domain.time_budget import Deadline

MAXIMUM_PAGES = 20
START_BEFORE_SEND = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MadeBookings:
    """The list as it was read: `is_complete` is false when it moved under the reading, or went on too long."""

    bookings: tuple[Booking, ...]
    is_complete: bool
    pages: int


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
    if not first.bookings or not first.is_complete:
        return first
    second = _read_once(gateway, token, since, zone, deadline)
    is_stable = _ids(first) == _ids(second)
    return MadeBookings(second.bookings, second.is_complete and is_stable, first.pages + second.pages)


def _read_once(
    gateway: BookingGateway, token: AccessToken, since: datetime, zone: tzinfo, deadline: Deadline
) -> MadeBookings:
    """Read page after page until one brings nothing new."""
    start = (since - START_BEFORE_SEND).astimezone(zone).date()
    found: dict[int, Booking] = {}
    for page in range(1, MAXIMUM_PAGES + 1):
        bookings = gateway.made_bookings(token, start, page, deadline)
        fresh = {booking.booking_id: booking for booking in bookings if booking.booking_id not in found}
        if not fresh:
            return MadeBookings(tuple(found.values()), is_complete=True, pages=page)
        found |= fresh
    return MadeBookings(tuple(found.values()), is_complete=False, pages=MAXIMUM_PAGES)


def _ids(read: MadeBookings) -> tuple[int, ...]:
    return tuple(booking.booking_id for booking in read.bookings)
