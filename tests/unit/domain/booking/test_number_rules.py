"""The rules on BookUserID, Duration, Method and Credits."""

from decimal import Decimal

import pytest

from chalicelib.domain.booking.form import JsonValue
from chalicelib.domain.booking.policy import BookingPolicy
from chalicelib.domain.booking.rules.form import violations
from tests.builders import LONDON, broken_rules, form, members

NO_INTEGERS: list[JsonValue] = [
    True, False, "", "15", "1", " 15", "\u09e7\u09eb", Decimal("15.5"), Decimal("1E-1"), Decimal("1E+20"), Decimal("NaN"),
    Decimal("-Infinity"), Decimal("1E+999999999999999999"), Decimal("1E-999999999999999999"), [], [15], {},
]  # fmt: skip


@pytest.mark.parametrize("value", [1, 123456, 2_147_483_647])
def test_a_user_id_is_a_positive_32_bit_integer(value: int) -> None:
    """Take both ends of the range."""
    assert broken_rules(members(BookUserID=value)) == []


@pytest.mark.parametrize("value", [0, -1, 2_147_483_648, 10**40, *NO_INTEGERS])
def test_anything_else_is_no_user_id(value: JsonValue) -> None:
    """Refuse what is outside the range or not a JSON integer; a boolean is not one."""
    assert broken_rules(members(BookUserID=value)) == ["book-user-id"]


@pytest.mark.parametrize("value", [5, 6, 1439, 1440])
def test_a_session_lasts_from_five_minutes_to_a_day(value: int) -> None:
    """Take both ends of the range."""
    assert broken_rules(members(Duration=value)) == []


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (4, "duration-minimum"),
        (0, "duration-minimum"),
        (-15, "duration-minimum"),
        (-(10**40), "duration-minimum"),
        (1441, "duration-maximum"),
        (10**40, "duration-maximum"),
        (Decimal("9E+19"), "duration-maximum"),
        (Decimal("-1E+19"), "duration-minimum"),
        (Decimal("-0.0"), "duration-minimum"),
        (Decimal("4.0"), "duration-minimum"),
        (Decimal("1.441E+3"), "duration-maximum"),
        *((value, "duration-form") for value in NO_INTEGERS),
    ],
)
def test_any_other_duration_is_refused_by_the_one_rule_that_it_breaks(value: JsonValue, rule: str) -> None:
    """Refuse what is too short, too long or not a JSON integer."""
    assert broken_rules(members(Duration=value)) == [rule]


@pytest.mark.parametrize(
    ("value", "rules"), [(9, ["duration-minimum"]), (10, []), (20, []), (21, ["duration-maximum"])]
)
def test_the_limits_of_a_duration_are_the_policy_s(value: int, rules: list[str]) -> None:
    """Judge by other limits than the defaults."""
    policy = BookingPolicy(zone=LONDON, minimum_duration_minutes=10, maximum_duration_minutes=20)
    assert broken_rules(members(Duration=value), policy=policy) == rules


@pytest.mark.parametrize("value", [1, 2, 3])
def test_there_are_three_methods(value: int) -> None:
    """Send every contact, so that only the method is judged."""
    assert broken_rules(members(Method=value, SkypeName="live:someone")) == []


@pytest.mark.parametrize("value", [0, 4, -1, 10**40, *NO_INTEGERS])
def test_anything_else_is_no_method(value: JsonValue) -> None:
    """Refuse other numbers and other types; `true` equals 1 in Python and is no method all the same."""
    assert broken_rules(members(Method=value)) == ["method"]


@pytest.mark.parametrize(
    "value",
    [
        0, 1, 32, 9_999_999, Decimal(32), Decimal("32.00"), Decimal("0.0001"), Decimal("0.0000"), Decimal("9999999.9999"),
        Decimal("32.00000"), Decimal("1E+3"), Decimal("3.25e1"), Decimal("-0"), Decimal("-0.00"), Decimal("0E-99999999"),
        Decimal("9.9999999999E6"), Decimal("1E-4"),
    ],
)  # fmt: skip
def test_credits_have_at_most_seven_digits_and_four_decimals(value: JsonValue) -> None:
    """Take integers and decimals up to the limits, in any spelling."""
    assert broken_rules(members(Credits=value)) == []


@pytest.mark.parametrize(
    "value",
    [
        -1, 10_000_000, 10**40, Decimal("-0.5"), Decimal("-0.0001"), Decimal("10000000.0"), Decimal("0.00001"),
        Decimal("32.00001"), Decimal("1E+7"), Decimal("1E-5"), Decimal("1E-7"), Decimal("9E+999999999999999999"),
        Decimal("1E-999999999999999999"), Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"),
        True, False, "", "32", "32.00", "\uff13\uff12", [], [32], {}, {"amount": 32},
    ],
)  # fmt: skip
def test_any_other_credits_are_refused(value: JsonValue) -> None:
    """Refuse negative, long and fine numbers, and whatever is not a number."""
    assert broken_rules(members(Credits=value)) == ["credits-form"]


@pytest.mark.parametrize(
    ("changes", "message", "params"),
    [
        (
            {"BookUserID": 0},
            "Send the user to book as a whole number from 1 to 2147483647, without quotes.",
            {"minimum": 1, "maximum": 2_147_483_647},
        ),
        (
            {"Duration": "15"},
            "Send the duration as a whole number of minutes, without quotes.",
            {"minimum": 10, "maximum": 20},
        ),
        ({"Duration": 9}, "Book at least 10 minutes.", {"minimum": 10}),
        ({"Duration": 21}, "Book at most 20 minutes.", {"maximum": 20}),
        (
            {"Method": 4},
            "Send the way to talk as 1 (they call you), 2 (you call them) or 3 (Skype).",
            {"allowed": (1, 2, 3)},
        ),
        (
            {"Credits": -1},
            "Send the credits as a plain number without quotes: at most 7 digits, at most 4 decimals, not negative.",
            {"minimum": 0, "maximum": Decimal("9999999.9999"), "maximum_decimals": 4},
        ),
    ],
)
def test_what_a_number_is_measured_by_is_told_exactly(
    changes: dict[str, JsonValue], message: str, params: dict[str, object]
) -> None:
    """Break each rule on numbers under limits other than the defaults; what is told is an integer or an exact amount."""
    policy = BookingPolicy(zone=LONDON, minimum_duration_minutes=10, maximum_duration_minutes=20)
    (violation,) = violations(form(members(**{"Duration": 15, **changes}), policy=policy))
    assert (violation.message, violation.params) == (message, params)
    allowed = violation.params.get("allowed", ())
    assert isinstance(allowed, tuple)
    assert all(type(each) is int for each in allowed)
