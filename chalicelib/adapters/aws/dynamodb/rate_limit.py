"""How often an account may book, or change bookings, counted in fixed windows of time."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

from chalicelib.adapters.aws.dynamodb import tables
from chalicelib.values import dataclass

RowName: TypeAlias = Callable[[int, int, int], str]
USED = "used"
# A row of a day takes the counts of its minutes in, one short attribute for each minute with a booking: a second row would
# cost two more write units in each claim. More than this would make it grow over the 1 KB that it is paid by.
LARGEST_LIMIT_WITH_PARTS = 100


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `limit` bookings of an account in each window of `window_seconds`."""

    limit: int
    window_seconds: int

    def window(self, now: datetime) -> int:
        """Return the number of the window that `now` is in."""
        return int(now.timestamp()) // self.window_seconds

    def reset_seconds(self, now: datetime) -> int:
        """Return in how many seconds the next window begins."""
        return (self.window(now) + 1) * self.window_seconds - int(now.timestamp())


@dataclass(frozen=True, slots=True)
class Counter:
    """A row that counts an account's bookings: `limits` hold for its attributes, and it is over at `ends`."""

    row: str
    ends: datetime
    limits: Mapping[str, RateLimit]

    def used_up(self, row: Mapping[str, Mapping[str, Any]]) -> list[RateLimit]:
        """Return the limits that leave no room, as the row stands."""
        return [limit for name, limit in self.limits.items() if int(row.get(name, {}).get("N", 0)) >= limit.limit]


def counters(
    account: int, limits: Sequence[RateLimit], now: datetime, named: RowName = tables.rate_row
) -> list[Counter]:
    """Return the rows that a claim at `now` is counted in; the row of a longer window takes the shorter ones in."""
    longest_first = sorted(limits, key=lambda limit: -limit.window_seconds)
    if not longest_first:
        return []
    longest, *others = longest_first
    if longest.limit > LARGEST_LIMIT_WITH_PARTS:
        return [_counter(account, limit, {USED: limit}, now, named) for limit in longest_first]
    return [_counter(account, longest, {USED: longest} | {_part(one, longest, now): one for one in others}, now, named)]


def _counter(
    account: int, window: RateLimit, limits: Mapping[str, RateLimit], now: datetime, named: RowName
) -> Counter:
    ends = datetime.fromtimestamp((window.window(now) + 1) * window.window_seconds, UTC)
    return Counter(named(account, window.window_seconds, window.window(now)), ends, limits)


def _part(limit: RateLimit, longest: RateLimit, now: datetime) -> str:
    """Return the attribute of a shorter window: `m0734` is minute 734 of the day."""
    return f"m{limit.window(now) % (longest.window_seconds // limit.window_seconds):04}"
