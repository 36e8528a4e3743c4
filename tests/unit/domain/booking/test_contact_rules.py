"""The rules on PhoneNumber and SkypeName, each only for the method that uses it."""

import unicodedata
from decimal import Decimal

import pytest

from chalicelib.domain.booking.form import JsonValue
from chalicelib.domain.booking.phone_number import national_form
from chalicelib.domain.booking.policy import BookingPolicy
from chalicelib.domain.booking.rules.form import violations
from tests.builders import LONDON, broken_rules, form, members, without

NO_TEXTS: list[JsonValue] = [7700900123, Decimal(7700900123), True, False, [], ["07700900123"], {}, {"a": "b"}]


@pytest.mark.parametrize(
    "value",
    ["07700900123", "7700900123", "0770 090 0123", "(0770) 090-0123", " 0770--0900123) ", "02079460000", "0100000000"],
)
def test_a_phone_number_has_ten_or_eleven_digits_between_separators(value: str) -> None:
    """Take spaces, dashes and parentheses anywhere."""
    assert broken_rules(members(PhoneNumber=value)) == []


@pytest.mark.parametrize(
    "value",
    [
        "", " ", "()-", "077009001", "077009001234", "447700900123", "+4477009001", "+44", "0044", "+44 (0)", "44",
        "+4407700900123456", "0770/0900123", "07700900123x", "x07700900123", "07700900123\n", "0770\t0900123", "0770\r0900123",
        "07700900123\0", "07700 900123 ext. 4", "07700+900123", "0770\u30fb0900123",
        "\uff10\uff17\uff17\uff10\uff10\uff19\uff10\uff10\uff11\uff12\uff13", "\uff0b447700900123", "0770\U000e00010900123",
        "\u09e6\u09ed\u09ed\u09e6\u09e6\u09ef\u09e6\u09e6\u09e7\u09e8\u09e9", "0770090012\u00b3", *NO_TEXTS,
    ],
)  # fmt: skip
def test_anything_else_is_no_phone_number(value: JsonValue) -> None:
    """Refuse other lengths, letters, line breaks, other scripts' digits, what parts two numbers, and other types."""
    assert broken_rules(members(PhoneNumber=value)) == ["phone-number-form"]


@pytest.mark.parametrize(
    "value",
    [
        "+447700900123", "+44 7700 900123", "+44 (0)7700 900123", "+44(0) 7700 900 123", "+4407700900123", "(+44) 7700 900123",
        "00447700900123", "0044 7700 900123", "0044 (0)7700-900123", "00 44 0 7700 900123", "+44\u00a07700\u00a0900123",
        "\u202a+44 7700 900123\u202c", "\u2066+447700900123\u2069", "\u200e07700\u200f900123", "07700\u202f900\u2007123",
        "\ufeff07700900123", "\u206007700\u200b900\u200c123\u200d", "07700\u00ad900123", "07700\u2011900\u2010123",
        "07700\u2013900\u2014123", "07700\u2012900\u2015123", "07700\u2212900123", "07700\u2043900123", "07700\ufe63900\uff0d123",
        "07700.900.123", "07700\u3000900\u2003123", "\u061c07700900123", "07700\u2064900\u206f123", "07700\ufe0e900123",
        " " * 53 + "07700900123",
    ],
)  # fmt: skip
def test_a_number_from_a_contact_app_becomes_the_national_form(value: str) -> None:
    """Paste it with the country code, invisible marks, spaces that do not break and every kind of hyphen."""
    assert broken_rules(members(PhoneNumber=value)) == []
    assert form(members(PhoneNumber=value)).phone_number() == "07700900123"


