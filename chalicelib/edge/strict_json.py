"""Strict JSON: one object, exact numbers, no duplicate names, bounded depth. What `json` lets through is refused here."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Self, TypeAlias

from chalicelib.domain.booking.form import JsonValue
from chalicelib.domain.booking.longest_form import LONGEST_NUMBER
from chalicelib.domain.errors import MalformedRequestError
from chalicelib.domain.violation import Violation
from chalicelib.values import dataclass

DEEPEST = 4

# The closing quote is optional, so that an unterminated string is one match and the scan stays linear.
_STRING_OR_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Number(Decimal):
    """A decimal that is written as it was read, or as it was spelt for an answer: `str` gives the lexeme."""

    __slots__ = ("lexeme",)
    lexeme: str

    def __new__(cls, lexeme: str) -> Self:
        """Keep the lexeme beside the value."""
        number = super().__new__(cls, lexeme)
        number.lexeme = lexeme
        return number

    def __str__(self) -> str:
        return self.lexeme


class _Lexeme(str):
    """A number, or one of NaN and the infinities, before its length was looked at."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class _Members:
    """The members of an object, duplicates included."""

    pairs: list[tuple[str, "_Parsed"]]


_Parsed: TypeAlias = "_Members | list[_Parsed] | _Lexeme | str | bool | None"


def parse_object(body: bytes, maximum_depth: int = DEEPEST) -> dict[str, JsonValue]:
    """Return the one JSON object of a body: whole numbers as int, others as Number.

    Raises:
        MalformedRequestError: anything else; `violations` names each place that can be named.
    """
    text = _decode(body)
    if _is_deeper_than(maximum_depth, text):
        raise MalformedRequestError(f"Nest the JSON at most {maximum_depth} levels deep.")
    parsed = _parse(text)
    if not isinstance(parsed, _Members):
        raise MalformedRequestError("Send one JSON object, in braces, and nothing else.")
    if violations := tuple(_violations(parsed, "")):
        raise MalformedRequestError("Mend the JSON at the places that are listed.", violations=violations)
    return _object(parsed)


def pointer_to(parent: str, name: str | int) -> str:
    """Return the JSON Pointer (RFC 6901) of a member or an item."""
    return f"{parent}/{str(name).replace('~', '~0').replace('/', '~1')}"


def _decode(body: bytes) -> str:
    if not body.strip():
        raise MalformedRequestError("Send a JSON object; the body is empty.")
    if body.startswith(_BYTE_ORDER_MARK):
        raise MalformedRequestError("Send the JSON without a byte order mark.")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise MalformedRequestError("Send the JSON in UTF-8; this body is not.") from error


def _is_deeper_than(maximum: int, text: str) -> bool:
    """Count brackets outside strings, so that the recursive parser never sees a body it could fall over."""
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        mark = match[0]
        if mark in "[{":
            depth += 1
            if depth > maximum:
                return True
        elif mark in "]}":
            depth -= 1
    return False


def _parse(text: str) -> _Parsed:
    """Parse, and keep what `json` would lose: duplicates and the digits as written."""
    try:
        parsed: _Parsed = json.loads(
            text, object_pairs_hook=_Members, parse_int=_Lexeme, parse_float=_Lexeme, parse_constant=_Lexeme
        )
    except json.JSONDecodeError as error:
        message = f"Mend the JSON: it cannot be read from line {error.lineno}, column {error.colno} on."
        raise MalformedRequestError(message) from error
    return parsed


def _violations(value: _Parsed, pointer: str) -> Iterator[Violation]:
    """Name everything that JSON allows and we do not."""
    if isinstance(value, _Members):
        yield from _name_violations(value, pointer)
        for name, member in value.pairs:
            yield from _violations(member, pointer_to(pointer, name) if _is_sound(name) else pointer)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _violations(item, pointer_to(pointer, index))
    elif isinstance(value, _Lexeme):
        if value[-1] in "Ny":  # the ends of NaN and Infinity; a number ends in a digit
            yield Violation(pointer, "number-form", "Send a number; NaN and the infinities are none.")
        elif len(value) > LONGEST_NUMBER:
            message = f"Write this number in at most {LONGEST_NUMBER} characters."
            yield Violation(pointer, "number-length", message, {"maximum_length": LONGEST_NUMBER})
    elif isinstance(value, str) and not _is_sound(value):
        yield Violation(pointer, "text-form", "Send whole characters; this text has half of a surrogate pair.")


def _name_violations(members: _Members, pointer: str) -> Iterator[Violation]:
    seen: set[str] = set()
    for name, _ in members.pairs:
        if not _is_sound(name):
            yield Violation(
                pointer, "name-form", "Send whole characters; a member's name has half of a surrogate pair."
            )
        elif name in seen:
            yield Violation(pointer_to(pointer, name), "duplicate-name", "Send this member once.")
        seen.add(name)


def _is_sound(text: str) -> bool:
    """Tell whether a text has no lone surrogate."""
    return _SURROGATE.search(text) is None


def _object(members: _Members) -> dict[str, JsonValue]:
    return {name: _value(member) for name, member in members.pairs}


def _value(value: _Parsed) -> JsonValue:
    """Return the exact value; a number is short by now, so its exponent has too few digits to overflow a Decimal."""
    if isinstance(value, _Members):
        return _object(value)
    if isinstance(value, list):
        return [_value(item) for item in value]
    if isinstance(value, _Lexeme):
        return int(value) if value.lstrip("-").isdigit() else Number(value)
    return value
