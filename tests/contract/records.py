"""Operations, outcomes and their audit events, for the suites of the store."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.application import events
from chalicelib.domain.audit import AuditEvent, EventKind, describe_request
from chalicelib.domain.booking import BookedUser, Booking
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.operation import Operation, OperationState, Outcome, new_operation
from chalicelib.domain.time_budget import Deadline
from tests.builders import LONDON, NOW, booking_request
from tests.fakes.clock import FixedClock

HASH_KEY = HmacKey(b"a key for tests, 32 bytes or more")
IDEMPOTENCY_KEY = "0123456789abcdef"
REJECTED = Outcome(OperationState.REJECTED, "refused", upstream_status=402, message="Not enough credits")
NOT_SENT = Outcome(OperationState.NOT_SENT, "connection-refused")
UNKNOWN = Outcome(OperationState.UNKNOWN, "late")


def enough_time(clock: FixedClock | None = None) -> Deadline:
    """Return the deadline of a claim or a conclusion."""
    return Deadline.after((clock or FixedClock()).monotonic, 4.0)


def operation(
    number: int = 1, *, key: str | None = IDEMPOTENCY_KEY, at: datetime = NOW, attempt: int = 1, **request: Any  # noqa: ANN401 (any field of the request)
) -> Operation:  # fmt: skip
    """Return a new operation; `number` makes its id, `key` is its Idempotency-Key."""
    made = new_operation(
        operation_id=f"op_{number:026}",
        account=1001,
        request=booking_request(**request),
        idempotency_key=key,
        key=HASH_KEY,
        now=at,
        function_seconds=26,
        zone=LONDON,
    )
    return replace(made, attempt=attempt)


def claim_event(claimed: Operation) -> AuditEvent:
    """Return the event of a claim."""
    return AuditEvent(
        operation_id=claimed.id,
        sequence=1,
        at=claimed.claimed_at,
        kind=EventKind.CLAIMED,
        account=claimed.account,
        request_id=f"request-of-{claimed.id}",
        candidate=claimed.request.book_user_id,
        details={"request": describe_request(claimed.request, HASH_KEY)},
    )


def conclusion_event(concluded: Operation, outcome: Outcome) -> AuditEvent:
    """Return the event of a conclusion, chained to that of the claim."""
    return events.concluded(claim_event(concluded), NOW + timedelta(seconds=3), outcome, {"post": 250})


def confirmed(booking_id: int = 77) -> Outcome:
    """Return the outcome of a booking that stands."""
    request = booking_request()
    booking = Booking(
        booking_id=booking_id,
        duration=request.duration,
        credits=request.credits,
        status="Pending",
        method=int(request.method),
        phone_number=request.phone_number,
        session_date="2026-01-20T21:30:00",
        comments=request.comments,
        candidate=BookedUser(user_id=request.book_user_id, nickname="Candy"),
    )
    return Outcome(OperationState.CONFIRMED, "booked", upstream_status=200, booking=booking)
