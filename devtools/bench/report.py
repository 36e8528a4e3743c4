"""The table that people read."""

from collections.abc import Sequence

from devtools.bench.figures import Budget, Figure

HEAD = ("#", "figure", "ours", "baseline (a)", "ratio (middle half)", "budget", "within", "samples")
NOTES = """
The baseline (a) is a bare function that does the same job with urllib3, a botocore client and ElementTree.
Values are medians; a ratio is the median of the ratios of each round, in which both took turns, and only ratios of one
run can be compared: absolute times drift. The wall time has a floor of 90 ms: 40 + 5 + 40 + 5."""


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as aligned text."""
    rows = [HEAD, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:], NOTES])


def _cells(figure: Figure) -> tuple[str, ...]:
    ratio = figure.ratio
    return (
        figure.number,
        figure.name,
        _value(figure.ours, figure.unit),
        _value(figure.baseline, figure.unit),
        "" if ratio is None else f"{ratio.median:.2f} ({ratio.low:.2f} to {ratio.high:.2f})",
        _limit(figure.budget, figure.unit),
        {True: "yes", False: "NO", None: ""}[figure.is_within],
        str(figure.samples),
    )


def _value(value: float, unit: str) -> str:
    return f"{value:.{0 if value == int(value) else 1}f} {unit}".rstrip()


def _limit(budget: Budget | None, unit: str) -> str:
    if budget is None:
        return ""
    sign = "≥" if budget.is_floor else "≤"
    return f"ratio {sign} {budget.limit:.2f}" if budget.is_ratio else f"{sign} {budget.limit:g} {unit}".rstrip()
