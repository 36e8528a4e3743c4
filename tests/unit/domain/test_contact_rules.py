"""The rules on PhoneNumber and SkypeName, each only for the method that uses it."""

from decimal import Decimal

import pytest

from chalicelib.domain.form import JsonValue
from chalicelib.domain.policy import BookingPolicy
from tests.builders import LONDON, broken_rules, members, without

NO_TEXTS: list[JsonValue] = [7700900123, Decimal(7700900123), True, False, [], ["07700900123"], {}, {"a": "b"}]


@pytest.mark.parametrize(
    "value",
    ["07700900123", "7700900123", "0770 090 0123", "(0770) 090-0123", " 0770--0900123) ", "02079460000", "0000000000"],
)
def test_a_phone_number_has_ten_or_eleven_digits_between_separators(value: str) -> None:
    """Take spaces, dashes and parentheses anywhere."""
    assert broken_rules(members(PhoneNumber=value)) == []


@pytest.mark.parametrize(
    "value",
    [
        "", " ", "()-", "077009001", "077009001234", "447700900123", "+447700900123", "+4477009001", "0770.090.0123",
        "0770/0900123", "07700900123x", "07700900123\n", "0770\t0900123", "0770\u00a00900123", "0770\u20110900123",
        "0770\u200b0900123", "07700900123\0", "\uff10\uff17\uff17\uff10\uff10\uff19\uff10\uff10\uff11\uff12\uff13",
        "\u09e6\u09ed\u09ed\u09e6\u09e6\u09ef\u09e6\u09e6\u09e7\u09e8\u09e9", "0770090012\u00b3", *NO_TEXTS,
    ],
)  # fmt: skip
def test_anything_else_is_no_phone_number(value: JsonValue) -> None:
    """Refuse other lengths, country codes, other separators, other scripts' digits and other types."""
    assert broken_rules(members(PhoneNumber=value)) == ["phone-number-form"]


@pytest.mark.parametrize("document", [without("PhoneNumber"), members(PhoneNumber=None)])
def test_method_1_needs_a_phone_number(document: dict[str, JsonValue]) -> None:
    """Leave it out, and send it as null."""
    assert broken_rules(document) == ["phone-number-required"]


PREMIUM = [
    "09012345678", "9012345678", "(0909) 879-0000", "07012345678", "7012345678", "070 1234 5678", "07612345678",
    "7612345678", "08412345678", "8412345678", "08712345678", "8712345678",
]  # fmt: skip


@pytest.mark.parametrize("value", PREMIUM)
def test_a_number_that_costs_whoever_rings_it_is_refused(value: str) -> None:
    """Refuse the premium-rate, personal and pager ranges, with and without the leading zero."""
    assert broken_rules(members(PhoneNumber=value)) == ["phone-number-premium"]


@pytest.mark.parametrize("value", PREMIUM)
def test_the_rule_on_premium_numbers_can_be_switched_off(value: str) -> None:
    """Judge the same numbers by another policy."""
    assert broken_rules(members(PhoneNumber=value), policy=BookingPolicy(LONDON, refuse_premium_numbers=False)) == []


@pytest.mark.parametrize(
    "value",
    ["07112345678", "07512345678", "07712345678", "08012345678", "08312345678", "08512345678", "08612345678",
     "08812345678", "00901234567", "01912345678", "02012345678", "07412345678"],
)  # fmt: skip
def test_the_ranges_beside_the_premium_ones_are_ordinary(value: str) -> None:
    """Take the neighbours of each refused range."""
    assert broken_rules(members(PhoneNumber=value)) == []


@pytest.mark.parametrize(
    "value",
    ["abcdef", "1abcde", "someone.else", "live:someone", "live:.cid.1a2b3c4d", "a.b,c_d-e:f", "a" * 32, "A23456"],
)
def test_a_skype_name_has_6_to_32_plain_characters(value: str) -> None:
    """Take both lengths, `live:` names and every mark that may stand inside."""
    assert broken_rules(members(Method=3, SkypeName=value)) == []


@pytest.mark.parametrize(
    "value",
    [
        "", "abcde", "a" * 33, ".abcdef", "-abcdef", ":abcdef", "_abcdef", ",abcdef", "abc def", "abcdef\n",
        "\nabcdef", "abc\tdef", "abc@def", "abcd\u00e9f", "\u0430bcdef", "abc\u200bdef", "abcdef\u202e", "abcdef\0",
        "\u09e7\u09e8\u09e9\u09ea\u09eb\u09ec", "\uff41bcdef", *NO_TEXTS,
    ],
)  # fmt: skip
def test_anything_else_is_no_skype_name(value: JsonValue) -> None:
    """Refuse other lengths, other characters, a mark at the start and other types."""
    assert broken_rules(members(Method=3, SkypeName=value)) == ["skype-name-form"]


@pytest.mark.parametrize("document", [members(Method=3), members(Method=3, SkypeName=None)])
def test_method_3_needs_a_skype_name(document: dict[str, JsonValue]) -> None:
    """Leave it out, and send it as null."""
    assert broken_rules(document) == ["skype-name-required"]


@pytest.mark.parametrize("value", ["nonsense", "", "09012345678", 1, True, []])
def test_a_contact_that_the_method_does_not_use_is_not_judged(value: JsonValue) -> None:
    """Send both contacts wrongly with Method 2, and each with the method of the other."""
    assert broken_rules(members(Method=2, PhoneNumber=value, SkypeName=value)) == []
    assert broken_rules(members(Method=1, SkypeName=value)) == []
    assert broken_rules(members(Method=3, SkypeName="live:someone", PhoneNumber=value)) == []


def test_a_short_premium_number_breaks_both_rules() -> None:
    """Send the beginning of one."""
    assert broken_rules(members(PhoneNumber="0909")) == ["phone-number-form", "phone-number-premium"]
