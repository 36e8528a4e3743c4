"""Dates on AdultWork's clock; what is refused by shape is tested with the rules on dates."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from chalicelib.domain.booking.upstream_time import answer_readings, nearest_sure, read_time, same_minute
from tests.builders import LONDON


def utc(day: int, hour: int, minute: int, month: int = 10) -> datetime:
    """Return an instant of the year 2026."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "local", "readings"),
    [
        ("2026-01-20 21:30", "2026-01-20 21:30", (utc(20, 21, 30, 1),)),
        ("2026-07-20 21:30", "2026-07-20 21:30", (utc(20, 20, 30, 7),)),
        ("2026-07-20T20:30:00Z", "2026-07-20 21:30", (utc(20, 20, 30, 7),)),
        ("2026-07-20T16:30:00-04:00", "2026-07-20 21:30", (utc(20, 20, 30, 7),)),
        ("2026-07-20T23:59:00+23:59", "2026-07-20 01:00", (utc(20, 0, 0, 7),)),
        ("2026-03-29 00:59", "2026-03-29 00:59", (utc(29, 0, 59, 3),)),
        ("2026-03-29 01:00", "2026-03-29 01:00", ()),
        ("2026-03-29 01:59", "2026-03-29 01:59", ()),
        ("2026-03-29 02:00", "2026-03-29 02:00", (utc(29, 1, 0, 3),)),
        ("2026-03-29T01:00:00Z", "2026-03-29 02:00", (utc(29, 1, 0, 3),)),
        ("2026-10-25 00:59", "2026-10-25 00:59", (utc(24, 23, 59),)),
        ("2026-10-25 01:00", "2026-10-25 01:00", (utc(25, 0, 0), utc(25, 1, 0))),
        ("2026-10-25 01:59", "2026-10-25 01:59", (utc(25, 0, 59), utc(25, 1, 59))),
        ("2026-10-25 02:00", "2026-10-25 02:00", (utc(25, 2, 0),)),
        ("2026-10-25T00:30:00Z", "2026-10-25 01:30", (utc(25, 0, 30), utc(25, 1, 30))),
        ("2026-10-25T01:30:00Z", "2026-10-25 01:30", (utc(25, 0, 30), utc(25, 1, 30))),
    ],
)
def test_a_date_is_a_minute_with_every_instant_that_it_can_mean(
    text: str, local: str, readings: tuple[datetime, ...]
) -> None:
    """Read winter, summer, and both nights in which the clocks change."""
    time = read_time(text, LONDON)
    assert time is not None
    assert (time.text, time.readings) == (local, readings)


@pytest.mark.parametrize(
    ("text", "instant", "is_lost"),
    [
        ("2026-07-20 21:30", None, False),
        ("2026-07-20T20:30:00Z", utc(20, 20, 30, 7), False),
        ("2026-10-25 01:30", None, False),
        ("2026-10-25T01:30:00", None, False),
        ("2026-10-25T01:30:00+01:00", utc(25, 0, 30), True),
        ("2026-10-25T01:30:00Z", utc(25, 1, 30), True),
        ("2026-10-25T02:00:00Z", utc(25, 2, 0), False),
    ],
)
def test_an_offset_says_which_instant_is_meant(text: str, instant: datetime | None, is_lost: bool) -> None:  # noqa: FBT001 (a row)
    """Without one, the minute means all that the clock shows it for; with one, the clock may lose it."""
    time = read_time(text, LONDON)
    assert time is not None
    assert (time.instant, time.is_lost) == (instant, is_lost)
    assert time.meant == ((instant,) if instant else time.readings)
    assert instant is None or (time.instant is not None and time.instant.tzinfo is UTC)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("2026-10-25 01:00", ("2026-10-25 00:59", "2026-10-25 02:00")),
        ("2026-10-25 01:59", ("2026-10-25 00:59", "2026-10-25 02:00")),
        ("2026-03-29 01:00", ("2026-03-29 00:59", "2026-03-29 02:00")),
        ("2026-03-29 01:59", ("2026-03-29 00:59", "2026-03-29 02:00")),
    ],
)
def test_the_nearest_sure_minutes_lie_around_the_change(text: str, nearest: tuple[str, str]) -> None:
    """Look from both ends of the hour that comes twice, and of the one that never comes."""
    time = read_time(text, LONDON)
    assert time is not None
    assert nearest_sure(time, LONDON) == nearest


@pytest.mark.parametrize(
    ("text", "zone", "is_read"),
    [
        ("0001-01-01 00:00", "Europe/London", True),
        ("0001-01-01 00:00", "Pacific/Auckland", False),
        ("0001-01-01T00:00:00Z", "America/New_York", False),
        ("0001-01-01T00:00:00+00:01", "UTC", False),
        ("9999-12-31 23:59", "Europe/London", True),
        ("9999-12-31 23:59", "America/New_York", False),
        ("9999-12-31T23:59:00Z", "Pacific/Auckland", False),
        ("9999-12-31T23:59:00-00:01", "UTC", False),
    ],
)
def test_at_the_ends_of_the_calendar_a_date_is_read_or_not_and_never_an_error(
    text: str,
    zone: str,
    is_read: bool,  # noqa: FBT001 (a row)
) -> None:
    """Read the first and the last minute in zones to both sides."""
    assert (read_time(text, ZoneInfo(zone)) is not None) is is_read


