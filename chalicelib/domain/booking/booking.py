"""What is asked for and what was booked, under the upstream's field names at both wires.

Source of names, types and nullability: the upstream's CreateBooking page, request and response tables.
"""

from decimal import Decimal
from enum import IntEnum
from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_pascal

from chalicelib.values import dataclass

Personal: TypeAlias = Annotated[str | None, Field(repr=False)]  # text of or about a person; no `repr` shows it


class ContactMethod(IntEnum):
    """How client and candidate talk. Source: CreateBooking page, `Method`."""

    CANDIDATE_CALLS = 1
    CLIENT_CALLS = 2
    SKYPE = 3


def upstream_name(field: str) -> str:
    """Return AdultWork's spelling of a snake_case field: `book_user_id` is `BookUserID`."""
    pascal = to_pascal(field)
    return f"{pascal[:-2]}ID" if pascal.endswith("Id") else pascal


class UpstreamModel(BaseModel):
    """A frozen value whose members carry the upstream's names on the wire."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="ignore", alias_generator=upstream_name, validate_by_name=True,
        hide_input_in_errors=True,
    )  # fmt: skip


class BookingRequest(UpstreamModel):
    """A validated request to book; only the contact field that the method uses is present.

    `session_date` and `accept_by` are in the upstream's own form and zone (`YYYY-MM-DD HH:MM`), `duration` is in
    minutes, `phone_number` is 10 or 11 digits, `credits` is exact.
    """

    book_user_id: int
    session_date: str
    duration: int
    method: ContactMethod
    phone_number: Personal = None
    skype_name: Personal = None
    credits: Decimal
    accept_by: str
    comments: Personal = None


class BookedUser(UpstreamModel):
    """The candidate of a booking. `total` is a net score and may be negative. Source: the page's response sample."""

    user_id: int
    nickname: Personal = None
    phone_number: Personal = None
    skype_name: Personal = None
    total: int | None = None
    positive: int | None = None
    neutral: int | None = None
    negative: int | None = None
    ratings: int | None = None
    disputes: int | None = None


# What proves that a booking is the one that was sent (`matching.py` needs no other member). Every other member is for show:
# where it cannot be read, it is null, and the booking stands all the same.
PROOF = frozenset({"BookingID", "Candidate.UserID", "SessionDate", "Duration", "Method", "Credits"})


class Booking(UpstreamModel):
    """A booking as AdultWork tells it, members in the order of its JSON. Dates are text, as sent.

    Members without a default are those of PROOF; the rest may be missing and are then null. `unreadable` names the members
    that were there and could not be read; it is never part of an answer.
    """

    booking_id: int
    duration: int
    credits: Decimal
    status: str | None = None
    method: int
    phone_number: Personal = None
    skype_name: Personal = None
    create_date: str | None = None
    session_date: str
    accept_by: str | None = None
    accepted_date: str | None = None
    confirmed_date: str | None = None
    cancelled_date: str | None = None
    cancelled_reason: Personal = None
    cancelled_by: str | None = None
    rejected_reason: Personal = None
    last_updated: str | None = None
    comments: Personal = None
    action_client: str | None = None
    candidate: BookedUser
    unreadable: tuple[str, ...] = Field(default=(), exclude=True)


@dataclass(frozen=True, slots=True)
class UnreadableEntry:
    """An entry of a list of bookings that cannot be read as one: what can be told of it, each None where nothing can."""

    booking_id: int | None = None
    user_id: int | None = None
    session_date: str | None = None


ListEntry: TypeAlias = "Booking | UnreadableEntry"
