"""The store, with requests that are lost, answered to nobody, or applied when nobody waits any more.

What a transaction does is the business of the in-memory store that the contract suite holds to the tables' rules.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Generic, NoReturn, TypeVar

from chalicelib.adapters.aws.dynamodb.operations import TAKE_BACK_SECONDS
from chalicelib.adapters.aws.tries import SHORTEST_TRY_SECONDS
from chalicelib.application.audit import events
from chalicelib.application.ports import BookingHeld, Claimed, KeyHeld, RateLimited, Resolution
from chalicelib.application.register_ports import NamedMeanwhile
from chalicelib.domain.audit.event import AuditEvent, event_hash
from chalicelib.domain.errors import BookingTakenError, StoreUnavailableError
from chalicelib.domain.operation.operation import AnyOutcome, Operation, OperationState, Outcome
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.time_budget import Deadline
from devtools.memory.store import InMemoryOperationStore, InMemoryStore, OperationT, RecordT, oldest_open
from devtools.memory.trail import InMemoryAuditTrail
from devtools.proof.simulation.oracle.history import Move
from devtools.proof.simulation.world.platform import Platform

T = TypeVar("T")

LATEST_WRITE_SECONDS = 20.0
LONGEST_HEAT_SECONDS = 90.0
STALE_SECONDS = 3.0
TAKES_BACK = 0.7


class WriteFault(StrEnum):
    """What becomes of a transaction whose caller gets an error."""

    LOST = "store write lost"
    UNANSWERED = "store write applied, answer lost"
    LATE = "store write applied late"
    THROTTLED = "store write throttled by an index"


class Requests:
    """Requests to the store: the way there, the fault, the way back."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._hot_until = 0.0

    def read(self, what: str, deadline: Deadline, read: Callable[[], T]) -> T:
        """Return what is read, or fail."""
        fails = self._platform.weather.strikes(self._platform.weather.store_read)
        self.require_time(what, deadline)
        is_in_time = self._platform.travel_or_run_late(deadline)
        value = read()
        self._platform.travel(0.0)
        if fails or not is_in_time:
            self.fail(what, "store read failed")
        self._platform.say(what, value)
        return value

    def write(self, what: str, deadline: Deadline, apply: Callable[[], T]) -> T:
        """Return what a transaction answers, or fail: whether it was applied is then anybody's guess."""
        fault = self._fault()
        self.require_time(what, deadline)
        if not self._platform.travel_or_run_late(deadline) and fault is None:
            fault = WriteFault.LATE
        if fault is WriteFault.LATE:
            self._apply_later(what, apply)
        if fault is WriteFault.THROTTLED:
            self._platform.journal.count(f"throttled: {what.partition(' ')[0]}")
        if fault in {WriteFault.LOST, WriteFault.LATE, WriteFault.THROTTLED}:
            self._platform.travel(deadline.remaining() * self._platform.weather.rng.random())
            self.fail(what, fault)
        answer = apply()
        self._platform.say(what, answer)
        if not self._platform.travel_or_run_late(deadline) or fault is not None:
            self.fail(what, WriteFault.UNANSWERED)
        return answer

    def _fault(self) -> WriteFault | None:
        """Draw what goes wrong with a write; an index that is hot stays so for a while, and refuses every write meanwhile."""
        weather, now = self._platform.weather, self._platform.scheduler.now
        if weather.strikes(weather.hot_index):
            self._hot_until = now + weather.rng.uniform(0, LONGEST_HEAT_SECONDS)
        if now < self._hot_until and not weather.is_clear:
            return WriteFault.THROTTLED
        return weather.pick(list(WriteFault)) if weather.strikes(weather.store_write) else None

    def require_time(self, what: str, deadline: Deadline) -> None:
        """Do not begin what cannot be answered in time, as the adapter does not."""
        if deadline.remaining() < SHORTEST_TRY_SECONDS:
            self.fail(what, "no time is left")

    def _apply_later(self, what: str, apply: Callable[[], T]) -> None:
        """Let a transaction be applied after its caller has given up on it."""
        delay = self._platform.weather.rng.uniform(0, LATEST_WRITE_SECONDS)
        self._platform.scheduler.at(self._platform.scheduler.now + delay, partial(self.land, what, apply))

    def land(self, what: str, apply: Callable[[], object]) -> None:
        """Apply a transaction that nobody waits for any more."""
        try:
            apply()
        except (StoreUnavailableError, BookingTakenError) as error:
            self._platform.journal.say("store", what, "comes late and is refused:", error)
        else:
            self._platform.journal.say("store", what, "comes late and is applied")

    def fail(self, what: str, how: str) -> NoReturn:
        """Let a request fail."""
        self._platform.history.failed.setdefault(self._platform.running().number, set()).add(what)
        self._platform.journal.count(how)
        self._platform.say(what, "fails:", how)
        raise StoreUnavailableError(how)


class SimulatedTrail:
    """Implements `AuditTrail`."""

    def __init__(self, trail: InMemoryAuditTrail, requests: Requests) -> None:
        self._trail = trail
        self._requests = requests

    def record_refusal(self, event: AuditEvent, deadline: Deadline) -> None:
        """Add the event of a refusal, or fail."""
        self._requests.write("refusal", deadline, partial(self._trail.record_refusal, event, deadline))

    def events(self, operation_id: str) -> list[bytes]:
        """Return the stored bytes, in order."""
        return self._trail.events(operation_id)


