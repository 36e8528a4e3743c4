"""A claim that an earlier change stands in the way of: replay, refuse, reconcile, or clear the way."""

from chalicelib.application.booking.earlier import Replay
from chalicelib.application.changing import answers
from chalicelib.application.changing.ports import ChangeStore
from chalicelib.application.changing.reconcile import ChangeReconciler
from chalicelib.application.operations.caller import Caller
from chalicelib.application.operations.repeats import Repeats
from chalicelib.application.ports import BookingHeld, Clock, HmacKeys, KeyHeld
from chalicelib.domain.changing.operation import ChangeOperation, ChangeRecord
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class ClaimAgain:
    """What stood in the way does not any more; `previous` is the operation of the key, whose next attempt this is."""

    previous: ChangeRecord | None = None


@dataclass(frozen=True, slots=True)
class EarlierChanges:
    """Settle claims that are held by an earlier change of the same account. Reads only; nothing is ever sent."""

    store: ChangeStore
    reconciler: ChangeReconciler
    clock: Clock
    keys: HmacKeys

    def settle(
        self,
        caller: Caller,
        operation: ChangeOperation,
        held: KeyHeld[ChangeRecord] | BookingHeld,
        deadline: Deadline,
    ) -> Replay | ClaimAgain:
        """Say how to go on.

        Raises:
            IdempotencyKeyReusedError: the key was used for another change; nothing of that one is disclosed.
            OperationInProgressError: the same request is being worked on.
            DuplicateChangeError: an equal change is under way, or the first answer or request cannot be read.
            OutcomeUnknownError: the same request was sent, and what became of it is still not known.
        """
        repeats: Repeats[ChangeRecord] = Repeats(
            self.clock,
            self.keys,
            "This Idempotency-Key was used for another change. Send each new change under a new key.",
            answers.unreadable_repeat,
            answers.incomparable_repeat,
            answers.unsettled,
            answers.not_made,
        )
        with repeats.told(held):
            if isinstance(held, BookingHeld):
                return self._same_change(caller, held, deadline)
            (settled,) = self.reconciler.reconcile(caller, [repeats.same_key(operation, held)], deadline)
            answer = repeats.answer(caller, settled, self.reconciler.policy)
            return ClaimAgain(settled.record) if answer is None else Replay(answer, settled.record.id)

    def _same_change(self, caller: Caller, held: BookingHeld, deadline: Deadline) -> ClaimAgain:
        """Another request makes the same change: it stands in the way until it is settled."""
        found = self.store.find(held.operation_id, deadline)
        if found is None:
            raise answers.unreadable_repeat(held.operation_id)
        (settled,) = self.reconciler.reconcile(caller, [found], deadline)
        if settled.record.state in found.freed_by:
            return ClaimAgain()
        raise answers.duplicate(settled.record, self.clock.now(), self.reconciler.policy)
