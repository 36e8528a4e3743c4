"""What a JSON number means, at the edges of what is taken."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.booking.exact_number import amount, whole_number

LEXEMES = st.from_regex(r"\A-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?([eE][+-]?[0-9]{1,2})?\Z").filter(
    lambda text: len(text) <= 20
)


@pytest.mark.parametrize(
    ("lexeme", "value"),
    [
        ("15", 15), ("15.0", 15), ("15.000000000000000", 15), ("1.5e1", 15), ("1.5E+1", 15), ("150e-1", 15), ("-15.0", -15),
        ("0", 0), ("-0", 0), ("0.000", 0), ("-0.0", 0), ("0e999999999999999999", 0), ("0e-999999999999999", 0),
        ("100", 100), ("1e2", 100), ("10.10e1", 101), ("1e19", 10**19), ("99999999999999999999", 10**20 - 1),
        ("1e20", None), ("100000000000000000000", None), ("1e999999999999999999", None), ("1e-999999999999999", None),
        ("15.5", None), ("0.1", None), ("1e-1", None), ("1e-20", None), ("1e-21", None), ("NaN", None), ("sNaN", None),
        ("Infinity", None), ("-Infinity", None),
    ],
)  # fmt: skip
def test_a_whole_number_is_known_by_its_value(lexeme: str, value: int | None) -> None:
    """Write it with zeros, with exponents, and in ways that are no whole number."""
    assert whole_number(Decimal(lexeme)) == value


@pytest.mark.parametrize(
    ("lexeme", "text"),
    [
        ("32", "32"), ("32.50", "32.5"), ("32.5000", "32.5"), ("32.500000", "32.5"), ("3.25e1", "32.5"), ("100", "100"),
        ("1E+2", "100"), ("1e-2", "0.01"), ("0.01", "0.01"), ("0.010", "0.01"), ("99.99", "99.99"), ("999.99", "999.99"),
        ("-0", "0"), ("0.000", "0"), ("-0.0", "0"), ("0e99", "0"), ("1000", None), ("999.991", None), ("1e3", None),
        ("0.001", None), ("-1", None), ("-0.01", None), ("NaN", None), ("sNaN", None), ("Infinity", None),
        ("1e999999999999999999", None), ("1e-999999999999999", None),
    ],
)  # fmt: skip
def test_an_amount_has_so_many_digits_and_decimals_and_one_form(lexeme: str, text: str | None) -> None:
    """Allow three digits and two decimals."""
    found = amount(Decimal(lexeme), 3, 2)
    assert (None if found is None else str(found)) == text


@given(LEXEMES)
def test_no_spelling_changes_the_value(lexeme: str) -> None:
    """Read random numbers; what is taken is the number that was written, and all that fit are taken."""
    value = Decimal(lexeme)
    whole, money = whole_number(value), amount(value, 7, 4)
    assert whole == (int(value) if value == value.to_integral_value() and abs(value) < 10**20 else None)
    fits = 0 <= value < 10**7 and value == round(value, 4)
    assert money == (value if fits else None)
    assert money is None or "E" not in str(money)
