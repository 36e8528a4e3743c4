"""Dates as AdultWork takes them: local time to the minute, without a zone.

The zone is a setting; that AdultWork means UK local time is an inference, its documentation does not say.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

_MINUTE = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"  # newer Pythons read 24:00, and mean the next day
UPSTREAM_FORM = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}} {_MINUTE}")
RFC3339_FORM = re.compile(
    rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})[Tt]({_MINUTE}):([0-9]{{2}})(?:\.([0-9]+))?([Zz]|[+-][0-9]{{2}}:[0-5][0-9])"
)
_RESPONSE_FORM = re.compile(
    rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})[T ]({_MINUTE})(?::([0-9]{{2}})(?:\.([0-9]{{1,7}}))?)?(Z|[+-][0-9]{{2}}:[0-9]{{2}})?"
)


@dataclass(frozen=True, slots=True)
class UpstreamTime:
    """A minute on the upstream's clock.

    `text` has the form `YYYY-MM-DD HH:MM`. `readings` are the instants (UTC) that it can mean: one, two in the
    hour that the end of summer time repeats, none in the hour that its start leaves out.
    """

    text: str
    readings: tuple[datetime, ...]


def read_time(text: str, zone: tzinfo) -> UpstreamTime | None:
    """Read the upstream's own form, or RFC 3339 with an offset, into the upstream's zone.

    Returns None when the text has neither form, names no calendar date, has seconds other than zero, or lies outside
    the years that can be converted. The shape is checked by pattern first: the standard library's parsers take more.
    """
    try:
        if UPSTREAM_FORM.fullmatch(text):
            return _on_upstream_clock(datetime.fromisoformat(text), zone)
        match = RFC3339_FORM.fullmatch(text)
        if match is None or match[3] != "00" or (match[4] or "").strip("0"):
            return None
        instant = datetime.fromisoformat(f"{match[1]}T{match[2]}:00{match[5].upper()}")
        return _on_upstream_clock(instant.astimezone(zone).replace(tzinfo=None), zone)
    except (ValueError, OverflowError):
        return None


def same_minute(sent: str, echoed: str, zone: tzinfo) -> bool:
    """Tell whether a date in an answer is the minute that was sent (`2018-01-22 21:30` is `2018-01-22T21:30:00`)."""
    match = _RESPONSE_FORM.fullmatch(echoed)
    if match is None or (match[3] or "00") != "00" or (match[4] or "").strip("0"):
        return False
    if match[5] is None:
        return f"{match[1]} {match[2]}" == sent
    time = read_time(f"{match[1]}T{match[2]}:00{match[5]}", zone)
    return time is not None and time.text == sent


def answer_readings(text: str, zone: tzinfo) -> tuple[datetime, ...]:
    """Return the instants (UTC) that a date in an answer can mean; none when it cannot be read."""
    match = _RESPONSE_FORM.fullmatch(text)
    if match is None:
        return ()
    try:
        moment = datetime.fromisoformat(
            f"{match[1]}T{match[2]}:{match[3] or '00'}.{(match[4] or '').ljust(6, '0')[:6]}"
        )
        if match[5] is not None:
            offset = datetime.fromisoformat(f"{match[1]}T00:00:00{match[5]}").tzinfo
            return (moment.replace(tzinfo=offset).astimezone(UTC),)
        return tuple(sorted({moment.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}))
    except (ValueError, OverflowError):
        return ()


def _on_upstream_clock(local: datetime, zone: tzinfo) -> UpstreamTime:
    """Return the minute with every instant that maps back to it."""
    instants = {local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    readings = sorted(instant for instant in instants if instant.astimezone(zone).replace(tzinfo=None, fold=0) == local)
    return UpstreamTime(local.isoformat(sep=" ", timespec="minutes"), tuple(readings))
