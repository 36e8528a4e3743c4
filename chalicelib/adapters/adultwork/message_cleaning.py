"""The upstream's words, made fit for people and for our records: visible, short, and without personal values.

Nobody knows what the upstream repeats in its messages. So what the caller sent is hidden wherever it comes back, and so
is whatever could be a phone number or a token, whoever's it is.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

HIDDEN = "[hidden]"
MAXIMUM_LENGTH = 300
_READ_LENGTH = 4000  # nobody reads on; bounds the work
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_INVISIBLE_LETTERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_PHONE_OR_DATE = re.compile(
    r"(?P<date>(?<!\d)(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9](?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?(?![\d-]))"
    r"|\+?\d(?:[ ()-]{0,3}\d){5,}"
)
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{24,}")
_WHOLE_WORD_BELOW = 6  # a short comment ("Hi") is hidden as a word only, or no message would survive it
_ECHO_LENGTH = 12  # so much of a longer text, in one piece, is an echo even if the rest was cut off


def clean_message(text: str, secrets: Sequence[str] = ()) -> str:
    """Return a text of at most 300 characters on one line, what is or may be personal replaced by `[hidden]`.

    `secrets` are the values that were sent; they are also found in another case, and longer ones in part.
    """
    visible = _visible(text[:_READ_LENGTH])
    hidden = [*_telling_patterns(visible), *(span for secret in secrets for span in _echoes(visible, secret))]
    cleaned = _without(visible, sorted(hidden))
    return cleaned if len(cleaned) <= MAXIMUM_LENGTH else f"{cleaned[: MAXIMUM_LENGTH - 1]}…"


def _visible(text: str) -> str:
    """Drop control, text-direction and invisible characters; fold white space."""
    spaced = "".join(" " if character.isspace() else character for character in text)
    shown = (c for c in _INVISIBLE_LETTERS.sub("", spaced) if unicodedata.category(c) not in _INVISIBLE_CATEGORIES)
    return " ".join("".join(shown).split())


def _telling_patterns(text: str) -> Iterator[tuple[int, int]]:
    """Yield where something looks like a phone number (a date does not) or a token."""
    for match in _PHONE_OR_DATE.finditer(text):
        if match["date"] is None:
            yield match.span()
    for match in _TOKEN.finditer(text):
        if any(character.isdigit() for character in match[0]):
            yield match.span()


def _echoes(text: str, secret: str) -> Iterator[tuple[int, int]]:
    """Yield where a value that was sent comes back, whole or in part."""
    sought = _visible(secret)
    if not sought:
        return
    pattern = re.escape(sought)
    if sought.isdecimal():
        pattern = r"[\W_]*".join(sought[1:] or sought)  # without the leading 0, which a country code replaces
    if len(sought) < _WHOLE_WORD_BELOW:
        pattern = rf"(?<!\w){pattern}(?!\w)"
    for match in re.finditer(pattern, text, re.IGNORECASE):
        yield match.span()
    if len(sought) > _ECHO_LENGTH:
        for start in range(len(text) - _ECHO_LENGTH + 1):
            if text[start : start + _ECHO_LENGTH] in sought:
                yield start, start + _ECHO_LENGTH


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Replace spans, which are sorted and may overlap."""
    pieces: list[str] = []
    position = 0
    for start, end in spans:
        if start > position or not pieces:
            pieces += [text[position:start], HIDDEN]
        position = max(position, end)
    return "".join([*pieces, text[position:]])
