"""One neutral tree for XML and JSON, so that the typed readers need not know which of the two was sent.

It is the standard library's own element tree, because XML comes in it at no cost (building nodes of our own took a
fifth of the time of reading a booking). A JSON value becomes an element that says what it was in the attribute KIND, a
name that no XML attribute can have; JSON's null carries the mark of XML's null as well.
"""

from enum import StrEnum
from typing import TypeAlias
from xml.etree.ElementTree import Element

from chalicelib.adapters.adultwork.codec.lexical import SPACE
from chalicelib.adapters.http.answer import UnreadableAnswerError

MAXIMUM_DEPTH = 32
MAXIMUM_NODES = 5000
KIND = "json kind"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_NIL_VALUES = {"true": True, "1": True, "false": False, "0": False}

Node: TypeAlias = Element


class Kind(StrEnum):
    """What a JSON value was. XML has no kinds: its leaves are texts, numbers or booleans as the reader wants them."""

    OBJECT = "object"
    ARRAY = "array"
    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    NULL = "null"


def is_null(node: Node) -> bool:
    """Tell whether a node is JSON's null or an element marked as nil in the XSI namespace.

    Raises:
        UnreadableAnswerError: the mark is no boolean, or the element has content all the same.
    """
    mark = node.get(NIL)
    if mark is None:
        return False
    if mark == "true" and node.text is None and len(node) == 0:
        return True
    is_nil = _NIL_VALUES.get(mark.strip(SPACE))
    if is_nil is None or (is_nil and (len(node) or (node.text or "").strip(SPACE))):
        raise UnreadableAnswerError("an element's nil mark is no boolean, or contradicts its content")
    return is_nil


def leaf_text(node: Node, json_kind: Kind) -> str:
    """Return the text of a leaf; JSON tells strings from numbers, XML does not. An empty element is an empty text.

    Raises:
        UnreadableAnswerError: it is null, of another kind, or has something inside.
    """
    if len(node) or node.get(KIND, json_kind) != json_kind or is_null(node):
        raise UnreadableAnswerError("a member is of another type")
    return node.text or ""


def is_leaf(node: Node) -> bool:
    """Tell whether a node is an XML element without elements inside: any simple value, or an empty list."""
    return len(node) == 0 and node.get(KIND) is None and not is_null(node)


def is_record(node: Node) -> bool:
    """Tell whether a node has named members: a JSON object, or an element with elements inside."""
    kind = node.get(KIND)
    return kind == Kind.OBJECT or (kind is None and len(node) > 0)


def is_list(node: Node) -> bool:
    """Tell whether a node can be a list: a JSON array, or an element with elements or nothing inside."""
    kind = node.get(KIND)
    if kind is not None:
        return kind == Kind.ARRAY
    return len(node) > 0 or (is_leaf(node) and not (node.text or "").strip(SPACE))


def local_name(node: Node) -> str:
    """Return the name without its namespace; JSON has none."""
    return node.tag.rpartition("}")[2] if node.get(KIND) is None else node.tag


def members(node: Node, name: str) -> list[Node]:
    """Return the members with this local name; only if there is none, those that differ in case alone.

    Upstream clients can ask for camel-case names, so case may differ; namespaces are not looked at.
    """
    exact = [child for child in node if local_name(child) == name]
    return exact or [child for child in node if local_name(child).lower() == name.lower()]


def member(node: Node, name: str) -> Node | None:
    """Return the one member with this local name, None without one.

    Raises:
        UnreadableAnswerError: the name occurs more than once.
    """
    found = members(node, name)
    if len(found) > 1:
        raise UnreadableAnswerError("a member that must be unique occurs more than once")
    return found[0] if found else None
