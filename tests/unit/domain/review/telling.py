"""Chains that tell a story: each step has what the protocol writes with it, unless a test says otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.domain.audit.chain import StoredChain
from chalicelib.domain.audit.event import GENESIS, AuditEvent, EventKind, event_hash
from chalicelib.domain.audit.stored_event import StoredEvent
from chalicelib.domain.canonical import Canonical
from tests.builders import NOW, pseudonym

SESSION_ENDS = NOW + timedelta(days=6)
REQUEST: Mapping[str, Canonical] = {
    "session_date": "2026-01-20 21:30",
    "accept_by": "2026-01-20 18:00",
    "duration": 15,
    "method": 1,
    "credits": "32",
    "comments_length": 5,
    "contact": {"phone_last_3": "123", "phone_hmac": "key-1:phone"},
}


@dataclass(frozen=True)
class Step:
    """One event: `seconds` after NOW, with these members beside those that every event has."""

    kind: EventKind
    seconds: float
    booking_id: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    client: int | None = 1001
    candidate: int | None = 123456

    def at(self, seconds: float) -> "Step":
        """Return this step at another time."""
        return replace(self, seconds=seconds)

    def but(self, **details: Any) -> "Step":  # noqa: ANN401 (any member)
        """Return this step with other members."""
        return replace(self, details={**self.details, **details})

    def without(self, name: str) -> "Step":
        """Return this step without a member."""
        return replace(self, details={one: value for one, value in self.details.items() if one != name})


def _evidence(seconds: float, **change: Canonical) -> dict[str, Canonical]:
    read_at = (NOW + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")
    return {"read_at": read_at, "pages": 1, "bookings_read": 1, "is_complete": True, **change}


def claim(attempt: int = 1, seconds: float = 0) -> Step:
    """Return the claim of an attempt."""
    details = {
        "request": dict(REQUEST),
        "unchecked": [],
        "timings_ms": {"reads": 5},
        "attempt": attempt,
        "call": f"op_call_{attempt}",
        "fingerprint": "key-1:fingerprint",
        "guard_until": int(SESSION_ENDS.timestamp()),
    }
    return Step(EventKind.CLAIMED, seconds, details=details)


def concluded(kind: EventKind, reason: str, status: int | None, booking_id: int | None = None) -> Step:
    """Return the conclusion of a POST, a second after NOW."""
    details = {"reason": reason, "upstream_status": status, "timings_ms": {"post": 1, "call": 9}}
    return Step(kind, 1, booking_id, details)


def found(kind: EventKind, matching: Sequence[int], booking_id: int | None = None, seconds: float = 1000) -> Step:
    """Return what a reading has told, after the settle window."""
    details = {"evidence": _evidence(seconds), "matching_bookings": list(matching)}
    return Step(kind, seconds, booking_id, details)


CLAIMED = claim()
CONFIRMED = concluded(EventKind.CONFIRMED, "booked", 200, 7)
REJECTED = concluded(EventKind.REJECTED, "refused", 402)
REFUSED_TOKEN = concluded(EventKind.REJECTED, "refused", 401)
NOT_SENT = concluded(EventKind.NOT_SENT, "connection-refused", None)
UNKNOWN = concluded(EventKind.UNKNOWN, "late", None)
LEASE_OVER = Step(EventKind.UNKNOWN, 40, details={"reason": "lease-over"})
FOUND = found(EventKind.CONFIRMED, [7], 7, seconds=60)
NOT_CREATED = found(EventKind.NOT_CREATED, [])
AMBIGUOUS = found(EventKind.AMBIGUOUS, [7, 8])
EXPIRED = Step(EventKind.EXPIRED, 86_401, details={"reason": "nobody-asked"})
RESOLVED = Step(EventKind.CONFIRMED, 90_000, 7, {"resolved_by": "Ann", "why": "AdultWork's own list"})
DENIED = Step(EventKind.NOT_CREATED, 90_000, details={"resolved_by": "Ann", "why": "AdultWork's own list"})
RELEASED = Step(EventKind.RELEASED, 90_500, 7, {"reason": "ended-upstream"})
REFUSED = Step(EventKind.REFUSED, 0, details={"reason": "booking-rejected"})
COUNTED = Step(EventKind.REFUSALS_COUNTED, 0, details={"hour": "2026-01-15T12", "refusals": 4})


def stored(*steps: Step, operation_id: str = "op_1") -> StoredChain:
    """Return the chain of some steps."""
    events: list[bytes] = []
    for sequence, step in enumerate(steps, start=1):
        event = AuditEvent(
            operation_id=operation_id,
            sequence=sequence,
            at=_at(step.seconds),
            kind=step.kind,
            account=1001,
            request_id="request-1",
            client=None if step.client is None else pseudonym(step.client),
            candidate=None if step.candidate is None else pseudonym(step.candidate),
            booking_id=step.booking_id,
            previous_hash=event_hash(events[-1]) if events else GENESIS,
            details=step.details,
        )
        events.append(event.canonical())
    return StoredChain(operation_id, events)


def told(*steps: Step) -> list[StoredEvent]:
    """Return the events of some steps, read."""
    return [StoredEvent.read(event) for event in stored(*steps).events]


def _at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)
