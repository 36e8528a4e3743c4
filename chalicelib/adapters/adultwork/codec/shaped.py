"""Documents in the shapes that endpoints declare: documented members are typed, whatever else is there is passed on plainly."""

from collections.abc import Callable, Mapping

from chalicelib.adapters.adultwork.codec import wire
from chalicelib.adapters.adultwork.codec.generic import gathered, plain
from chalicelib.adapters.adultwork.codec.lexical import boolean, decimal, integer
from chalicelib.adapters.adultwork.codec.tree import (
    KIND,
    Kind,
    Node,
    is_list,
    is_null,
    is_record,
    leaf_text,
    local_name,
    member,
)
from chalicelib.adapters.http.answer import UnreadableAnswerError, UpstreamAnswer
from chalicelib.domain.booking.booking import Booking
from chalicelib.domain.reading.parameter import Asked
from chalicelib.domain.reading.shape import Items, Known, Leaf, Record, Shape
from chalicelib.domain.reading.told import Told

_LEAVES: Mapping[Leaf, tuple[Kind, Callable[[str], Told]]] = {
    Leaf.INTEGER: (Kind.NUMBER, integer),
    Leaf.NUMBER: (Kind.NUMBER, decimal),
    Leaf.BOOLEAN: (Kind.BOOLEAN, boolean),
    Leaf.TEXT: (Kind.STRING, str),
}


def read_shape(shape: Shape, answer: UpstreamAnswer, asked: Asked) -> Told:
    """Return the document of an answer in its shape; `asked` are the parameters that it answers.

    Raises:
        UnreadableAnswerError: it is not in that shape.
    """
    match shape:
        case Known.BOOKING:
            return wire.read_booking(answer).written(nulls=True)
        case Known.BOOKINGS:
            return _bookings(answer, int(asked.get("PageNumber", 1)))
        case Known.REQUIREMENTS:
            return _requirements(answer)
    root = wire.read_document(answer)
    if isinstance(shape, Leaf) and shape is not Leaf.ANY:
        _require_bare(root)
    value = told(shape, root)
    if isinstance(shape, Record) and all(member(root, name) is None for name in shape.members):
        raise UnreadableAnswerError("none of the documented members is there")
    return value


def told(shape: Shape, node: Node) -> Told:
    """Return the value of a node in its shape, None for null.

    Raises:
        UnreadableAnswerError: it is not in that shape.
    """
    if is_null(node):
        return None
    match shape:
        case Leaf.ANY:
            return plain(node)
        case Leaf():
            kind, convert = _LEAVES[shape]
            return convert(leaf_text(node, kind))
        case Items(item):
            if not is_list(node):
                raise UnreadableAnswerError("a list is none")
            return [told(item, entry) for entry in node]
        case Record(members):
            return _record(members, node)
        case _:
            raise UnreadableAnswerError("a document of its own is no part of another")


def _record(declared: Mapping[str, Shape], node: Node) -> dict[str, Told]:
    """Return the documented members, then the others."""
    if not is_record(node):
        raise UnreadableAnswerError("an object is none")
    found = {name: member(node, name) for name in declared}
    known = {name.lower() for name in declared}
    others = [child for child in node if local_name(child).lower() not in known]
    return {
        **{name: None if child is None else told(declared[name], child) for name, child in found.items()},
        **gathered((local_name(child), plain(child)) for child in others),
    }


def _require_bare(root: Node) -> None:
    """Refuse a bare value that does not come in the namespace of bare values."""
    if root.get(KIND) is None and not root.tag.startswith(f"{{{wire.SERIALIZATION}}}"):
        raise UnreadableAnswerError("the answer is no bare value")


def _bookings(answer: UpstreamAnswer, page: int) -> dict[str, Told]:
    """Return a page of bookings, and the BookingIDs of the entries that cannot be read as one."""
    entries = wire.read_made_bookings(answer, page)
    return {
        "PageNumber": page,
        "PageCount": wire.page_count(wire.read_document(answer)) or None,
        "Bookings": [entry.written(nulls=True) for entry in entries if isinstance(entry, Booking)],
        "unreadable": [entry.booking_id for entry in entries if not isinstance(entry, Booking)],
    }


def _requirements(answer: UpstreamAnswer) -> dict[str, Told]:
    """Return the price and the methods; names of AdultWork's own for what is known of a method are not documented."""
    requirements = wire.read_requirements(answer)
    methods = requirements.methods
    return {
        "PhoneChatPPM": requirements.price_per_minute,
        "Methods": None
        if methods is None
        else [{"Method": method, "is_available": is_available} for method, is_available in methods.items()],
    }
