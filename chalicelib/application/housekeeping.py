"""Operations that nobody has settled yet: read again at their account's next call, and flagged after a day."""

from contextlib import suppress
from dataclasses import dataclass

from chalicelib.application import events
from chalicelib.application.caller import Caller
from chalicelib.application.ports import Clock, OperationStore, Resolution
from chalicelib.application.reconcile import Reconciler
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.matching import ReconciliationPolicy
from chalicelib.domain.operation import OperationState
from chalicelib.domain.time_budget import Deadline, TimeBudget


@dataclass(frozen=True, slots=True)
class Housekeeping:
    """Keep operations from staying open. It never raises: the call that does it has its own answer to give."""

    store: OperationStore
    reconciler: Reconciler
    clock: Clock
    policy: ReconciliationPolicy
    budget: TimeBudget

    def settle_open_operations(self, caller: Caller, except_id: str, deadline: Deadline) -> None:
        """Reconcile the account's other open operations, in the time that is left, with one reading of its list."""
        end = deadline.within(self.budget.reconcile)
        with suppress(StoreUnavailableError):
            records = self.store.open_operations(caller.account, end)
            self.reconciler.reconcile(caller, [record for record in records if record.id != except_id], end)

    def expire_operations(self, request_id: str, deadline: Deadline) -> int:
        """Flag what has been open for a day without its user coming back; return how many were flagged.

        Tokens are never kept, so nothing can be read for these: they go to the reviewer's queue.
        """
        now = self.clock.now()
        expired = 0
        with suppress(StoreUnavailableError):
            for record in self.store.overdue_operations(now - self.policy.expiry, deadline):
                if record.state is OperationState.SENDING:
                    self.store.resolve(
                        record, Resolution(OperationState.UNKNOWN), events.lease_over(record, now, request_id), deadline
                    )
                    continue
                resolution = Resolution(OperationState.EXPIRED_UNKNOWN)
                expired += self.store.resolve(record, resolution, events.expired(record, now, request_id), deadline)
        return expired
