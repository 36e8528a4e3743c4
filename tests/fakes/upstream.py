"""AdultWork in memory: who the tokens are, what the candidates offer, and what was sent."""

from collections.abc import Callable
from decimal import Decimal

from chalicelib.domain.access import AccessToken, Principal
from chalicelib.domain.booking import BookedUser, Booking, BookingRequest
from chalicelib.domain.errors import SwitchboardError, Trouble
from chalicelib.domain.facts import BookingRequirements
from chalicelib.domain.operation import OperationState, Outcome
from chalicelib.domain.time_budget import Deadline
from tests.builders import PRINCIPAL


class InMemoryIntrospector:
    """Implements `TokenIntrospector`; `known` is what a warm cache holds."""

    def __init__(self, principal: Principal = PRINCIPAL) -> None:
        self.principal = principal
        self.known: dict[AccessToken, Principal] = {}
        self.forgotten: list[AccessToken] = []
        self.calls = 0
        self.failure: SwitchboardError | None = None

    def recall(self, token: AccessToken) -> Principal | None:
        """Return what was learnt."""
        return self.known.get(token)

    def introspect(self, token: AccessToken, deadline: Deadline) -> Principal:
        """Return the one principal."""
        del deadline
        self.calls += 1
        if self.failure is not None:
            raise self.failure
        self.known[token] = self.principal
        return self.principal

    def forget(self, token: AccessToken) -> None:
        """Drop what was learnt."""
        self.forgotten.append(token)
        self.known.pop(token, None)


class InMemoryGateway:
    """Implements `BookingGateway`; `sent` holds every booking that went out."""

    def __init__(self) -> None:
        self.facts = BookingRequirements(
            is_bookable=True, price_per_minute=Decimal("1.5"), methods={1: True, 2: False, 3: True}
        )
        self.credits: Decimal | None = Decimal(300)
        self.sent: list[BookingRequest] = []
        self.reads: list[str] = []
        self.read_failure: SwitchboardError | None = None
        self.answer: Callable[[BookingRequest], Outcome] = self._book
        self.before_send: Callable[[], None] = lambda: None

    def requirements(self, token: AccessToken, candidate: int, deadline: Deadline) -> BookingRequirements:
        """Return the facts about every candidate."""
        del token, candidate, deadline
        self.reads.append("requirements")
        if self.read_failure is not None:
            raise self.read_failure
        return self.facts

    def balance(self, token: AccessToken, deadline: Deadline) -> Decimal | None:
        """Return the client's credits."""
        del token, deadline
        self.reads.append("balance")
        return self.credits

    def create_booking(self, token: AccessToken, request: BookingRequest, deadline: Deadline) -> Outcome:
        """Book, or do what the test asked for."""
        del token, deadline
        self.before_send()
        self.sent.append(request)
        return self.answer(request)

    def will_time_out_after_send(self) -> None:
        """Answer the next bookings with nothing at all."""
        self.answer = lambda _: Outcome(OperationState.UNKNOWN, "late", trouble=Trouble.LATE)

    def will_refuse_connections(self) -> None:
        """Let no byte of the next bookings out."""
        self.answer = lambda _: Outcome(OperationState.NOT_SENT, "connection-refused", trouble=Trouble.UNREACHABLE)

    def will_decline(self, status: int, message: str | None = None, retry_after_seconds: int | None = None) -> None:
        """Decline the next bookings with a status and a message."""
        self.answer = lambda _: Outcome(
            OperationState.REJECTED,
            "refused",
            upstream_status=status,
            message=message,
            retry_after_seconds=retry_after_seconds,
        )

    def _book(self, request: BookingRequest) -> Outcome:
        booking = Booking(
            booking_id=len(self.sent),
            duration=request.duration,
            credits=request.credits,
            status="Pending",
            method=int(request.method),
            phone_number=request.phone_number,
            skype_name=request.skype_name,
            session_date=f"{request.session_date.replace(' ', 'T')}:00",
            candidate=BookedUser(user_id=request.book_user_id),
        )
        return Outcome(OperationState.CONFIRMED, "booked", upstream_status=200, booking=booking)
