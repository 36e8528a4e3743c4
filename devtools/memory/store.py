"""Operations in memory, under the same rules as the tables: the contract suite holds both to them."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from threading import RLock
from typing import Generic, TypeVar

from chalicelib.application.ports import (
    BookingHeld,
    Claimed,
    Clock,
    KeyHeld,
    RateLimited,
    Resolution,
)
from chalicelib.application.register_ports import NamedMeanwhile
from chalicelib.domain.audit.event import AuditEvent, event_hash
from chalicelib.domain.errors import BookingTakenError, StoreUnavailableError
from chalicelib.domain.names import Names
from chalicelib.domain.operation.operation import (
    MOVES,
    OPEN,
    AnyOperation,
    AnyOutcome,
    Operation,
    OperationState,
)
from chalicelib.domain.operation.record import AnyRecord, OperationRecord
from chalicelib.domain.time_budget import Deadline
from devtools.memory.hold import Hold
from devtools.memory.punctuality import require_deadline
from devtools.memory.register import InMemoryRegister
from devtools.memory.trail import InMemoryAuditTrail

OperationT = TypeVar("OperationT", bound=AnyOperation)
RecordT = TypeVar("RecordT", bound=AnyRecord)

AT_A_TIME = 25
LONGEST_ANSWER = 350_000
KEPT_AFTER_GUARD = timedelta(days=30)


class InMemoryStore(ABC, Generic[OperationT, RecordT]):
    """Implements `Store`, writing its events to `trail` and new candidates to `register`.

    `limits` are pairs of a number of operations and a window in seconds. With a `clock`, reads find nothing that is over.
    """

    def __init__(
        self,
        trail: InMemoryAuditTrail | None = None,
        limits: Sequence[tuple[int, int]] = (),
        clock: Clock | None = None,
        register: InMemoryRegister | None = None,
    ) -> None:
        self.trail = trail or InMemoryAuditTrail()
        self.register = register or InMemoryRegister()
        self.limits = limits
        self._clock = clock
        self._lock = RLock()
        self._operations: dict[str, RecordT] = {}
        self._kept: dict[str, Hold] = {}
        self._guards: dict[str, Hold] = {}
        self._bookings: dict[int, str] = {}
        self._counts: dict[tuple[int, int, int], int] = {}
        self._stripped: set[str] = set()

    def standing(self, operation_id: str) -> RecordT | None:
        """Return an operation as it stands, None when there is none; this is no request, and never fails."""
        return self._operations.get(operation_id)

    def records(self) -> tuple[RecordT, ...]:
        """Return every operation."""
        return tuple(self._operations.values())

    def rows(self) -> str:
        """Return everything that is stored, as text."""
        return repr((self._operations, self._guards, self._bookings, self._counts)) + self.trail.rows()

    def strip(self, operation_id: str) -> None:
        """Forget who a settled operation is about, as the erasure of a person does; its guard is over by then."""
        self._guards.pop(self._guard_of(self._operations[operation_id]), None)
        self._stripped.add(operation_id)

    def claim(
        self, operation: OperationT, event: AuditEvent, deadline: Deadline, previous: RecordT | None = None
    ) -> Claimed | KeyHeld[RecordT] | BookingHeld | RateLimited | NamedMeanwhile:
        """Record the operation, or say what holds it."""
        require_deadline(deadline)
        with self._lock:
            return self._claim(operation, event, previous)

    def conclude(
        self,
        operation: OperationT,
        outcome: AnyOutcome,
        event: AuditEvent,
        deadline: Deadline,
        sealed_answer: str | None = None,
    ) -> None:
        """Record the outcome."""
        require_deadline(deadline)
        with self._lock:
            record = self._operations.get(operation.id)
            if record is not None and record.head == event_hash(event.canonical()):
                return
            if record is None or (record.state, record.attempt) != (OperationState.SENDING, operation.attempt):
                raise StoreUnavailableError("the operation is not waiting for this outcome")
            booking_id = None if outcome.booking is None else outcome.booking.booking_id
            if booking_id is not None and booking_id in self._bookings:
                raise BookingTakenError("the booking belongs to another operation")
            reason = outcome.reason if outcome.state is OperationState.UNKNOWN else None
            record = replace(record, is_retryable=outcome.is_retryable, reason=reason)
            self._write(record, Resolution(outcome.state, booking_id, sealed_answer), event)

    def held(self, operation: OperationT, deadline: Deadline) -> KeyHeld[RecordT] | BookingHeld | None:
        """Tell what a claim would find in its way."""
        require_deadline(deadline)
        with self._lock:
            standing = self._operations.get(operation.id) if operation.is_keyed else None
            return self._guarded(operation) if standing is None else self._key_held(standing, operation)

    def find(self, operation_id: str, deadline: Deadline) -> RecordT | None:
        """Return an operation as it stands."""
        require_deadline(deadline)
        with self._lock:
            is_told = self._is_there(self._kept.get(operation_id)) and operation_id not in self._stripped
            return self._operations[operation_id] if is_told else None

    def open_operations(self, account: int, deadline: Deadline) -> tuple[RecordT, ...]:
        """Return the account's operations without a final state."""
        require_deadline(deadline)
        with self._lock:
            return oldest_open(self.records(), lambda one: one.account == account)

    def overdue_operations(self, before: datetime, deadline: Deadline) -> tuple[RecordT, ...]:
        """Return operations without a final state that were claimed before a time."""
        require_deadline(deadline)
        with self._lock:
            return oldest_open(self.records(), lambda one: one.claimed_at < before)

    def resolve(self, record: RecordT, resolution: Resolution, event: AuditEvent, deadline: Deadline) -> bool:
        """Write what reads have told; False when the operation no longer stands as `record` says."""
        require_deadline(deadline)
        with self._lock:
            standing = self._operations.get(record.id)
            if standing is not None and standing.head == event_hash(event.canonical()):
                return True
            if standing is None or standing.head != record.head or not self.trail.has_room_for(event):
                return False
            if resolution.booking_id is not None and self._bookings.get(resolution.booking_id, record.id) != record.id:
                return False
            self._write(standing, resolution, event)
            return True

    @abstractmethod
    def record_of(self, operation: OperationT, sequence: int, head: str) -> RecordT:
        """Return the record of an operation that is being sent."""

    def _guard_of(self, one: AnyOperation | AnyRecord) -> str:
        """Return the name of the guard of an operation."""
        return one.guard

    def _is_there(self, hold: Hold | None) -> bool:
        """Tell whether a row is there and not over."""
        return hold is not None and (self._clock is None or hold.holds(self._clock.now()))

    def _claim(
        self, operation: OperationT, event: AuditEvent, previous: RecordT | None
    ) -> Claimed | KeyHeld[RecordT] | BookingHeld | RateLimited | NamedMeanwhile:
        standing = self._operations.get(operation.id)
        if standing is not None and standing.head == event_hash(event.canonical()):
            return Claimed()
        is_free = standing is None if previous is None else _may_go_on(standing, previous)
        is_free = is_free and operation.id not in self._stripped
        if standing is not None and operation.is_keyed and not is_free:
            return self._key_held(standing, operation)
        if standing is None and operation.is_keyed and previous is None and not self.trail.has_room_for(event):
            return KeyHeld(operation.id, None)  # the trail never forgets a key
        if held := self._guarded(operation):
            return held
        moment = int(operation.claimed_at.timestamp())
        used_up = [
            RateLimited(limit, seconds, seconds - moment % seconds)
            for limit, seconds in self.limits
            if self._counts.get((operation.account, seconds, moment // seconds), 0) >= limit
        ]
        if used_up:
            return max(used_up, key=lambda limited: limited.reset_seconds)
        return self._put(operation, event, is_free=is_free)

    def _put(self, operation: OperationT, event: AuditEvent, *, is_free: bool) -> Claimed | NamedMeanwhile:
        """Write the claim that nothing holds up, unless its candidate is not as new as it says."""
        named = self._named_meanwhile(operation)
        if named is not None and is_free:
            return NamedMeanwhile(named)
        if not is_free or not self.trail.has_room_for(event):
            raise StoreUnavailableError("the operation's place is taken")
        self._write_claim(operation, event)
        return Claimed()

    def _named_meanwhile(self, operation: OperationT) -> str | None:
        """Return what a candidate is called who had no row when it was read, and has one now."""
        if operation.candidate is None or not operation.names.is_candidate_new:
            return None
        return self.register.rows.get(operation.candidate)

    def _key_held(self, standing: RecordT, operation: OperationT) -> KeyHeld[RecordT]:
        """Return the operation of a key; of one that is stripped nobody can tell what was asked for."""
        return KeyHeld(operation.id, None if operation.id in self._stripped else _own(standing, operation))

    def _guarded(self, operation: OperationT) -> BookingHeld | None:
        guard = self._guards.get(self._guard_of(operation))
        return BookingHeld(guard.operation_id) if guard is not None and guard.holds(operation.claimed_at) else None

    def _write_claim(self, operation: OperationT, event: AuditEvent) -> None:
        ends = math.ceil(operation.guard_expires_at.timestamp())
        self._guards[self._guard_of(operation)] = Hold(operation.id, ends)
        self._kept[operation.id] = Hold(operation.id, ends + int(KEPT_AFTER_GUARD.total_seconds()))
        head = event_hash(event.canonical())
        self._operations[operation.id] = self.record_of(operation, event.sequence, head)
        for _, seconds in self.limits:
            window = (operation.account, seconds, int(operation.claimed_at.timestamp()) // seconds)
            self._counts[window] = self._counts.get(window, 0) + 1
        if operation.candidate is not None and operation.names.is_candidate_new:
            self.register.put(operation.candidate, str(operation.names.candidate))
        self.trail.write(event)

    def _write(self, record: RecordT, resolution: Resolution, event: AuditEvent) -> None:
        """Move an operation, with everything that goes with it; a move that no operation may make is a bug of the caller."""
        if resolution.state not in {record.state, *MOVES[record.state]}:
            raise AssertionError(f"{record.state} became {resolution.state}")
        if resolution.booking_id is not None:
            self._bookings[resolution.booking_id] = record.id
        guard = self._guards.get(self._guard_of(record))
        if resolution.state in record.freed_by and guard is not None and guard.operation_id == record.id:
            del self._guards[self._guard_of(record)]
        answer = resolution.sealed_answer
        is_kept = answer is not None and record.is_keyed and len(answer) <= LONGEST_ANSWER
        self._operations[record.id] = replace(
            record,
            state=resolution.state,
            **({} if resolution.booking_id is None else {"booking_id": resolution.booking_id}),
            sealed_answer=answer if is_kept else record.sealed_answer,
            sequence=event.sequence,
            head=event_hash(event.canonical()),
            names=Names(event.client or record.names.client, record.names.candidate),
        )
        self.trail.write(event)


class InMemoryOperationStore(InMemoryStore[Operation, OperationRecord]):
    """Implements `OperationStore`: the store of bookings."""

    def record_of(self, operation: Operation, sequence: int, head: str) -> OperationRecord:
        """Return the record of a booking that is being sent."""
        return OperationRecord.of(operation, OperationState.SENDING, sequence, head)

    def owners(self, booking_ids: Sequence[int], deadline: Deadline) -> Mapping[int, str]:
        """Return which bookings belong to which operations."""
        require_deadline(deadline)
        with self._lock:
            return {id_: self._bookings[id_] for id_ in booking_ids if id_ in self._bookings}

    def release(self, record: OperationRecord, event: AuditEvent, deadline: Deadline) -> bool:
        """Free the guard of an operation whose booking ended upstream."""
        require_deadline(deadline)
        with self._lock:
            standing, guard = self._operations.get(record.id), self._guards.get(self._guard_of(record))
            if standing is not None and standing.head == event_hash(event.canonical()):
                return True
            if standing is None or standing.head != record.head or guard is None or guard.operation_id != record.id:
                return False
            del self._guards[self._guard_of(record)]
            self._write(standing, Resolution(standing.state), event)
            return True


def oldest_open(records: Sequence[RecordT], is_wanted: Callable[[RecordT], bool]) -> tuple[RecordT, ...]:
    """Return what an index of open operations gives: the oldest without a final state that are wanted."""
    found = [one for one in records if one.state in OPEN and is_wanted(one)]
    return tuple(sorted(found, key=lambda one: one.claimed_at)[:AT_A_TIME])


def _may_go_on(standing: AnyRecord | None, previous: AnyRecord) -> bool:
    """Tell whether an operation stands as it was read, and may be tried again."""
    return standing is not None and standing.head == previous.head and standing.is_retryable


def _own(standing: RecordT, operation: AnyOperation) -> RecordT:
    """Return what a key addresses, unless it is another account's."""
    if standing.account != operation.account:
        raise StoreUnavailableError("the row of the key is another account's")
    return standing
