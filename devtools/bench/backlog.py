"""How long one run of the hourly function takes for a day's outage: 100,000 operations that nobody came back for.

The real use case, on its threads, over a store in memory that is as far away as DynamoDB: each read and each write waits. So many
are flagged as make the rate known.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalicelib.adapters.system import SystemClock, ThreadConcurrency
from chalicelib.application.audit import events
from chalicelib.application.operations.housekeeping import Housekeeping
from chalicelib.application.ports import Resolution
from chalicelib.bootstrap import READ_THREADS
from chalicelib.domain.access import Principal
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.operation.matching import ReconciliationPolicy
from chalicelib.domain.operation.operation import OperationState, Outcome
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.time_budget import Deadline, TimeBudget
from devtools.bench.figures import Budget, Figure
from devtools.capacity.measured import KEY, the_operation
from devtools.memory.store import InMemoryOperationStore

BACKLOG = 100_000
SAMPLE = 1_000
# A transaction of a few items, and a look: sixteen queries side by side, then a batch of 25.
WRITE_SECONDS, LOOK_SECONDS = 0.02, 0.03
NO_RECONCILER: Any = None  # what is flagged is not read at AdultWork
RUN = Budget(900 - 2)  # seconds: the function's timeout, less its reserve


class DistantStore(InMemoryOperationStore):
    """A store in memory that answers as late as DynamoDB; `is_near` lets it answer at once."""

    is_near = True

    def overdue_operations(self, *asked: Any) -> tuple[OperationRecord, ...]:  # noqa: ANN401 (handed on)
        """Wait, and look."""
        self._wait(LOOK_SECONDS)
        return super().overdue_operations(*asked)

    def resolve(self, record: OperationRecord, resolution: Resolution, event: AuditEvent, deadline: Deadline) -> bool:
        """Wait, and write."""
        self._wait(WRITE_SECONDS)
        return super().resolve(record, resolution, event, deadline)

    def _wait(self, seconds: float) -> None:
        if not self.is_near:
            time.sleep(seconds)


def backlog(number: int = SAMPLE) -> Iterator[Figure]:
    """Flag some, look by look, and reckon how long BACKLOG take.

    Raises:
        RuntimeError: not all were flagged.
    """
    clock, store = SystemClock(), DistantStore()
    _fill(store, clock, number)
    store.is_near = False
    housekeeping = Housekeeping(
        store,
        store.register,
        NO_RECONCILER,
        clock,
        ThreadConcurrency(READ_THREADS),
        ReconciliationPolicy(),
        TimeBudget(),
    )
    deadline = Deadline.after(clock.monotonic, RUN.limit)
    started, flagged = time.perf_counter(), 0
    while look := housekeeping.expire_operations("bench-backlog", deadline).flagged:
        flagged += look
    seconds = time.perf_counter() - started
    if flagged != number:
        msg = f"{flagged} of {number} operations were flagged"
        raise RuntimeError(msg)
    name = f"hourly run for {BACKLOG:,} overdue operations, by {number:,}"
    yield Figure("14", name, "s", seconds * BACKLOG / number, None, number, budget=RUN)


def _fill(store: InMemoryOperationStore, clock: SystemClock, number: int) -> None:
    """Put operations of two days ago whose outcome is not known, each of another account."""
    at = clock.now() - timedelta(days=2)
    for account in range(1, number + 1):
        made = replace(the_operation(), id=f"op_{account:026}", account=account, claimed_at=at)
        subject = events.Subject(made.id, "bench", Principal(account, frozenset()), made.request, KEY, names=made.names)
        claimed = events.claimed(subject, made, at, (), {})
        unknown = Outcome(OperationState.UNKNOWN, "late")
        deadline = Deadline.after(clock.monotonic, 60)
        store.claim(made, claimed, deadline)
        store.conclude(made, unknown, events.concluded(claimed, at, unknown, {}), deadline)
