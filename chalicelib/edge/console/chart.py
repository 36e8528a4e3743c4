"""Piled bars, a day each, as the numbers of an SVG that a template writes.

pygal, the well-kept library that draws such charts, writes its styles and a script into the picture, which a strict policy
refuses, and would be a fiftieth of the zip. What it would do for us is these sums.
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.edge.console.words import KINDS

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 900, 260, 44, 12, 28
MOST_LABELS = 10
STEPS = (1, 2, 5)


def chart(days: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """Return bars, lines and labels for counts by day and kind; `days` in any order, drawn from the oldest on."""
    top = _top(max((sum(kinds.values()) for kinds in days.values()), default=0))
    room, width = HEIGHT - TOP - BOTTOM, (WIDTH - LEFT) / max(1, len(days))
    every = -(-len(days) // MOST_LABELS)
    bars: list[dict[str, Any]] = []
    labels: list[dict[str, Any]] = []
    for place, day in enumerate(sorted(days)):
        x, y = LEFT + place * width, float(HEIGHT - BOTTOM)
        for kind in KINDS:
            number = days[day][kind]
            if number:
                high = room * number / top
                y -= high
                size = {"x": round(x + width * 0.1, 1), "y": round(y, 1), "width": round(width * 0.8, 1)}
                bars.append({**size, "height": round(high, 1), "kind": kind, "title": _title(day, kind, number)})
        if place % every == 0:
            labels.append({"x": round(x + width / 2, 1), "text": day[5:]})
    lines = [
        {"y": round(HEIGHT - BOTTOM - room * share / 2, 1), "text": f"{top * share // 2}"}
        for share in ((0, 1, 2) if top > 1 else (0, 2))
    ]
    return {"width": WIDTH, "height": HEIGHT, "left": LEFT, "bars": bars, "labels": labels, "lines": lines}


def _title(day: str, kind: str, number: int) -> str:
    return f"{day}: {number} {KINDS[kind].lower()}"


def _top(most: int) -> int:
    """Return the number at the upper line: a round one, even where it is halved, and no less than the highest pile."""
    if most <= 1:
        return 1
    size = 2
    while True:
        for step in STEPS:
            if step * size >= most:
                return step * size
        size *= 10
