"""A claim that an earlier change stands in the way of: replay, refuse, reconcile, or clear the way."""

from chalicelib.application.booking.earlier import Replay
from chalicelib.application.changing import answers
from chalicelib.application.changing.ports import ChangeStore
from chalicelib.application.changing.reconcile import ChangeReconciler
from chalicelib.application.operations.caller import Caller
from chalicelib.application.operations.reconcile import Settled, answer_purpose
from chalicelib.application.ports import BookingHeld, Clock, HmacKeys, KeyHeld
from chalicelib.domain.changing.operation import ChangeOperation, ChangeRecord
from chalicelib.domain.errors import IdempotencyKeyReusedError, SealBrokenError, StoreUnavailableError, SwitchboardError
from chalicelib.domain.operation.operation import ANSWERED, OperationState
from chalicelib.domain.operation.stored_answer import StoredAnswer
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
        try:
            if isinstance(held, BookingHeld):
                return self._same_change(caller, held, deadline)
            (settled,) = self.reconciler.reconcile(caller, [self._same_key(operation, held)], deadline)
            return self._same_request(caller, settled)
        except (StoreUnavailableError, SealBrokenError) as error:
            # "Nothing was changed" would be a lie here: the earlier operation may have changed something.
            unreadable = answers.unreadable_repeat(held.operation_id)
            unreadable.is_repeat = isinstance(held, KeyHeld)
            raise unreadable from error
        except SwitchboardError as error:
            error.is_repeat = isinstance(held, KeyHeld) and not isinstance(error, IdempotencyKeyReusedError)
            raise

    def _same_key(self, operation: ChangeOperation, held: KeyHeld[ChangeRecord]) -> ChangeRecord:
        """Return the operation of the request's key, if that was used for this very request."""
        record = held.record
        is_same = None if record is None else operation.is_same_request(record.fingerprint, self.keys.in_use())
        if record is None or is_same is None:
            raise answers.incomparable_repeat(held.operation_id)
        if not is_same:
            raise IdempotencyKeyReusedError(
                "This Idempotency-Key was used for another change. Send each new change under a new key."
            )
        return record

    def _same_request(self, caller: Caller, settled: Settled[ChangeRecord]) -> Replay | ClaimAgain:
        """The key is this request's own: give the answer that it got, or let it try again."""
        record = settled.record
        if record.is_retryable:
            return ClaimAgain(record)
        if record.state not in ANSWERED:
            raise answers.unsettled(record, self.clock.now(), self.reconciler.policy)
        sealed, seal = record.sealed_answer, caller.seal()
        if sealed is not None and seal is not None:
            return Replay(StoredAnswer.from_bytes(seal.open(sealed, answer_purpose(record.id))), record.id)
        if sealed is None and record.state is OperationState.NOT_CREATED:
            raise answers.not_made(record.id)
        if settled.answer is not None:
            return Replay(settled.answer, record.id)
        raise answers.unreadable_repeat(record.id, is_kept=sealed is not None)

    def _same_change(self, caller: Caller, held: BookingHeld, deadline: Deadline) -> ClaimAgain:
        """Another request makes the same change: it stands in the way until it is settled."""
        found = self.store.find(held.operation_id, deadline)
        if found is None:
            raise answers.unreadable_repeat(held.operation_id)
        (settled,) = self.reconciler.reconcile(caller, [found], deadline)
        if settled.record.state in found.freed_by:
            return ClaimAgain()
        raise answers.duplicate(settled.record, self.clock.now(), self.reconciler.policy)
