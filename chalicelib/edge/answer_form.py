"""How final answers look from outside: made once, given once, and kept for repeats of the same request."""

from dataclasses import dataclass

from chalicelib.domain.booking import Booking
from chalicelib.domain.errors import SwitchboardError
from chalicelib.domain.stored_answer import StoredAnswer
from chalicelib.edge.links import Links
from chalicelib.edge.problem import status_of
from chalicelib.edge.problem_document import problem_document, problem_headers
from chalicelib.edge.representation import booking_json, to_json

CREATED = 201
CREATE_BOOKING = "/v1/PhoneChat/CreateBooking"


@dataclass(frozen=True, slots=True)
class HttpAnswers:
    """Implements `AnswerForm` for CreateBooking."""

    links: Links

    def booked(self, operation_id: str, booking: Booking) -> StoredAnswer:
        """Return 201 with the booking under the upstream's names."""
        headers = {"Content-Type": "application/json", "Location": self.links.operation(operation_id)}
        return StoredAnswer(CREATED, headers, booking_json(booking))

    def refused(self, error: SwitchboardError, request_id: str) -> StoredAnswer:
        """Return the problem of an error."""
        document = problem_document(error, request_id, CREATE_BOOKING, self.links)
        return StoredAnswer(status_of(error), problem_headers(error), to_json(document))
