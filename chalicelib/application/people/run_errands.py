"""RunErrands: what the clock does after custodians, each hour.

New events of somebody who is held have an end until it is taken off here; the shortest retention is weeks longer. A function
that had the register's row in memory when it was deleted may name the old pseudonym for minutes, and an index shows a new entry
late: what such a booking left is stripped here, once it is settled and unguarded.
"""

from datetime import timedelta

from chalicelib.application.people.ports import Errand, PeopleRegister, Task, Traces
from chalicelib.application.people.tending import held_by, is_time_left, keep_records, let_records_end
from chalicelib.application.ports import Clock
from chalicelib.domain.people.trace import Effect
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

STRAGGLERS = timedelta(hours=1)  # longer than any function remembers a row of the register, and an index is behind


@dataclass(frozen=True, slots=True)
class Ran:
    """How many rows were changed, and how many errands stay for the next hour: those of people who are held always do."""

    rows: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class RunErrands:
    """The use case of the clock."""

    register: PeopleRegister
    traces: Traces
    clock: Clock

    def execute(self, deadline: Deadline) -> Ran:
        """Do what there is time for.

        Raises:
            AuditUnavailableError: something could not be read or written; the next hour goes on.
        """
        rows = left = 0
        for errand in self.register.errands(deadline):
            done, is_over = self._run(errand, deadline) if is_time_left(deadline) else (0, False)
            rows += done
            left += not is_over
        return Ran(rows, left)

    def _run(self, errand: Errand, deadline: Deadline) -> tuple[int, bool]:
        """Run one errand; return how many rows it changed, and whether it is over."""
        if errand.task is Task.HELD:
            return keep_records(self.traces, errand.pseudonym, deadline).rows, False
        if errand.task is Task.LIFTED:
            swept = let_records_end(self.traces, self.register, errand, deadline)
            return swept.rows, swept.is_complete
        return self._strip_stragglers(errand, deadline)

    def _strip_stragglers(self, errand: Errand, deadline: Deadline) -> tuple[int, bool]:
        now, rows = self.clock.now(), 0
        is_over = errand.erased_at is None or now > errand.erased_at + STRAGGLERS
        for piece in self.traces.operations(errand.pseudonym, None, deadline):
            if not is_time_left(deadline):
                return rows, False
            found = [trace for trace in self.traces.traces(piece, now, deadline) if trace.tells_who]
            held = held_by(self.register, deadline)
            free = [trace for trace in found if not Effect.of([trace], 0, held=held).obstacles]
            is_over &= len(free) == len(found) and self.traces.strip(free, None, now, deadline)
            rows += len(free)
        if is_over:
            self.register.done(errand, deadline)
        return rows, is_over
