"""Operations and audit events in memory, under the same rules as the tables: the contract suite holds both to them."""

import math
from dataclasses import dataclass
from datetime import datetime
from threading import RLock

from chalicelib.application.ports import BookingHeld, ClaimAnswer, Claimed, KeyHeld
from chalicelib.domain.audit import AuditEvent, event_hash
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.operation import FREES_GUARD, Operation, OperationState, Outcome
from chalicelib.domain.time_budget import Deadline


class InMemoryAuditTrail:
    """Implements `AuditTrail`; `appended` holds what was written by `append`, in order."""

    def __init__(self) -> None:
        self.appended: list[AuditEvent] = []
        self._lock = RLock()
        self._rows: dict[tuple[str, int], bytes] = {}
        self._failing_appends = 0

    def will_fail_append(self, times: int = 1) -> None:
        """Let the next appends fail."""
        self._failing_appends = times

    def append(self, event: AuditEvent, deadline: Deadline) -> None:
        """Add an event, or fail as told."""
        del deadline
        with self._lock:
            if self._failing_appends:
                self._failing_appends -= 1
                raise StoreUnavailableError("told to fail")
            if not self.has_room_for(event):
                raise StoreUnavailableError("another event has its place")
            self.write(event)
            self.appended.append(event)

    def events(self, operation_id: str) -> list[bytes]:
        """Return the stored bytes, in order."""
        with self._lock:
            return [self._rows[place] for place in sorted(self._rows) if place[0] == operation_id]

    def has_room_for(self, event: AuditEvent) -> bool:
        """Tell whether the event's place is free, or holds this very event."""
        return self._rows.get((event.operation_id, event.sequence), event.canonical()) == event.canonical()

    def write(self, event: AuditEvent) -> None:
        """Store an event, as part of a transaction that has checked its conditions."""
        self._rows[(event.operation_id, event.sequence)] = event.canonical()

    def rows(self) -> str:
        """Return everything that is stored, as text."""
        return repr(self._rows)


@dataclass(slots=True)
class _Standing:
    """An operation as it stands."""

    state: OperationState
    attempt: int
    head: str


@dataclass(frozen=True, slots=True)
class _Hold:
    """A key or a guard: whose it is, and the second after which it no longer holds."""

    operation_id: str
    expires_at: int
    fingerprint: str = ""
    lease_until: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Tell whether it stands in the way at `now`."""
        return self.expires_at >= math.floor(now.timestamp())


class InMemoryOperationStore:
    """Implements `OperationStore`, writing its events to `trail`; `claims` and `conclusions` hold what was asked."""

    def __init__(self, trail: InMemoryAuditTrail | None = None) -> None:
        self.trail = trail or InMemoryAuditTrail()
        self.claims: list[Operation] = []
        self.conclusions: list[tuple[Operation, Outcome]] = []
        self._lock = RLock()
        self._operations: dict[str, _Standing] = {}
        self._keys: dict[str, _Hold] = {}
        self._guards: dict[str, _Hold] = {}
        self._bookings: dict[int, str] = {}
        self._failing_claims = self._half_failing_claims = self._failing_conclusions = 0

    def will_fail_claim(self, times: int = 1) -> None:
        """Let the next claims fail, with nothing written."""
        self._failing_claims = times

    def will_apply_claim_then_fail(self, times: int = 1) -> None:
        """Let the next claims be written and fail all the same, as when DynamoDB's answer is lost."""
        self._half_failing_claims = times

    def will_fail_conclusion(self, times: int = 1) -> None:
        """Let the next conclusions fail, with nothing written."""
        self._failing_conclusions = times

    def state_of(self, operation_id: str) -> OperationState | None:
        """Return how an operation stands, None when there is none."""
        standing = self._operations.get(operation_id)
        return None if standing is None else standing.state

    def rows(self) -> str:
        """Return everything that is stored, as text."""
        return repr((self._operations, self._keys, self._guards, self._bookings)) + self.trail.rows()

    def claim(self, operation: Operation, event: AuditEvent, deadline: Deadline) -> ClaimAnswer:
        """Record the operation, say what holds it, or fail as told."""
        del deadline
        with self._lock:
            self.claims.append(operation)
            if self._failing_claims:
                self._failing_claims -= 1
                raise StoreUnavailableError("told to fail")
            answer = self._claim(operation, event)
            if self._half_failing_claims:
                self._half_failing_claims -= 1
                raise StoreUnavailableError("told to fail after the write")
            return answer

    def conclude(self, operation: Operation, outcome: Outcome, event: AuditEvent, deadline: Deadline) -> None:
        """Record the outcome, or fail as told."""
        del deadline
        with self._lock:
            self.conclusions.append((operation, outcome))
            if self._failing_conclusions:
                self._failing_conclusions -= 1
                raise StoreUnavailableError("told to fail")
            self._conclude(operation, outcome, event)

    def _claim(self, operation: Operation, event: AuditEvent) -> ClaimAnswer:
        standing = self._operations.get(operation.id)
        if standing is not None and standing.head == event_hash(event.canonical()):
            return Claimed()
        now = operation.claimed_at
        key = self._keys.get(operation.key_hash or "")
        if key is not None and key.holds(now):
            return self._key_held(key)
        guard = self._guards.get(operation.guard_hash)
        if guard is not None and guard.holds(now):
            return BookingHeld(guard.operation_id)
        if standing is not None or not self.trail.has_room_for(event):
            raise StoreUnavailableError("the operation's place is taken")
        self._write_claim(operation, event)
        return Claimed()

    def _key_held(self, key: _Hold) -> KeyHeld:
        assert key.lease_until is not None
        state = self._operations[key.operation_id].state
        return KeyHeld(key.operation_id, key.fingerprint, state, key.lease_until)

    def _write_claim(self, operation: Operation, event: AuditEvent) -> None:
        if operation.key_hash is not None:
            ends = math.ceil(operation.key_expires_at.timestamp())
            hold = _Hold(operation.id, ends, operation.fingerprint, operation.lease_until)
            self._keys[operation.key_hash] = hold
        self._guards[operation.guard_hash] = _Hold(operation.id, math.ceil(operation.guard_expires_at.timestamp()))
        head = event_hash(event.canonical())
        self._operations[operation.id] = _Standing(OperationState.SENDING, operation.attempt, head)
        self.trail.write(event)

    def _conclude(self, operation: Operation, outcome: Outcome, event: AuditEvent) -> None:
        standing = self._operations.get(operation.id)
        head = event_hash(event.canonical())
        if standing is not None and standing.head == head:
            return
        if standing is None or (standing.state, standing.attempt) != (OperationState.SENDING, operation.attempt):
            raise StoreUnavailableError("the operation is not waiting for this outcome")
        if outcome.booking is not None:
            if outcome.booking.booking_id in self._bookings:
                raise StoreUnavailableError("the booking belongs to another operation")
            self._bookings[outcome.booking.booking_id] = operation.id
        if outcome.state in FREES_GUARD:
            self._guards.pop(operation.guard_hash, None)
        self._operations[operation.id] = _Standing(outcome.state, operation.attempt, head)
        self.trail.write(event)
