"""The days that a search by day reads, both ways and beyond the edge of one; any spans are drawn in the property tests."""

from datetime import timedelta

import pytest

from chalicelib.domain.review.desk.filters import Filter
from chalicelib.domain.review.desk.plan import Day, Span, places
from chalicelib.domain.review.desk.position import Direction, Position
from tests.builders import NOW

TODAY = NOW.date()
DAYS = [TODAY - timedelta(days=count) for count in range(3)]
LAST_DAYS = Span(start=NOW - timedelta(days=2), end=NOW)


@pytest.mark.parametrize(("direction", "days"), [(Direction.OLDER, DAYS), (Direction.NEWER, DAYS[::-1])])
def test_beyond_the_edge_of_a_day_come_the_days_behind_it(direction: Direction, days: list[object]) -> None:
    """Newest first, or oldest first; within a day, that day is read again."""
    span = Span(direction, None, LAST_DAYS.start, LAST_DAYS.end)
    read = [place for place in places(Filter(), span, NOW) if isinstance(place, Day)]
    assert [place.day for place in read] == days
    assert list(places(Filter(), span.after(read[0].edge(direction)), NOW)) == read[1:]
    assert list(places(Filter(), span.after(Position(NOW - timedelta(days=1), "op_1")), NOW)) == read[1:]
