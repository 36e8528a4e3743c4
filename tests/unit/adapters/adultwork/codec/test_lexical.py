"""Spellings to values: Python's own conversions take far more than these."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from chalicelib.adapters.adultwork.codec.lexical import boolean, date, decimal, integer
from chalicelib.adapters.http.answer import UnreadableAnswerError

ODD_NUMBERS = (
    "",
    " ",
    "+1",
    "1_0",
    "0x10",
    "1e2",
    "Infinity",
    "NaN",
    "١٢",
    "--1",
    "1 2",
    "1.",
    ".5",
    "\u00a01",
    "\x0b1",
)


@pytest.mark.parametrize(("spelling", "value"), [("15", 15), ("-7", -7), ("007", 7), ("\n 1 \t", 1), ("-0", 0)])
def test_integers(spelling: str, value: int) -> None:
    """An integer is ASCII digits, with a minus if it is negative."""
    assert integer(spelling) == value


@pytest.mark.parametrize("spelling", [*ODD_NUMBERS, "15.0", "12345678901", "true"])
def test_what_is_no_integer(spelling: str) -> None:
    """`15.0` is a decimal, and eleven digits are no id."""
    with pytest.raises(UnreadableAnswerError):
        integer(spelling)


@pytest.mark.parametrize("spelling", ["8", "8.0000", "-0.5", "999999999999.12345678", " 8.5 "])
def test_decimals_are_exact(spelling: str) -> None:
    """Every digit stays, the scale too."""
    assert str(decimal(spelling)) == spelling.strip()


@pytest.mark.parametrize("spelling", [*ODD_NUMBERS, "1234567890123", "1.123456789", "1.5.5", "1,5"])
def test_what_is_no_decimal(spelling: str) -> None:
    """No exponent, no infinity, no absurd length."""
    with pytest.raises(UnreadableAnswerError):
        decimal(spelling)


@pytest.mark.parametrize(
    "spelling",
    [
        "2018-01-22T21:30:00",
        "2018-01-20T12:34:56.789",
        "2018-01-20T12:34:56.1234567",
        "2018-01-22T21:30",
        "2018-01-22 21:30",
        "2018-01-22T21:30:00Z",
        "2018-01-22T21:30:00+01:00",
    ],
)
def test_dates_stay_as_sent(spelling: str) -> None:
    """A date is checked for its look and never rewritten."""
    assert date(f" {spelling}\n") == spelling


@pytest.mark.parametrize(
    "spelling",
    ["", "2018-01-22", "22/01/2018 21:30", "2018-21-22T21:30:00", "2018-01-22T21:30:00 GMT", "٢018-01-22T21:30"],
)
def test_what_is_no_date(spelling: str) -> None:
    """Other forms are not guessed at."""
    with pytest.raises(UnreadableAnswerError):
        date(spelling)


def test_the_default_date_of_the_upstream_means_never() -> None:
    """.NET writes the first second of the calendar for a date that was never set."""
    assert date("0001-01-01T00:00:00") is None
    assert date("0001-01-01T00:00:01") is not None


@pytest.mark.parametrize("spelling", ["True", "1", "0", "yes", "", "truefalse"])
def test_what_is_no_boolean(spelling: str) -> None:
    """1 and 0 are numbers here, or a method's id would be its availability as well."""
    with pytest.raises(UnreadableAnswerError):
        boolean(spelling)


@pytest.mark.parametrize(
    ("convert", "spelling", "kind"), [(integer, "1", int), (decimal, "1", Decimal), (boolean, "true", bool)]
)
def test_values_have_their_own_type(convert: Callable[[str], object], spelling: str, kind: type) -> None:
    """The strict model takes no other."""
    assert type(convert(spelling)) is kind
