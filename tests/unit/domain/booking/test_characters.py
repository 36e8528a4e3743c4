"""Sets of characters beside the regular expressions that they stand for."""

import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.booking import visible_text
from chalicelib.domain.booking.characters import Characters

WRITTEN = (
    "",
    "a",
    "a-c",
    "xa-cz",
    "\u1807\u180a\u1820-\u18af",
    "0\u1000-\u109f\U000e0100-\U000e01ef",
    "\U0010fffe\U0010ffff",
)


@pytest.mark.parametrize("written", WRITTEN)
def test_a_set_holds_what_the_class_of_a_regular_expression_does(written: str) -> None:
    """At each end of each range, and beside it."""
    found = Characters(written)
    ends = {ord(one) + step for one in written for step in (-1, 0, 1)} - {sys.maxunicode + 1}
    for one in map(chr, ends):
        assert (one in found) is (bool(written) and re.fullmatch(f"[{written}]", one) is not None), repr(one)


def test_nothing_is_in_no_set() -> None:
    """What stands before the first character of a text, say."""
    assert "" not in Characters("a-c")


@given(st.lists(st.characters(), unique=True, max_size=8))
def test_ranges_hold_what_is_between_their_ends(ends: list[str]) -> None:
    """Whatever they are, and in whatever order they are written."""
    pairs = list(zip(*[iter(sorted(ends))] * 2, strict=False))
    found = Characters("".join(f"{first}-{last}" for first, last in reversed(pairs) if "-" not in (first, last)))
    for one in (*ends, "a", "\U000e0000"):
        assert (one in found) is any(first <= one <= last for first, last in pairs if "-" not in (first, last))


def test_the_ranges_of_every_set_are_apart() -> None:
    """Or the nearest first character would not be that of the right range."""
    sets = [one for one in vars(visible_text).values() if isinstance(one, Characters)]
    sets += [one for pair in visible_text._SELECTED for one in pair]  # noqa: SLF001 (the tables of the module)
    assert len(sets) == 10
    for one in sets:
        firsts, lasts = one._firsts, one._lasts  # noqa: SLF001 (how it is kept)
        assert all(last < first for last, first in zip(lasts, firsts[1:], strict=False))
