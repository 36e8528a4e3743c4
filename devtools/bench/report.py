"""The tables that people read."""

import re
from collections.abc import Sequence

from devtools.bench.figures import Budget, Figure, Ratio

HEAD = ("#", "figure", "ours", "bare", "ratio (middle half)", "budget", "try for", "within", "samples")
NOTES = """
"bare" is a function without any framework that does the same job with urllib3, a botocore client and ElementTree.
Values are medians; a ratio is the median of the ratios of each round, in which all took turns, and only ratios of one
run can be compared: absolute times drift. The wall time has a floor of 90 ms: 40 + 5 + 40 + 5. Beside XML stands
xmltodict with the clean-up that its users write; there the ratio is theirs / ours."""


Rows = list[tuple[str, ...]]


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as aligned text, and below them the peers where there are any."""
    return "\n".join(["\n\n".join(_aligned(rows) for rows in _tables(figures)), NOTES])


def markdown(figures: Sequence[Figure]) -> str:
    """Return the same tables for a page."""
    return "\n\n".join(_piped(rows) for rows in _tables(figures))


def _tables(figures: Sequence[Figure]) -> list[Rows]:
    """Return the rows of each table, the head first."""
    ordered = sorted(figures, key=lambda figure: _order(figure.number))
    peers = [figure for figure in ordered if figure.peers]
    return [[HEAD, *map(_cells, ordered)], *([_peers(peers)] if peers else [])]


def _piped(rows: Rows) -> str:
    head, *others = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|" + "---|" * len(rows[0]), *others])


def _aligned(rows: Rows) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def _order(number: str) -> tuple[int, str]:
    """Return a sort key: 2b after 2 and before 10."""
    digits = re.match(r"\d*", number)
    return int((digits and digits[0]) or 0), number


def _peers(figures: Sequence[Figure]) -> Rows:
    """Return who reaches what: a row for each figure, a column for each of those that are compared."""
    names = ["Switchboard", "bare", *(peer.name for peer in figures[0].peers)]
    rows = [(f"{each.number}: {each.name.strip()}", *map(_column(each).__getitem__, names)) for each in figures]
    return [("beside", *names), *rows]


def _column(figure: Figure) -> dict[str, str]:
    """Return what everybody reaches in a figure."""
    told = {peer.name: _beside(peer.value, figure.unit, peer.ratio) for peer in figure.peers}
    told["Switchboard"] = _beside(figure.ours, figure.unit, figure.ratio)
    told["bare"] = _value(figure.baseline, figure.unit)
    return told


def _beside(value: float | None, unit: str, ratio: Ratio | None) -> str:
    return f"{_value(value, unit)} ({ratio.median:.2f})" if ratio else _value(value, unit)


def _cells(figure: Figure) -> tuple[str, ...]:
    budget = figure.budget
    return (
        figure.number,
        figure.name,
        _value(figure.ours, figure.unit),
        _value(figure.baseline, figure.unit),
        _ratio(figure.ratio),
        _limit(budget, budget.limit if budget else None, figure.unit),
        _limit(budget, budget.goal if budget else None, figure.unit),
        {True: "yes", False: "NO", None: ""}[figure.is_within],
        str(figure.samples),
    )


def _ratio(ratio: Ratio | None) -> str:
    if ratio is None:
        return ""
    spread = f" ({ratio.low:.2f} to {ratio.high:.2f})" if ratio.low < ratio.high else ""
    return f"{ratio.median:.2f}{spread}"


def _value(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    places = 0 if value == int(value) else 2 if unit in {"MB", "x"} else 1
    return f"{value:,.{places}f} {unit}".rstrip()


def _limit(budget: Budget | None, limit: float | None, unit: str) -> str:
    if budget is None or limit is None:
        return ""
    sign = "≥" if budget.is_floor else "≤"
    return f"ratio {sign} {limit:.2f}" if budget.is_ratio else f"{sign} {limit:g} {unit}".rstrip()
