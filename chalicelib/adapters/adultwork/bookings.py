"""The neutral tree to a `Booking`. Source of names and namespaces: the response samples of the CreateBooking page."""

from pydantic import ValidationError

from chalicelib.adapters.adultwork.answer import UnreadableAnswerError
from chalicelib.adapters.adultwork.lexical import date, decimal, integer
from chalicelib.adapters.adultwork.shape import Leaf, Shape
from chalicelib.adapters.adultwork.tree import KIND, Kind, Node, is_leaf, is_list, is_null, members
from chalicelib.domain.booking import Booking

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

    Validation stays, although every value has been checked by then: it costs half of what `model_construct` costs, and
    it alone knows which members may be missing or null.

    Raises:
        UnreadableAnswerError: a member that proves a booking is missing, or one cannot be read.
    """
    try:
        return Booking.model_validate(BOOKING.values(node))
    except ValidationError as error:
        raise UnreadableAnswerError("a booking lacks a member that proves it") from error


def bookings_in(root: Node) -> tuple[Booking, ...]:
    """Return every booking inside a document, in order: whatever has a BookingID is one.

    The names of the wrapper around MadeBookings are not documented, so none is looked at.

    Raises:
        UnreadableAnswerError: something has a BookingID and cannot be read as a booking.
    """
    return tuple(booking_from(node) for node in root.iter() if members(node, "BookingID"))


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
