"""An account's list of made bookings, in which each operation finds what may concern it; the list is looked through once.

For many operations at a time it would else be looked through for each of them, and every date in it be read as often.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from operator import itemgetter
from typing import Generic, TypeVar

from chalicelib.domain.booking.booking import Booking, UnreadableEntry
from chalicelib.domain.booking.upstream_time import answer_readings, read_time
from chalicelib.domain.operation.order import Order
from chalicelib.values import dataclass

T = TypeVar("T")

ANY_ZONE = timedelta(hours=26)  # no two zones of the world are further apart: UTC-12 and UTC+14
ZONE_STEP = timedelta(minutes=15)  # and none is off by less, or by a fraction of it

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_REACH, _STEP = ANY_ZONE // _MICROSECOND, ZONE_STEP // _MICROSECOND


@dataclass(frozen=True, slots=True)
class Near:
    """What of a list may concern one operation, in the order of the list.

    Bookings with the same candidate, at the same time by the clock of some zone; and entries that cannot be read as bookings,
    of which nothing that is known denies that. A time that cannot be read may be any.
    """

    bookings: tuple[Booking, ...] = ()
    unreadable: tuple[UnreadableEntry, ...] = ()

    def booking_ids(self) -> list[int]:
        """Return the ids of all of them, as far as they are known."""
        named = (entry.booking_id for entry in self.unreadable)
        return [*(booking.booking_id for booking in self.bookings), *(one for one in named if one is not None)]


class Listing:
    """A list as it was read, with an index."""

    def __init__(self, bookings: Sequence[Booking], unreadable: Sequence[UnreadableEntry], zone: tzinfo) -> None:
        self._zone = zone
        self._bookings = _Rows(((row.candidate.user_id, row.session_date, row) for row in bookings), zone)
        self._unreadable = _Rows(((row.user_id, row.session_date or "", row) for row in unreadable), zone)

    def near(self, order: Order) -> Near:
        """Return what may concern the operation that sent an order."""
        sent = read_time(order.session_date, self._zone)
        times = None if sent is None else [_microseconds(reading) for reading in sent.readings]
        candidate = order.book_user_id
        return Near(
            tuple(self._bookings.near((candidate,), times)), tuple(self._unreadable.near((candidate, None), times))
        )


class _Rows(Generic[T]):
    """Rows by candidate, each with its date as text; the dates of a candidate's rows are read when it is asked for."""

    def __init__(self, rows: Iterable[tuple[int | None, str, T]], zone: tzinfo) -> None:
        self._zone = zone
        self._rows: dict[int | None, list[tuple[int, str, T]]] = defaultdict(list)
        for number, (candidate, date, row) in enumerate(rows):
            self._rows[candidate].append((number, date, row))
        self._dated: dict[int | None, _Dated[T]] = {}

    def near(self, candidates: Iterable[int | None], times: Sequence[int] | None) -> list[T]:
        """Return the rows of some candidates that may be at one of some times; None stands for any time."""
        found: dict[int, T] = {}
        for candidate in candidates:
            if candidate not in self._dated:
                self._dated[candidate] = _Dated(self._rows.get(candidate, ()), self._zone)
            found |= self._dated[candidate].near(times)
        return [found[number] for number in sorted(found)]


class _Dated(Generic[T]):
    """Rows of one candidate by number and time: those whose times are whole steps between zones apart are in one line."""

    def __init__(self, rows: Iterable[tuple[int, str, T]], zone: tzinfo) -> None:
        self._rows: dict[int, T] = {}
        self._undated: dict[int, T] = {}
        self._lines: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for number, date, row in rows:
            self._rows[number] = row
            readings = answer_readings(date, zone)
            if not readings:
                self._undated[number] = row
            for reading in readings:
                time = _microseconds(reading)
                self._lines[time % _STEP].append((time, number))
        for line in self._lines.values():
            line.sort()

    def near(self, times: Sequence[int] | None) -> dict[int, T]:
        """Return the rows that may be at one of some times, by number."""
        if times is None:
            return self._rows
        found = dict(self._undated)
        for time in times:
            line = self._lines.get(time % _STEP, [])
            first = bisect_left(line, time - _REACH, key=itemgetter(0))
            last = bisect_right(line, time + _REACH, key=itemgetter(0))
            found |= {number: self._rows[number] for _, number in line[first:last]}
        return found


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
