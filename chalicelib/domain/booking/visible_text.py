"""Whether all of a text can be seen: characters that show as nothing can carry what nobody reads.

Some of them belong to the writing of a language or to an emoji. Each of these is taken where it does its work, once,
and nowhere else.
"""

import re
import unicodedata

from chalicelib.domain.booking.characters import Characters
from chalicelib.domain.booking.emoji import EMOJI
from chalicelib.values import dataclass

_LINE_BREAKS = frozenset("\n\r\t")
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})  # not Cn: next year's letters are there today
_VISIBLE_FORMATS = frozenset(  # signs around numbers and names, which Unicode calls formats all the same
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
_BLANKS = Characters(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0"  # fillers, joiners and selectors
    "\ufe00-\ufe0f\U000e0100-\U000e01ef"  # more selectors
    "\u2065\ufff0-\ufff8\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"  # kept free by Unicode for more of the same
    "\ufdd0-\ufdef"  # never characters, and so are the last two of each of the 17 planes
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
)
_ZERO_WIDTH_SPACE, _NON_JOINER, _JOINER = "\u200b", "\u200c", "\u200d"
_VOWEL_SEPARATOR = "\u180e"
_VIRAMA = 9  # the combining class of the signs that take a consonant's vowel away

# Scripts by block. Joiners say whether letters are written as one; the selectors choose among forms of one letter.
_MONGOLIAN = Characters("\u1807\u180a\u1820-\u18af")
_JOINING = Characters(
    "\u0600-\u077f\u07c0-\u07ff\u0840-\u08ff\u0900-\u0dff\u1000-\u109f\u1700-\u18af\u1a20-\u1aaf\u1b00-\u1bff\u1c00-\u1c4f"
    "\ua800-\ua8ff\ua930-\ua9ff\uaa00-\uaa7f\uaae0-\uaaff\uabc0-\uabff\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc"
    "\U00010a00-\U00010a5f\U00010ac0-\U00010aff\U00010d00-\U00010d3f\U00010f30-\U00010f6f\U00011000-\U00011fff"
    "\U0001e900-\U0001e95f"
)
_SPACELESS = Characters("\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\uaa60-\uaadf")
_SELECTED = (  # which selectors may follow which characters
    (Characters("\u180b-\u180d\u180f"), _MONGOLIAN),
    (Characters("\ufe00-\ufe02"), Characters("0\u1000-\u109f\u2200-\u22ff\u2a00-\u2aff\u3001-\u3002\ua840-\ua87f")),
    (
        Characters("\ufe00-\ufe02\U000e0100-\U000e01ef"),
        Characters("\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"),
    ),
)


@dataclass(frozen=True, slots=True)
class Hidden:
    """A character that nobody would see, and the place where it stands; the first character stands at 1."""

    character: str
    position: int

    @property
    def code_point(self) -> str:
        """Return how Unicode writes its number."""
        return f"U+{ord(self.character):04X}"

    @property
    def name(self) -> str:
        """Return what Unicode calls it, in lower case; control characters and the like have no names."""
        return unicodedata.name(self.character, "unnamed character").lower()


def first_hidden(text: str) -> Hidden | None:
    """Return the first character that shows as nothing and has no business where it stands."""
    if text.isascii():
        return next((Hidden(one, place) for place, one in enumerate(text, 1) if not _is_visible(one)), None)
    emoji_at = re.compile(EMOJI).match  # compiled once, by the first text that is not ASCII alone
    place = 0
    while place < len(text):
        if emoji := emoji_at(text, place):
            place = emoji.end()
        elif _is_visible(text[place]) or _does_its_work(text, place):
            place += 1
        else:
            return Hidden(text[place], place + 1)
    return None


def _is_visible(character: str) -> bool:
    if character in _LINE_BREAKS or character in _VISIBLE_FORMATS:
        return True
    return unicodedata.category(character) not in _INVISIBLE_CATEGORIES and character not in _BLANKS


def _does_its_work(text: str, place: int) -> bool:
    """Tell whether an invisible character changes how its neighbours are written, as its script has it."""
    character, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    if character == _JOINER:
        return _is_letter(before, _JOINING)
    if character == _NON_JOINER:
        return _is_letter(before, _JOINING) and (
            _is_letter(after, _JOINING) or unicodedata.combining(before) == _VIRAMA
        )
    if character == _ZERO_WIDTH_SPACE:
        return _is_letter(before, _SPACELESS) and _is_letter(after, _SPACELESS)
    if character == _VOWEL_SEPARATOR:
        return _is_letter(before, _MONGOLIAN) and _is_letter(after, _MONGOLIAN)
    return any(character in selector and before in chosen for selector, chosen in _SELECTED)


def _is_letter(character: str, script: Characters) -> bool:
    """Tell whether a character, if there is one, is a visible letter of a script or a mark upon one."""
    return character in script and unicodedata.category(character)[0] in "LM" and _is_visible(character)
