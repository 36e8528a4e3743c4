"""The neutral tree to `BookingRequirements`; the names of the members of `Methods` are not documented."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

from chalicelib.adapters.adultwork.codec.lexical import boolean, decimal, integer
from chalicelib.adapters.adultwork.codec.tree import Kind, Node, is_list, is_null, leaf_text, member, members
from chalicelib.adapters.http.answer import UnreadableAnswerError
from chalicelib.domain.booking.facts import BookingRequirements

PRICE = "PhoneChatPPM"
METHODS = "Methods"
T = TypeVar("T")


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
    try:
        methods = _methods(lists)
    except UnreadableAnswerError:
        methods = None
    return BookingRequirements(is_bookable=True, price_per_minute=price_per_minute, methods=methods)


def _methods(lists: Sequence[Node]) -> Mapping[int, bool]:
    """Return for each method id whether the candidate offers it.

    The upstream documents what an entry holds (an id, and whether it is available), but not the members' names. So
    each entry must have exactly one member that is an integer and exactly one that is a boolean, under any names.

    Raises:
        UnreadableAnswerError: there is no such list, or it leaves any doubt.
    """
    if len(lists) != 1 or not is_list(lists[0]) or not len(lists[0]):
        raise UnreadableAnswerError("there is no list of methods")
    methods: dict[int, bool] = {}
    for entry in lists[0]:
        numbers, flags = _those(entry, Kind.NUMBER, integer), _those(entry, Kind.BOOLEAN, boolean)
        if len(numbers) != 1 or len(flags) != 1 or numbers[0] in methods:
            raise UnreadableAnswerError("a method's id or availability cannot be told")
        methods[numbers[0]] = flags[0]
    return MappingProxyType(methods)


def _those(entry: Node, kind: Kind, convert: Callable[[str], T]) -> list[T]:
    """Return the values of the members of an entry that are of one type."""
    values = []
    for child in entry:
        try:
            values.append(convert(leaf_text(child, kind)))
        except UnreadableAnswerError:
            continue
    return values
