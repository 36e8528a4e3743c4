"""Dates against an independent reading of the clock: the two offsets that London has had since 1972."""

import re
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.domain.booking.upstream_time import read_time, same_minute
from tests.builders import LONDON

OFFSETS = (timedelta(hours=1), timedelta(0))
MINUTES = st.datetimes(datetime(1972, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001 (local times)
    lambda at: at.replace(second=0, microsecond=0)
)
NIGHTS = st.sampled_from([datetime(2026, 3, 29), datetime(2026, 10, 25), datetime(2031, 10, 26)])  # noqa: DTZ001 (local times)
NEAR_A_CHANGE = st.builds(lambda night, minutes: night + timedelta(minutes=minutes), NIGHTS, st.integers(0, 240))
LOCAL = MINUTES | NEAR_A_CHANGE
ZONES = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))
ALPHABET = "0123456789-:+TtZz. \n\u0967\uff11W"


def readings(local: datetime) -> tuple[datetime, ...]:
    """Return the instants at which a clock in London shows `local`, by trying both offsets."""
    candidates = [(local - offset).replace(tzinfo=UTC) for offset in OFFSETS]
    return tuple(instant for instant in candidates if instant.astimezone(LONDON).replace(tzinfo=None) == local)


@given(local=LOCAL)
def test_a_local_date_means_the_instants_that_show_it(local: datetime) -> None:
    """Read dates of 128 years, many of them near a change of the clocks."""
    text = local.isoformat(" ", "minutes")
    time = read_time(text, LONDON)
    assert time is not None
    assert (time.text, time.readings) == (text, readings(local))


@given(local=LOCAL, zone=ZONES, digits=st.integers(0, 9), letters=st.sampled_from(["T", "t"]))
def test_an_instant_is_told_as_what_the_clock_in_london_shows(
    local: datetime, zone: timezone, digits: int, letters: str
) -> None:
    """Read RFC 3339 with any offset, any number of zeros after the point, and both spellings of T."""
    instant = local.replace(tzinfo=zone)
    text = instant.isoformat(letters)
    fraction = f".{'0' * digits}" if digits else ""
    time = read_time(f"{text[:19]}{fraction}{text[19:]}", LONDON)
    assert time is not None
    assert time.text == instant.astimezone(LONDON).strftime("%Y-%m-%d %H:%M")
    assert instant in time.readings


@given(
    text=st.text(ALPHABET, max_size=30)
    | st.builds(
        lambda local, place, extra: f"{str(local)[:place]}{extra}{str(local)[place + 1 :]}",
        MINUTES,
        st.integers(0, 19),
        st.text(ALPHABET, max_size=2),
    )
)
@example(text="2026-01-20 21:30")
def test_whatever_is_read_had_one_of_the_two_forms(text: str) -> None:
    """Read noise and damaged dates; what is accepted has ASCII digits in the right places and means a minute."""
    time = read_time(text, LONDON)
    if time is not None:
        assert text.isascii()
        assert re.fullmatch(
            r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:00(\.0+)?)?|[Tt]\d\d:\d\d:00(\.0+)?([Zz]|[+-]\d\d:[0-5]\d))", text
        )
        assert datetime.strptime(time.text, "%Y-%m-%d %H:%M")  # noqa: DTZ007 (a local date)


@given(text=st.text(max_size=40))
def test_no_text_is_an_error(text: str) -> None:
    """Read anything at all, and compare it with anything."""
    read_time(text, LONDON)
    assert not same_minute("", text, LONDON)


@given(sent=LOCAL, echoed=LOCAL, fraction=st.sampled_from(["", ".0", ".0000000"]))
def test_an_echo_is_known_exactly_when_it_is_the_minute_that_was_sent(
    sent: datetime, echoed: datetime, fraction: str
) -> None:
    """Compare equal and different minutes in the form of AdultWork's answers."""
    text = sent.isoformat(" ", "minutes")
    assert same_minute(text, f"{sent.isoformat()}{fraction}", LONDON)
    assert same_minute(text, f"{echoed.isoformat()}{fraction}", LONDON) == (echoed == sent)
