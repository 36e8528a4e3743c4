"""What a rule of the form is made of, and how its messages call the members: in the words of whoever fills in the form."""

from collections.abc import Callable, Mapping

from chalicelib.domain.booking.form import Form
from chalicelib.domain.violation import Breach
from chalicelib.values import dataclass

PAGE = "AdultWork, CreateBooking page"
LIMITS = "Switchboard, documented limits"

LABELS: Mapping[str, str] = {
    "BookUserID": "the user to book",
    "SessionDate": "the time of the session",
    "Duration": "the duration",
    "Method": "the way to talk",
    "Credits": "the credits",
    "AcceptBy": "the time to accept by",
    "PhoneNumber": "the phone number",
    "SkypeName": "the Skype name",
    "Comments": "the comments",
}


@dataclass(frozen=True, slots=True)
class FormRule:
    """One rule: `check` returns how to mend the member at `pointer`, or None when it holds or does not apply."""

    id: str
    pointer: str
    source: str
    check: Callable[[Form], Breach | None]
