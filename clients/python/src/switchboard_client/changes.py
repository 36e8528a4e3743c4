"""The changes of bookings that are there: which there are, what each is asked with, and what answers it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeAlias, TypeVar, cast

from switchboard_client.contract import (
    AcceptReceivedBookingRequest,
    Booking,
    CancelMadeBookingRequest,
    DeleteMadeBookingsRequest,
    Deletions,
    ReceivedBooking,
    ReInviteRequest,
    RescheduleMadeBookingRequest,
)
from switchboard_client.core.exchange import as_booking, has

Request = TypeVar("Request")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Change(Generic[Request, Answer]):
    """A change; `name` is AdultWork's own. `of` says what it is wanted for: `CANCEL_MADE_BOOKING.of({"BookingID": 1, ...})`."""

    name: str
    as_answer: Callable[[object], Answer | None] = field(repr=False)

    def of(self, request: Request) -> "Wanted[Answer]":
        """Return the change with its members, which `intend_change` takes."""
        return Wanted(self, cast("Mapping[str, Any]", request))


@dataclass(frozen=True, slots=True)
class Wanted(Generic[Answer]):
    """A change with what it is wanted for."""

    change: Change[Any, Answer]
    request: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChangeIntent(Generic[Answer]):
    """A change that a user wants: one key and one body, kept until its outcome is known."""

    key: str
    wanted: Wanted[Answer]


AnyChangeIntent: TypeAlias = ChangeIntent[Any]


def _deletions(body: object) -> Deletions | None:
    is_one = isinstance(body, list) and all(has(each, "Deleted") for each in body)
    return cast("Deletions", body) if is_one else None


def _received(body: object) -> ReceivedBooking:
    """Return a received booking, whose form is not documented; Switchboard takes none that does not name its booking."""
    return body if has(body, "BookingID") else None


CANCEL_MADE_BOOKING: Change[CancelMadeBookingRequest, Booking] = Change("CancelMadeBooking", as_booking)
RESCHEDULE_MADE_BOOKING: Change[RescheduleMadeBookingRequest, Booking] = Change("RescheduleMadeBooking", as_booking)
DELETE_MADE_BOOKINGS: Change[DeleteMadeBookingsRequest, Deletions] = Change("DeleteMadeBookings", _deletions)
ACCEPT_RECEIVED_BOOKING: Change[AcceptReceivedBookingRequest, ReceivedBooking] = Change(
    "AcceptReceivedBooking", _received
)
RE_INVITE: Change[ReInviteRequest, ReceivedBooking] = Change("ReInvite", _received)
CHANGES: tuple[Change[Any, Any], ...] = (
    CANCEL_MADE_BOOKING,
    RESCHEDULE_MADE_BOOKING,
    DELETE_MADE_BOOKINGS,
    ACCEPT_RECEIVED_BOOKING,
    RE_INVITE,
)