class SimulatedTables(Generic[OperationT, RecordT]):
    """Implements `Store`; every change goes into the history."""

    def __init__(
        self, tables: InMemoryStore[OperationT, RecordT], platform: Platform, requests: Requests | None = None
    ) -> None:
        self._tables = tables
        self._platform = platform
        self._requests = requests or Requests(platform)
        self._versions: list[tuple[float, tuple[RecordT, ...]]] = [(0.0, ())]

    def claim(
        self, operation: OperationT, event: AuditEvent, deadline: Deadline, previous: RecordT | None = None
    ) -> Claimed | KeyHeld[RecordT] | BookingHeld | RateLimited | NamedMeanwhile:
        """Record the operation; a claim that failed is taken back, as the adapter does it, as far as that works."""
        apply = partial(self._tables.claim, operation, event, deadline, previous)
        try:
            answer = self._write("claim", operation.id, deadline, apply)
        except StoreUnavailableError:
            if self._platform.weather.strikes(TAKES_BACK):
                self._take_back(operation, event, Deadline.after(deadline.monotonic, TAKE_BACK_SECONDS))
            raise
        if isinstance(answer, NamedMeanwhile):
            self._platform.journal.count("candidate named meanwhile")
        if isinstance(answer, Claimed):
            self._platform.running().claimed = (operation.id, operation.attempt)
        return answer

    def conclude(
        self,
        operation: OperationT,
        outcome: AnyOutcome,
        event: AuditEvent,
        deadline: Deadline,
        sealed_answer: str | None = None,
    ) -> None:
        """Record the outcome."""
        apply = partial(self._tables.conclude, operation, outcome, event, deadline, sealed_answer)
        self._write(f"conclude {outcome.state} {outcome.reason}", operation.id, deadline, apply)

    def held(self, operation: OperationT, deadline: Deadline) -> KeyHeld[RecordT] | BookingHeld | None:
        """Tell what a claim would find in its way."""
        return self._requests.read("held", deadline, partial(self._tables.held, operation, deadline))

    def find(self, operation_id: str, deadline: Deadline) -> RecordT | None:
        """Return an operation as it stands."""
        return self._requests.read("find", deadline, partial(self._tables.find, operation_id, deadline))

    def open_operations(self, account: int, deadline: Deadline) -> tuple[RecordT, ...]:
        """Return the account's open operations, perhaps as they were a little ago."""
        records = self._requests.read("open_operations", deadline, self._indexed)
        return oldest_open(records, lambda record: record.account == account)

    def overdue_operations(self, before: datetime, deadline: Deadline) -> tuple[RecordT, ...]:
        """Return the overdue operations, perhaps as they were a little ago."""
        records = self._requests.read("overdue_operations", deadline, self._indexed)
        return oldest_open(records, lambda record: record.claimed_at < before)

    def resolve(self, record: RecordT, resolution: Resolution, event: AuditEvent, deadline: Deadline) -> bool:
        """Write what reads have told."""
        apply = partial(self._tables.resolve, record, resolution, event, deadline)
        return self._write(f"resolve {resolution.state}", record.id, deadline, apply)

    def _write(self, what: str, operation_id: str, deadline: Deadline, apply: Callable[[], T]) -> T:
        """Run one transaction; `apply` runs when it reaches the tables, whoever still waits for it then."""
        call = self._platform.running().number

        def recorded() -> T:
            before = self._tables.standing(operation_id)
            answer = apply()
            after = self._tables.standing(operation_id)
            if after is not None and after is not before:
                now = self._platform.scheduler.now
                self._platform.history.moves.append(Move(now, before, after, call))
                self._versions.append((now, self._tables.records()))
                self._platform.journal.count(f"moves to {after.state}")
            return answer

        return self._requests.write(f"{what} {operation_id[-3:]}", deadline, recorded)

    def _indexed(self) -> tuple[RecordT, ...]:
        """Return the operations as an index has them: what was written last may be missing."""
        records = self._tables.records()
        weather = self._platform.weather
        if weather.strikes(weather.stale_index):
            moment = self._platform.scheduler.now - weather.rng.uniform(0, STALE_SECONDS)
            records = next(version for time, version in reversed(self._versions) if time <= max(moment, 0.0))
            self._platform.journal.count("stale index read")
        return records

    def _take_back(self, operation: OperationT, event: AuditEvent, deadline: Deadline) -> None:
        """Conclude a claim that was applied although it failed; leave it to reconciliation when that fails too."""
        try:
            record = self.find(operation.id, deadline)
            if record is not None and record.head == event_hash(event.canonical()):
                outcome = Outcome(OperationState.NOT_SENT, "claim-unconfirmed")
                self.conclude(operation, outcome, events.concluded(event, event.at, outcome, {}), deadline)
        except StoreUnavailableError:
            self._platform.say("take back", operation.id, "fails")


class SimulatedStore(SimulatedTables[Operation, OperationRecord]):
    """Implements `OperationStore`."""

    def __init__(self, tables: InMemoryOperationStore, platform: Platform, requests: Requests | None = None) -> None:
        super().__init__(tables, platform, requests)
        self._bookings = tables

    def owners(self, booking_ids: Sequence[int], deadline: Deadline) -> Mapping[int, str]:
        """Return which bookings belong to which operations."""
        return self._requests.read("owners", deadline, partial(self._bookings.owners, booking_ids, deadline))

    def release(self, record: OperationRecord, event: AuditEvent, deadline: Deadline) -> bool:
        """Free the guard of an operation whose booking ended upstream."""
        return self._write("release", record.id, deadline, partial(self._bookings.release, record, event, deadline))
