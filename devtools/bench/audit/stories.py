"""The operations that the bench looks for: what nearly all of them are, and a few of each other end, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from chalicelib.application.audit import events
from chalicelib.domain.access import Principal
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.booking.booking import BookedUser, Booking, BookingRequest, ContactMethod
from chalicelib.domain.canonical import Canonical
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.names import Names
from chalicelib.domain.operation.matching import ReconciliationPolicy, Verdict
from chalicelib.domain.operation.operation import Operation, OperationState, Outcome, new_operation, operation_id
from chalicelib.domain.operation.record import OperationRecord

A_DAY = 2_500  # operations: the table is larger because it is older, not because a day has more
GAP = timedelta(days=1) / A_DAY
BUSY = (
    40  # one operation of so many is of one client, and one is with one candidate: a page of each in the smallest table
)
BUSY_CLIENT, BUSY_CANDIDATE = 1_000_001, 2_000_001
CLIENTS, CANDIDATES = 5_000, 4_000
FIRST_BOOKING = 50_000_000
ZONE = ZoneInfo("Europe/London")
KEY = HmacKey(b"a key of the bench, of 32 bytes.")
CONTACT = "A" * 160  # about as long as a sealed phone number
TIMINGS = {"reads": 44, "post": 260}
VERDICT_AFTER = timedelta(minutes=20)  # the settle window of a lost answer is over then


@dataclass(frozen=True, slots=True)
class Story:
    """One operation: its number (the newest is 0), its id, and its events."""

    number: int
    operation_id: str
    events: Sequence[AuditEvent]

    @property
    def people(self) -> tuple[int, int]:
        """Return the UserIDs of client and candidate."""
        return client_of(self.number), candidate_of(self.number)

    @property
    def canonical(self) -> list[bytes]:
        """Return the bytes that are stored."""
        return [event.canonical() for event in self.events]


def client_of(number: int) -> int:
    """Return who booked."""
    return BUSY_CLIENT if number % BUSY == 5 else BUSY_CLIENT + 1 + number * 7919 % CLIENTS


def candidate_of(number: int) -> int:
    """Return who was booked."""
    return BUSY_CANDIDATE if number % BUSY == 6 else BUSY_CANDIDATE + 1 + number * 31 % CANDIDATES


def name_of(user_id: int) -> str:
    """Return what events call a person."""
    return f"p_{user_id:026}"


def id_of(number: int, newest: datetime) -> str:
    """Return the id of an operation, which sorts by time as the product's do."""
    return operation_id(int((newest - number * GAP).timestamp() * 1000) << 80 | number)


def story(number: int, newest: datetime) -> Story:
    """Return an operation; the newest began at `newest`, each other one GAP before the one with the number before."""
    at = newest - number * GAP
    operation = _operation(number, id_of(number, newest), at)
    principal = Principal(operation.account, frozenset())
    request_id, names = f"bench-{number:08}", operation.names
    subject = events.Subject(operation.id, request_id, principal, operation.request, KEY, names=names)
    if number % 20 == 0:
        rules = ["duration-minimum/Duration"]
        told = [events.refused(subject, at, "booking-rejected", {"violations": rules, "unchecked": []})]
    else:
        claim = events.claimed(subject, operation, at, (), {"reads": 44})
        told = [claim, *_ended(number, operation, claim)]
    return Story(number, operation.id, told)


def _operation(number: int, name: str, at: datetime) -> Operation:
    session = (at + timedelta(days=2)).astimezone(ZONE)
    request = BookingRequest(
        book_user_id=candidate_of(number),
        session_date=session.strftime("%Y-%m-%d %H:%M"),
        duration=15,
        method=ContactMethod.CANDIDATE_CALLS,
        phone_number=f"07700{900000 + number % 1000:06}",
        credits=Decimal(32),
        accept_by=(session - timedelta(hours=3)).strftime("%Y-%m-%d %H:%M"),
        comments="Hello",
    )
    return new_operation(
        call_id=name,
        account=client_of(number),
        request=request,
        idempotency_key=None,
        key=KEY,
        now=at,
        function_seconds=26,
        zone=ZONE,
        names=Names(name_of(client_of(number)), name_of(candidate_of(number))),
    )


def _ended(number: int, operation: Operation, claim: AuditEvent) -> list[AuditEvent]:
    """Return what came after the claim: of twenty, two are not answered and one is rejected; the others are booked."""
    at = claim.at + timedelta(milliseconds=400)
    booking = _booking(number, operation.request)
    if number % 20 in {2, 3}:
        unknown = events.concluded(claim, at, Outcome(OperationState.UNKNOWN, "late"), TIMINGS, CONTACT)
        return [unknown, _settled(number, operation, unknown, booking)]
    outcome = Outcome(OperationState.CONFIRMED, "booked", upstream_status=200, booking=booking)
    if number % 20 == 1:
        outcome = Outcome(OperationState.REJECTED, "refused", upstream_status=402, message="Not enough credits")
    return [events.concluded(claim, at, outcome, TIMINGS, CONTACT)]


def _settled(number: int, operation: Operation, unknown: AuditEvent, booking: Booking) -> AuditEvent:
    """Return the event of a lost answer that was looked up: it was booked, it was not, or it may be two, once in 250."""
    at, record = unknown.at + VERDICT_AFTER, OperationRecord.of(operation, OperationState.UNKNOWN, 2, unknown.hash)
    evidence: dict[str, Canonical] = {"read_at": at.isoformat(), "pages": 1, "is_complete": True}
    verdict = Verdict(OperationState.NOT_CREATED)
    if number % 500 in {2, 3}:
        verdict = Verdict(OperationState.AMBIGUOUS, None, (booking.booking_id, booking.booking_id + 1))
    elif number % 20 == 2:
        verdict = Verdict(OperationState.CONFIRMED, booking, (booking.booking_id,))
    return events.reconciled(record, at, f"later-{number:08}", verdict, evidence, ReconciliationPolicy().settle)


def _booking(number: int, request: BookingRequest) -> Booking:
    return Booking(
        booking_id=FIRST_BOOKING + number,
        duration=request.duration,
        credits=request.credits,
        status="Pending",
        method=int(request.method),
        phone_number=request.phone_number,
        session_date=f"{request.session_date.replace(' ', 'T')}:00",
        comments=request.comments,
        candidate=BookedUser(user_id=request.book_user_id),
    )
