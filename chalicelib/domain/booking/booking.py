"""What is asked for and what was booked, under the upstream's field names at both wires.

Source of names, types and nullability: the upstream's CreateBooking page, request and response tables. No `repr` shows a text
of or about a person.
"""

from dataclasses import field
from decimal import Decimal
from enum import IntEnum
from typing import TypeAlias

from chalicelib.domain.booking.upstream_value import UpstreamValue, checked
from chalicelib.values import dataclass


class ContactMethod(IntEnum):
    """How client and candidate talk. Source: CreateBooking page, `Method`."""

    CANDIDATE_CALLS = 1
    CLIENT_CALLS = 2
    SKYPE = 3


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRequest(UpstreamValue):
    """A validated request to book; only the contact field that the method uses is present.

    `session_date` and `accept_by` are in the upstream's own form and zone (`YYYY-MM-DD HH:MM`), `duration` is in
    minutes, `phone_number` is 10 or 11 digits, `credits` is exact.
    """

    book_user_id: int
    session_date: str
    duration: int
    method: ContactMethod
    phone_number: str | None = field(default=None, repr=False)
    skype_name: str | None = field(default=None, repr=False)
    credits: Decimal
    accept_by: str
    comments: str | None = field(default=None, repr=False)


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class BookedUser(UpstreamValue):
    """The candidate of a booking. `total` is a net score and may be negative. Source: the page's response sample."""

    user_id: int
    nickname: str | None = field(default=None, repr=False)
    phone_number: str | None = field(default=None, repr=False)
    skype_name: str | None = field(default=None, repr=False)
    total: int | None = None
    positive: int | None = None
    neutral: int | None = None
    negative: int | None = None
    ratings: int | None = None
    disputes: int | None = None


# What proves that a booking is the one that was sent (`matching.py` needs no other member). Every other member is for show:
# where it cannot be read, it is null, and the booking stands all the same.
PROOF = frozenset({"BookingID", "Candidate.UserID", "SessionDate", "Duration", "Method", "Credits"})


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class Booking(UpstreamValue):
    """A booking as AdultWork tells it, members in the order of its JSON. Dates are text, as sent.

    Members without a default are those of PROOF; the rest may be missing and are then null. `unreadable` names the members
    that were there and could not be read; it is never part of an answer.
    """

    booking_id: int
    duration: int
    credits: Decimal
    status: str | None = None
    method: int
    phone_number: str | None = field(default=None, repr=False)
    skype_name: str | None = field(default=None, repr=False)
    create_date: str | None = None
    session_date: str
    accept_by: str | None = None
    accepted_date: str | None = None
    confirmed_date: str | None = None
    cancelled_date: str | None = None
    cancelled_reason: str | None = field(default=None, repr=False)
    cancelled_by: str | None = None
    rejected_reason: str | None = field(default=None, repr=False)
    last_updated: str | None = None
    comments: str | None = field(default=None, repr=False)
    action_client: str | None = None
    candidate: BookedUser
    unreadable: tuple[str, ...] = field(default=(), metadata={"is_written": False})


@dataclass(frozen=True, slots=True)
class UnreadableEntry:
    """An entry of a list of bookings that cannot be read as one: what can be told of it, each None where nothing can."""

    booking_id: int | None = None
    user_id: int | None = None
    session_date: str | None = None


ListEntry: TypeAlias = "Booking | UnreadableEntry"
