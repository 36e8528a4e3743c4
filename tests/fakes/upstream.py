"""AdultWork in memory: who the tokens are, what the candidates offer, and what was sent."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from chalicelib.domain.access import AccessToken, Principal
from chalicelib.domain.booking.booking import BookedUser, Booking, BookingRequest, ListEntry
from chalicelib.domain.booking.facts import BookingRequirements
from chalicelib.domain.errors import SwitchboardError, Trouble
from chalicelib.domain.operation.operation import OperationState, Outcome
from chalicelib.domain.time_budget import Deadline
from devtools.memory.punctuality import require_deadline
from tests.builders import PRINCIPAL

PAGE_SIZE = 100


class InMemoryIntrospector:
    """Implements `TokenIntrospector`; `known` is what a warm cache holds, `principals` the tokens of other accounts."""

    def __init__(self, principal: Principal = PRINCIPAL) -> None:
        self.principal = principal
        self.principals: dict[AccessToken, Principal] = {}
        self.known: dict[AccessToken, Principal] = {}
        self.forgotten: list[AccessToken] = []
        self.calls = 0
        self.failure: SwitchboardError | None = None

    def recall(self, token: AccessToken) -> Principal | None:
        """Return what was learnt."""
        return self.known.get(token)

    def introspect(self, token: AccessToken, deadline: Deadline) -> Principal:
        """Return the principal of a token, or the one that all other tokens speak for."""
        require_deadline(deadline)
        self.calls += 1
        if self.failure is not None:
            raise self.failure
        self.known[token] = self.principals.get(token, self.principal)
        return self.known[token]

    def forget(self, token: AccessToken) -> None:
        """Drop what was learnt."""
        self.forgotten.append(token)
        self.known.pop(token, None)


class InMemoryGateway:
    """Implements `BookingGateway`; `sent` holds every booking that went out, `listed` every page that was asked for.

    `tokens` are those of all calls, `candidates` who was asked about.
    """

    def __init__(self) -> None:
        self.facts = BookingRequirements(
            is_bookable=True, price_per_minute=Decimal("1.5"), methods={1: True, 2: False, 3: True}
        )
        self.credits: Decimal | None = Decimal(300)
        self.sent: list[BookingRequest] = []
        self.reads: list[str] = []
        self.tokens: list[AccessToken] = []
        self.candidates: list[int] = []
        self.listed: list[tuple[AccessToken, date, int]] = []
        self.read_failure: SwitchboardError | None = None
        self.answer: Callable[[BookingRequest], Outcome] = self._book
        self.bookings: dict[int, Booking] = {}
        self.created_at = "2026-01-15T12:00:00"
        self.list_failure: SwitchboardError | None = None
        self.before_send: Callable[[], None] = lambda: None
        self.before_list: Callable[[], None] = lambda: None

    def requirements(self, token: AccessToken, candidate: int, deadline: Deadline) -> BookingRequirements:
        """Return the facts about every candidate."""
        self.tokens.append(token)
        self.candidates.append(candidate)
        require_deadline(deadline)
        self.reads.append("requirements")
        if self.read_failure is not None:
            raise self.read_failure
        return self.facts

    def balance(self, token: AccessToken, deadline: Deadline) -> Decimal | None:
        """Return the client's credits."""
        self.tokens.append(token)
        require_deadline(deadline)
        self.reads.append("balance")
        return self.credits

    def create_booking(self, token: AccessToken, request: BookingRequest, deadline: Deadline) -> Outcome:
        """Book, or do what the test asked for."""
        self.tokens.append(token)
        require_deadline(deadline)
        self.before_send()
        self.sent.append(request)
        return self.answer(request)

    def made_bookings(self, token: AccessToken, start: date, page: int, deadline: Deadline) -> tuple[ListEntry, ...]:
        """Return the bookings, newest first, 100 a page."""
        require_deadline(deadline)
        self.tokens.append(token)
        self.reads.append("made_bookings")
        self.listed.append((token, start, page))
        self.before_list()
        if self.list_failure is not None:
            raise self.list_failure
        newest_first = list(reversed(self.bookings.values()))
        return tuple(newest_first[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])

    def booking_details(self, token: AccessToken, booking_id: int, deadline: Deadline) -> Booking:
        """Return one booking."""
        self.tokens.append(token)
        require_deadline(deadline)
        self.reads.append("booking_details")
        if self.list_failure is not None:
            raise self.list_failure
        return self.bookings[booking_id]

    def will_book_and_lose_the_answer(self) -> None:
        """Book, and let the answer get lost."""

        def book_silently(request: BookingRequest) -> Outcome:
            self._book(request)
            return Outcome(OperationState.UNKNOWN, "late", trouble=Trouble.LATE)

        self.answer = book_silently

    def will_answer_again(self) -> None:
        """Book and answer, as at the start."""
        self.answer = self._book

    def end_booking(self, booking_id: int, status: str) -> None:
        """Cancel or reject a booking out of band."""
        self.bookings[booking_id] = replace(self.bookings[booking_id], status=status)

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
            booking_id=len(self.bookings) + 1,
            duration=request.duration,
            credits=request.credits,
            status="Pending",
            method=int(request.method),
            phone_number=request.phone_number,
            skype_name=request.skype_name,
            session_date=f"{request.session_date.replace(' ', 'T')}:00",
            create_date=self.created_at,
            candidate=BookedUser(user_id=request.book_user_id),
        )
        self.bookings[booking.booking_id] = booking
        return Outcome(OperationState.CONFIRMED, "booked", upstream_status=200, booking=booking)
