"""The rules on Comments."""

from decimal import Decimal

import pytest

from chalicelib.domain.booking.form import JsonValue
from chalicelib.domain.booking.policy import BookingPolicy
from chalicelib.domain.booking.rules.form import violations
from tests.builders import LONDON, broken_rules, form, members

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
HEART_ON_FIRE = "\u2764\ufe0f\u200d\U0001f525"
DARK_PILOT = "\U0001f468\U0001f3ff\u200d\u2708\ufe0f"
OF_NEXT_YEAR = "\U0001fae9\U0001fac8\u200d\U0001fae9"  # an emoji that Python 3.11 does not know yet, alone and joined
NATIONS = ("gbeng", "gbsct", "gbwls")


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
    ("value", "position"),
    [
        ("\u200d", 1), ("\u200d\U0001f469", 1), ("\U0001f468\u200d", 2), ("\U0001f468\u200d\u200d\U0001f469", 2),
        ("\U0001f468\u200dx", 2), ("x\u200d\U0001f469", 2), ("\U0001f468\u200d ", 2), ("\U0001f468\u200d\u0301", 2),
        ("1\u200d1", 2), (f"{FAMILY}\u200d", 6), (f"{FAMILY}\u200b{FAMILY}", 6), ("\U0001f468\u200d\n\U0001f469", 2),
        ("a\u200db", 2), ("\u0430\u200d\u0431", 2), ("\u6c34\u200d\u706b", 2), ("\u0e01\u200d\u0e02", 2),
    ],
)  # fmt: skip
def test_a_zero_width_joiner_joins_two_emoji_or_is_refused(value: str, position: int) -> None:
    """Put it where it joins nothing, or letters that are never joined; hidden there, it could carry what nobody sees."""
    (violation,) = violations(form(members(Comments=value)))
    assert violation.rule == "comments-characters"
    assert violation.params["position"] == position


FLAGS = [f"\U0001f3f4{''.join(chr(0xE0000 + ord(letter)) for letter in nation)}\U000e007f" for nation in NATIONS]


@pytest.mark.parametrize("flag", FLAGS)
def test_the_flags_that_are_made_of_tags_are_taken_whole(flag: str) -> None:
    """Send each, one beside the other, and then with its last sign missing, doubled, or without the flag before it."""
    assert broken_rules(members(Comments=f"Come on {flag}{flag}!")) == []
    for value in (
        flag[:-1],
        f"{flag}{flag[-1]}",
        flag[1:],
        f"x{flag[1:]}",
        flag.replace("\U000e0067", "\U000e0068", 1),
    ):
        assert broken_rules(members(Comments=value)) == ["comments-characters"]


@pytest.mark.parametrize(
    ("value", "position"),
    [
        ("a\ufe0f", 2), ("\ufe0f", 1), ("1\ufe0f", 2), ("1\ufe0fx", 2), ("\u2764\ufe0f\ufe0f", 3), ("\u2764\ufe0f\ufe0e", 3),
        ("\u2764\U0001f3fb\ufe0f", 3), ("\u0645\ufe0f", 2), ("\u6c34\ufe0f", 2), ("\u6c34\ufe00\ufe00", 3), ("a\ufe00", 2),
        ("\u6c34\U000e0100\U000e0100", 3), ("a\U000e0100", 2), ("\U000e0100", 1), ("\U0001f600\U000e0100", 2),
        ("\u0645\u200c", 2), ("\u0645\u200c ", 2), (" \u200c\u0645", 2), ("\u0645\u200c\u200c\u0645", 2),
        ("\u0645\u200d\u200d\u0645", 3),
        ("\u0645\u200ca", 2), ("a\u200c\u0645", 2), ("\u0660\u200c\u0661", 2), ("\u1780\u200b", 2), ("\u200b\u1780", 1),
        ("\u1780\u200b\u200b\u1780", 2), ("a\u200bb", 2), ("\u0645\u200b\u0645", 2), ("a\u180ba", 2),
        ("\u1820\u180b\u180b", 3),
        ("\u1820\u180e", 2), ("\u180e\u1820", 1), ("\u1820\u180ea", 2), ("\u1780\u17b4", 2),
    ],
)  # fmt: skip
def test_what_changes_the_form_of_a_letter_or_sign_stands_once_and_behind_one(value: str, position: int) -> None:
    """Put selectors, joiners and separators where they change nothing: doubled, alone, or beside other scripts."""
    (violation,) = violations(form(members(Comments=value)))
    assert violation.params["position"] == position


