"""Spellings to values: checked by pattern before anything is converted.

Python's own conversions take more than the wire has: `int(" 1_0 ")`, `Decimal("Infinity")`, digits of any script. White
space around a value means nothing, as in XML Schema.
"""

import re
from decimal import Decimal

from chalicelib.adapters.http.answer import UnreadableAnswerError

SPACE = " \t\r\n"
_is_integer = re.compile(r"[ \t\r\n]*-?[0-9]{1,10}[ \t\r\n]*").fullmatch
_is_decimal = re.compile(r"[ \t\r\n]*-?[0-9]{1,12}(?:\.[0-9]{1,8})?[ \t\r\n]*").fullmatch
_is_date = re.compile(
    r"[0-9]{4}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,7})?)?"
    r"(?:Z|[+-][01][0-9]:[0-5][0-9])?"
).fullmatch
_BOOLEANS = {"true": True, "false": False}
_NEVER = "0001-01-01T00:00:00"  # .NET's default date


def integer(spelling: str) -> int:
    """Return an integer of at most 10 digits; `15.0` is none.

    Raises:
        UnreadableAnswerError: it is not one.
    """
    if _is_integer(spelling):
        return int(spelling)
    raise UnreadableAnswerError("a member is not a readable integer")


def decimal(spelling: str) -> Decimal:
    """Return an exact decimal of at most 12 digits and 8 decimals, without an exponent.

    Raises:
        UnreadableAnswerError: it is not one.
    """
    if _is_decimal(spelling):
        return Decimal(spelling)
    raise UnreadableAnswerError("a member is not a readable decimal")


def boolean(spelling: str) -> bool:
    """Return `true` or `false`.

    Raises:
        UnreadableAnswerError: it is neither; `1` and `0` are numbers here.
    """
    value = _BOOLEANS.get(spelling.strip(SPACE))
    if value is None:
        raise UnreadableAnswerError("a member is not a readable boolean")
    return value


def date(spelling: str) -> str | None:
    """Return a date and time as sent, None for .NET's default date.

    Raises:
        UnreadableAnswerError: it does not look like one.
    """
    spelling = spelling.strip(SPACE)
    if _is_date(spelling):
        return None if spelling.startswith(_NEVER) else spelling
    raise UnreadableAnswerError("a member is not a readable date")
