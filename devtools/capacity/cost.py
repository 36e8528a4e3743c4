"""`make cost`: what 1,000 bookings cost and what a stage costs while nobody books, from measured sizes and one table of prices.

What is measured: write units and bytes of every row and copy, and the processor time of a booking in the last recorded run of
`make bench`. What is assumed stands in `Assumptions` and is printed. Prices, their date and region are in `prices.toml`.
"""

import argparse
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from chalicelib.domain.operation.operation import GUARD_HOLDS_AFTER_SESSION
from chalicelib.edge.links import Links
from chalicelib.settings import Settings
from devtools.bench.write_units import UNIT_BYTES
from devtools.capacity.measured import Measured, measured
from devtools.deploy.template import merge_template
from devtools.places import ROOT

PRICES = ROOT / "devtools" / "capacity" / "prices.toml"
BOOKINGS = 1_000
HOURS_A_MONTH, DAYS_A_MONTH = 730, 30.4
ROW_OVERHEAD = 100  # bytes that DynamoDB counts for each row and each copy in an index, for what it keeps beside
GIGABYTE_MB = 1_024


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is not measured; each with what it is, as it is printed."""

    upstream_seconds: float = field(default=1.5, metadata={"told": "seconds that a booking waits for AdultWork"})
    others: int = field(
        default=2, metadata={"told": "other requests for each booking: a preflight and a look at its status"}
    )
    other_seconds: float = field(default=0.01, metadata={"told": "seconds of each of these"})
    memory_mb: int = field(default=1_024, metadata={"told": "MB of memory of a function"})
    reads: float = field(
        default=4.5, metadata={"told": "read units: two people, what is open, a look at the status (2)"}
    )
    key_calls: float = field(
        default=1.0, metadata={"told": "calls of KMS for each booking: at worst each is a new account's"}
    )
    log_bytes: int = field(
        default=700, metadata={"told": "bytes of log for each request: a line of ours, three of Lambda's"}
    )
    ahead_days: int = field(default=7, metadata={"told": "days from a booking to its session"})
    hourly_seconds: float = field(default=1.0, metadata={"told": "seconds of each hourly run that finds nothing to do"})


@dataclass(frozen=True, slots=True)
class Line:
    """An item of the bill; `dollars` for all of its quantity."""

    item: str
    quantity: float
    dollars: float


@dataclass(frozen=True, slots=True)
class Prices:
    """The table of prices."""

    region: str
    as_of: str
    each: Mapping[str, float]

    @classmethod
    def read(cls) -> "Prices":
        """Read the table."""
        told: Mapping[str, Any] = tomllib.loads(PRICES.read_text(encoding="utf-8"))
        each = {name: one["dollars"] / one["per"] for name, one in told["prices"].items()}
        return cls(told["region"], told["as_of"].isoformat(), each)

    def line(self, item: str, name: str, quantity: float) -> Line:
        """Return the item of a bill."""
        return Line(item, quantity, quantity * self.each[name])


def of_bookings(booking: Measured, own_seconds: float, assumed: Assumptions, prices: Prices) -> Sequence[Line]:
    """Return the bill of BOOKINGS bookings, their storage for as long as they are kept included."""
    requests = BOOKINGS * (1 + assumed.others)
    seconds = assumed.upstream_seconds + own_seconds + assumed.others * assumed.other_seconds
    byte_months = BOOKINGS * _byte_months(booking, assumed)
    return [
        prices.line("DynamoDB, write units", "write_units", BOOKINGS * booking.units),
        prices.line("DynamoDB, read units", "read_units", BOOKINGS * assumed.reads),
        prices.line("DynamoDB, byte-months of storage", "table_storage", byte_months),
        prices.line("DynamoDB, byte-months of recovery", "recovery", byte_months),
        prices.line("Lambda, gigabyte-seconds", "function_time", BOOKINGS * seconds * assumed.memory_mb / GIGABYTE_MB),
        prices.line("Lambda, calls", "function_calls", requests),
        prices.line("API Gateway, requests", "gateway_requests", requests),
        prices.line("KMS, calls", "key_calls", BOOKINGS * assumed.key_calls),
        prices.line("logs, bytes", "log_bytes", requests * assumed.log_bytes),
    ]


def _byte_months(booking: Measured, assumed: Assumptions) -> float:
    """Return the bytes of a booking's rows and copies, each times the months that it is kept."""
    of_audit = [booking.rows[name] for name in ("event 1", "event 2")]
    of_audit += [size for name, size in booking.copies.items() if name != "open"]
    audit = sum(size + ROW_OVERHEAD for size in of_audit) * Settings().events_kept_days / DAYS_A_MONTH
    guard_days = assumed.ahead_days + GUARD_HOLDS_AFTER_SESSION.days
    guard = (booking.rows["GUARD#"] + ROW_OVERHEAD) * guard_days / DAYS_A_MONTH
    operation = (booking.rows["OP#"] + ROW_OVERHEAD) * (guard_days + DAYS_A_MONTH) / DAYS_A_MONTH
    owner = (booking.rows["BOOKING#"] + ROW_OVERHEAD) * 12  # it stays for good; a year of it is counted
    return audit + guard + operation + owner


