"""Reading a booking of which something cannot be read: what proves it must be there, the rest is shown as far as it goes."""

from collections.abc import Iterator

from chalicelib.adapters.adultwork.codec.shape import Leaf, Shape
from chalicelib.adapters.adultwork.codec.tree import KIND, Node, is_null, is_record, members
from chalicelib.adapters.http.answer import UnreadableAnswerError
from chalicelib.domain.booking.booking import PROOF


def tolerant_values(shape: Shape, node: Node, within: str = "") -> tuple[dict[str, object], tuple[str, ...]]:
    """Return the values that can be read, and the names of the members for show that cannot (`Candidate.Ratings`).

    `within` is what the names begin with. A member that cannot be read, or is there twice, is null.

    Raises:
        UnreadableAnswerError: that is so of a member that proves the booking, or of the whole.
    """
    if not is_record(node):
        raise UnreadableAnswerError("an object is not one")
    values: dict[str, object] = {}
    unreadable: list[str] = []
    for name, entry, found in _members(shape, node):
        full_name = within + name
        try:
            child = _only(found)
            if isinstance(entry, Shape) and not is_null(child):
                values[name], inner = tolerant_values(entry, child, f"{full_name}.")
                unreadable += inner
            else:
                values[name] = _value(entry, child)
        except UnreadableAnswerError:
            if any(proof == full_name or proof.startswith(f"{full_name}.") for proof in PROOF):
                raise
            values[name] = None
            unreadable.append(full_name)
    return values, tuple(unreadable)


def _members(shape: Shape, node: Node) -> Iterator[tuple[str, Leaf | Shape, list[Node]]]:
    """Yield the members of a type that are there, each with its nodes."""
    is_json = node.get(KIND) is not None
    tags = {name: tag for tag, (name, _, _) in shape.by_tag.items()}
    for name, entry in shape.by_name.items():
        found = members(node, name) if is_json else [child for child in node if child.tag == tags[name]]
        if found:
            yield name, entry, found


def _only(found: list[Node]) -> Node:
    """Return the one node of a member."""
    if len(found) > 1:
        raise UnreadableAnswerError("a member that must be unique occurs more than once")
    return found[0]


def _value(entry: Leaf | Shape, node: Node) -> object:
    """Return the value of one member, null as None."""
    if is_null(node):
        return None
    if node.get(KIND) is not None:
        return entry.value(node)
    return entry.values(node) if len(node) else entry.convert(node.text or "")
