"""The audit events of a booking: what each step tells the reviewer."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.access import Principal
from chalicelib.domain.audit import AuditEvent, EventKind, describe_request, event_hash
from chalicelib.domain.booking import BookingRequest
from chalicelib.domain.canonical import Canonical
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.matching import Verdict
from chalicelib.domain.operation import Operation, OperationState, Outcome
from chalicelib.domain.record import OperationRecord
from chalicelib.domain.violation import Violation

MOST_BOOKINGS = 20
LONGEST_VIOLATIONS = 400  # characters: an event has to stay below the kilobyte that its row is paid by
_STATUS = re.compile("[A-Za-z]{1,32}")  # a documented status is one word; what is not may hold anything

_KINDS = {
    OperationState.CONFIRMED: EventKind.CONFIRMED,
    OperationState.REJECTED: EventKind.REJECTED,
    OperationState.NOT_SENT: EventKind.NOT_SENT,
    OperationState.UNKNOWN: EventKind.UNKNOWN,
    OperationState.NOT_CREATED: EventKind.NOT_CREATED,
    OperationState.AMBIGUOUS: EventKind.AMBIGUOUS,
    OperationState.EXPIRED_UNKNOWN: EventKind.EXPIRED,
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What every event of one call has in common."""

    operation_id: str
    request_id: str
    principal: Principal
    request: BookingRequest
    key: HmacKey

    def first(self, at: datetime, kind: EventKind, details: Mapping[str, Canonical]) -> AuditEvent:
        """Return the event that opens the chain; it tells of the request."""
        return AuditEvent(
            operation_id=self.operation_id,
            sequence=1,
            at=at,
            kind=kind,
            account=self.principal.account,
            request_id=self.request_id,
            candidate=self.request.book_user_id,
            details={"request": describe_request(self.request, self.key), **details},
        )


def refused_form(  # noqa: PLR0913, PLR0917 (the parts of one event)
    operation_id: str,
    request_id: str,
    principal: Principal,
    candidate: int | None,
    at: datetime,
    violations: Sequence[Violation],
) -> AuditEvent:
    """Return the event of a form that breaks rules; what it holds cannot be relied on, so only the rules are told."""
    return AuditEvent(
        operation_id=operation_id,
        sequence=1,
        at=at,
        kind=EventKind.REFUSED,
        account=principal.account,
        request_id=request_id,
        candidate=candidate,
        details=_broken(violations),
    )


def refused_for_scope(subject: Subject, at: datetime, scope: str) -> AuditEvent:
    """Return the event of a request whose token lacks a scope."""
    return subject.first(at, EventKind.REFUSED, {"missing_scope": scope})


def refused_for_rules(
    subject: Subject, at: datetime, violations: Sequence[Violation], unchecked: Sequence[str]
) -> AuditEvent:
    """Return the event of a request that breaks rules; it names rules and members, never values."""
    return subject.first(at, EventKind.REFUSED, {**_broken(violations), "unchecked": list(unchecked)})


def _broken(violations: Sequence[Violation]) -> dict[str, Canonical]:
    """Return which rules were broken where, each once, as `rule/Member`; what there is no room for is counted.

    The pointer of a member that nobody knows is the caller's own text, and is not told.
    """
    broken = [
        f"{violation.rule}{'' if violation.rule == 'unknown-member' else violation.pointer}" for violation in violations
    ]
    told: list[str] = []
    for one in dict.fromkeys(broken):
        if len("".join(told)) + len(one) <= LONGEST_VIOLATIONS:
            told.append(one)
    left_out = len(set(broken)) - len(told)
    return {"violations": told} | ({"violations_left_out": left_out} if left_out else {})


