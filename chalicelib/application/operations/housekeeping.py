"""Operations that nobody has settled yet: read again at their account's next call, and flagged after a day."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from typing import Generic, Never, Protocol, TypeVar

from chalicelib.application.audit import events
from chalicelib.application.operations.caller import Caller
from chalicelib.application.ports import Clock, Concurrency, Resolution, Store
from chalicelib.application.register_ports import Register
from chalicelib.domain.errors import StoreUnavailableError, SwitchboardError, UpstreamUnavailableError
from chalicelib.domain.operation.matching import ReconciliationPolicy
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.operation.record import AnyRecord
from chalicelib.domain.time_budget import Deadline, Leash, TimeBudget
from chalicelib.values import dataclass

# Writes at a time, each to rows of its own: an outage of a day leaves 100,000 operations, which one run has to flag. They are of
# many accounts and partitions, so more of them at once would spare little and keep threads from what reads the index.
SIDE_BY_SIDE = 8
RecordT = TypeVar("RecordT", bound=AnyRecord)
Record_contra = TypeVar("Record_contra", bound=AnyRecord, contravariant=True)


class Reconciles(Protocol[Record_contra]):
    """What settles open operations of one kind with their account's own token."""

    def reconcile(self, caller: Caller, records: Sequence[Record_contra], deadline: Deadline) -> object:
        """Read, and write what that says; it never sends and never raises."""
        ...


@dataclass(frozen=True, slots=True)
class Expired:
    """How many operations one look has flagged, and why others could not be."""

    flagged: int = 0
    failures: tuple[SwitchboardError, ...] = ()


@dataclass(frozen=True, slots=True)
class Housekeeping(Generic[RecordT]):
    """Keep operations of one kind from staying open.

    What its `reconciler` reads must not count against the upstream: a booking that is on its way would feel it.
    """

    store: Store[Never, RecordT]
    register: Register
    reconciler: Reconciles[RecordT]
    clock: Clock
    concurrency: Concurrency
    policy: ReconciliationPolicy
    budget: TimeBudget

    @contextmanager
    def beside(self, caller: Caller, operation_id: str, deadline: Deadline) -> Iterator[None]:
        """Settle the account's open operations but one, beside the block and no longer than it takes.

        The block is never waited for, nor does it wait: what is not settled by its end is given up before the next request
        goes out, and left for the account's next call. It takes its own limit at most. Nothing that goes wrong here reaches
        the block.
        """
        leash = Leash()
        end = leash.hold(deadline.within(self.budget.reconcile))
        self.concurrency.set_off(lambda: self._settle_open_operations(caller, operation_id, end))
        try:
            yield
        finally:
            leash.is_over = True

    def _settle_open_operations(self, caller: Caller, except_id: str, deadline: Deadline) -> None:
        """Reconcile an account's open operations but one."""
        with suppress(StoreUnavailableError):
            records = self.store.open_operations(caller.account, deadline)
            self.reconciler.reconcile(caller, [record for record in records if record.id != except_id], deadline)

    def expire_operations(self, request_id: str, deadline: Deadline) -> Expired:
        """Flag what has been open for a day without its user coming back, a look's worth of it, some side by side.

        Tokens are never kept, so nothing can be read for these: they go to the reviewer's queue. What there is no time for
        is left for the next hour.

        Raises:
            StoreUnavailableError: the store could not be looked through.
        """
        if not self._may_write(deadline):
            return Expired()
        now = self.clock.now()
        records = self.store.overdue_operations(now - self.policy.expiry, deadline)
        start = self.concurrency.start if len(records) > 1 else _in_turn
        flagged = 0
        failures: list[SwitchboardError] = []
        for first in range(0, len(records), SIDE_BY_SIDE):
            some = records[first : first + SIDE_BY_SIDE]
            expire = [partial(self._expire_in_time, record, now, request_id, deadline) for record in some]
            for result in [start(each, deadline) for each in expire]:
                try:
                    flagged += result()
                except (StoreUnavailableError, UpstreamUnavailableError) as error:  # the others must not wait for one
                    failures.append(error)
        return Expired(flagged, tuple(failures))

    def _may_write(self, deadline: Deadline) -> bool:
        """Tell whether there is time for a write with all its tries."""
        return deadline.remaining() >= self.budget.conclusion

    def _expire_in_time(self, record: RecordT, now: datetime, request_id: str, deadline: Deadline) -> bool:
        """Flag one operation if there is time for it; the next hour does what is left."""
        return self._may_write(deadline) and self._expire(record, now, request_id, deadline)

    def _expire(self, record: RecordT, now: datetime, request_id: str, deadline: Deadline) -> bool:
        """Flag one operation; where a function died over it, only say so: the next look flags it."""
        client = self._client(record, deadline)
        if record.state is OperationState.SENDING:
            over = events.lease_over(record, now, request_id, client)
            self.store.resolve(record, Resolution(OperationState.UNKNOWN), over, deadline)
            return False
        event = events.expired(record, now, request_id, self.policy.expiry, client)
        return self.store.resolve(record, Resolution(OperationState.EXPIRED_UNKNOWN), event, deadline)

    def _client(self, record: RecordT, deadline: Deadline) -> str | None:
        """Return the pseudonym of a client whom no event has named yet; None where an event has, or the register cannot tell."""
        if record.names.client is not None:
            return None
        with suppress(StoreUnavailableError):
            return self.register.find(record.account, deadline)
        return None


def _in_turn(call: Callable[[], bool], deadline: Deadline) -> Callable[[], bool]:
    """Start nothing: a write that nothing goes on beside is made when its result is asked for."""
    del deadline
    return call
