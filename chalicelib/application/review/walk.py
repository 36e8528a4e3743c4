"""A walk through the operations that a search may show, in order, within the bounds of one answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.application.review.ports import AuditIndex, Entries
from chalicelib.domain.review.desk.chain import Chain
from chalicelib.domain.review.desk.filters import Filter
from chalicelib.domain.review.desk.plan import Bounds, Day, Drive, Named, Place, Span, drive, places
from chalicelib.domain.review.desk.position import Position
from chalicelib.domain.time_budget import Deadline


@dataclass(frozen=True, slots=True)
class Keyed:
    """What an id leads to, newest first; `is_bounded` tells that there is more of it than one answer reads."""

    chains: Sequence[Chain] = ()
    is_bounded: bool = False


def by_key(index: AuditIndex, filter_: Filter, bounds: Bounds, deadline: Deadline) -> Keyed | None:
    """Return the operations that an id among the filters leads to; None where no id leads, but an index."""
    kind, value = drive(filter_)
    if kind is Drive.BOOKING and isinstance(value, int):
        return _of_booking(index, value, filter_, bounds, deadline)
    if filter_.operation is None:
        return None
    return Keyed(tuple(index.chains([filter_.operation], deadline).values()))


def _of_booking(index: AuditIndex, booking_id: int, filter_: Filter, bounds: Bounds, deadline: Deadline) -> Keyed:
    """Return what concerns one booking: the newest of its changes first, as many as an answer may read, last what made it."""
    span = Span(start=filter_.start, end=filter_.end)
    changes = index.entries(Named(Drive.BOOKING, booking_id), span, bounds.chains - 1, deadline)
    maker = index.operation_of(booking_id, deadline)
    ids = [each.operation_id for each in changes.positions] + ([] if maker is None else [maker])
    chains = index.chains(ids, deadline) if ids else {}
    return Keyed(tuple(chains[each] for each in ids if each in chains), is_bounded=not changes.is_end)


@dataclass(slots=True)
class Walk:
    """Reads the driving index of `filter_` piece by piece, and the events of what it names.

    While it goes, and after it: `first` and `last` are the first and the last place that was examined, `examined` counts the
    operations. `is_exhausted` tells that nothing follows, `is_bounded` that a bound ended the walk, with more to come perhaps.
    `size` is how many are wanted, if that is known.
    """

    index: AuditIndex
    filter_: Filter
    span: Span
    bounds: Bounds
    now: datetime
    deadline: Deadline
    size: int = 0
    first: Position | None = field(default=None, init=False)
    last: Position | None = field(default=None, init=False)
    examined: int = field(default=0, init=False)
    days: int = field(default=0, init=False)
    is_exhausted: bool = field(default=False, init=False)
    is_bounded: bool = field(default=False, init=False)

    def __iter__(self) -> Iterator[Chain]:
        """Yield every operation that meets the filter, with its events."""
        for place in places(self.filter_, self.span, self.now):
            if self.days and self._is_over():
                return
            yield from self._in(place)
            if self.is_bounded:
                return
            if isinstance(place, Day):
                self.days += 1
                self.last = place.edge(self.span.direction)
        self.is_exhausted = True

    def _in(self, place: Place) -> Iterator[Chain]:
        """Yield those of one place."""
        span = self.span
        while True:
            entries = self.index.entries(place, span, self._limit(), self.deadline)
            yield from self._met(entries, is_last=entries.is_end and not isinstance(place, Day))
            if self.is_bounded or entries.is_end:
                return
            span = span.after(entries.positions[-1])
            if self._is_over():
                return

    def _met(self, entries: Entries, *, is_last: bool) -> Iterator[Chain]:
        """Yield those of one reading that meet the filter; `is_last` tells that nothing is to be read after it."""
        for begin in range(0, len(entries.positions), self.bounds.batch):
            if begin and self._is_late():
                return
            some = entries.positions[begin : begin + self.bounds.batch]
            chains = self.index.chains([each.operation_id for each in some], self.deadline)
            for position in some:
                self.first, self.last = self.first or position, position
                self.examined += 1
                self.is_exhausted = is_last and position == entries.positions[-1]
                chain = chains.get(position.operation_id)
                if chain is not None and self.filter_.meets(chain):
                    yield chain

    def _limit(self) -> int:
        """Return how many entries of the index are read next: as many as are wanted, or as many again as were examined.

        Where few operations meet the filter, the partitions of a day are asked five times in place of ten; events, which
        weigh more, are read a batch at a time, and no more of them than the page needs.
        """
        return min(max(self.bounds.batch, self.size, self.examined), self.bounds.chains - self.examined)

    def _is_over(self) -> bool:
        """Tell, and note, whether this answer has read as much as it may."""
        self.is_bounded = self.examined + self.bounds.batch > self.bounds.chains or self.days >= self.bounds.days
        return self.is_bounded or self._is_late()

    def _is_late(self) -> bool:
        """Tell, and note, whether the time that is left has to be kept for the end of the answer."""
        self.is_bounded = self.deadline.remaining() < self.bounds.seconds
        return self.is_bounded
