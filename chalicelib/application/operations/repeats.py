"""What is told to a request whose Idempotency-Key or guard an earlier operation holds, whatever operations of that kind do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from chalicelib.application.operations.caller import Caller
from chalicelib.application.operations.reconcile import Settled, answer_purpose
from chalicelib.application.ports import BookingHeld, Clock, HmacKeys, KeyHeld
from chalicelib.domain.errors import IdempotencyKeyReusedError, SealBrokenError, StoreUnavailableError, SwitchboardError
from chalicelib.domain.operation.matching import ReconciliationPolicy
from chalicelib.domain.operation.operation import ANSWERED, AnyOperation, OperationState
from chalicelib.domain.operation.record import AnyRecord
from chalicelib.domain.operation.stored_answer import StoredAnswer
from chalicelib.values import dataclass

RecordT = TypeVar("RecordT", bound=AnyRecord)


class TellsUnreadable(Protocol):
    """Returns the error of a repeat whose first answer cannot be read right now; or ever, unless it `is_kept`."""

    def __call__(self, operation_id: str, *, is_kept: bool = True) -> SwitchboardError:
        """Return it."""
        ...


@dataclass(frozen=True, slots=True)
class Repeats(Generic[RecordT]):
    """Answers repeats of one kind of operation; the other members but `clock` and `keys` tell what there is to tell of it."""

    clock: Clock
    keys: HmacKeys
    reused: str
    unreadable: TellsUnreadable
    incomparable: Callable[[str], SwitchboardError]
    unsettled: Callable[[RecordT, datetime, ReconciliationPolicy], SwitchboardError]
    undone: Callable[[str], SwitchboardError]

    @contextmanager
    def told(self, held: KeyHeld[RecordT] | BookingHeld) -> Iterator[None]:
        """Say of what is raised inside whether it tells a repeat of this very request, or anything of another's."""
        try:
            yield
        except (StoreUnavailableError, SealBrokenError) as error:
            # "Nothing was done" would be a lie here: the earlier operation may have been carried out.
            unreadable = self.unreadable(held.operation_id)
            unreadable.is_repeat = isinstance(held, KeyHeld)
            raise unreadable from error
        except SwitchboardError as error:
            error.is_repeat = isinstance(held, KeyHeld) and not isinstance(error, IdempotencyKeyReusedError)
            raise

    def same_key(self, operation: AnyOperation, held: KeyHeld[RecordT]) -> RecordT:
        """Return the operation of the request's key, if that was used for this very request.

        Raises:
            IdempotencyKeyReusedError: it was used for another one; nothing of that one is disclosed.
            SwitchboardError: nobody can tell any more.
        """
        record = held.record
        is_same = None if record is None else operation.is_same_request(record.fingerprint, self.keys.in_use())
        if record is None or is_same is None:
            raise self.incomparable(held.operation_id)
        if not is_same:
            raise IdempotencyKeyReusedError(self.reused)
        return record

    def answer(self, caller: Caller, settled: Settled[RecordT], policy: ReconciliationPolicy) -> StoredAnswer | None:
        """Return the answer that the request of this key got; None where it may start another attempt.

        What is kept comes first, so that all repeats get the same; an answer that this call's own reading has told, and that
        could not be sealed, is as true.

        Raises:
            SwitchboardError: there is none yet, or none any more.
        """
        record = settled.record
        if record.is_retryable:
            return None
        if record.state not in ANSWERED:
            raise self.unsettled(record, self.clock.now(), policy)
        sealed, seal = record.sealed_answer, caller.seal()
        if sealed is not None and seal is not None:
            return StoredAnswer.from_bytes(seal.open(sealed, answer_purpose(record.id)))
        if sealed is None and record.state is OperationState.NOT_CREATED:
            raise self.undone(record.id)
        if settled.answer is not None:
            return settled.answer
        raise self.unreadable(record.id, is_kept=sealed is not None)
