"""The reads that are served, one declaration each. `docs/adding-an-endpoint.md` shows how another one comes in.

Source of each: AdultWork's own page of the same name. It documents no way to read the bookings that a candidate received for
PhoneChat, so none is here.
"""

from chalicelib.domain.access import Scope
from chalicelib.domain.reading.endpoint import Endpoint
from chalicelib.domain.reading.parameter import Choice, Day, Parameter, Whole
from chalicelib.domain.reading.shape import Items, Known, Leaf, Record

LARGEST_ID = 2**31 - 1
_ID = Whole(1, LARGEST_ID)

USER_BOOKING_REQUIREMENTS = Endpoint(
    path="/v1/PhoneChat/GetUserBookingRequirements",
    scope=Scope.PHONECHAT_BOOKINGS,
    parameters=(Parameter("BookUserID", _ID, "Whom to book.", is_required=True, example=123456),),
    shape=Known.REQUIREMENTS,
    summary="Ask what a booking of somebody needs",
    about="The price per minute, VAT included, and which methods are offered.",
)
MADE_BOOKINGS = Endpoint(
    path="/v1/PhoneChat/MadeBookings",
    scope=Scope.PHONECHAT_BOOKINGS,
    parameters=(
        Parameter("StartDate", Day(), "Bookings made from this day on, on AdultWork's clock."),
        Parameter(
            "OrderBy",
            Choice(
                (
                    *("date-desc", "date-asc", "nickname-asc", "nickname-desc"),
                    *("sessiondate-asc", "sessiondate-desc"),
                )
            ),
            "The order; `date-desc` if left out.",
        ),
        Parameter("BookingsPerPage", Whole(1, 100), "How many on a page; 50 if left out."),
        Parameter("PageNumber", Whole(1, LARGEST_ID), "Which page, from 1."),
    ),
    shape=Known.BOOKINGS,
    summary="List the bookings that the user made",
    about="One page of them.",
)
MADE_BOOKING_DETAILS = Endpoint(
    path="/v1/PhoneChat/MadeBookingDetails",
    scope=Scope.PHONECHAT_BOOKINGS,
    parameters=(Parameter("BookingID", _ID, "Which booking.", is_required=True, example=1795345849),),
    shape=Known.BOOKING,
    summary="Read one booking that the user made",
    about="As it stands at AdultWork now.",
)
SETTINGS = Endpoint(
    path="/v1/PhoneChat/GetSettings",
    scope=Scope.PHONECHAT_BOOKINGS,
    shape=Record(
        {
            "OfferDirectChat": Leaf.BOOLEAN,
            "DirectChat": Leaf.ANY,
            "PhoneChatNumber": Leaf.TEXT,
            "ShowPhoneChatNumber": Leaf.BOOLEAN,
            "PhoneChatPPM": Leaf.NUMBER,
        }
    ),
    summary="Read the user's own PhoneChat settings",
    about="What clients meet who book this user.",
)
CURRENT_CREDIT_BALANCE = Endpoint(
    path="/v1/CreditHistory/GetCurrentCreditBalance",
    scope=Scope.CREDITS_HISTORY,
    shape=Leaf.NUMBER,
    summary="Read the balance",
    about="A bare number of credits, exact.",
)
PERMISSIONS = Endpoint(
    path="/v1/Account/GetPermissions",
    scope=None,
    shape=Record({"Permissions": Items(Record({"Permission": Leaf.TEXT, "Status": Leaf.TEXT}))}),
    summary="Read what the user has granted",
    about="A scope counts as granted only where it is listed and its Status is `granted`.",
)

ENDPOINTS = (
    USER_BOOKING_REQUIREMENTS,
    MADE_BOOKINGS,
    MADE_BOOKING_DETAILS,
    SETTINGS,
    CURRENT_CREDIT_BALANCE,
    PERMISSIONS,
)
