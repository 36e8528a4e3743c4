"""The audit events of a booking: what each step tells the reviewer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.access import Principal
from chalicelib.domain.audit import AuditEvent, EventKind, describe_request, event_hash
from chalicelib.domain.booking import BookingRequest
from chalicelib.domain.canonical import Canonical
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.operation import OperationState, Outcome
from chalicelib.domain.violation import Violation

_KINDS = {
    OperationState.CONFIRMED: EventKind.CONFIRMED,
    OperationState.REJECTED: EventKind.REJECTED,
    OperationState.NOT_SENT: EventKind.NOT_SENT,
    OperationState.UNKNOWN: EventKind.UNKNOWN,
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


def refused_for_scope(subject: Subject, at: datetime, scope: str) -> AuditEvent:
    """Return the event of a request whose token lacks a scope."""
    return subject.first(at, EventKind.REFUSED, {"missing_scope": scope})


def refused_for_rules(
    subject: Subject, at: datetime, violations: Sequence[Violation], unchecked: Sequence[str]
) -> AuditEvent:
    """Return the event of a request that breaks rules; it names rules and members, never values."""
    broken = [{"rule": violation.rule, "pointer": violation.pointer} for violation in violations]
    return subject.first(at, EventKind.REFUSED, {"violations": broken, "unchecked": list(unchecked)})


def claimed(subject: Subject, at: datetime, unchecked: Sequence[str], timings: Mapping[str, int]) -> AuditEvent:
    """Return the event that is written before the first byte goes out; `timings` are in milliseconds."""
    return subject.first(at, EventKind.CLAIMED, {"unchecked": list(unchecked), "timings_ms": dict(timings)})


def concluded(previous: AuditEvent, at: datetime, outcome: Outcome, timings: Mapping[str, int]) -> AuditEvent:
    """Return the event that tells how the one POST ended, chained to the event before."""
    booking = outcome.booking
    details: dict[str, Canonical] = {
        "reason": outcome.reason,
        "upstream_status": outcome.upstream_status,
        "timings_ms": dict(timings),
    }
    if booking is not None:
        details["booking"] = {"status": booking.status, "credits": format(booking.credits, "f")}
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
    )
