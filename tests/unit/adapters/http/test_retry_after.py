"""Retry-After: seconds or any of HTTP's dates, between a second and an hour."""

from datetime import UTC, datetime

import pytest

from chalicelib.adapters.http.retry_after import retry_after_seconds

NOW = datetime(2026, 10, 21, 7, 28, 0, 500_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        (" 60 ", 60),
        ("0", 1),
        ("3600", 3600),
        ("3601", 3600),
        ("999999999", 3600),
        ("Wed, 21 Oct 2026 07:28:10 GMT", 10),
        ("Wednesday, 21-Oct-26 07:29:00 GMT", 60),
        ("Wed Oct 21 07:28:02 2026", 2),
        ("Wed, 21 Oct 2026 07:27:00 GMT", 1),
        ("Wed, 21 Oct 2026 09:00:00 GMT", 3600),
    ],
)
def test_what_can_be_read_is_a_wait_within_bounds(header: str, seconds: int) -> None:
    """A part of a second counts as a whole one."""
    assert retry_after_seconds(header, NOW) == seconds


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "-1",
        "1.5",
        "٣",
        "9" * 30,
        "tomorrow",
        "Wed, 99 Oct 2026 07:28:10 GMT",
        "2026-10-21T07:28:10Z",
    ],
)
def test_what_cannot_be_read_says_nothing(header: str | None) -> None:
    """Whoever needs a wait then takes one of his own."""
    assert retry_after_seconds(header, NOW) is None