@pytest.mark.unmeasured
def test_every_dash_and_space_of_unicode_may_stand_between_digits() -> None:
    """Walk through all characters; what is dropped shows as a gap, a dash, a dot, a bracket, or as nothing at all."""
    dropped = {
        chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000 and national_form(f"0{chr(code)}7") == "07"
    }
    assert {mark for mark in map(chr, range(0x110000)) if unicodedata.category(mark) in {"Pd", "Zs"}} < dropped
    others = dropped - {mark for mark in dropped if unicodedata.category(mark) in {"Pd", "Zs", "Cf"}}
    assert others == {*".()\u034f\u2043\u2212", *map(chr, range(0xFE00, 0xFE10))} | ({"\u2065"} & dropped)
    assert dropped.isdisjoint("/+,;:*#\n\r\t\0")


def test_a_phone_number_is_written_in_at_most_64_characters() -> None:
    """Put a space too many before one."""
    assert broken_rules(members(PhoneNumber=" " * 54 + "07700900123")) == ["phone-number-form"]


@pytest.mark.parametrize(
    "value",
    ["+1 202 555 0123", "+353861234567", "0033612345678", "00 1 202 555 0123", "00901234567", "0000000000", "+", "00", "+4",
     "004", "+0044 7700 900123", "++447700900123", "+44 00 7700 900123", "0044 0044 7700900123", "+7700900123"],
)  # fmt: skip
def test_a_number_of_another_country_is_refused_with_the_reason(value: str) -> None:
    """Dial from abroad to elsewhere; nothing else is said about it."""
    (violation,) = violations(form(members(PhoneNumber=value)))
    assert (violation.rule, violation.params) == ("phone-number-country", {"country_code": "44"})
    assert violation.message == "Send a phone number of the UK: of all country codes, only +44 is taken."


@pytest.mark.parametrize("value", ["07624 301234", "7624301234", "07624 491234", "07624 801234", "+44 7624 561234"])
def test_the_mobiles_of_the_isle_of_man_are_ordinary(value: str) -> None:
    """They share their first digits with the pagers."""
    assert broken_rules(members(PhoneNumber=value)) == []


def test_what_a_contact_is_measured_by_is_told_exactly() -> None:
    """Break each rule on contacts."""
    found = [
        *violations(form(without("PhoneNumber"))),
        *violations(form(members(PhoneNumber="0770"))),
        *violations(form(members(PhoneNumber="09012345678"))),
        *violations(form(members(Method=3))),
        *violations(form(members(Method=3, SkypeName="short"))),
    ]
    limits = {"minimum_digits": 10, "maximum_digits": 11, "country_code": "44", "maximum_length": 64}
    assert {violation.rule: violation.params for violation in found} == {
        "phone-number-required": {"method": 1},
        "phone-number-form": limits,
        "phone-number-premium": {"refused_ranges": ("09", "070", "076", "084", "087")},
        "skype-name-required": {"method": 3},
        "skype-name-form": {"minimum_length": 6, "maximum_length": 32},
    }
    assert [violation.message for violation in found] == [
        "Send the phone number at which you want to be called.",
        "Send the phone number as text with 10 or 11 digits, in the national form (07…) or beginning with +44.",
        "Send an ordinary phone number: premium-rate, personal and pager numbers (09, 070, 076, 084, 087) are not taken.",
        "Send the Skype name at which you want to be called.",
        "Send the Skype name as 6 to 32 letters, digits and . , _ : - beginning with a letter or a digit.",
    ]


@pytest.mark.parametrize("document", [without("PhoneNumber"), members(PhoneNumber=None)])
def test_method_1_needs_a_phone_number(document: dict[str, JsonValue]) -> None:
    """Leave it out, and send it as null."""
    assert broken_rules(document) == ["phone-number-required"]


PREMIUM = [
    "09012345678", "9012345678", "(0909) 879-0000", "07012345678", "7012345678", "070 1234 5678", "07612345678",
    "7612345678", "08412345678", "8412345678", "08712345678", "8712345678",
    "07640 123456", "+44 7640 123456", "0044 (0)909 879 0000", "076 2312 3456", "0762512345",
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
     "08812345678", "01912345678", "02012345678", "07412345678"],
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
