"""Times as reviewers write and read them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.edge.console import times

ZONES = ("UTC", "Europe/London", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia")


@pytest.mark.parametrize(
    ("day", "clock", "zone", "begins", "ends"),
    [
        ("2026-01-15", "", "Europe/Berlin", "2026-01-14T23:00:00Z", "2026-01-15T23:00:00Z"),
        ("2026-01-15", "10:30", "Europe/Berlin", "2026-01-15T09:30:00Z", "2026-01-15T09:30:00Z"),
        ("2026-03-29", "", "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
    ],
)
def test_a_day_is_one_of_the_zone(day: str, clock: str, zone: str, begins: str, ends: str) -> None:
    """It ends when the next one begins, also where a clock changes; a time ends it sooner."""
    assert times.beginning(day, clock, zone) == begins
    assert times.end(day, clock, zone) == ends


@pytest.mark.parametrize(
    ("day", "clock"), [("yesterday", ""), ("2026-01-15", "noon"), ("", "10:30"), ("9999-12-31", "")]
)
def test_what_is_no_time_is_handed_on_as_it_is(day: str, clock: str) -> None:
    """And refused by whoever reads it."""
    assert times.end(day, clock, "UTC") == f"{day} {clock or '00:00'}"


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.sampled_from(ZONES))  # noqa: DTZ001 (made aware below)
def test_what_a_form_shows_means_what_it_was_made_of(moment: datetime, zone: str) -> None:
    """Both ends of a stretch, to the minute; but for the hour that a clock shows twice."""
    whole = moment.replace(second=0, microsecond=0, tzinfo=UTC)
    again = f"{whole:%Y-%m-%dT%H:%M:%SZ}"
    repeated = f"{whole - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    assert times.beginning(*times.first_day(whole, zone), zone) in {again, repeated}
    assert times.end(*times.last_day(whole, zone), zone) in {again, repeated}


def test_times_are_told_with_their_zone() -> None:
    """What is not told is said so."""
    moment = datetime(2026, 7, 15, 12, 0, 5, tzinfo=UTC)
    assert times.local(moment, "Europe/London") == "2026-07-15 13:00:05 BST"
    assert times.utc(moment) == "2026-07-15 12:00:05 UTC"
    assert times.local(None, "UTC") == times.utc(None) == "not told"


@pytest.mark.parametrize("name", ["", "Europe", "../UTC", "/etc/passwd", "Nowhere/Here", "Europe/London\n", "a" * 40])
def test_a_zone_is_one_that_there_is(name: str) -> None:
    """And never a path."""
    assert times.zone_named(name) is None
    assert times.zone_named("Europe/London") == "Europe/London"
