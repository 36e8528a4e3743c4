"""How a search is read: the one index that drives it, in which order, and how much a page may read. docs/adr/0022-search.md."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeAlias

from chalicelib.domain.audit.event import told_request_id
from chalicelib.domain.review.desk.filters import Filter
from chalicelib.domain.review.desk.person import PersonId
from chalicelib.domain.review.desk.position import ABOVE_ALL, MILLISECOND, Direction, Position
from chalicelib.values import dataclass

EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)  # no record is older than the service
CLOCK_SKEW = timedelta(minutes=5)  # an event may have been stamped by a clock that runs before ours
DAY = timedelta(days=1)


class Drive(StrEnum):
    """What leads to operations, the one that names fewest first."""

    OPERATION = "operation"
    BOOKING = "booking"
    REQUEST = "request"
    CLIENT = "client"
    CANDIDATE = "candidate"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Named:
    """What an index has of one client, candidate or request, or of the changes of one booking."""

    drive: Drive
    value: PersonId


@dataclass(frozen=True, slots=True)
class Day:
    """What the index of days has of one day (UTC), in all the partitions that it is spread over."""

    day: date

    def edge(self, direction: Direction) -> Position:
        """Return the place that is reached when the whole day was read, in a direction."""
        midnight = datetime.combine(self.day, time(), UTC)
        if direction is Direction.OLDER:
            return Position.before_all_at(midnight)
        return Position.after_all_before(midnight + DAY)


Place: TypeAlias = Named | Day


@dataclass(frozen=True, slots=True)
class Span:
    """The part of a place that is still to be read.

    `beyond` is where the reading begins, itself excluded; None for the very end. `start` is inclusive, `end` exclusive.
    """

    direction: Direction = Direction.OLDER
    beyond: Position | None = None
    start: datetime | None = None
    end: datetime | None = None

    def after(self, position: Position) -> "Span":
        """Return what is left once everything up to a position was read."""
        return replace(self, beyond=position)

    def holds(self, position: Position) -> bool:
        """Tell whether an operation is in this part."""
        if (self.start is not None and position.at < self.start) or (self.end is not None and position.at >= self.end):
            return False
        if self.beyond is None:
            return True
        return position < self.beyond if self.direction is Direction.OLDER else position > self.beyond


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one answer may read: `chains` of events, `days` of the index of days, `batch` chains at a time.

    `seconds` are kept back: a page that has no more than these left ends where it is.
    """

    chains: int = 250
    days: int = 31
    batch: int = 25
    seconds: float = 5.0


Drives: TypeAlias = "tuple[tuple[Drive, PersonId | None], ...]"


def drive(filter_: Filter) -> tuple[Drive, PersonId | None]:
    """Return what drives a search: the filter that names fewest operations; days where none of them names any."""
    named: Drives = (
        (Drive.OPERATION, filter_.operation),
        (Drive.BOOKING, filter_.booking),
        (Drive.REQUEST, None if filter_.request_id is None else told_request_id(filter_.request_id)),
        (Drive.CLIENT, filter_.client),
        (Drive.CANDIDATE, filter_.candidate),
    )
    return next(((kind, value) for kind, value in named if value is not None), (Drive.DAY, None))


def places(filter_: Filter, span: Span, now: datetime) -> Iterator[Place]:
    """Yield what a search by an index reads, in the order in which it is read; days end at EARLIEST and at today."""
    kind, value = drive(filter_)
    if value is not None:
        yield Named(kind, value)
        return
    for day in _days(span, now):
        yield Day(day)


def _days(span: Span, now: datetime) -> Iterator[date]:
    low, high = max(span.start or EARLIEST, EARLIEST), now + CLOCK_SKEW
    if span.end is not None:
        high = min(high, span.end - timedelta(microseconds=1))
    if span.beyond is not None:
        low, high = _beyond(span.beyond, span.direction, low, high)
    first, last = low.astimezone(UTC).date(), high.astimezone(UTC).date()
    count = (last - first).days + 1
    for step in range(count):
        yield last - step * DAY if span.direction is Direction.OLDER else first + step * DAY


def _beyond(position: Position, direction: Direction, low: datetime, high: datetime) -> tuple[datetime, datetime]:
    """Return what is left of a stretch of time beyond a position; the edge of a day leaves nothing of that day."""
    if direction is Direction.OLDER:
        is_edge = position == Position.before_all_at(position.at)
        return low, min(high, position.at - MILLISECOND * is_edge)
    is_edge = position.operation_id == ABOVE_ALL
    return max(low, position.at + MILLISECOND * is_edge), high
