"""The neutral tree to `BookingRequirements`, member names of `Methods` unknown."""

from collections.abc import Mapping
from types import MappingProxyType

from chalicelib.adapters.adultwork.answer import UnreadableAnswerError
from chalicelib.adapters.adultwork.lexical import SPACE, decimal, integer
from chalicelib.adapters.adultwork.tree import (
    KIND,
    Kind,
    Node,
    is_leaf,
    is_list,
    is_null,
    is_record,
    leaf_text,
    member,
    members,
)
from chalicelib.domain.facts import BookingRequirements

PRICE = "PhoneChatPPM"
METHODS = "Methods"
_BOOLEANS = {"true": True, "false": False}


def requirements_from(node: Node) -> BookingRequirements:
    """Return the requirements of a candidate who can be booked.

    Raises:
        UnreadableAnswerError: it has neither member, or the price is not a decimal of 0 or more.
    """
    price, lists = member(node, PRICE), members(node, METHODS)
    if price is None and not lists:
        raise UnreadableAnswerError("the requirements hold neither a price nor methods")
    price_per_minute = None if price is None or is_null(price) else decimal(leaf_text(price, Kind.NUMBER))
    if price_per_minute is not None and price_per_minute < 0:
        raise UnreadableAnswerError("the price is negative")
    return BookingRequirements(
        is_bookable=True,
        price_per_minute=price_per_minute,
        methods=methods_from(lists[0]) if len(lists) == 1 else None,
    )


def methods_from(node: Node) -> Mapping[int, bool] | None:
    """Return for each method id whether the candidate offers it, None when the list cannot be read for certain.

    The upstream documents what an entry holds (an id, and whether it is available), but not the members' names. So
    each entry must have exactly one member that is an integer and exactly one that is a boolean, under any names.
    """
    if not is_list(node):
        return None
    entries = [_entry(child) for child in node]
    methods = dict(entry for entry in entries if entry is not None)
    return MappingProxyType(methods) if methods and len(methods) == len(entries) else None


def _entry(node: Node) -> tuple[int, bool] | None:
    """Return the id and the flag of one entry, None when they cannot be told."""
    if not is_record(node):
        return None
    numbers = [number for child in node if (number := _integer(child)) is not None]
    flags = [flag for child in node if (flag := _boolean(child)) is not None]
    return (numbers[0], flags[0]) if len(numbers) == len(flags) == 1 else None


def _integer(node: Node) -> int | None:
    try:
        return integer(leaf_text(node, Kind.NUMBER))
    except UnreadableAnswerError:
        return None


def _boolean(node: Node) -> bool | None:
    is_readable = node.get(KIND) == Kind.BOOLEAN or is_leaf(node)
    return _BOOLEANS.get((node.text or "").strip(SPACE)) if is_readable else None
