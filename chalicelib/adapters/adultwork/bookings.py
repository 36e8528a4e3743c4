"""The neutral tree to a `Booking`. Source of names and namespaces: the response samples of the CreateBooking page."""

from pydantic import ValidationError

from chalicelib.adapters.adultwork.answer import UnreadableAnswerError
from chalicelib.adapters.adultwork.lexical import date, decimal, integer
from chalicelib.adapters.adultwork.shape import Leaf, Shape
from chalicelib.adapters.adultwork.tree import Kind, Node, members
from chalicelib.domain.booking import Booking

BOOKINGS = "http://schemas.datacontract.org/2004/07/API.Models.PhoneChat.Bookings"
MADE = f"{BOOKINGS}.Made"
PROFILE = "http://schemas.datacontract.org/2004/07/API.Models.Profile"
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
