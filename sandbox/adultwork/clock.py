"""Tell the time as the simulated service does: local London time, written without a zone."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

Clock: TypeAlias = Callable[[], datetime]
"""A source of the current moment as an aware datetime."""

LONDON = ZoneInfo("Europe/London")


def system_clock() -> datetime:
    """Return the machine's current moment in UTC."""
    return datetime.now(UTC)


def london_time(moment: datetime) -> datetime:
    """Return an aware moment as London wall-clock time without a zone, cut to milliseconds."""
    local = moment.astimezone(LONDON).replace(tzinfo=None)
    return local.replace(microsecond=local.microsecond // 1000 * 1000)


def date_text(local: datetime) -> str:
    """Write a zoneless date in the .NET manner: seconds always, a fraction only without its trailing zeros."""
    whole = local.isoformat(timespec="seconds")
    fraction = f"{local.microsecond:06d}".rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole
