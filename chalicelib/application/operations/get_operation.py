"""The state of an operation, reconciled with the caller's own token."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Generic, Never, Protocol, TypeVar

from chalicelib.application.operations.caller import Caller
from chalicelib.application.operations.reconcile import Settled, kept_answer
from chalicelib.application.ports import Clock, Concurrency, Store, TokenIntrospector, Vault
from chalicelib.application.register_ports import Register
from chalicelib.application.scope import require_scope
from chalicelib.domain.access import AccessToken
from chalicelib.domain.errors import NotFoundError
from chalicelib.domain.operation.matching import ReconciliationPolicy
from chalicelib.domain.operation.operation import ANSWERED, OperationState
from chalicelib.domain.operation.record import AnyRecord
from chalicelib.domain.operation.stored_answer import StoredAnswer
from chalicelib.domain.time_budget import Deadline, TimeBudget
from chalicelib.values import dataclass

RecordT = TypeVar("RecordT", bound=AnyRecord)


class Settles(Protocol[RecordT]):
    """What settles open operations of one kind, by a policy."""

    @property
    def policy(self) -> ReconciliationPolicy:
        """Return the windows of reconciliation."""
        ...

    def reconcile(self, caller: Caller, records: Sequence[RecordT], deadline: Deadline) -> tuple[Settled[RecordT], ...]:
        """Return the operations as they stand afterwards; it never sends and never raises."""
        ...


@dataclass(frozen=True, slots=True)
class GetOperationCommand:
    """What the edge read; `seconds_left` is what the platform still grants."""

    token: AccessToken
    operation_id: str
    request_id: str
    seconds_left: float


@dataclass(frozen=True, slots=True)
class OperationView(Generic[RecordT]):
    """An operation as it stands, and the answer that its request got, where that is kept and can be opened.

    `decided_by` (UTC) is when an outcome that is not known will be, or is handed to a person.
    """

    record: RecordT
    answer: StoredAnswer | None
    decided_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class GetOperation(Generic[RecordT]):
    """Tell how an operation of one kind stands; those of other kinds are not there."""

    introspector: TokenIntrospector
    store: Store[Never, RecordT]
    vault: Vault
    register: Register
    reconciler: Settles[RecordT]
    concurrency: Concurrency
    clock: Clock
    budget: TimeBudget

    def execute(self, command: GetOperationCommand) -> OperationView[RecordT]:
        """Return an operation of the caller's account.

        1. Introspect the token.
        2. Require the scope of bookings.
        3. Find the operation; another account's is not found.
        4. Reconcile it, if its outcome is unknown.
        5. Open the answer that its request got.

        Raises:
            CallerError: the token, its scope or the id is not good for this.
            UpstreamUnavailableError: the token could not be checked.
            StoreUnavailableError: the record could not be read.
        """
        deadline = Deadline.after(self.clock.monotonic, min(self.budget.call, command.seconds_left))
        # 1
        principal = self.introspector.recall(command.token) or self.introspector.introspect(
            command.token, deadline.within(self.budget.reads)
        )
        # 2
        require_scope(self.introspector, principal, command.token)
        # 3
        record = self.store.find(command.operation_id, deadline.within(self.budget.claim))
        if record is None or record.account != principal.account:
            raise NotFoundError("This account has no operation of this id.")
        # 4
        end = deadline.within(self.budget.claim)
        seal = self.concurrency.start(lambda: self.vault.unlock(principal.account, end), end)
        caller = Caller(
            command.token, principal.account, command.request_id, seal, partial(self.register.recall, principal.account)
        )
        (settled,) = self.reconciler.reconcile(caller, [record], deadline.within(self.budget.reconcile))
        # 5
        answer = settled.answer or _given(caller, settled.record)
        decided_by = self.reconciler.policy.decided_by(settled.record, self.clock.now())
        return OperationView(self._as_it_stands(settled.record), answer, decided_by)

    def _as_it_stands(self, record: RecordT) -> RecordT:
        """Return an operation whose lease is over as UNKNOWN, also while the store cannot be told so."""
        return replace(record, state=OperationState.UNKNOWN) if record.is_open(self.clock.now()) else record


def _given(caller: Caller, record: AnyRecord) -> StoredAnswer | None:
    """Return the answer that an operation's request got; one that is not final has none, or one of an attempt that is over."""
    return kept_answer(caller, record) if record.state in ANSWERED else None