def of_a_month(assumed: Assumptions, prices: Prices) -> Sequence[Line]:
    """Return the bill of a month in which nobody books: what the template makes, and what runs each hour."""
    template = merge_template(Links(), "dev", "api", {})["Resources"].values()
    kinds = [one.get("Type", "") for one in template]
    hourly = (
        sum("Schedule" in str(one.get("Properties", {}).get("Events", "")) for one in template) + 1
    )  # Chalice's own
    runs = hourly * HOURS_A_MONTH
    return [
        prices.line("KMS, keys", "keys", kinds.count("AWS::KMS::Key")),
        prices.line("Secrets Manager, secrets", "secrets", kinds.count("AWS::SecretsManager::Secret")),
        prices.line("CloudWatch, alarms", "alarms", kinds.count("AWS::CloudWatch::Alarm")),
        prices.line(
            "Lambda, gigabyte-seconds", "function_time", runs * assumed.hourly_seconds * assumed.memory_mb / GIGABYTE_MB
        ),
        prices.line("Lambda, calls", "function_calls", runs),
        prices.line("KMS, signatures of digests", "signatures", HOURS_A_MONTH),
        prices.line("S3, digests put", "object_puts", HOURS_A_MONTH),
        prices.line("logs, bytes", "log_bytes", runs * assumed.log_bytes),
    ]


def own_seconds() -> float:
    """Return the processor time of a warm booking in seconds, as the page of the last recorded run has it."""
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    told = re.search(r"^\| 2 \| warm CPU per booking \| ([0-9.]+) ms \|", page, re.MULTILINE)
    if told is None:
        raise ValueError("docs/performance.md tells no warm CPU per booking.")
    return float(told[1]) / 1000


def page(assumed: Assumptions) -> list[str]:
    """Return all that is told, as lines of Markdown."""
    prices, booking = Prices.read(), measured()
    kilobytes = sum(booking.rows.values()) / UNIT_BYTES
    return [
        f"Prices of {prices.region}, {prices.as_of}, in US dollars, without free tiers.",
        f"A booking is {booking.units} write units and {kilobytes:.1f} KB of rows.",
        "",
        *bill(f"{BOOKINGS:,} bookings", of_bookings(booking, own_seconds(), assumed, prices)),
        "",
        *bill("a month without any", of_a_month(assumed, prices)),
        "",
        f"Measured: {own_seconds() * 1000:g} ms of processor for a booking (docs/performance.md). Assumed:",
        *(f"- {getattr(assumed, one.name):,} {one.metadata['told']}" for one in fields(Assumptions)),
    ]


def bill(title: str, lines: Sequence[Line]) -> list[str]:
    """Return a bill as a table, with its sum."""
    rows = [f"| {line.item} | {line.quantity:,.0f} | {line.dollars:.4f} |" for line in lines]
    total = f"| **sum** | | **{sum(line.dollars for line in lines):.3f}** |"
    return [f"| {title} | quantity | $ |", "| --- | --- | --- |", *rows, total]


def main(arguments: Sequence[str]) -> None:
    """Print the page, under other assumptions if the arguments say so."""
    parser = argparse.ArgumentParser(prog="make cost", description="What bookings and a stage cost.")
    for one in fields(Assumptions):
        parser.add_argument(
            f"--{one.name.replace('_', '-')}", type=type(one.default), default=one.default, help=one.metadata["told"]
        )
    print("\n".join(page(Assumptions(**vars(parser.parse_args(arguments))))))


if __name__ == "__main__":
    main(sys.argv[1:])
