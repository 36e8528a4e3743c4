"""Dates as AdultWork takes them: local time to the minute, without a zone.

The zone is a setting; that AdultWork means UK local time is an inference, its documentation does not say.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo

from chalicelib.values import dataclass

LONGEST_TIME = 64  # characters; a fraction of a second may have many zeros, but not any number of them

_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_MINUTE = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"  # newer Pythons read 24:00, and mean the next day
LOCAL_FORM = re.compile(rf"({_DATE})[Tt ]({_MINUTE})(?::00(?:\.0+)?)?")
RFC3339_FORM = re.compile(rf"({_DATE})[Tt]({_MINUTE}):00(?:\.0+)?([Zz]|[+-][0-9]{{2}}:[0-5][0-9])")
_RESPONSE_FORM = re.compile(
    rf"({_DATE})[T ]({_MINUTE})(?::([0-9]{{2}})(?:\.([0-9]{{1,7}}))?)?(Z|[+-][0-9]{{2}}:[0-9]{{2}})?"
)
_ONE_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class UpstreamTime:
    """A minute on the upstream's clock.

    `text` has the form `YYYY-MM-DD HH:MM`. `readings` are the instants (UTC) that it can mean: one, two in the
    hour that the end of summer time repeats, none in the hour that its start leaves out. `instant` is the one that
    the caller meant, where an offset said so.
    """

    text: str
    readings: tuple[datetime, ...]
    instant: datetime | None = None

    @property
    def meant(self) -> tuple[datetime, ...]:
        """Return the instants that the caller can have meant."""
        return self.readings if self.instant is None else (self.instant,)

    @property
    def is_lost(self) -> bool:
        """Tell whether the caller meant one instant and the upstream's clock, which it is told by, shows two."""
        return self.instant is not None and len(self.readings) > 1


def read_time(text: str, zone: tzinfo) -> UpstreamTime | None:
    """Read a minute on the upstream's clock, or RFC 3339 with an offset, into the upstream's zone.

    The clock's own form is `YYYY-MM-DD HH:MM`; with a T, and with seconds that are zero, it is the form of the upstream's
    answers and of a page's date field. Returns None when the text has none of these forms, names no calendar date, has
    seconds other than zero, or lies outside the years that can be converted. The shape is checked by pattern first: the
    standard library's parsers take more.
    """
    if len(text) > LONGEST_TIME:
        return None
    try:
        if local := LOCAL_FORM.fullmatch(text):
            return _on_upstream_clock(datetime.fromisoformat(f"{local[1]} {local[2]}"), zone)
        if exact := RFC3339_FORM.fullmatch(text):
            instant = datetime.fromisoformat(f"{exact[1]}T{exact[2]}:00{exact[3].upper()}").astimezone(UTC)
            return _on_upstream_clock(instant.astimezone(zone).replace(tzinfo=None), zone, instant)
    except (ValueError, OverflowError):
        return None
    return None


def nearest_sure(time: UpstreamTime, zone: tzinfo) -> tuple[str, str]:
    """Return the last minute before and the first one after that the upstream's clock shows exactly once."""
    return _nearest(time, zone, -_ONE_MINUTE), _nearest(time, zone, _ONE_MINUTE)


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


def _on_upstream_clock(local: datetime, zone: tzinfo, instant: datetime | None = None) -> UpstreamTime:
    """Return the minute with every instant that maps back to it."""
    instants = {local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    readings = sorted(instant for instant in instants if instant.astimezone(zone).replace(tzinfo=None, fold=0) == local)
    return UpstreamTime(local.isoformat(sep=" ", timespec="minutes"), tuple(readings), instant)


def _nearest(time: UpstreamTime, zone: tzinfo, step: timedelta) -> str:
    """Walk until one instant shows the minute; the clocks never change by more than some hours."""
    while len(time.readings) != 1:
        time = _on_upstream_clock(datetime.fromisoformat(time.text) + step, zone)
    return time.text
