"""The rules on Comments."""

from decimal import Decimal

import pytest

from chalicelib.domain.form import JsonValue
from chalicelib.domain.policy import BookingPolicy
from tests.builders import LONDON, broken_rules, members

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
FLAG_OF_ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize(
    "value",
    [
        None, "", " ", "Hello", "two\nlines\r\nand\ta tab", '<b>&amp;</b> \\ "quoted"', "e\u0301", "\u05e9\u05dc\u05d5\u05dd",
        "\u0645\u0631\u062d\u0628\u0627", "\u96fb\u8a71", "a\u00a0b", "\U0001f44d\U0001f3fd", "\u2764\ufe0f", "x" * 2000,
        "\U0001f600" * 2000,
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
        "\ufff9", "\ue000", "\U000f0000", "\ufffe", "\U0010ffff", "\U000e0041", "\ud800",
    ],
)  # fmt: skip
def test_control_invisible_and_direction_characters_are_refused_anywhere(character: str) -> None:
    """Put one at the start, inside and at the end."""
    for value in (f"{character}Hello", f"Hel{character}lo", f"Hello{character}"):
        assert broken_rules(members(Comments=value)) == ["comments-characters"]


@pytest.mark.parametrize("value", [FAMILY, FLAG_OF_ENGLAND], ids=["joined by zero width", "tagged"])
def test_an_emoji_that_is_held_together_by_invisible_characters_is_refused(value: str) -> None:
    """Know the price of the rule: a joined family or a tagged flag does not pass, its single parts do."""
    assert broken_rules(members(Comments=value)) == ["comments-characters"]
    visible = "".join(character for character in value if character != "\u200d" and ord(character) < 0xE0000)
    assert broken_rules(members(Comments=visible)) == []


@pytest.mark.parametrize("value", [0, 1, True, False, Decimal(1), [], ["Hello"], {}, {"text": "Hello"}])
def test_comments_of_another_type_are_refused(value: JsonValue) -> None:
    """Send anything but text."""
    assert broken_rules(members(Comments=value)) == ["comments-form"]


def test_long_comments_with_an_invisible_character_break_both_rules() -> None:
    """Send both faults at once."""
    assert broken_rules(members(Comments="x" * 2000 + "\0")) == ["comments-length", "comments-characters"]
