"""The changes that are served, one declaration each. `docs/adding-an-endpoint.md` shows how another one comes in.

Source of each: AdultWork's own page of the same name.
"""

from collections.abc import Mapping

from chalicelib.domain.access import Scope
from chalicelib.domain.changing.change import Amount, Answer, Change, ManyIds, Member, OneId, Words

_BOOKING = Member("BookingID", OneId(), "the booking", "Which booking.")

CANCEL_MADE_BOOKING = Change(
    path="/v1/PhoneChat/CancelMadeBooking",
    scope=Scope.PHONECHAT_BOOKINGS,
    members=(
        _BOOKING,
        Member("Reason", Words(), "the reason", "Why; whoever was booked may read it."),
    ),
    answer=Answer.MADE,
    done=frozenset({"Cancelled"}),
    not_done=frozenset({"Pending", "Accepted", "Confirmed", "Rejected"}),
    summary="Cancel a booking that the user made",
    about="AdultWork takes it for a booking that is neither Cancelled nor Rejected; a Confirmed one only before its SessionDate.",
)

RESCHEDULE_MADE_BOOKING = Change(
    path="/v1/PhoneChat/RescheduleMadeBooking",
    scope=Scope.PHONECHAT_BOOKINGS,
    members=(_BOOKING,),
    answer=Answer.MADE,
    moves=True,
    summary="Move a booking that the user made to some minutes from now",
    about="AdultWork takes it once the SessionDate has passed, and makes that 5 to 10 minutes from now; it takes no date. "
    "Whether the booking keeps its BookingID is not documented: the answer says which it has.",
)
DELETE_MADE_BOOKINGS = Change(
    path="/v1/PhoneChat/DeleteMadeBookings",
    scope=Scope.PHONECHAT_BOOKINGS,
    members=(
        Member("BookingIDs", ManyIds(100), "the bookings", "Which bookings: at most 100, as one text with commas."),
    ),
    answer=Answer.DELETIONS,
    summary="Delete bookings that the user made",
    about="AdultWork deletes those that are Rejected, Cancelled or Confirmed. `Deleted` of each entry says whether it did.",
)
ACCEPT_RECEIVED_BOOKING = Change(
    path="/v1/PhoneChat/AcceptReceivedBooking",
    scope=Scope.PHONECHAT_BOOKINGS,
    members=(_BOOKING, Member("Credits", Amount(), "the credits", "What the performer wants for it, exact.")),
    answer=Answer.RECEIVED,
    summary="Accept a booking that the user received",
    about="For the performer. AdultWork takes it while the booking is Pending, and AcceptBy and SessionDate are in the future; "
    "it warns the client where the Credits differ from the offer.",
)
RE_INVITE = Change(
    path="/v1/PhoneChat/ReInvite",
    scope=Scope.PHONECHAT_BOOKINGS,
    members=(
        _BOOKING,
        Member(
            "Reason",
            Words(),
            "the reason",
            "Why; AdultWork has one of its own where it is left out.",
            is_required=False,
        ),
    ),
    answer=Answer.RECEIVED,
    summary="Reject an expired booking that the user received, and invite its client again",
    about="For the performer. AdultWork takes it while the booking is Pending and its SessionDate is not in the future.",
)

CHANGES = (
    CANCEL_MADE_BOOKING,
    RESCHEDULE_MADE_BOOKING,
    DELETE_MADE_BOOKINGS,
    ACCEPT_RECEIVED_BOOKING,
    RE_INVITE,
)
BY_NAME: Mapping[str, Change] = {change.name: change for change in CHANGES}
