"""Any document to plain values, for what AdultWork does not document: names without their namespaces, nothing interpreted.

XML says neither types nor lists: its leaves stay texts, and elements of one name beside each other become a list. JSON keeps its
kinds, and its numbers are exact. Depth and length are bounded by what has read the document.
"""

import re
from collections.abc import Iterable
from decimal import Decimal

from chalicelib.adapters.adultwork.codec.tree import KIND, Kind, Node, is_null, local_name
from chalicelib.adapters.http.answer import UnreadableAnswerError
from chalicelib.domain.reading.told import Told

# A number that can be written out: "1e999999" would be a million digits.
_is_number = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,2})?").fullmatch


def plain(root: Node) -> Told:
    """Return the value of a node and of all that is in it.

    Raises:
        UnreadableAnswerError: a nil mark contradicts its element, or a number is absurdly long.
    """
    values: dict[int, Told] = {}
    for node in reversed(list(root.iter())):  # whatever is inside a node comes after it, so no recursion is needed
        values[id(node)] = _value(node, [(local_name(child), values.pop(id(child))) for child in node])
    return values[id(root)]


def gathered(members: Iterable[tuple[str, Told]]) -> dict[str, Told]:
    """Return members by name; several of one name are a list."""
    found: dict[str, list[Told]] = {}
    for name, value in members:
        found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _value(node: Node, inside: list[tuple[str, Told]]) -> Told:
    """Return the value of a node whose children's values are known."""
    if is_null(node):
        return None
    text = node.text or ""
    match node.get(KIND):
        case Kind.NUMBER:
            return _number(text)
        case Kind.BOOLEAN:
            return text == "true"
        case Kind.ARRAY:
            return [value for _, value in inside]
        case Kind.OBJECT:
            return gathered(inside)
        case _:
            return gathered(inside) if inside else text


def _number(text: str) -> Decimal:
    if _is_number(text):
        return Decimal(text)
    raise UnreadableAnswerError("a number is absurdly long")
