"""Counts over operations: by day and state, and refusals by rule."""

from collections import Counter
from collections.abc import Iterable

from chalicelib.domain.audit.event import EventKind
from chalicelib.domain.review.desk.chain import Chain
from chalicelib.values import dataclass

UNREADABLE = "UNREADABLE"


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted: states by UTC day (`2026-01-15`), newest day first, and refusals by what they broke.

    `refusals_counted` are those over an account's share of an hour, which have no event of their own.
    """

    days: dict[str, dict[str, int]]
    refusals: dict[str, int]
    refusals_counted: int


def count(chains: Iterable[Chain]) -> Counts:
    """Count some operations."""
    days: dict[str, Counter[str]] = {}
    refusals: Counter[str] = Counter()
    latest: dict[tuple[str, str], int] = {}
    for chain in chains:
        day = "unknown" if chain.begun_at is None else chain.begun_at.date().isoformat()
        days.setdefault(day, Counter())[chain.state or UNREADABLE] += 1
        kind = chain.events[0].kind
        if kind == EventKind.REFUSED:
            refusals.update(chain.rules or chain.reasons)
        elif kind == EventKind.REFUSALS_COUNTED:
            hour, told = (str(chain.client), str(chain.first.get("hour"))), chain.first.get("refusals")
            latest[hour] = max(latest.get(hour, 0), told if isinstance(told, int) else 0)
    return Counts(
        {day: dict(sorted(days[day].items())) for day in sorted(days, reverse=True)},
        dict(sorted(refusals.items(), key=lambda entry: (-entry[1], entry[0]))),
        sum(latest.values()),
    )
