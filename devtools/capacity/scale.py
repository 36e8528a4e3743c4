"""`make scale`: at how many bookings a second each limit is reached, and what fails when partitions are full.

`python -m devtools.capacity.scale [--exponent 1.0] [--candidates 10000] [--seconds 20] [--rested]`.
"""

import argparse
import sys
from collections.abc import Sequence

from devtools.capacity.limits import Limit, limits
from devtools.capacity.measured import Measured, measured
from devtools.capacity.partitions import BURST_SECONDS, WRITES, Count, Minute, Partitions
from devtools.capacity.traffic import Traffic

RATES = (50, 100, 200, 500, 1_000, 2_000, 5_000)


def page(booking: Measured, traffic: Traffic, seconds: float, saved_seconds: float) -> list[str]:
    """Return all that is told, as lines of Markdown."""
    found = limits(booking, traffic)
    minutes = [
        Partitions(booking, saved_seconds).simulate(Traffic(rate, traffic.candidates, traffic.exponent), seconds)
        for rate in RATES
    ]
    stars = f"{traffic.candidates:,} candidates by Zipf with exponent {traffic.exponent:g}"
    return [
        f"A booking is {booking.units} write units; {stars}: {traffic.star:.1%} of all bookings are for one.",
        "",
        *limits_table(found),
        "",
        f"{seconds:g} seconds of each rate, {saved_seconds:g} seconds of every partition saved for a burst, other limits raised:",
        "",
        *_played(minutes),
        "",
        _burst(found),
    ]


def limits_table(found: Sequence[Limit]) -> list[str]:
    """Return where each limit is reached, as a table."""
    head = ["limit", "allows", "reached at", *(f"{rate:,}/s" for rate in RATES), "then"]
    rows = [
        [
            limit.name,
            f"{limit.allows:,}",
            f"{limit.reached_at:,.0f}/s",
            *(_part(limit, rate) for rate in RATES),
            limit.then,
        ]
        for limit in found
    ]
    return _table(head, rows)


def _part(limit: Limit, rate: float) -> str:
    used = limit.used(rate)
    return f"**{used:,.0%}**" if used > 1 else f"{used:,.0%}"


def _played(minutes: Sequence[Minute]) -> list[str]:
    head = ["bookings", "claims made", "claims refused", "conclusions made", "conclusions lost", "throttled tries at"]
    return _table(head, [_row(one) for one in minutes])


def _row(one: Minute) -> list[str]:
    where = one.claims.where + one.conclusions.where
    told = ", ".join(f"{name} {count:,}" for name, count in where.most_common()) or "none"
    made = (_made(one.claims), f"{one.claims.failed:,}", _made(one.conclusions), f"{one.conclusions.failed:,}")
    return [f"{one.rate:,}/s", *made, told]


def _made(count: Count) -> str:
    return f"{count.made:,}" + (f" ({count.late:,} at a later try)" if count.late else "")


def _burst(found: Sequence[Limit]) -> str:
    """Return how long a star can be booked beyond what a partition takes, as its burst holds it."""
    star = next(limit for limit in found if limit.name.startswith("by-candidate"))
    over = star.taken(RATES[-1]) - WRITES
    if over <= 0:
        return "No candidate is booked so often at any of these rates that a partition would be full."
    return (
        f"At {RATES[-1]:,}/s a star takes {star.taken(RATES[-1]):,.0f} units a second of a partition that takes {WRITES:,}: "
        f"a rested one holds that for {BURST_SECONDS * WRITES / over:,.0f} seconds."
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def main(arguments: Sequence[str]) -> None:
    """Print the page that the arguments ask for."""
    parser = argparse.ArgumentParser(prog="make scale", description="Where each limit of a stage is reached.")
    parser.add_argument("--exponent", type=float, default=1.0, help="of Zipf's law over candidates (1.0)")
    parser.add_argument("--candidates", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each rate that is played (20)")
    parser.add_argument("--rested", action="store_true", help="every partition has saved 300 seconds")
    asked = parser.parse_args(arguments)
    traffic = Traffic(RATES[0], asked.candidates, asked.exponent)
    saved = BURST_SECONDS if asked.rested else Partitions(measured()).saved_seconds
    print("\n".join(page(measured(), traffic, asked.seconds, saved)))


if __name__ == "__main__":
    main(sys.argv[1:])
