"""Hold one booking and the moves between its states."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from sandbox.adultwork.cast import Candidate

PENDING: Final = "Pending"
ACCEPTED: Final = "Accepted"
REJECTED: Final = "Rejected"
CONFIRMED: Final = "Confirmed"
CANCELLED: Final = "Cancelled"
RESCHEDULED_BY: Final = timedelta(minutes=8)
STATUSES: Final = (PENDING, ACCEPTED, REJECTED, CONFIRMED, CANCELLED)


@dataclass(frozen=True)
class Order:
    """Hold what a client asks for, already read and checked for form."""

    candidate_id: int
    session_date: datetime
    duration: int
    method: int
    phone_number: str | None
    skype_name: str | None
    credits: Decimal
    accept_by: datetime
    comments: str | None


@dataclass(frozen=True)
class Booking:
    """Hold one booking as the service keeps it; every date is London time without a zone."""

    booking_id: int
    account_id: int
    candidate: Candidate
    duration: int
    credits: Decimal
    method: int
    phone_number: str | None
    skype_name: str | None
    create_date: datetime
    session_date: datetime
    accept_by: datetime
    last_updated: datetime
    comments: str | None
    status: str = PENDING
    accepted_date: datetime | None = None
    confirmed_date: datetime | None = None
    cancelled_date: datetime | None = None
    cancelled_reason: str | None = None
    cancelled_by: str | None = None
    rejected_reason: str | None = None
    is_deleted: bool = False

    @property
    def is_standing(self) -> bool:
        """Tell whether the booking still holds its credits: neither cancelled nor rejected."""
        return self.status not in {CANCELLED, REJECTED}

    @property
    def action_client(self) -> str | None:
        """Say who has to move next, or nothing when no move is left."""
        if self.status == PENDING:
            return f"{self.candidate.nickname} needs to accept or reject"
        return "You need to confirm or cancel" if self.status == ACCEPTED else None


def accepted(booking: Booking, now: datetime, money: Decimal | None = None) -> Booking:
    """Return the booking after the candidate accepted it, for other credits if `money` is given."""
    agreed = booking.credits if money is None else money
    return replace(booking, status=ACCEPTED, accepted_date=now, last_updated=now, credits=agreed)


def rescheduled(booking: Booking, now: datetime) -> Booking:
    """Return the booking after its client moved it to some minutes from now."""
    begins = now.replace(second=0, microsecond=0) + RESCHEDULED_BY
    return replace(booking, session_date=begins, last_updated=now)


def deleted(booking: Booking) -> Booking:
    """Return the booking after its client deleted it: it is shown no more."""
    return replace(booking, is_deleted=True)


def confirmed(booking: Booking, now: datetime) -> Booking:
    """Return the booking after both sides agreed on it."""
    return replace(
        booking,
        status=CONFIRMED,
        accepted_date=booking.accepted_date or now,
        confirmed_date=now,
        last_updated=now,
    )


def cancelled(booking: Booking, now: datetime, reason: str, nickname: str) -> Booking:
    """Return the booking after one side cancelled it."""
    return replace(
        booking,
        status=CANCELLED,
        cancelled_date=now,
        cancelled_reason=reason,
        cancelled_by=nickname,
        last_updated=now,
    )


def rejected(booking: Booking, now: datetime, reason: str) -> Booking:
    """Return the booking after it was turned down or ran out of time."""
    return replace(booking, status=REJECTED, rejected_reason=reason, last_updated=now)