def claimed(  # noqa: PLR0913, PLR0917 (the parts of one event)
    subject: Subject,
    operation: Operation,
    at: datetime,
    unchecked: Sequence[str],
    timings: Mapping[str, int],
    previous: OperationRecord | None = None,
) -> AuditEvent:
    """Return the event that is written before the first byte goes out; `timings` are in milliseconds.

    With `previous` it opens a further attempt of that operation, and is chained to its events. It always names its call, by
    the id that only this call drew: two calls must never write the same event, or each would take it for its own, and both
    would send. What the operation's rows say is in it as well, so that they can be made again when their table is lost.
    """
    details: dict[str, Canonical] = {
        "unchecked": list(unchecked),
        "timings_ms": dict(timings),
        "attempt": operation.attempt,
        "call": subject.operation_id,
        "fingerprint": operation.fingerprint,
        "guard_until": math.ceil(operation.guard_expires_at.timestamp()),
    }
    event = replace(subject.first(at, EventKind.CLAIMED, details), operation_id=operation.id)
    if previous is None:
        return event
    return replace(event, sequence=previous.sequence + 1, previous_hash=previous.head)


def concluded(
    previous: AuditEvent,
    at: datetime,
    outcome: Outcome,
    timings: Mapping[str, int],
    sealed_contact: str | None = None,
) -> AuditEvent:
    """Return the event that tells how the one POST ended, chained to the event before; see `AuditEvent` for the contact."""
    booking = outcome.booking
    details: dict[str, Canonical] = {
        "reason": outcome.reason,
        "upstream_status": outcome.upstream_status,
        "timings_ms": dict(timings),
    }
    if outcome.named_booking_id is not None:
        details["named_booking"] = outcome.named_booking_id
    if booking is not None:
        status = booking.status if _STATUS.fullmatch(booking.status) else "odd"
        details["booking"] = {"status": status, "credits": format(booking.credits, "f")}
    return AuditEvent(
        operation_id=previous.operation_id,
        sequence=previous.sequence + 1,
        at=at,
        kind=_KINDS[outcome.state],
        account=previous.account,
        request_id=previous.request_id,
        candidate=previous.candidate,
        booking_id=None if booking is None else booking.booking_id,
        previous_hash=event_hash(previous.canonical()),
        details=details,
        sealed_contact=sealed_contact,
    )


def reconciled(
    record: OperationRecord, at: datetime, request_id: str, verdict: Verdict, evidence: Mapping[str, Canonical]
) -> AuditEvent:
    """Return the event of a state that reads have told, with what was read and when."""
    matching = list(verdict.candidates)
    details: dict[str, Canonical] = {"evidence": dict(evidence), "matching_bookings": matching[:MOST_BOOKINGS]}
    if len(matching) > MOST_BOOKINGS:
        details["matching_left_out"] = len(matching) - MOST_BOOKINGS
    booking_id = None if verdict.booking is None else verdict.booking.booking_id
    return _next(record, at, _KINDS[verdict.state], request_id, details, booking_id)


def lease_over(record: OperationRecord, at: datetime, request_id: str) -> AuditEvent:
    """Return the event of an operation whose function died: whether it had sent is not known."""
    return _next(record, at, EventKind.UNKNOWN, request_id, {"reason": "lease-over"})


def expired(record: OperationRecord, at: datetime, request_id: str) -> AuditEvent:
    """Return the event of an operation that nobody came back for; a person takes over."""
    return _next(record, at, EventKind.EXPIRED, request_id, {"reason": "nobody-asked"})


def released(record: OperationRecord, at: datetime, request_id: str) -> AuditEvent:
    """Return the event of a guard that is freed because the booking ended upstream."""
    return _next(record, at, EventKind.RELEASED, request_id, {"reason": "ended-upstream"}, record.booking_id)


def _next(  # noqa: PLR0913, PLR0917 (the parts of one event)
    record: OperationRecord,
    at: datetime,
    kind: EventKind,
    request_id: str,
    details: Mapping[str, Canonical],
    booking_id: int | None = None,
) -> AuditEvent:
    """Return an event that is chained to an operation's newest."""
    return AuditEvent(
        operation_id=record.id,
        sequence=record.sequence + 1,
        at=at,
        kind=kind,
        account=record.account,
        request_id=request_id,
        candidate=record.book_user_id,
        booking_id=booking_id,
        previous_hash=record.head,
        details=details,
    )
