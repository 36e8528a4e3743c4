"""The partitions of both tables as token buckets: which writes are throttled, and what fails once its tries are used up.

A partition takes 1,000 write units a second; what it did not use in the last 300 seconds it may still use (burst). An item that
is throttled in an index throttles its whole transaction. Source: Amazon DynamoDB Developer Guide, "Best practices for designing
and using partition keys effectively" and "Burst and adaptive capacity". What AWS does to help (splitting a partition for
its heat, which does not help a single key) is left out, and so is what a throttled transaction uses up.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from chalicelib.adapters.aws.dynamodb import tables
from chalicelib.adapters.aws.dynamodb.operations import CLAIM_AGAIN, CONCLUDE_AGAIN
from chalicelib.adapters.aws.tries import PAUSES_SECONDS
from devtools.capacity.measured import Measured
from devtools.capacity.traffic import Arrival, Traffic

WRITES, READS = 1_000, 3_000  # units a second that a partition takes
BURST_SECONDS = 300
UPSTREAM_SECONDS = 0.3
MOMENT = datetime(2032, 2, 14, 12, tzinfo=UTC)

Place = tuple[str, str]
Shard = Callable[[int], str]


@dataclass(slots=True)
class Bucket:
    """A partition: what it takes a second, and what it has saved at most; it starts with all that it can save."""

    rate: float
    most: float
    left: float
    at: float = 0.0

    def holds(self, units: float, now: float) -> bool:
        """Tell whether there are so many units now."""
        self.left = min(self.most, self.left + (now - self.at) * self.rate)
        self.at = now
        return self.left >= units


@dataclass(slots=True)
class Count:
    """What became of the claims, or of the conclusions: made at once or after a throttled try, or failed; and where."""

    made: int = 0
    late: int = 0
    failed: int = 0
    where: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Minute:
    """What a simulated stretch of time has come to."""

    rate: float
    claims: Count
    conclusions: Count


@dataclass(slots=True)
class Partitions:
    """The partitions of a stage; `saved_seconds` is what each has saved: BURST_SECONDS at rest, 0.1 after a long burst."""

    measured: Measured
    saved_seconds: float = 0.1
    shard: Shard = tables.open_shard
    _buckets: dict[Place, Bucket] = field(default_factory=dict, init=False)

    def simulate(self, traffic: Traffic, seconds: float) -> Minute:
        """Let bookings come in for some seconds; each is claimed, sent, and concluded after UPSTREAM_SECONDS."""
        claims, conclusions = Count(), Count()
        waiting: list[tuple[float, int, int, Arrival, bool]] = []
        for order, arrival in enumerate(traffic.arrivals(seconds)):
            while waiting and waiting[0][0] <= arrival.at:
                self._play(waiting, claims, conclusions)
            heapq.heappush(waiting, (arrival.at, order, 0, arrival, False))
        while waiting:
            self._play(waiting, claims, conclusions)
        return Minute(traffic.rate, claims, conclusions)

    def _play(self, waiting: list[tuple[float, int, int, Arrival, bool]], claims: Count, conclusions: Count) -> None:
        """Try what comes next; what is throttled comes again after a pause, as the product does it."""
        now, order, tried, arrival, is_sent = heapq.heappop(waiting)
        count, again = (conclusions, CONCLUDE_AGAIN) if is_sent else (claims, CLAIM_AGAIN)
        full = self._take(self._places(arrival, is_sent=is_sent), now)
        if full is None:
            count.made += 1
            count.late += tried > 0
            if not is_sent:
                heapq.heappush(waiting, (now + UPSTREAM_SECONDS, order, 0, arrival, True))
            return
        count.where[full] += 1
        if tried < again:
            heapq.heappush(waiting, (now + PAUSES_SECONDS[tried], order, tried + 1, arrival, is_sent))
        else:
            count.failed += 1

    def _take(self, places: Sequence[tuple[Place, int]], now: float) -> str | None:
        """Take units of all places or of none; return the first place that has too few."""
        for place, units in places:
            if not self._bucket(place).holds(units, now):
                return place[0]
        for place, units in places:
            self._buckets[place].left -= units
        return None

    def _bucket(self, place: Place) -> Bucket:
        if place not in self._buckets:
            most = WRITES * self.saved_seconds
            self._buckets[place] = Bucket(WRITES, most, most)
        return self._buckets[place]

    def _places(self, arrival: Arrival, *, is_sent: bool) -> list[tuple[Place, int]]:
        """Return the partitions that more than one booking writes to, with the units of this one's claim or conclusion."""
        cost = self.measured.conclusion if is_sent else self.measured.claim
        keys = keys_of(arrival, self.shard)
        return [((index, keys[index]), units) for index, units in cost.indexes.items() if index in keys]


def keys_of(arrival: Arrival, shard: Shard = tables.open_shard) -> Mapping[str, str]:
    """Return the partition of each index that a booking is in; `by-request` is left out, as each request has its own."""
    return {
        tables.OPEN.name: shard(arrival.account),
        tables.BY_DAY.name: tables.day_shard(MOMENT, f"op_{arrival.number:026}"),
        tables.BY_CLIENT.name: str(arrival.account),
        tables.BY_CANDIDATE.name: str(arrival.candidate),
    }
