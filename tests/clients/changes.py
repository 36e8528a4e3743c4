"""The five changes as tests of both clients make them: by whom, of which booking, and how the answer tells that it is made."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from devtools.proof.trials.scene.ground import Ground
from sandbox.adultwork.booking import Booking, cancelled
from tests.clients.trouble import Trouble, begin_with_booking
from tests.integration.bookings import TOKEN

QUIET = Trouble("", is_late=False, armed=[], losses=[], tokens=[])
PERFORMER = "performer-token"
REASON = "Something came up"


def unchanged(booking: Booking) -> Booking:
    """Leave a booking as it was made: Pending, and in the future."""
    return booking


def begun(booking: Booking) -> Booking:
    """Let the session of a booking have begun."""
    return replace(booking, session_date=booking.create_date - timedelta(minutes=1))


@dataclass(frozen=True)
class Case:
    """A change that AdultWork takes: `before` brings the booking there, `made` tells from the answer that it was carried out."""

    name: str
    token: str
    before: Callable[[Booking], Booking]
    request: Callable[[int], dict[str, Any]]
    made: Callable[[Any], bool]

    @property
    def path(self) -> str:
        """Return the path of the call, here and at AdultWork."""
        return f"/v1/PhoneChat/{self.name}"

    def begin(self, ground: Ground) -> dict[str, Any]:
        """Start over with a booking that the change may be made of; return what to ask for."""
        booking_id = begin_with_booking(ground, QUIET)
        ground.sandbox.world.move(booking_id, self.before)
        return self.request(booking_id)


CANCEL = Case(
    "CancelMadeBooking",
    TOKEN,
    unchanged,
    lambda booking_id: {"BookingID": booking_id, "Reason": REASON},
    lambda answer: bool(answer["Status"] == "Cancelled"),
)
ACCEPT = Case(
    "AcceptReceivedBooking",
    PERFORMER,
    unchanged,
    lambda booking_id: {"BookingID": booking_id, "Credits": 40},
    lambda answer: bool(answer["Status"] == "Accepted"),
)
CASES = (
    CANCEL,
    Case(
        "RescheduleMadeBooking",
        TOKEN,
        begun,
        lambda booking_id: {"BookingID": booking_id},
        lambda answer: bool(answer["SessionDate"] > answer["CreateDate"]),
    ),
    Case(
        "DeleteMadeBookings",
        TOKEN,
        lambda booking: cancelled(booking, booking.create_date, REASON, "Client"),
        lambda booking_id: {"BookingIDs": str(booking_id)},
        lambda answer: [one["Deleted"] for one in answer] == [True],
    ),
    ACCEPT,
    Case(
        "ReInvite",
        PERFORMER,
        begun,
        lambda booking_id: {"BookingID": booking_id},
        lambda answer: bool(answer["Status"] == "Rejected"),
    ),
)
