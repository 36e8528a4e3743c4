"""Answer the PhoneChat calls."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus

from sandbox.adultwork import rules, shapes
from sandbox.adultwork.booking import Booking
from sandbox.adultwork.call import Call
from sandbox.adultwork.changing.calls import own_booking
from sandbox.adultwork.fields import read_fields
from sandbox.adultwork.refusal import invalid
from sandbox.writing.documents import Reply

PAGE_SIZE = 50
LARGEST_PAGE = 100
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")

_ORDERINGS: dict[str, Callable[[Booking], tuple[datetime | str, int]]] = {
    "date": lambda booking: (booking.create_date, booking.booking_id),
    "nickname": lambda booking: (booking.candidate.nickname, booking.booking_id),
    "sessiondate": lambda booking: (booking.session_date, booking.booking_id),
}


def create_booking(call: Call) -> Reply:
    """Book a candidate: equal requests book, and cost, again each time."""
    order = rules.read_order(read_fields(call.request, "booking"), call.now)
    candidate = rules.require_bookable(call.world.candidate(order.candidate_id))
    rules.require_payable(order, candidate, call.account)
    booking = call.world.book(order, call.account, candidate, call.now)
    return Reply(HTTPStatus.OK, shapes.made_booking(booking))


def get_user_booking_requirements(call: Call) -> Reply:
    """Show what a booking of a candidate needs."""
    candidate = rules.require_bookable(call.world.candidate(call.number("BookUserID")))
    return Reply(HTTPStatus.OK, shapes.booking_requirements(candidate))


def made_bookings(call: Call) -> Reply:
    """List the account's own bookings, one page at a time."""
    size, number = call.number("BookingsPerPage", PAGE_SIZE), call.number("PageNumber", 1)
    if not 1 <= size <= LARGEST_PAGE:
        raise invalid({"BookingsPerPage": f"The BookingsPerPage parameter must be from 1 to {LARGEST_PAGE}."})
    if number < 1:
        raise invalid({"PageNumber": "The PageNumber parameter must be at least 1."})
    since = _start_date(call)
    shown = [booking for booking in call.world.bookings if not booking.is_deleted]
    own = [booking for booking in shown if booking.account_id == call.account.user_id]
    found = _ordered(
        [booking for booking in own if booking.create_date >= since],
        call.text("OrderBy", "date-desc"),
    )
    page = tuple(found[(number - 1) * size : number * size])
    return Reply(HTTPStatus.OK, shapes.made_bookings(page, -(-len(found) // size), number))


def made_booking_details(call: Call) -> Reply:
    """Show one of the account's own bookings."""
    return Reply(HTTPStatus.OK, shapes.made_booking(own_booking(call, call.number("BookingID"))))


def _start_date(call: Call) -> datetime:
    text = call.text("StartDate", "")
    if not text:
        return datetime.min  # noqa: DTZ901 - the simulated dates have no zone
    if _DAY.fullmatch(text):
        with suppress(ValueError):
            return datetime.fromisoformat(text)
    raise invalid({"StartDate": "The StartDate parameter must be a date of the form yyyy-mm-dd."})


def _ordered(bookings: list[Booking], order_by: str) -> list[Booking]:
    name, _, direction = order_by.lower().partition("-")
    if name not in _ORDERINGS or direction not in {"asc", "desc"}:
        raise invalid({"OrderBy": "The OrderBy parameter is not one of the documented orders."})
    return sorted(bookings, key=_ORDERINGS[name], reverse=direction == "desc")
