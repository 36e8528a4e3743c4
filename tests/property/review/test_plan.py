"""Which days a search by day reads: all that its span may be in, each once, in its order, and none beside them."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.domain.review.desk.filters import Filter
from chalicelib.domain.review.desk.plan import CLOCK_SKEW, EARLIEST, Day, Drive, Named, Span, drive, places
from chalicelib.domain.review.desk.position import Direction, Position
from tests.builders import NOW

MOMENTS = st.integers(-3, 20).flatmap(
    lambda day: st.integers(0, 86_399_999).map(lambda ms: EARLIEST + timedelta(days=day, milliseconds=ms))
) | st.integers(-3, 20).map(lambda day: EARLIEST + timedelta(days=day))
POSITIONS = st.builds(Position, MOMENTS, st.sampled_from(["", "~", f"op_{7:026}"]))
SPANS = st.builds(Span, st.sampled_from(Direction), st.none() | POSITIONS, st.none() | MOMENTS, st.none() | MOMENTS)


def days_of(span: Span) -> list[date]:
    """Return the days that a search without any other filter reads."""
    return [place.day for place in places(Filter(), span, NOW) if isinstance(place, Day)]


@given(SPANS, MOMENTS)
def test_no_day_of_a_span_is_left_out(span: Span, moment: datetime) -> None:
    """Whatever began within it, since the service began and until now, is on one of its days."""
    position = Position(moment, f"op_{3:026}")
    if span.holds(position) and EARLIEST <= moment <= NOW + CLOCK_SKEW:
        assert moment.date() in days_of(span)


@given(SPANS)
def test_days_come_once_each_in_the_order_of_the_span(span: Span) -> None:
    """Newest first, or oldest first; none before the service, none after tomorrow."""
    days = days_of(span)
    assert days == sorted(set(days), reverse=span.direction is Direction.OLDER)
    assert all(EARLIEST.date() <= day <= (NOW + CLOCK_SKEW).date() for day in days)


@example(Span(Direction.OLDER, None, None, None))
@example(Span(Direction.NEWER, None, None, None))
@given(SPANS)
def test_the_edge_of_a_day_leads_to_the_days_behind_it(span: Span) -> None:
    """Going on beyond the edge of the first day reads exactly the others."""
    days = days_of(span)
    if days:
        edge = Day(days[0]).edge(span.direction)
        assert days_of(span.after(edge)) == days[1:]
        noon = Position(datetime.combine(days[0], datetime.min.time(), UTC) + timedelta(hours=12), "op_1")
        assert not Span(span.direction, edge).holds(noon)


@given(st.none() | st.just("p_1"), st.none() | st.just("p_2"), st.none() | st.just("one"))
def test_a_named_filter_reads_one_partition(client: str | None, candidate: str | None, request_id: str | None) -> None:
    """That of the drive, and nothing of any day."""
    filter_ = Filter(client=client, candidate=candidate, request_id=request_id)
    kind, value = drive(filter_)
    read = list(places(filter_, Span(), NOW))
    if value is None:
        assert kind is Drive.DAY
        assert all(isinstance(place, Day) for place in read)
    else:
        assert read == [Named(kind, value)]
