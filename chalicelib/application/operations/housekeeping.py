"""Operations that nobody has settled yet: read again at their account's next call, and flagged after a day."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Generic, Never, Protocol, TypeVar

from chalicelib.application.audit import events
from chalicelib.application.operations.caller import Caller
from chalicelib.application.ports import Clock, Concurrency, Resolution, Store
from chalicelib.application.register_ports import Register
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.operation.matching import ReconciliationPolicy
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.operation.record import AnyRecord
from chalicelib.domain.time_budget import Deadline, Leash, TimeBudget
from chalicelib.values import dataclass

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
    failures: tuple[StoreUnavailableError, ...] = ()


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
        """Flag what has been open for a day without its user coming back, a look's worth of it.

        Tokens are never kept, so nothing can be read for these: they go to the reviewer's queue. What there is no time for
        is left for the next hour.

        Raises:
            StoreUnavailableError: the store could not be looked through.
        """
        if not self._may_write(deadline):
            return Expired()
        now = self.clock.now()
        flagged = 0
        failures: list[StoreUnavailableError] = []
        for record in self.store.overdue_operations(now - self.policy.expiry, deadline):
            if not self._may_write(deadline):
                break
            try:
                flagged += self._expire(record, now, request_id, deadline)
            except StoreUnavailableError as error:  # one row in trouble must not hold up the others
                failures.append(error)
        return Expired(flagged, tuple(failures))

    def _may_write(self, deadline: Deadline) -> bool:
        """Tell whether there is time for a write with all its tries."""
        return deadline.remaining() >= self.budget.conclusion

    def _expire(self, record: RecordT, now: datetime, request_id: str, deadline: Deadline) -> bool:
        """Flag one operation; where a function died over it, only say so: the next look flags it."""
        client = self._client(record, deadline)
        if record.state is OperationState.SENDING:
            over = events.lease_over(record, now, request_id, client)
            self.store.resolve(record, Resolution(OperationState.UNKNOWN), over, deadline)
            return False
        event = events.expired(record, now, request_id, client)
        return self.store.resolve(record, Resolution(OperationState.EXPIRED_UNKNOWN), event, deadline)

    def _client(self, record: RecordT, deadline: Deadline) -> str | None:
        """Return the pseudonym of a client whom no event has named yet; None where an event has, or the register cannot tell."""
        if record.names.client is not None:
            return None
        with suppress(StoreUnavailableError):
            return self.register.find(record.account, deadline)
        return None
