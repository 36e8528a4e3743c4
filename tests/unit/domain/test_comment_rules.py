"""The rules on Comments."""

from decimal import Decimal

import pytest

from chalicelib.domain.form import JsonValue
from chalicelib.domain.policy import BookingPolicy
from tests.builders import LONDON, broken_rules, members

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
HEART_ON_FIRE = "\u2764\ufe0f\u200d\U0001f525"
DARK_PILOT = "\U0001f468\U0001f3ff\u200d\u2708\ufe0f"
OF_NEXT_YEAR = "\U0001fae9\U0001fac8\u200d\U0001fae9"  # an emoji that Python 3.11 does not know yet, alone and joined
FLAG_OF_ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize(
    "value",
    [
        None, "", " ", "Hello", "two\nlines\r\nand\ta tab", '<b>&amp;</b> \\ "quoted"', "e\u0301", "\u05e9\u05dc\u05d5\u05dd",
        "\u0645\u0631\u062d\u0628\u0627", "\u96fb\u8a71", "a\u00a0b", "\U0001f44d\U0001f3fd", "\u2764\ufe0f", "x" * 2000,
        "\U0001f600" * 2000, FAMILY, HEART_ON_FIRE, DARK_PILOT, OF_NEXT_YEAR, f"Hello {FAMILY}!", "\u30fb\u3000\u3042",
    ],
)  # fmt: skip
def test_comments_are_any_visible_text_of_2000_characters(value: JsonValue) -> None:
    """Take every script, line breaks, tabs, markup and emoji; a character counts once, whatever its bytes."""
    assert broken_rules(members(Comments=value)) == []


@pytest.mark.parametrize(
    "value", ["x" * 2001, "\U0001f600" * 2001, "x" * 2000 + "\n", "x" * 8000], ids=["text", "emoji", "break", "long"]
)
def test_longer_comments_are_refused(value: str) -> None:
    """Send one character too many."""
    assert broken_rules(members(Comments=value)) == ["comments-length"]


def test_the_longest_comments_are_the_policy_s() -> None:
    """Judge by another limit than the default."""
    policy = BookingPolicy(LONDON, maximum_comments_length=3)
    assert broken_rules(members(Comments="abc"), policy=policy) == []
    assert broken_rules(members(Comments="abcd"), policy=policy) == ["comments-length"]


@pytest.mark.parametrize(
    "character",
    [
        "\0", "\x01", "\x07", "\x08", "\x0b", "\x0c", "\x1b", "\x1f", "\x7f", "\x85", "\x9f",
        "\u00ad", "\u061c", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u2028", "\u2029",
        "\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2060", "\u2066", "\u2067", "\u2068", "\u2069", "\ufeff",
        "\ufff9", "\ue000", "\U000f0000", "\ufffe", "\U0010ffff", "\U0002fffe", "\U000e0041", "\ud800", "\ufdd0", "\ufdef",
        "\u034f", "\u115f", "\u1160", "\u180b", "\u180e", "\u180f", "\u2800", "\u3164", "\uffa0",
        "\u2065", "\ufff0", "\ufff8", "\U000e0000", "\U000e0080", "\U000e01f0", "\U000e0fff",
    ],
)  # fmt: skip
def test_control_invisible_and_direction_characters_are_refused_anywhere(character: str) -> None:
    """Put one at the start, inside and at the end."""
    for value in (f"{character}Hello", f"Hel{character}lo", f"Hello{character}"):
        assert broken_rules(members(Comments=value)) == ["comments-characters"]


@pytest.mark.parametrize(
    "value",
    [
        "\u200d", "\u200d\U0001f469", "\U0001f468\u200d", "\U0001f468\u200d\u200d\U0001f469", "\U0001f468\u200dx",
        "x\u200d\U0001f469", "\U0001f468\u200d ", "\u0645\u200d\u0631", "\U0001f468\u200d\u0301", "1\u200d1",
        f"{FAMILY}\u200d", f"{FAMILY}\u200b{FAMILY}", "\U0001f468\u200d\n\U0001f469",
    ],
)  # fmt: skip
def test_a_zero_width_joiner_joins_two_emoji_or_is_refused(value: str) -> None:
    """Put it where it joins nothing, or letters; hidden there, it could carry text that nobody sees."""
    assert broken_rules(members(Comments=value)) == ["comments-characters"]


def test_a_flag_that_is_made_of_invisible_tags_is_refused() -> None:
    """Know the price of the rule: the tagged flag does not pass, the plain one does."""
    assert broken_rules(members(Comments=FLAG_OF_ENGLAND)) == ["comments-characters"]
    assert broken_rules(members(Comments=FLAG_OF_ENGLAND[0])) == []


@pytest.mark.parametrize("value", [0, 1, True, False, Decimal(1), [], ["Hello"], {}, {"text": "Hello"}])
def test_comments_of_another_type_are_refused(value: JsonValue) -> None:
    """Send anything but text."""
    assert broken_rules(members(Comments=value)) == ["comments-form"]


def test_long_comments_with_an_invisible_character_break_both_rules() -> None:
    """Send both faults at once."""
    assert broken_rules(members(Comments="x" * 2000 + "\0")) == ["comments-length", "comments-characters"]
