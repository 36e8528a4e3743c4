"""Enforce what the documentation of each change asks of the booking."""

from datetime import datetime
from decimal import Decimal
from http import HTTPStatus

from sandbox.adultwork.booking import CANCELLED, CONFIRMED, PENDING, REJECTED, Booking
from sandbox.adultwork.cast import Account
from sandbox.adultwork.refusal import refusal


def require_cancellable(booking: Booking, now: datetime) -> None:
    """Refuse to cancel what is already off, or a confirmed session that has begun."""
    if not booking.is_standing:
        raise refusal(HTTPStatus.CONFLICT, f"The booking is already {booking.status}.")
    if booking.status == CONFIRMED and booking.session_date <= now:
        raise refusal(HTTPStatus.CONFLICT, "The session of a confirmed booking has begun.")


def require_reschedulable(booking: Booking, account: Account, now: datetime) -> None:
    """Refuse to reschedule a session that is yet to come, or that cannot be paid."""
    if booking.session_date > now:
        raise refusal(HTTPStatus.CONFLICT, "The session has not passed yet.")
    held = booking.credits if booking.is_standing else Decimal(0)
    if booking.credits > account.credits + held:
        raise refusal(HTTPStatus.PAYMENT_REQUIRED, "There are not enough credits.")


def require_deletable(booking: Booking) -> None:
    """Refuse to delete what is still open."""
    if booking.status not in {REJECTED, CANCELLED, CONFIRMED}:
        raise refusal(HTTPStatus.CONFLICT, f"The booking is {booking.status}.")


def require_acceptable(booking: Booking, now: datetime) -> None:
    """Refuse to accept what is not pending any more, or too late."""
    if booking.status != PENDING:
        raise refusal(HTTPStatus.CONFLICT, f"The booking is {booking.status}.")
    if booking.session_date <= now:
        raise refusal(HTTPStatus.CONFLICT, "The session has begun.")


def require_reinvitable(booking: Booking, now: datetime) -> None:
    """Refuse to re-invite for what is not pending, or whose session is yet to come."""
    if booking.status != PENDING:
        raise refusal(HTTPStatus.CONFLICT, f"The booking is {booking.status}.")
    if booking.session_date > now:
        raise refusal(HTTPStatus.CONFLICT, "The session is in the future.")
