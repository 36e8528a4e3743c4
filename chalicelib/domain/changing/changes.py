"""The changes that are served, one declaration each. `docs/adding-an-endpoint.md` shows how another one comes in.

Source of each: AdultWork's own page of the same name.
"""

from collections.abc import Mapping

from chalicelib.domain.access import Scope
from chalicelib.domain.changing.change import Answer, Change, Member, OneId, Words

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
    asks="cancel",
    summary="Cancel a booking that the user made",
    about="AdultWork takes it for a booking that is neither Cancelled nor Rejected; a Confirmed one only before its SessionDate.",
)

CHANGES = (CANCEL_MADE_BOOKING,)
BY_NAME: Mapping[str, Change] = {change.name: change for change in CHANGES}