@pytest.mark.parametrize(
    "value",
    [
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u06f1\u06f4\u06f4\u06f5 \u0647\u200d",
        "\u06a9\u0627\u0631\u200c\u0647\u0627",
        "\u0915\u094d\u200d\u0937", "\u0915\u094d\u200c\u0937", "\u0d28\u0d4d\u200d", "\u0d28\u0d4d\u200d ",
        "\u0d28\u0d4d\u200c",
        "\u0dc1\u0dca\u200d\u0dbb\u0dd3", "\u09b0\u200d\u09cd\u09af", "\u0c95\u0ccd\u200c\u0cb7",
        "\u1798\u17d2\u1798\u200b\u1781",
        "\u0e01\u200b\u0e02", "\u1019\u103c\u200b\u1014", "\u1820\u180b", "\u1820\u180c\u1821", "\u1820\u180f",
        "\u1828\u180e\u1820",
        "\u845b\U000e0100", "\u845b\U000e01ef", "\u8fba\ufe00", "\uf900\ufe02", "\U00020000\U000e0101", "\u2229\ufe00",
        "0\ufe00",
        "\u1000\ufe00", "\u06dd\u0661", "\u0600\u0661", "1\ufe0f\u20e3", "#\ufe0e\u20e3", "1\u20e3", "\u00a9\ufe0e",
        "\u2194\ufe0f",
        "\U0001f642\u200d\u2194\ufe0f", "\U0001f642\u200d\u2195\ufe0f", "\U0001f1ec\U0001f1e7", "\u261d\ufe0f\U0001f3fd",
    ],
)  # fmt: skip
def test_what_a_script_or_a_sign_is_written_with_is_taken_there(value: str) -> None:
    """Write Persian, Hindi, Malayalam, Sinhala, Bengali, Kannada, Khmer, Thai, Burmese, Mongolian, Han, sets and keycaps."""
    assert broken_rules(members(Comments=value)) == []
    assert broken_rules(members(Comments=f"{value} {value}.")) == []


@pytest.mark.parametrize(
    ("value", "position", "code_point", "name"),
    [
        ("Hi\u200dyou", 3, "U+200D", "zero width joiner"),
        ("\u202eolleH", 1, "U+202E", "right-to-left override"),
        (f"{FAMILY}\ufeff", 6, "U+FEFF", "zero width no-break space"),
        ("a\0\u200b", 2, "U+0000", "unnamed character"),
        ("ab\aand more", 3, "U+0007", "unnamed character"),
        ("\U0001f600\U000e0041", 2, "U+E0041", "tag latin capital letter a"),
    ],
)
def test_what_was_found_is_named_with_its_place(value: str, position: int, code_point: str, name: str) -> None:
    """The first one is told; characters are counted as Unicode counts them, from 1."""
    (violation,) = violations(form(members(Comments=value)))
    assert violation.message == (
        f"Take character {position} out of the comments, or what is around it: {name} ({code_point}) shows as nothing there."
    )
    assert violation.params == {"found": code_point, "position": position}


@pytest.mark.parametrize("value", [0, 1, True, False, Decimal(1), [], ["Hello"], {}, {"text": "Hello"}])
def test_comments_of_another_type_are_refused(value: JsonValue) -> None:
    """Send anything but text."""
    assert broken_rules(members(Comments=value)) == ["comments-form"]


def test_long_comments_with_an_invisible_character_break_both_rules() -> None:
    """Send both faults at once."""
    assert broken_rules(members(Comments="x" * 2000 + "\0")) == ["comments-length", "comments-characters"]


def test_what_comments_are_measured_by_is_told_exactly() -> None:
    """Send another type, and a character too many."""
    (typed,) = violations(form(members(Comments=1)))
    (long,) = violations(form(members(Comments="x" * 2001)))
    assert (typed.message, typed.params) == ("Send the comments as text.", {})
    assert (long.message, long.params) == ("Shorten the comments to 2000 characters.", {"maximum_length": 2000})
