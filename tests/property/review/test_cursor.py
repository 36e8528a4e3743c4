"""Cursors come back as they were written; whatever else is sent is refused, or is another place of the same search."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.review.desk.cursor import read_cursor, write_cursor
from chalicelib.domain.review.desk.filters import Filter
from chalicelib.domain.review.desk.position import Direction, Position
from chalicelib.domain.reviewer_errors import InvalidQueryError

IDS = st.sampled_from(["", "~"]) | st.integers(0, 10**20).map(lambda number: f"op_{number:026}")
TIMES = st.integers(0, 10**12).map(lambda ms: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms))
POSITIONS = st.builds(Position, TIMES, IDS) | st.builds(Position, TIMES, IDS).map(Position.just_above)
FILTERS = st.builds(Filter, client=st.none() | st.integers(1, 9) | st.just("p-1"), start=st.none() | TIMES)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@given(st.sampled_from(Direction), POSITIONS, FILTERS)
def test_a_cursor_comes_back_as_it_was_written(direction: Direction, position: Position, filter_: Filter) -> None:
    """Under its own filters, in characters that an address takes as they are."""
    text = write_cursor(direction, position, filter_)
    assert set(text) <= set(ALPHABET)
    assert read_cursor(text, filter_) == (direction, position)


@given(st.sampled_from(Direction), POSITIONS, FILTERS, FILTERS)
def test_a_cursor_belongs_to_its_filters(
    direction: Direction, position: Position, filter_: Filter, other: Filter
) -> None:
    """Under others it is refused."""
    if filter_ != other:
        with pytest.raises(InvalidQueryError, match="query"):
            read_cursor(write_cursor(direction, position, filter_), other)


@given(st.text() | st.text(ALPHABET, max_size=400))
def test_anything_else_is_refused(text: str) -> None:
    """However it is spelled."""
    with pytest.raises(InvalidQueryError):
        read_cursor(text, Filter())


@given(POSITIONS, st.integers(0, 400), st.sampled_from(ALPHABET))
def test_a_changed_cursor_is_refused_or_is_another_place(position: Position, place: int, letter: str) -> None:
    """Never anything that the search does not have."""
    text = write_cursor(Direction.OLDER, position, Filter())
    changed = text[: place % len(text)] + letter + text[place % len(text) + 1 :]
    try:
        direction, found = read_cursor(changed, Filter())
    except InvalidQueryError:
        return
    assert direction in Direction
    assert found.at.tzinfo is not None
