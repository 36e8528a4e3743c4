"""UK phone numbers: from what people paste to the national form, and which of them cost whoever rings them."""

import re
import unicodedata

LONGEST_PHONE_NUMBER = 64  # characters as written; the separators are dropped, but there may not be any number of them
MOST_DIGITS = 11  # or one less: the zero before a national number may be missing, and some are shorter
COUNTRY_CODE = "44"

# What stands between digits in print (RFC 3966 names `-`, `.`, `(` and `)`) or comes along from contact apps and web
# pages: soft hyphens, hyphen bullets and minus signs, and marks that show as nothing. A slash is not among them: it
# often parts two numbers. Nor are line breaks and tabs.
_SEPARATORS = re.compile(
    "[-. ()\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2043\u2060-\u206f\u2212\ufe00-\ufe0f\ufeff]"
)
_SEPARATOR_CATEGORIES = frozenset({"Zs", "Pd"})  # every space, no-break or not; every dash and hyphen
_UK_PREFIX = re.compile(rf"(?:\+|00){COUNTRY_CODE}0?")
_FOREIGN_FORM = re.compile(r"(?:\+|00).*", re.DOTALL)
_FORM = re.compile(rf"[0-9]{{{MOST_DIGITS - 1},{MOST_DIGITS}}}")

# Source: the national telephone numbering plan. 09, 084 and 087 are special services at a premium or a shared cost, 070
# personal numbers, 076 pagers but for 07624, the mobiles of the Isle of Man.
PREMIUM_RANGES = ("09", "070", "076", "084", "087")
_PREMIUM_FORM = re.compile(r"0?(?:9|70|76(?!24)|84|87)[0-9]*")


def national_form(text: str) -> str:
    """Return a number without separators and without the UK's country code, `+44` or `0044`, with or without `(0)`."""
    compact = "".join(
        mark for mark in _SEPARATORS.sub("", text) if unicodedata.category(mark) not in _SEPARATOR_CATEGORIES
    )
    prefix = _UK_PREFIX.match(compact)
    return compact if prefix is None else f"0{compact[prefix.end() :]}"


def is_foreign(number: str) -> bool:
    """Tell whether a number in the national form begins as one of another country does."""
    return _FOREIGN_FORM.fullmatch(number) is not None


def has_national_form(number: str) -> bool:
    """Tell whether a number has as many digits as AdultWork asks for."""
    return _FORM.fullmatch(number) is not None


def is_premium(number: str) -> bool:
    """Tell whether ringing a number in the national form costs extra; the leading zero may be missing."""
    return _PREMIUM_FORM.fullmatch(number) is not None
