"""What became of changes whose outcome is unknown: one read of the booking tells; where none can, nothing is guessed."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from chalicelib.application.audit import events
from chalicelib.application.changing import answers
from chalicelib.application.changing.ports import ChangeAnswers, ChangeGateway, ChangeStore
from chalicelib.application.operations.caller import Caller
from chalicelib.application.operations.reconcile import Settled, sealed, told
from chalicelib.application.ports import Clock, Resolution
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.booking.booking import Booking
from chalicelib.domain.canonical import Canonical
from chalicelib.domain.changing.change import Change
from chalicelib.domain.changing.operation import ChangeRecord
from chalicelib.domain.changing.proof import judged, provable
from chalicelib.domain.errors import SwitchboardError
from chalicelib.domain.operation.matching import ReconciliationPolicy
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.operation.stored_answer import StoredAnswer
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class ChangeReconciler:
    """Settle open changes of one account. It never sends."""

    gateway: ChangeGateway
    store: ChangeStore
    form: ChangeAnswers
    clock: Clock
    policy: ReconciliationPolicy

    def reconcile(
        self, caller: Caller, records: Sequence[ChangeRecord], deadline: Deadline
    ) -> tuple[Settled[ChangeRecord], ...]:
        """Return the changes as they stand afterwards, in the same order.

        It never raises: a booking that cannot be read, or a store that cannot be written, leaves a change for the next call.
        The caller's token must be of the changes' own account.
        """
        return tuple(self._settled(caller, record, deadline) for record in records)

    def _settled(self, caller: Caller, record: ChangeRecord, deadline: Deadline) -> Settled[ChangeRecord]:
        """Return one change, as far as it can be settled now."""
        settled = Settled(record)
        with suppress(SwitchboardError):  # what was written so far stays written; the rest waits for the next call
            if record.state is OperationState.SENDING and record.is_open(self.clock.now()):
                event = events.lease_over(record, self.clock.now(), caller.request_id, caller.name())
                settled = Settled(self._move(record, Resolution(OperationState.UNKNOWN), event, deadline))
            change = provable(record.change)
            if settled.record.state is OperationState.UNKNOWN and change is not None:
                settled = self._read(caller, settled.record, change, deadline)
        return settled

    def _read(self, caller: Caller, record: ChangeRecord, change: Change, deadline: Deadline) -> Settled[ChangeRecord]:
        """Read the booking, and write down what it shows."""
        (booking_id,) = record.booking_ids
        read_at = self.clock.now()
        booking = self.gateway.booking_details(caller.token, booking_id, deadline)
        if booking.booking_id != booking_id:
            return Settled(record)
        state = judged(change, booking.status, record.claimed_at, read_at, self.policy)
        if state is OperationState.UNKNOWN:
            return Settled(record)
        evidence: dict[str, Canonical] = {
            "read_at": read_at.isoformat(timespec="milliseconds"),
            "booking": booking_id,
            "status": booking.status,
        }
        now, settle = self.clock.now(), self.policy.settle
        event = events.proven(record, now, caller.request_id, state, evidence, settle, caller.name())
        answer = self._answer(record, change, booking, state, caller.request_id)
        resolution = Resolution(state, None, sealed(caller, record, answer))
        after = self._move(record, resolution, event, deadline)
        return Settled(after, told(caller, after, resolution, answer) if after.state is state else None)

    def _answer(
        self, record: ChangeRecord, change: Change, booking: Booking, state: OperationState, request_id: str
    ) -> StoredAnswer:
        """Return the final answer that a state stands for."""
        if state is OperationState.CONFIRMED:
            return self.form.made(record.id, booking.written(nulls=True))
        return self.form.refused(answers.not_made(record.id), request_id, change)

    def _move(
        self, record: ChangeRecord, resolution: Resolution, event: AuditEvent, deadline: Deadline
    ) -> ChangeRecord:
        """Write a new state; when somebody else was faster, return what they wrote."""
        if not self.store.resolve(record, resolution, event, deadline):
            return self.store.find(record.id, deadline) or record
        return replace(
            record,
            state=resolution.state,
            sealed_answer=resolution.sealed_answer,
            sequence=event.sequence,
            head=event.hash,
            names=event.names,
        )
