"""Each kind of change as trials try it: who asks for it, of what booking, and what at AdultWork shows that it was made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from chalicelib.domain.changing.change import Change
from chalicelib.domain.changing.changes import (
    ACCEPT_RECEIVED_BOOKING,
    CANCEL_MADE_BOOKING,
    DELETE_MADE_BOOKINGS,
    RE_INVITE,
    RESCHEDULE_MADE_BOOKING,
)
from devtools.proof.trials import canary
from sandbox.adultwork.booking import ACCEPTED, CANCELLED, REJECTED, Booking, cancelled, confirmed

AN_HOUR = timedelta(hours=1)
CREDITS = 40


@dataclass(frozen=True, slots=True)
class Tried:
    """One kind: `prepared` is what became of the booking before, `is_made` compares it with what it is now."""

    change: Change
    prepared: Callable[[Booking], Booking]
    is_made: Callable[[Booking, Booking], bool]
    is_performers: bool = False

    def members(self, booking_id: int) -> Mapping[str, object]:
        """Return the body of a request for it; its reason is easy to find again."""
        given = {
            "BookingID": booking_id,
            "BookingIDs": str(booking_id),
            "Reason": canary.COMMENTS,
            "Credits": CREDITS,
        }
        return {member.name: given[member.name] for member in self.change.members}

    def __str__(self) -> str:
        """Return how reports name it."""
        return self.change.name


def _as_it_is(booking: Booking) -> Booking:
    return booking


def _over(booking: Booking) -> Booking:
    """Return a booking whose session has passed."""
    return replace(booking, session_date=booking.create_date - AN_HOUR)


TRIED = (
    Tried(CANCEL_MADE_BOOKING, _as_it_is, lambda _, now: now.status == CANCELLED),
    Tried(
        RESCHEDULE_MADE_BOOKING,
        lambda booking: _over(confirmed(booking, booking.create_date)),
        lambda before, now: now.session_date != before.session_date,
    ),
    Tried(
        DELETE_MADE_BOOKINGS,
        lambda booking: cancelled(booking, booking.create_date, "over", "Client"),
        lambda _, now: now.is_deleted,
    ),
    Tried(ACCEPT_RECEIVED_BOOKING, _as_it_is, lambda _, now: now.status == ACCEPTED, is_performers=True),
    Tried(RE_INVITE, _over, lambda _, now: now.status == REJECTED, is_performers=True),
)
