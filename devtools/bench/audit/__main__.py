"""`make bench-audit`: the reviewers' side over so many operations, a tenth and a hundredth of them; RECORD=1 keeps the tables."""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from botocore.exceptions import BotoCoreError

from chalicelib.domain.errors import SwitchboardError
from devtools.bench.__main__ import surroundings
from devtools.bench.audit.ground import Ground
from devtools.bench.audit.pages import MeasuredWorld, Page, pages
from devtools.bench.audit.report import aligned, grown, memory, pages_table, piped, wholes_table
from devtools.bench.audit.whole import Whole, plain_a_second, wholes
from devtools.bench.page import put, surroundings_line
from devtools.local.dynamodb import AUDIT_TABLE, OPERATIONS_TABLE

MARK = "figures of the audit"
SMALLEST = 100
NOTE = """\
*Plain* reads as much by plain calls, and does nothing with it. Requests and rows are those of DynamoDB, in each size where they
differ; times are those of the largest table, and the stand-in's own time for a partition is the most of both. The last
column is how much the ratio to plain has grown."""


@dataclass(slots=True)
class Figures:
    """All that was measured; `plain` are events a second of plain reads, by size."""

    pages: list[Page] = field(default_factory=list)
    wholes: list[Whole] = field(default_factory=list)
    plain: dict[int, float] = field(default_factory=dict)


def measured(sizes: Sequence[int], figures: Figures) -> Iterator[str]:
    """Fill one table step by step, and measure it at each size; yield the name of each figure once it is among them."""
    with Ground() as ground, tempfile.TemporaryDirectory() as folder:
        world = MeasuredWorld(OPERATIONS_TABLE, AUDIT_TABLE, "bench", ground.port)
        for size in sizes:
            ground.fill(size)
            ground.digest(f"digests-{size}")
            for page in pages(world, size, ground.newest):
                figures.pages.append(page)
                yield page.name
            figures.plain[size] = plain_a_second(ground.endpoint_url, size, ground.newest)
            for whole in wholes(ground.port, f"digests-{size}", size, ground.newest, Path(folder)):
                figures.wholes.append(whole)
                yield whole.name


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; fail when a page asks more of a larger table, never when one was slow."""
    options = _parser().parse_args(arguments)
    told, started, figures = surroundings(), time.monotonic(), Figures()
    sizes = [max(options.operations // part, SMALLEST) for part in (100, 10, 1)]
    broken = None
    try:
        for name in measured(sizes, figures):
            print(f"  {time.monotonic() - started:4.0f} s  {name}", file=sys.stderr, flush=True)
    except (RuntimeError, SwitchboardError, BotoCoreError, KeyboardInterrupt) as error:
        broken = f"The run broke off, and is not kept: {error!r}"
    tables = [pages_table(figures.pages), wholes_table(figures.wholes, figures.plain)]
    print("\n\n".join([surroundings_line(told), *map(aligned, tables), *memory(figures.wholes), NOTE]))
    if options.record and broken is None:
        put(MARK, [surroundings_line(told), *map(piped, tables), *memory(figures.wholes)])
    print(f"{time.monotonic() - started:,.0f} s")
    wrong = [f"The first page of {name} asks more of a larger table." for name in grown(figures.pages)]
    print("\n".join([*wrong, *([broken] if broken else [])]), end="", file=sys.stderr)
    return int(bool(wrong or broken))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench-audit", description=__doc__)
    parser.add_argument("--operations", type=int, default=100_000, help="how many operations the largest table has")
    parser.add_argument("--record", action="store_true", help="put the tables into docs/performance.md")
    return parser


if __name__ == "__main__":
    sys.exit(main())
