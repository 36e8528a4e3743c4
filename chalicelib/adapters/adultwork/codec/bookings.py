"""The neutral tree to a `Booking`. Source of names and namespaces: the response samples of the CreateBooking page."""

from collections.abc import Iterator
from typing import Any

from pydantic_core import ValidationError

from chalicelib.adapters.adultwork.codec.lexical import date, decimal, integer
from chalicelib.adapters.adultwork.codec.shape import Leaf, Shape
from chalicelib.adapters.adultwork.codec.tolerance import tolerant_values
from chalicelib.adapters.adultwork.codec.tree import KIND, Kind, Node, is_leaf, is_list, is_null, leaf_text, members
from chalicelib.adapters.http.answer import UnreadableAnswerError
from chalicelib.domain.booking.booking import Booking, ListEntry, UnreadableEntry

MODELS = "http://schemas.datacontract.org/2004/07/API.Models"
BOOKINGS = f"{MODELS}.PhoneChat.Bookings"
MADE = f"{BOOKINGS}.Made"
PROFILE = f"{MODELS}.Profile"
MADE_BOOKING = f"{{{MADE}}}MadeBooking"

INTEGER = Leaf(Kind.NUMBER, integer)
DECIMAL = Leaf(Kind.NUMBER, decimal)
DATE = Leaf(Kind.STRING, date)
TEXT = Leaf(Kind.STRING, str)

CANDIDATE = Shape.of(
    (BOOKINGS, {"UserID": INTEGER, "Nickname": TEXT, "PhoneNumber": TEXT, "SkypeName": TEXT}),
    (PROFILE, dict.fromkeys(("Total", "Positive", "Neutral", "Negative", "Ratings", "Disputes"), INTEGER)),
)
BOOKING = Shape.of(
    (
        MADE,
        {
            **dict.fromkeys(("BookingID", "Duration", "Method"), INTEGER),
            "Credits": DECIMAL,
            **dict.fromkeys(("CreateDate", "SessionDate", "AcceptBy", "LastUpdated"), DATE),
            **dict.fromkeys(("AcceptedDate", "ConfirmedDate", "CancelledDate"), DATE),
            **dict.fromkeys(("Status", "PhoneNumber", "SkypeName", "Comments", "ActionClient"), TEXT),
            **dict.fromkeys(("CancelledReason", "CancelledBy", "RejectedReason"), TEXT),
            "Candidate": CANDIDATE,
        },
    )
)


def booking_from(node: Node) -> Booking:
    """Return the booking that an object or element holds; the element's own name is not looked at.

    One that is sound in every member is read in one pass; only what is not is looked at member by member. Validation stays,
    although every value has been checked by then: it is faster than the constructor, and it alone knows which members may be
    missing or null.

    Raises:
        UnreadableAnswerError: a member that proves a booking is missing or cannot be read.
    """
    try:
        return Booking.read(BOOKING.values(node))
    except (UnreadableAnswerError, ValidationError):
        values, unreadable = tolerant_values(BOOKING, node)
    try:
        return Booking.read({**values, "Unreadable": unreadable})
    except ValidationError as error:
        raise UnreadableAnswerError("a booking lacks a member that proves it") from error


def bookings_in(root: Node) -> tuple[ListEntry, ...]:
    """Return every booking inside a document, in order: whatever has a BookingID is one, and so is what stands beside one.

    The names of the wrapper around MadeBookings are not documented, so none is looked at. An entry that cannot be read says what
    is known of it, so that it hides none of the others.
    """
    return tuple(_entry(node) for node in _entries(root))


def _entries(root: Node) -> Iterator[Node]:
    """Yield the nodes that are bookings, or stand in a list of bookings where one should be."""
    if members(root, "BookingID"):
        yield root
    for parent in root.iter():
        named = [child for child in parent if members(child, "BookingID")]
        if named:
            tags = {child.tag for child in named}
            is_array = parent.get(KIND) == Kind.ARRAY
            yield from (child for child in parent if is_array or child in named or child.tag in tags)


def _entry(node: Node) -> ListEntry:
    """Return one entry, read as far as it goes."""
    try:
        return booking_from(node)
    except UnreadableAnswerError:
        candidate = _only(node, "Candidate")
        return UnreadableEntry(
            booking_id=_read(INTEGER, _only(node, "BookingID")),
            user_id=None if candidate is None else _read(INTEGER, _only(candidate, "UserID")),
            session_date=_read(DATE, _only(node, "SessionDate")),
        )


def _only(node: Node, name: str) -> Node | None:
    """Return the one member of a name, None when there is none or more."""
    found = members(node, name)
    return found[0] if len(found) == 1 else None


def _read(leaf: Leaf, node: Node | None) -> Any:  # noqa: ANN401 (what the leaf's conversion returns)
    """Return the value of a leaf, None when it cannot be read."""
    try:
        return None if node is None else leaf.convert(leaf_text(node, leaf.json_kind))
    except UnreadableAnswerError:
        return None


def has_empty_list(root: Node) -> bool:
    """Tell whether a document without bookings holds an empty list, so that there really are none.

    In JSON an empty array is one, and so is a null where bookings should be. XML has no arrays: there it takes an empty or nil
    element in a document of the upstream's own models, whose namespaces are all of one family.
    """
    if root.get(KIND) is not None:
        arrays = [root, *root]
        return any(_is_empty_array(node) for node in arrays) or any(_is_null_bookings(node) for node in root)
    return root.tag.startswith(f"{{{MODELS}") and any(_is_empty_element(node) for node in (root, *root))


def _is_empty_array(node: Node) -> bool:
    return node.get(KIND) == Kind.ARRAY and len(node) == 0


def _is_null_bookings(node: Node) -> bool:
    return node.get(KIND) == Kind.NULL and "booking" in node.tag.lower()


def _is_empty_element(node: Node) -> bool:
    return is_null(node) or (is_leaf(node) and is_list(node))
