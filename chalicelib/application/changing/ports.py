"""What the changes need of the world, beside what bookings do."""

from typing import Protocol, TypeAlias

from chalicelib.application.ports import Store
from chalicelib.domain.access import AccessToken
from chalicelib.domain.booking.booking import Booking
from chalicelib.domain.changing.change import Change
from chalicelib.domain.changing.operation import ChangeOperation, ChangeOutcome, ChangeRecord
from chalicelib.domain.changing.request import ChangeRequest
from chalicelib.domain.errors import SwitchboardError
from chalicelib.domain.operation.stored_answer import StoredAnswer
from chalicelib.domain.reading.told import Told
from chalicelib.domain.time_budget import Deadline

ChangeStore: TypeAlias = Store[ChangeOperation, ChangeRecord]


class ChangeGateway(Protocol):
    """AdultWork's changes, and the one read that proves some of them."""

    def send(self, token: AccessToken, request: ChangeRequest, deadline: Deadline) -> ChangeOutcome:
        """Send a change, once. Raises nothing: whatever happens is an outcome."""
        ...

    def booking_details(self, token: AccessToken, booking_id: int, deadline: Deadline) -> Booking:
        """Read one made booking; raise what `BookingGateway.requirements` raises."""
        ...


class ChangeAnswers(Protocol):
    """How answers to changes look from outside: what is stored for a repeat is what was given."""

    def made(self, operation_id: str, told: Told) -> StoredAnswer:
        """Return the answer of a change that AdultWork made, with what it told."""
        ...

    def refused(self, error: SwitchboardError, request_id: str, change: Change) -> StoredAnswer:
        """Return the answer of an error."""
        ...
