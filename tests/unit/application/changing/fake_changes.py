"""AdultWork's changes in memory: what was sent, what became of it, and what a read of a booking tells."""

from collections.abc import Callable
from dataclasses import replace

from chalicelib.domain.access import AccessToken
from chalicelib.domain.booking.booking import Booking
from chalicelib.domain.changing.operation import ChangeOutcome
from chalicelib.domain.changing.request import ChangeRequest
from chalicelib.domain.errors import SwitchboardError, Trouble
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.time_budget import Deadline
from devtools.memory.punctuality import require_deadline
from tests.builders import booking

BOOKING_ID = 1795345849
LOST = ChangeOutcome(OperationState.UNKNOWN, "late", trouble=Trouble.LATE)


class InMemoryChanges:
    """Implements `ChangeGateway`; `sent` holds every change that went out, `reads` every booking that was asked for."""

    def __init__(self) -> None:
        self.bookings: dict[int, Booking] = {BOOKING_ID: booking(booking_id=BOOKING_ID, status="Pending")}
        self.sent: list[ChangeRequest] = []
        self.reads: list[int] = []
        self.read_failure: SwitchboardError | None = None
        self.answer: Callable[[ChangeRequest], ChangeOutcome] = self._cancel
        self.before_send: Callable[[], None] = lambda: None

    def send(self, token: AccessToken, request: ChangeRequest, deadline: Deadline) -> ChangeOutcome:
        """Cancel, or do what the test asked for."""
        assert token.reveal()
        require_deadline(deadline)
        self.before_send()
        self.sent.append(request)
        return self.answer(request)

    def booking_details(self, token: AccessToken, booking_id: int, deadline: Deadline) -> Booking:
        """Return one booking, or fail as told."""
        assert token.reveal()
        require_deadline(deadline)
        self.reads.append(booking_id)
        if self.read_failure is not None:
            raise self.read_failure
        return self.bookings[booking_id]

    def will_end(self, outcome: ChangeOutcome) -> None:
        """Let each change end so, with nothing done."""
        self.answer = lambda _: outcome

    def will_cancel_and_lose_the_answer(self) -> None:
        """Cancel, and let the answer get lost."""

        def cancel_silently(request: ChangeRequest) -> ChangeOutcome:
            self._cancel(request)
            return LOST

        self.answer = cancel_silently

    def _cancel(self, request: ChangeRequest) -> ChangeOutcome:
        (booking_id,) = request.booking_ids
        told = replace(self.bookings[booking_id], status="Cancelled")
        self.bookings[booking_id] = told
        return ChangeOutcome(OperationState.CONFIRMED, "changed", 200, told=told.written(nulls=True))