SENT = "2018-01-22 21:30"


@pytest.mark.parametrize(
    "echoed",
    [
        SENT, "2018-01-22T21:30:00", "2018-01-22T21:30", "2018-01-22T21:30:00.000", "2018-01-22T21:30:00.0000000",
        "2018-01-22T21:30:00Z", "2018-01-22T22:30:00+01:00", "2018-01-22T21:30:00.000-00:00", "2018-01-22 21:30:00",
    ],
)  # fmt: skip
def test_an_echo_of_the_minute_is_known_in_each_of_its_forms(echoed: str) -> None:
    """Compare with and without seconds, fraction and offset."""
    assert same_minute(SENT, echoed, LONDON)


@pytest.mark.parametrize(
    "echoed",
    [
        "", "2018-01-22", "2018-01-22T21:31:00", "2018-01-23T21:30:00", "2018-01-22T21:30:01", "2018-01-22T21:30:00.001",
        "2018-01-22T21:30:00+01:00", "2018-01-22T20:30:00Z", "2018-01-22T21:30:00.00000000", "2018-01-22T21:30:00\n",
        "2018-01-22t21:30:00", "2018-01-22T21:30:00z", "22/01/2018 21:30", "0001-01-01T00:00:00", "2018-01-22T21:30:00+99:00",
        "\u0968018-01-22T21:30:00", "2018-01-22T21:30:00+00:60",
    ],
)  # fmt: skip
def test_anything_else_is_another_minute(echoed: str) -> None:
    """Compare with other minutes, other forms, and offsets that mean another minute or nothing."""
    assert not same_minute(SENT, echoed, LONDON)


def test_an_echo_in_summer_is_compared_on_adultwork_s_clock() -> None:
    """Send a summer date; get it back with an offset."""
    assert same_minute("2026-07-20 21:30", "2026-07-20T20:30:00Z", LONDON)
    assert not same_minute("2026-07-20 21:30", "2026-07-20T21:30:00Z", LONDON)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("2026-01-15T12:00:05", (datetime(2026, 1, 15, 12, 0, 5, tzinfo=UTC),)),
        ("2026-01-15 12:00", (datetime(2026, 1, 15, 12, 0, tzinfo=UTC),)),
        ("2026-07-15T12:00:05.1234567", (datetime(2026, 7, 15, 11, 0, 5, 123456, tzinfo=UTC),)),
        ("2026-07-15T12:00:05.5Z", (datetime(2026, 7, 15, 12, 0, 5, 500_000, tzinfo=UTC),)),
        ("2026-07-15T12:00:05-04:00", (datetime(2026, 7, 15, 16, 0, 5, tzinfo=UTC),)),
        ("2026-10-25T01:30:05", (utc(25, 0, 30).replace(second=5), utc(25, 1, 30).replace(second=5))),
        ("0001-01-01T00:00:00", (datetime(1, 1, 1, 0, 1, 15, tzinfo=UTC),)),
    ],
)
def test_a_date_of_an_answer_is_the_instants_that_it_can_mean(text: str, readings: tuple[datetime, ...]) -> None:
    """Read winter, summer, a fraction, an offset, the doubled hour, and .NET's word for never."""
    assert answer_readings(text, LONDON) == readings


def test_in_the_hour_that_is_left_out_a_date_of_an_answer_still_means_something() -> None:
    """Read what no clock in London showed: evidence is not thrown away for an odd date."""
    assert set(answer_readings("2026-03-29T01:30:00", LONDON)) == {utc(29, 0, 30, 3), utc(29, 1, 30, 3)}


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "2026-01-15", "2026-13-15T12:00:05", "2026-02-30T12:00:05", "2026-01-15T24:00:00", "2026-01-15T12:60:00",
        "2026-01-15T12:00:60", "2026-01-15T12:00:05+24:00", "2026-01-15T12:00:05z", "2026-01-15t12:00:05",
        "2026-01-15T12:00:05.12345678", "2026-01-15T12:00:05 ", "\u0968026-01-15T12:00:05", "0000-01-01T00:00:00",
        "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00",
    ],
)  # fmt: skip
def test_what_is_no_date_means_no_instant(text: str) -> None:
    """Read other shapes, dates that no calendar has, and those outside of it."""
    assert answer_readings(text, LONDON) == ()


@pytest.mark.parametrize("text", ["2026-07-15T12:00:05-04:00", "2026-07-15T12:00:05", "2026-10-25T01:30:05"])
def test_instants_are_told_in_utc(text: str) -> None:
    """Look at their zone: comparing would not show it, writing down would."""
    sent = read_time("2026-10-25 01:30", LONDON)
    assert sent is not None
    assert all(instant.tzinfo is UTC for instant in (*answer_readings(text, LONDON), *sent.readings))
