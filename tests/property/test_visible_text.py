"""Comments: every emoji that a keyboard sends and every script pass, and nothing hides between them."""

import re
import unicodedata

import emoji
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.booking.emoji import EMOJI
from chalicelib.domain.booking.visible_text import first_hidden

SEQUENCES = sorted(emoji.EMOJI_DATA)
FULLY_QUALIFIED = [text for text in SEQUENCES if emoji.EMOJI_DATA[text]["status"] == emoji.STATUS["fully_qualified"]]
FLAGS = {text for text in SEQUENCES if len(text) == 2 and all("\U0001f1e6" <= sign <= "\U0001f1ff" for sign in text)}
# Whatever shows as nothing: each may stand in an emoji or a word, and nowhere else.
INVISIBLE = [*map(chr, (0x200B, 0x200C, 0x200D, 0xFE0E, 0xFE0F, 0x180B, 0x180E, 0xFE00, 0xE0100, 0xE0067, 0xE007F))]
NEVER = [
    *map(chr, (0x00AD, 0x034F, 0x061C, 0x200E, 0x200F, 0x202A, 0x202E, 0x2060, 0x2066, 0x2069, 0x3164, 0xFEFF, 0xE0001))
]
VISIBLE = st.characters(codec="utf-8", categories=("L", "N", "P", "S", "M")).filter(
    lambda sign: first_hidden(sign) is None
)
EMOJI_TEXTS = st.sampled_from(FULLY_QUALIFIED)


def test_every_emoji_of_the_list_passes_however_qualified_it_is() -> None:
    """Walk through the list of Unicode: alone, in a sentence, beside itself."""
    assert len(FULLY_QUALIFIED) > 3700
    refused = [text for text in SEQUENCES if first_hidden(text) or first_hidden(f"Hi {text}{text}, {text}!")]
    assert refused == []


def test_every_emoji_of_the_list_is_one_emoji_of_the_grammar() -> None:
    """A flag is two letters that show by themselves; all other sequences are known from end to end."""
    unknown = [
        text for text in FULLY_QUALIFIED if text not in FLAGS and len(text) > 1 and not re.fullmatch(EMOJI, text)
    ]
    assert unknown == []


@pytest.mark.parametrize("mark", [*INVISIBLE, *NEVER], ids=lambda mark: f"U+{ord(mark):04X}")
def test_a_mark_that_stays_behind_an_emoji_is_found_there(mark: str) -> None:
    """Put it before and, twice, behind each emoji: once it may be the form of the emoji, twice it hides."""
    for text in FULLY_QUALIFIED:
        before = first_hidden(f"{mark}{text}")
        assert before is not None
        assert (before.character, before.position) == (mark, 1)
        behind = first_hidden(f"{text}{mark}{mark} ")
        assert behind is not None
        assert behind.character == mark
        assert behind.position > len(text)


@given(emoji_text=EMOJI_TEXTS, place=st.integers(0, 12), mark=st.sampled_from(NEVER))
def test_a_mark_inside_an_emoji_is_found(emoji_text: str, place: int, mark: str) -> None:
    """Tear an emoji apart; what is found first is the mark, or a joiner or tag that lost its neighbour."""
    place = min(place, len(emoji_text))
    hidden = first_hidden(f"{emoji_text[:place]}{mark}{emoji_text[place:]}")
    assert hidden is not None
    assert hidden.position <= place + 1


@given(text=st.lists(VISIBLE | EMOJI_TEXTS | st.sampled_from(" \n\r\t\u00a0\u3000"), max_size=40).map("".join))
def test_text_of_letters_marks_signs_and_emoji_passes(text: str) -> None:
    """Mix every script with emoji."""
    assert first_hidden(text) is None


@given(
    before=st.lists(VISIBLE | EMOJI_TEXTS, max_size=10).map("".join),
    mark=st.sampled_from(NEVER),
    after=st.text(VISIBLE | st.sampled_from(INVISIBLE), max_size=10),
)
def test_the_first_mark_that_has_no_place_in_text_is_told(before: str, mark: str, after: str) -> None:
    """Put it between visible text and anything."""
    hidden = first_hidden(f"{before}{mark}{after}")
    assert hidden is not None
    assert (hidden.position, hidden.character) == (len(before) + 1, mark)


JOINING = [*"\u0645\u06cc\u0915\u0ca4\u0d28\u0dc1\u09b0\u1000\u1780\u07ca\u0712"]


@given(st.lists(st.sampled_from(JOINING), min_size=2, max_size=8), st.sampled_from(["\u200c", "\u200d"]))
def test_joiners_stand_between_letters_of_scripts_that_join(letters: list[str], joiner: str) -> None:
    """Write words of letters with one joiner between each two, and never with two."""
    assert first_hidden(joiner.join(letters)) is None
    hidden = first_hidden((joiner * 2).join(letters))
    assert hidden is not None
    assert hidden.position in {2, 3}


@given(st.text(max_size=30))
def test_no_text_is_an_error_and_what_is_found_stands_there(text: str) -> None:
    """Look at noise."""
    hidden = first_hidden(text)
    if hidden is not None:
        assert text[hidden.position - 1] == hidden.character
        assert first_hidden(text[: hidden.position - 1]) is None or re.search(EMOJI, text)


def test_no_character_of_a_category_that_never_shows_passes_alone() -> None:
    """Walk through all of Unicode: controls, formats but for visible signs, separators of lines, private use, no characters."""
    passed = {
        code
        for code in range(0x110000)
        if unicodedata.category(chr(code)) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} and first_hidden(chr(code)) is None
    }
    visible_signs = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
    assert passed - {9, 10, 13} <= visible_signs
    assert {9, 10, 13, 0x600, 0x6DD, 0x110BD} <= passed
