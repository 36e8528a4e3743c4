"""Times as reviewers read and write them: in their own zone, with UTC beside."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

UNKNOWN = "not told"
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,31}(/[A-Za-z0-9_+-]{1,31}){0,2}")


def zone_named(name: str) -> str | None:
    """Return the name of a zone that there is, None for any other text."""
    if not _ZONE.fullmatch(name):
        return None
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, KeyError):  # no zone, a folder of zones, or a file that is none
        return None


def local(moment: datetime | None, zone: str) -> str:
    """Return a time in a zone."""
    return UNKNOWN if moment is None else f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S %Z}"


def utc(moment: datetime | None) -> str:
    """Return a time in UTC."""
    return UNKNOWN if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def beginning(day: str, clock: str, zone: str) -> str:
    """Return when a stretch begins that is told as a day and perhaps a time of a zone: RFC 3339 in UTC.

    What is no day or no time comes back as it is, and whoever reads it as a time refuses it.
    """
    return _moment(day, clock or "00:00", zone, timedelta())


def end(day: str, clock: str, zone: str) -> str:
    """Return when a stretch ends: with the day that is told, or at a time of it."""
    return _moment(day, clock or "00:00", zone, timedelta() if clock else timedelta(days=1))


def first_day(moment: datetime, zone: str) -> tuple[str, str]:
    """Return the day and the time that `beginning` makes a moment of; without the time at midnight."""
    return _day_and_time(moment.astimezone(ZoneInfo(zone)))


def last_day(moment: datetime, zone: str) -> tuple[str, str]:
    """Return the day and the time that `end` makes a moment of."""
    day, clock = _day_and_time(moment.astimezone(ZoneInfo(zone)))
    return (day, clock) if clock else ((date.fromisoformat(day) - timedelta(days=1)).isoformat(), "")


def _day_and_time(moment: datetime) -> tuple[str, str]:
    return f"{moment:%Y-%m-%d}", "" if moment.time() == time() else f"{moment:%H:%M}"


def _moment(day: str, clock: str, zone: str, later: timedelta) -> str:
    try:
        told = datetime.combine(date.fromisoformat(day) + later, time.fromisoformat(clock), ZoneInfo(zone))
        return f"{told.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (ValueError, OverflowError):
        return f"{day} {clock}"
