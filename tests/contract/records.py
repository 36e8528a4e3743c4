"""Operations, outcomes and their audit events, for the suites of the store."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.application.audit import events
from chalicelib.application.ports import ClaimAnswer, KeyHeld, OperationStore, Resolution
from chalicelib.domain.access import Principal
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.booking.booking import BookedUser, Booking
from chalicelib.domain.errors import Trouble
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.names import Names
from chalicelib.domain.operation.matching import ReconciliationPolicy, Verdict
from chalicelib.domain.operation.operation import Operation, OperationState, Outcome, new_operation
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.time_budget import Deadline
from tests.builders import LONDON, NOW, booking_request, pseudonym
from tests.fakes.clock import FixedClock

HASH_KEY = HmacKey(b"a key for tests, 32 bytes or more")
IDEMPOTENCY_KEY = "0123456789abcdef"
OTHER_KEY = "fedcba9876543210"
ANOTHER_EVENING = "2026-01-21 21:30"
ACCOUNT, OTHER_ACCOUNT = 1001, 1002

REJECTED = Outcome(OperationState.REJECTED, "refused", upstream_status=402, message="Not enough credits")
TOKEN_REFUSED = Outcome(OperationState.REJECTED, "refused", upstream_status=401)
TOO_FAST = Outcome(OperationState.REJECTED, "refused", upstream_status=429)
NOT_SENT = Outcome(OperationState.NOT_SENT, "connection-refused", trouble=Trouble.UNREACHABLE)
UNKNOWN = Outcome(OperationState.UNKNOWN, "late", trouble=Trouble.LATE)
RETRYABLE = (TOKEN_REFUSED, TOO_FAST, NOT_SENT)


def enough_time(clock: FixedClock | None = None) -> Deadline:
    """Return the deadline of a claim or a conclusion."""
    return Deadline.after((clock or FixedClock()).monotonic, 4.0)


def operation(
    number: int = 1,
    *,
    key: str | None = IDEMPOTENCY_KEY,
    at: datetime = NOW,
    account: int = ACCOUNT,
    hash_key: HmacKey = HASH_KEY,
    **request: Any,  # noqa: ANN401 (any field of the request)
) -> Operation:
    """Return a new operation; `key` is its Idempotency-Key.

    `number` tells calls apart: it makes the id of an operation without a key, and a lease of its own for one with a key.
    """
    made = new_operation(
        call_id=f"op_{number:026}",
        account=account,
        request=booking_request(**request),
        idempotency_key=key,
        key=hash_key,
        now=at,
        function_seconds=26,
        zone=LONDON,
        names=Names(pseudonym(account), pseudonym(booking_request(**request).book_user_id)),
    )
    return replace(made, lease_until=made.lease_until + timedelta(milliseconds=number))


def claim_event(claimed: Operation, previous: OperationRecord | None = None, call: str | None = None) -> AuditEvent:
    """Return the event of a claim; with `previous`, that of a further attempt. `call` is the id that its call drew."""
    principal = Principal(claimed.account, frozenset())
    call = call or f"op_{claimed.lease_until:%Y%m%d%H%M%S%f}000000"
    subject = events.Subject(
        call, f"request-of-{claimed.id}", principal, claimed.request, HASH_KEY, names=claimed.names
    )
    return events.claimed(subject, claimed, claimed.claimed_at, (), {"reads": 40}, previous)


def conclusion_event(
    concluded: Operation, outcome: Outcome, previous: OperationRecord | None = None, contact: str | None = None
) -> AuditEvent:
    """Return the event of a conclusion, chained to that of the claim."""
    at = concluded.claimed_at + timedelta(seconds=3)
    return events.concluded(claim_event(concluded, previous), at, outcome, {"post": 250}, contact)


def resolution_event(record: OperationRecord, resolution: Resolution, request_id: str = "a-later-call") -> AuditEvent:
    """Return the event of what reads have told."""
    at = record.claimed_at + timedelta(minutes=20)
    if resolution.state is OperationState.UNKNOWN:
        return events.lease_over(record, at, request_id)
    booking = None if resolution.booking_id is None else confirmed(resolution.booking_id).booking
    verdict, settle = Verdict(resolution.state, booking), ReconciliationPolicy().settle
    return events.reconciled(record, at, request_id, verdict, {"pages": 1}, settle)


def release_event(record: OperationRecord) -> AuditEvent:
    """Return the event of a freed guard."""
    return events.released(record, record.claimed_at + timedelta(hours=1), "a-later-call")


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


def claim(store: OperationStore, claimed: Operation, previous: OperationRecord | None = None) -> ClaimAnswer:
    """Claim an operation with its event."""
    return store.claim(claimed, claim_event(claimed, previous), enough_time(), previous)


def conclude(
    store: OperationStore,
    concluded: Operation,
    outcome: Outcome,
    sealed_answer: str | None = None,
    previous: OperationRecord | None = None,
) -> None:
    """Conclude an operation with its event."""
    event = conclusion_event(concluded, outcome, previous)
    store.conclude(concluded, outcome, event, enough_time(), sealed_answer)


def find(store: OperationStore, operation_id: str) -> OperationRecord:
    """Return an operation that is there."""
    record = store.find(operation_id, enough_time())
    assert record is not None
    return record


def held_by(store: OperationStore, first: Operation) -> KeyHeld[OperationRecord]:
    """Return the answer that a held key gives: its operation as it stands."""
    return KeyHeld(first.id, find(store, first.id))


def made(
    store: OperationStore, claimed: Operation, outcome: Outcome, sealed_answer: str | None = None
) -> OperationRecord:
    """Claim an operation and conclude it; return it as it stands."""
    claim(store, claimed)
    conclude(store, claimed, outcome, sealed_answer)
    return find(store, claimed.id)


def resolve(store: OperationStore, record: OperationRecord, resolution: Resolution) -> bool:
    """Write what reads have told, with its event."""
    return store.resolve(record, resolution, resolution_event(record, resolution), enough_time())


def next_attempt(record: OperationRecord, at: datetime | None = None) -> Operation:
    """Return the attempt after the one that a record tells of, of the same request."""
    again = operation(99, account=record.account, at=at or record.claimed_at + timedelta(minutes=1))
    return again.as_attempt(record.attempt + 1)
