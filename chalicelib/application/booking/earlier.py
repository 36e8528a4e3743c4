"""A claim that an earlier operation stands in the way of: replay, refuse, reconcile, or clear the way."""

from chalicelib.application.audit import events
from chalicelib.application.operations import answers
from chalicelib.application.operations.caller import Caller
from chalicelib.application.operations.reconcile import Reconciler
from chalicelib.application.operations.repeats import Repeats
from chalicelib.application.ports import BookingGateway, Clock, Held, HmacKeys, KeyHeld, OperationStore
from chalicelib.domain.errors import SwitchboardError
from chalicelib.domain.operation.operation import (
    ENDED_UPSTREAM,
    FREES_GUARD,
    Operation,
    OperationState,
)
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.operation.stored_answer import StoredAnswer
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class Replay:
    """The request was answered before; this is that answer."""

    answer: StoredAnswer
    operation_id: str


@dataclass(frozen=True, slots=True)
class ClaimAgain:
    """What stood in the way does not any more.

    `previous` is the operation of the key, whose next attempt this is; `ended` the BookingID that was cancelled or rejected.
    """

    previous: OperationRecord | None = None
    ended: int | None = None


@dataclass(frozen=True, slots=True)
class EarlierOperations:
    """Settle claims that are held by an earlier operation of the same account. Reads only; nothing is ever sent."""

    store: OperationStore
    gateway: BookingGateway
    reconciler: Reconciler
    clock: Clock
    keys: HmacKeys

    def settle(self, caller: Caller, operation: Operation, held: Held, deadline: Deadline) -> Replay | ClaimAgain:
        """Say how to go on.

        Raises:
            IdempotencyKeyReusedError: the key was used for another booking; nothing of that one is disclosed.
            OperationInProgressError: the same request is being worked on.
            DuplicateBookingError: an equal booking is open or stands, or the first answer or request cannot be read.
            OutcomeUnknownError: the same request was sent, and what became of it is still not known.
        """
        with self._repeats.told(held):
            return self._settle(caller, operation, held, deadline)

    @property
    def _repeats(self) -> Repeats[OperationRecord]:
        return Repeats(
            self.clock,
            self.keys,
            "This Idempotency-Key was used for another booking. Send each new booking under a new key.",
            answers.unreadable_repeat,
            answers.incomparable_repeat,
            answers.unsettled,
            answers.not_created,
        )

    def _settle(self, caller: Caller, operation: Operation, held: Held, deadline: Deadline) -> Replay | ClaimAgain:
        """Reconcile the operation in the way, and say how to go on."""
        if isinstance(held, KeyHeld):
            (settled,) = self.reconciler.reconcile(caller, [self._repeats.same_key(operation, held)], deadline)
            answer = self._repeats.answer(caller, settled, self.reconciler.policy)
            return ClaimAgain(settled.record) if answer is None else Replay(answer, settled.record.id)
        found = self.store.find(held.operation_id, deadline)
        if found is None:
            raise answers.unreadable_repeat(held.operation_id)
        (settled,) = self.reconciler.reconcile(caller, [found], deadline)
        return self._same_booking(caller, settled.record, deadline)

    def _same_booking(self, caller: Caller, record: OperationRecord, deadline: Deadline) -> ClaimAgain:
        """Another request booked the same: it stands in the way, unless nothing stands upstream."""
        if record.state in FREES_GUARD:
            return ClaimAgain()
        has_ended = record.state is OperationState.CONFIRMED and self._has_ended(caller, record, deadline)
        if has_ended:
            event = events.released(record, self.clock.now(), caller.request_id, caller.name())
            self.store.release(
                record, event, deadline
            )  # when another call was faster, the next claim tells whose it is
            return ClaimAgain(ended=record.booking_id)
        raise answers.duplicate(record, self.clock.now(), self.reconciler.policy, is_read=has_ended is not None)

    def _has_ended(self, caller: Caller, record: OperationRecord, deadline: Deadline) -> bool | None:
        """Ask whether the booking was cancelled or rejected; None when that cannot be read, and it is taken to stand."""
        if record.booking_id is None:
            return False
        try:
            booking = self.gateway.booking_details(caller.token, record.booking_id, deadline)
        except SwitchboardError:
            return None
        return booking.booking_id == record.booking_id and booking.status in ENDED_UPSTREAM
