"""Piled bars as numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.edge.console.chart import BOTTOM, HEIGHT, LEFT, TOP, WIDTH, chart
from chalicelib.edge.console.words import KINDS

NOTHING = dict.fromkeys(KINDS, 0)


@pytest.mark.parametrize(
    ("most", "lines"),
    [
        *((0, ["0", "1"]), (1, ["0", "1"]), (2, ["0", "1", "2"]), (3, ["0", "2", "4"]), (5, ["0", "5", "10"])),
        *((11, ["0", "10", "20"]), (99, ["0", "50", "100"]), (2000, ["0", "1000", "2000"])),
    ],
)
def test_lines_stand_at_round_numbers(most: int, lines: list[str]) -> None:
    """And the upper one is over every pile."""
    assert [line["text"] for line in chart({"2026-01-15": {**NOTHING, "booked": most}})["lines"]] == lines


def test_bars_are_piled_in_one_order_from_the_oldest_day_on() -> None:
    """Each names itself."""
    days = {"2026-01-15": {**NOTHING, "booked": 1, "unknown": 2}, "2026-01-14": {**NOTHING, "refused": 3}}
    drawn = chart(days)
    assert [bar["title"] for bar in drawn["bars"]] == [
        "2026-01-14: 3 refused or declined",
        "2026-01-15: 1 booked or changed",
        "2026-01-15: 2 outcome not known",
    ]
    assert [label["text"] for label in drawn["labels"]] == ["01-14", "01-15"]
    booked, unknown = drawn["bars"][1:]
    assert unknown["y"] + unknown["height"] == pytest.approx(booked["y"], abs=0.2)


def test_nothing_is_drawn_of_nothing() -> None:
    """And nothing fails."""
    assert (chart({})["bars"], chart({})["labels"]) == ([], [])


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=90))
def test_every_bar_is_inside_the_picture(numbers: list[int]) -> None:
    """However many days and operations."""
    drawn = chart({f"day-{place:03}": {**NOTHING, "booked": number} for place, number in enumerate(numbers)})
    for bar in drawn["bars"]:
        assert bar["x"] >= LEFT
        assert bar["x"] + bar["width"] <= WIDTH
        assert bar["y"] >= TOP
        assert bar["y"] + bar["height"] <= HEIGHT - BOTTOM + 0.2
    assert len(drawn["labels"]) <= 10
