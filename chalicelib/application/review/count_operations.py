"""CountOperations: how bookings went, by day, and what refused them."""

from dataclasses import field
from datetime import datetime

from chalicelib.application.review.door import Door, Visit
from chalicelib.application.review.ports import AuditIndex, OpenNow
from chalicelib.application.review.walk import Walk
from chalicelib.domain.review.desk.counts import Counts, count
from chalicelib.domain.review.desk.cursor import read_cursor, write_cursor
from chalicelib.domain.review.desk.filters import Filter
from chalicelib.domain.review.desk.look import Action
from chalicelib.domain.review.desk.plan import Bounds, Span
from chalicelib.domain.review.desk.position import Direction
from chalicelib.domain.review.desk.reviewer import Role
from chalicelib.values import dataclass

COUNT_BOUNDS = Bounds(chains=2_000, batch=200)


@dataclass(frozen=True, slots=True)
class CountCommand:
    """A question for counts of what began at or after `start` and before `end`; a `cursor` goes on where an answer ended."""

    visit: Visit
    start: datetime
    end: datetime | None = None
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Statistics:
    """The counts of `examined` operations, the newest first.

    With an `older` cursor there are more: the next answer counts on, and whoever wants the whole adds them up. `open_now` is
    there in the first answer only.
    """

    counts: Counts
    examined: int
    older: str | None
    open_now: OpenNow | None


@dataclass(frozen=True, slots=True)
class CountOperations:
    """The use case."""

    door: Door
    index: AuditIndex
    bounds: Bounds = field(default=COUNT_BOUNDS)

    def execute(self, command: CountCommand) -> Statistics:
        """Answer with counts; the steps are those of a search.

        Raises:
            InvalidQueryError: the cursor is none, or of another question.
            CallerError: see `Door.admit`.
            AuditUnavailableError: not read, or not recorded.
        """
        deadline = self.door.deadline(command.visit)
        reviewer = self.door.admit(command.visit, deadline, Role.REVIEWER)
        filter_ = Filter(start=command.start, end=command.end)
        beyond = None if command.cursor is None else read_cursor(command.cursor, filter_)[1]
        span = Span(Direction.OLDER, beyond, filter_.start, filter_.end)
        walk = Walk(self.index, filter_, span, self.bounds, self.door.clock.now(), deadline)
        counts = count(walk)
        open_now = self.index.open_now(deadline) if beyond is None else None
        older = None if walk.is_exhausted or walk.last is None else write_cursor(Direction.OLDER, walk.last, filter_)
        self.door.record(command.visit, reviewer, Action.COUNT, filter_.described(), walk.examined, deadline)
        return Statistics(counts, walk.examined, older, open_now)
