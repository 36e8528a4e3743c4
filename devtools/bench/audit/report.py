"""The tables of `make bench-audit`: what pages ask and take, and what the whole trail takes."""

import statistics
from collections.abc import Iterable, Mapping, Sequence

from devtools.bench.audit.pages import Page
from devtools.bench.audit.whole import Whole

Row = tuple[str, ...]

PAGES = (
    "first page of",
    "requests",
    "rows read",
    "examined",
    "found",
    "p50",
    "beside plain",
    "p95",
    "beside plain p95",
)
WHOLES = ("what", "operations", "events", "events a second", "beside plain", "peak memory")


def pages_table(pages: Sequence[Page]) -> list[Row]:
    """Return a row for each filter: requests and rows in each size, the times in the largest, and how they have grown."""
    sizes = sorted({page.size for page in pages})
    named = {name: {page.size: page for page in pages if page.name == name} for name in _names(pages)}
    head = (*PAGES, f"from {sizes[0]:,} to {sizes[-1]:,}")
    return [head, *(_page(name, [found[size] for size in sorted(found)]) for name, found in named.items())]


def wholes_table(wholes: Sequence[Whole], plain: Mapping[int, float]) -> list[Row]:
    """Return a row for each command and size; `plain` are the events a second of plain reads, by size."""
    rows = [
        (
            whole.name,
            f"{whole.size:,}",
            f"{whole.events:,}",
            f"{whole.a_second:,.0f}",
            f"{whole.a_second / plain[whole.size]:.2f}",
            f"{whole.peak_mib:,.0f} MiB",
        )
        for whole in sorted(wholes, key=lambda one: (one.name, one.size))
    ]
    return [WHOLES, *rows]


def memory(wholes: Sequence[Whole]) -> Iterable[str]:
    """Yield how much memory each command takes for a further operation."""
    for name in dict.fromkeys(whole.name for whole in wholes):
        small, *others = sorted((whole for whole in wholes if whole.name == name), key=lambda one: one.size)
        if not others:
            continue
        large = others[-1]
        each = (large.peak_mib - small.peak_mib) * 1024 * 1024 / (large.size - small.size)
        yield f"{name}: {each:,.0f} bytes of memory for each further operation."


def grown(pages: Sequence[Page]) -> list[str]:
    """Return the filters whose first page asks more of a larger table, though it examines no more operations."""
    return [name for name in _names(pages) if _has_grown([page for page in pages if page.name == name])]


def ratio(page: Page) -> float:
    """Return the median of the ratios of each turn."""
    return statistics.median(ours / plain for ours, plain in zip(page.ours, page.plain, strict=True))


def p95(samples: Sequence[float]) -> float:
    """Return the time that nineteen of twenty samples keep."""
    return statistics.quantiles(samples, n=20, method="inclusive")[-1]


def aligned(rows: Sequence[Row]) -> str:
    """Return rows as text in columns, the head first."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def piped(rows: Sequence[Row]) -> str:
    """Return rows as a table for a page."""
    head, *others = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|" + "---|" * len(rows[0]), *others])


def _has_grown(sizes: Sequence[Page]) -> bool:
    largest = max(sizes, key=lambda page: page.size)
    return any(page.requests < largest.requests for page in sizes if page.examined == largest.examined)


def _names(pages: Sequence[Page]) -> list[str]:
    return list(dict.fromkeys(page.name for page in pages))


def _page(name: str, sizes: Sequence[Page]) -> Row:
    smallest, largest = sizes[0], sizes[-1]
    return (
        name,
        _each(page.requests for page in sizes),
        _each(page.rows for page in sizes),
        str(largest.examined),
        str(largest.found),
        f"{statistics.median(largest.ours):,.1f} ms",
        f"{ratio(largest):.2f}",
        f"{p95(largest.ours):,.1f} ms",
        f"{p95(largest.ours) / p95(largest.plain):.2f}",
        f"{ratio(largest) / ratio(smallest):.2f}",
    )


def _each(values: Iterable[int]) -> str:
    told = [f"{value:,}" for value in values]
    return told[0] if len(set(told)) == 1 else " / ".join(told)
