"""The rows that bookings are counted in: one for each account and day, as long as it stays small."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.adapters.aws.dynamodb.rate_limit import RateLimit, counters
from tests.builders import NOW

MINUTE, DAY = RateLimit(5, 60), RateLimit(30, 86_400)
MANY = RateLimit(101, 86_400)
TODAY = int(NOW.timestamp()) // 86_400


def test_a_day_counts_its_minutes_in_the_same_row() -> None:
    """Both orders of the limits, and a moment of the afternoon: 12:34 is minute 754."""
    now = NOW + timedelta(minutes=34, seconds=59)
    for limits in ((MINUTE, DAY), (DAY, MINUTE)):
        (counter,) = counters(1001, limits, now)
        assert counter.row == f"RATE#1001#86400#{TODAY}"
        assert counter.ends == datetime(2026, 1, 16, tzinfo=UTC)
        assert counter.limits == {"used": DAY, "m0754": MINUTE}


@pytest.mark.parametrize(
    ("limits", "windows"), [((), []), ((MINUTE,), [60]), ((DAY,), [86_400]), ((MINUTE, MANY), [86_400, 60])]
)
def test_every_other_limit_has_a_row_for_each_of_its_windows(limits: tuple[RateLimit, ...], windows: list[int]) -> None:
    """No limit, one of them, and a day that allows so many that the counts of its minutes would not fit."""
    found = counters(1001, limits, NOW)
    assert [counter.row for counter in found] == [
        f"RATE#1001#{window}#{int(NOW.timestamp()) // window}" for window in windows
    ]
    assert [(list(counter.limits), counter.ends - NOW) for counter in found] == [
        (["used"], timedelta(seconds=60 if window == 60 else 43_200)) for window in windows
    ]


def test_the_largest_day_that_counts_minutes_stays_under_a_kilobyte() -> None:
    """Every booking in a minute of its own: as many short attributes as the limit allows."""
    (counter,) = counters(1001, (MINUTE, RateLimit(100, 86_400)), NOW)
    assert len("pk" + counter.row + "used" + "expires_at") + 4 + 8 + 100 * (len("m0754") + 3) < 1024


def test_a_row_tells_which_of_its_limits_leave_no_room() -> None:
    """As it stands when the condition has failed; what it does not have was not used."""
    (counter,) = counters(1001, (MINUTE, DAY), NOW)
    assert counter.used_up({"used": {"N": "29"}, "m0720": {"N": "5"}}) == [MINUTE]
    assert counter.used_up({"used": {"N": "30"}, "m0719": {"N": "5"}}) == [DAY]
    assert counter.used_up({"used": {"N": "31"}, "m0720": {"N": "6"}}) == [DAY, MINUTE]
    assert counter.used_up({}) == []
