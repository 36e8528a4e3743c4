"""PhoneChat bookings and the balance that pays for them."""

from datetime import date, tzinfo
from decimal import Decimal

import simplejson

from chalicelib.adapters.adultwork import faults
from chalicelib.adapters.adultwork.client import AdultWorkClient
from chalicelib.adapters.adultwork.codec import wire
from chalicelib.adapters.adultwork.reading import read
from chalicelib.adapters.http.answer import UpstreamAnswer
from chalicelib.domain.access import AccessToken
from chalicelib.domain.booking.booking import Booking, BookingRequest, ListEntry
from chalicelib.domain.booking.facts import BookingRequirements
from chalicelib.domain.operation.operation import Outcome
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

REQUIREMENTS = "/v1/PhoneChat/GetUserBookingRequirements"
BALANCE = "/v1/CreditHistory/GetCurrentCreditBalance"
MADE_BOOKINGS = "/v1/PhoneChat/MadeBookings"
BOOKING_DETAILS = "/v1/PhoneChat/MadeBookingDetails"
CREATE_BOOKING = "/v1/PhoneChat/CreateBooking"
PAGE_SIZE = 100  # the most that MadeBookings gives at once


@dataclass(frozen=True, slots=True)
class AdultWorkGateway:
    """The upstream as `BookingGateway`; `zone` is the clock that its dates are on."""

    client: AdultWorkClient
    zone: tzinfo

    def requirements(self, token: AccessToken, candidate: int, deadline: Deadline) -> BookingRequirements:
        """Read what a booking of `candidate` asks for; an understood refusal means that there is nothing to book."""

        def interpret(answer: UpstreamAnswer) -> BookingRequirements:
            if faults.is_candidate_refused(answer):
                return BookingRequirements(is_bookable=False)
            faults.classify_read(answer)
            return wire.read_requirements(answer)

        return read(self.client, REQUIREMENTS, token, deadline, interpret, {"BookUserID": candidate})

    def balance(self, token: AccessToken, deadline: Deadline) -> Decimal | None:
        """Read the credits; a 401 or 403 here says that the token may not ask, and nothing about the token itself.

        It is not asked for in the other format: a bare number in JSON that is cut off is a number still.
        """
        with faults.translated_reads():
            answer = self.client.get(BALANCE, token, deadline)
            if faults.is_not_permitted(answer):
                return None
            faults.classify_read(answer)
            return wire.read_balance(answer)

    def made_bookings(self, token: AccessToken, start: date, page: int, deadline: Deadline) -> tuple[ListEntry, ...]:
        """Read one page of the made bookings, newest first."""
        query: dict[str, str | int] = {
            "StartDate": start.isoformat(),
            "OrderBy": "date-desc",
            "BookingsPerPage": PAGE_SIZE,
            "PageNumber": page,
        }

        def interpret(answer: UpstreamAnswer) -> tuple[ListEntry, ...]:
            faults.classify_read(answer)
            return wire.read_made_bookings(answer, page)

        return read(self.client, MADE_BOOKINGS, token, deadline, interpret, query)

    def booking_details(self, token: AccessToken, booking_id: int, deadline: Deadline) -> Booking:
        """Read one made booking."""

        def interpret(answer: UpstreamAnswer) -> Booking:
            faults.classify_read(answer)
            return wire.read_booking(answer)

        return read(self.client, BOOKING_DETAILS, token, deadline, interpret, {"BookingID": booking_id})

    def create_booking(self, token: AccessToken, request: BookingRequest, deadline: Deadline) -> Outcome:
        """Send the booking, once; whatever happens is an outcome."""
        return faults.sent_once(
            lambda: self.client.post(CREATE_BOOKING, token, request_body(request), deadline),
            lambda answer: faults.classify_placement(answer, request, self.zone, token),
        )


def request_body(request: BookingRequest) -> bytes:
    """Return the documented fields that are there, exact; absent ones are left out, since an empty value may fail."""
    document = request.written(nulls=False)
    document["Method"] = int(request.method)
    document["Credits"] = Decimal(format(request.credits.normalize(), "f"))
    return simplejson.dumps(document, use_decimal=True, separators=(",", ":")).encode()
