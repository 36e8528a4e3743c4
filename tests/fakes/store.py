"""The store in memory with the troubles of unit tests: it can be told to fail, and remembers what it was asked."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from chalicelib.application.ports import BookingHeld, Claimed, Clock, KeyHeld, RateLimited, Resolution
from chalicelib.application.register_ports import NamedMeanwhile
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.changing.operation import ChangeOperation, ChangeRecord
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.operation.operation import AnyOutcome, Operation, OperationState
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.time_budget import Deadline
from devtools.memory.changes import InMemoryChangeStore
from devtools.memory.register import InMemoryRegister
from devtools.memory.store import InMemoryOperationStore, InMemoryStore, OperationT, RecordT
from tests.fakes.trail import TroubledTrail


class Troubled(InMemoryStore[OperationT, RecordT]):
    """Implements `Store`; `claims` and `conclusions` hold what was asked, `written` the events that came with it.

    `before_write` runs before each transaction, and may raise.
    """

    trail: TroubledTrail

    def __init__(
        self,
        trail: TroubledTrail | None = None,
        limits: Sequence[tuple[int, int]] = (),
        clock: Clock | None = None,
        register: InMemoryRegister | None = None,
    ) -> None:
        super().__init__(trail or TroubledTrail(), limits, clock, register)
        self.claims: list[OperationT] = []
        self.conclusions: list[tuple[OperationT, AnyOutcome]] = []
        self.written: list[AuditEvent] = []
        self.before_write: Callable[[], None] = lambda: None
        self._failing_claims = self._half_failing_claims = self._failing_conclusions = self._failing_reads = 0

    def state_of(self, operation_id: str) -> OperationState | None:
        """Return how an operation stands, None when there is none."""
        record = self.standing(operation_id)
        return None if record is None else record.state

    def will_fail_claim(self, times: int = 1) -> None:
        """Let the next claims fail, with nothing written."""
        self._failing_claims = times

    def will_apply_claim_then_fail(self, times: int = 1) -> None:
        """Let the next claims be written and fail all the same, as when DynamoDB's answer is lost."""
        self._half_failing_claims = times

    def will_fail_conclusion(self, times: int = 1) -> None:
        """Let the next conclusions fail, with nothing written."""
        self._failing_conclusions = times

    def will_fail_reads(self, times: int = 1) -> None:
        """Let the next reads fail."""
        self._failing_reads = times

    def claim(
        self, operation: OperationT, event: AuditEvent, deadline: Deadline, previous: RecordT | None = None
    ) -> Claimed | KeyHeld[RecordT] | BookingHeld | RateLimited | NamedMeanwhile:
        """Record the operation, say what holds it, or fail as told."""
        self.claims.append(operation)
        self.written.append(event)
        self.before_write()
        if self._failing_claims:
            self._failing_claims -= 1
            raise StoreUnavailableError("told to fail")
        answer = super().claim(operation, event, deadline, previous)
        if self._half_failing_claims:
            self._half_failing_claims -= 1
            raise StoreUnavailableError("told to fail after the write")
        return answer

    def conclude(
        self,
        operation: OperationT,
        outcome: AnyOutcome,
        event: AuditEvent,
        deadline: Deadline,
        sealed_answer: str | None = None,
    ) -> None:
        """Record the outcome, or fail as told."""
        self.conclusions.append((operation, outcome))
        self.written.append(event)
        self.before_write()
        if self._failing_conclusions:
            self._failing_conclusions -= 1
            raise StoreUnavailableError("told to fail")
        super().conclude(operation, outcome, event, deadline, sealed_answer)

    def resolve(self, record: RecordT, resolution: Resolution, event: AuditEvent, deadline: Deadline) -> bool:
        """Write what reads have told."""
        self.written.append(event)
        self.before_write()
        return super().resolve(record, resolution, event, deadline)

    def held(self, operation: OperationT, deadline: Deadline) -> KeyHeld[RecordT] | BookingHeld | None:
        """Tell what a claim would find in its way, or fail as told."""
        self._read()
        return super().held(operation, deadline)

    def find(self, operation_id: str, deadline: Deadline) -> RecordT | None:
        """Return an operation as it stands, or fail as told."""
        self._read()
        return super().find(operation_id, deadline)

    def open_operations(self, account: int, deadline: Deadline) -> tuple[RecordT, ...]:
        """Return the account's operations without a final state, or fail as told."""
        self._read()
        return super().open_operations(account, deadline)

    def overdue_operations(self, before: datetime, deadline: Deadline) -> tuple[RecordT, ...]:
        """Return what was claimed before a time and is open, or fail as told."""
        self._read()
        return super().overdue_operations(before, deadline)

    def _read(self) -> None:
        """Fail a read, as told."""
        if self._failing_reads:
            self._failing_reads -= 1
            raise StoreUnavailableError("told to fail")


class TroubledStore(Troubled[Operation, OperationRecord], InMemoryOperationStore):
    """Implements `OperationStore`."""

    def own(self, booking_id: int, operation_id: str) -> None:
        """Let an upstream booking belong to an operation."""
        self._bookings[booking_id] = operation_id

    def release(self, record: OperationRecord, event: AuditEvent, deadline: Deadline) -> bool:
        """Free the guard of an operation whose booking ended upstream."""
        self.written.append(event)
        self.before_write()
        return super().release(record, event, deadline)

    def owners(self, booking_ids: Sequence[int], deadline: Deadline) -> Mapping[int, str]:
        """Return which bookings belong to which operations, or fail as told."""
        self._read()
        return super().owners(booking_ids, deadline)


class TroubledChangeStore(Troubled[ChangeOperation, ChangeRecord], InMemoryChangeStore):
    """Implements `ChangeStore`."""
