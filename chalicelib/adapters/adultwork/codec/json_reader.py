"""JSON to the neutral tree. Numbers stay as they were written, so that both formats pass the same lexical checks."""

import json
from typing import NoReturn
from xml.etree.ElementTree import Element

from chalicelib.adapters.adultwork.codec.tree import KIND, MAXIMUM_DEPTH, MAXIMUM_NODES, NIL, Kind, Node
from chalicelib.adapters.http.answer import UnparsableAnswerError, UnreadableAnswerError


class _Number(str):
    """A number's own spelling."""

    __slots__ = ()


class _Members(list[tuple[str, object]]):
    """The members of an object, in order, repetitions still visible."""


def parse_json(body: bytes) -> Node:
    """Return the root value of a complete UTF-8 document (a byte order mark is skipped).

    Raises:
        UnreadableAnswerError: it is not one, has a repeated name, NaN, Infinity or half a surrogate pair, or goes
            beyond the limits.
    """
    try:
        value = json.loads(
            body.decode("utf-8-sig"),
            object_pairs_hook=_Members,
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_refuse_constant,
        )
    except (ValueError, RecursionError) as error:
        raise UnparsableAnswerError("the JSON is not well-formed UTF-8") from error
    return _tree(value)


def _tree(value: object) -> Node:
    """Turn what the standard library read into nodes, without recursion."""
    root = _node("", value)
    pending = [(root, value, 1)]
    count = 1
    while pending:
        node, value, depth = pending.pop()
        entries = _entries(value)
        count += len(entries)
        if count > MAXIMUM_NODES or (entries and depth == MAXIMUM_DEPTH):
            raise UnreadableAnswerError("the JSON has too many or too deeply nested values")
        node.extend([_node(name, item) for name, item in entries])
        pending += [(child, item, depth + 1) for child, (_, item) in zip(node, entries, strict=True)]
    return root


def _entries(value: object) -> list[tuple[str, object]]:
    """Return the members of an object or, nameless, the items of an array."""
    if isinstance(value, _Members):
        if len({name for name, _ in value}) < len(value):
            raise UnreadableAnswerError("the JSON repeats a name")
        return value
    return [("", item) for item in value] if isinstance(value, list) else []


def _node(name: str, value: object) -> Node:
    """Return the node of one value, still without what is inside."""
    if value is None:
        return Element(name, {KIND: Kind.NULL, NIL: "true"})
    if isinstance(value, bool):
        return _leaf(name, Kind.BOOLEAN, "true" if value else "false")
    if isinstance(value, _Number):
        return _leaf(name, Kind.NUMBER, value)
    if isinstance(value, str):
        return _leaf(name, Kind.STRING, value)
    return Element(name, {KIND: Kind.OBJECT if isinstance(value, _Members) else Kind.ARRAY})


def _leaf(name: str, kind: Kind, text: str) -> Node:
    """Return a leaf; half a surrogate pair is refused, because it could be neither stored nor answered."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UnreadableAnswerError("the JSON has half a surrogate pair") from error
    node = Element(name, {KIND: kind})
    node.text = text
    return node


def _refuse_constant(_name: str) -> NoReturn:
    """Refuse what JavaScript has and JSON has not."""
    raise UnreadableAnswerError("the JSON has NaN or Infinity")
