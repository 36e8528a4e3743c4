"""Protocols that look good and are not: what the same simulation makes of them shows that it can fail."""

from dataclasses import replace
from enum import StrEnum

from chalicelib.application.ports import ClaimAnswer, Claimed, Held
from chalicelib.domain.audit import AuditEvent
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.operation import Operation, Outcome
from chalicelib.domain.record import OperationRecord
from chalicelib.domain.time_budget import Deadline
from devtools.simulation.platform import Platform
from devtools.simulation.store import SimulatedStore
from tests.fakes.store import InMemoryOperationStore


class Variant(StrEnum):
    """What is changed; OURS is the protocol as it is."""

    OURS = "ours"
    GUARD_OFF = "guard-off"
    POWERTOOLS = "powertools"
    RECORD_AFTER_SEND = "record-after-send"
    ROTATE_AT_ONCE = "rotate-at-once"


class UnguardedStore(InMemoryOperationStore):
    """Tables whose guards hold nobody up: only the Idempotency-Key keeps a second booking out."""

    def claim(
        self, operation: Operation, event: AuditEvent, deadline: Deadline, previous: OperationRecord | None = None
    ) -> ClaimAnswer:
        """Record the operation under a guard that is nobody else's."""
        return super().claim(_unguarded(operation), event, deadline, previous)

    def held(self, operation: Operation, deadline: Deadline) -> Held | None:
        """Tell whether the key is held."""
        return super().held(_unguarded(operation), deadline)


def _unguarded(operation: Operation) -> Operation:
    return replace(operation, guard_hashes=(f"guard of {operation.id}",))


class LateRecordStore(SimulatedStore):
    """Looks for an earlier record before the send, and writes its own after it."""

    def __init__(self, tables: InMemoryOperationStore, platform: Platform) -> None:
        super().__init__(tables, platform)
        self._pending: dict[str, tuple[AuditEvent, OperationRecord | None]] = {}

    def claim(
        self, operation: Operation, event: AuditEvent, deadline: Deadline, previous: OperationRecord | None = None
    ) -> ClaimAnswer:
        """Let the booking be sent if nothing is held yet."""
        if previous is None and (held := self.held(operation, deadline)):
            return held
        self._pending[operation.id] = (event, previous)
        self._platform.running().claimed = (operation.id, operation.attempt)
        return Claimed()

    def conclude(
        self,
        operation: Operation,
        outcome: Outcome,
        event: AuditEvent,
        deadline: Deadline,
        sealed_answer: str | None = None,
    ) -> None:
        """Write the record, now that the booking was sent."""
        claimed, previous = self._pending[operation.id]
        if not isinstance(super().claim(operation, claimed, deadline, previous), Claimed):
            raise StoreUnavailableError("somebody else has the record")
        super().conclude(operation, outcome, event, deadline, sealed_answer)
