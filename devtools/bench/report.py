"""The table that people read."""

from collections.abc import Sequence

from devtools.bench.figures import Budget, Figure, Ratio

HEAD = ("#", "figure", "ours", "baseline (a)", "ratio (middle half)", "budget", "within", "samples")
NOTES = """
The baseline (a) is a bare function that does the same job with urllib3, a botocore client and ElementTree.
Values are medians; a ratio is the median of the ratios of each round, in which both took turns, and only ratios of one
run can be compared: absolute times drift. The wall time has a floor of 90 ms: 40 + 5 + 40 + 5. Beside XML stands
xmltodict with the clean-up that its users write; there the ratio is theirs / ours."""


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as aligned text."""
    rows = [HEAD, *(_cells(figure) for figure in sorted(figures, key=lambda figure: int(figure.number)))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:], NOTES])


def _cells(figure: Figure) -> tuple[str, ...]:
    return (
        figure.number,
        figure.name,
        _value(figure.ours, figure.unit),
        _value(figure.baseline, figure.unit),
        _ratio(figure.ratio),
        _limit(figure.budget, figure.unit),
        {True: "yes", False: "NO", None: ""}[figure.is_within],
        str(figure.samples),
    )


def _ratio(ratio: Ratio | None) -> str:
    if ratio is None:
        return ""
    spread = f" ({ratio.low:.2f} to {ratio.high:.2f})" if ratio.low < ratio.high else ""
    return f"{ratio.median:.2f}{spread}"


def _value(value: float, unit: str) -> str:
    return f"{value:.{0 if value == int(value) else 1}f} {unit}".rstrip()


def _limit(budget: Budget | None, unit: str) -> str:
    if budget is None:
        return ""
    sign = "≥" if budget.is_floor else "≤"
    return f"ratio {sign} {budget.limit:.2f}" if budget.is_ratio else f"{sign} {budget.limit:g} {unit}".rstrip()
