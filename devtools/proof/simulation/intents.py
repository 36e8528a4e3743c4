"""What people want: bookings, each wanted once, with personal data that is easy to find again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from chalicelib.domain.booking.form import JsonValue

LONDON = ZoneInfo("Europe/London")
ACCOUNTS = (440001, 440002, 440003)  # no digits that a BookingID has
CANDIDATES = (123456, 200003)
PHONE_PREFIX = "0770090"
CANARY = "canary"
MINUTE_FORMAT = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True)
class Intent:
    """One booking that one account wants; `members` is the body, `key` the Idempotency-Key that its app made for it."""

    number: int
    account: int
    members: Mapping[str, JsonValue]
    key: str

    def with_other_credits(self) -> "Intent":
        """Return another booking under the same key."""
        return replace(self, members={**self.members, "Credits": 33})

    def later(self, minutes: int) -> "Intent":
        """Return the booking of another minute, as who could not have the first one takes it."""
        at = datetime.strptime(str(self.members["SessionDate"]), MINUTE_FORMAT) + timedelta(minutes=minutes)  # noqa: DTZ007 (AdultWork's wall clock)
        return replace(self, members={**self.members, "SessionDate": at.strftime(MINUTE_FORMAT)})

    def on_another_device(self, number: int) -> "Intent":
        """Return the same booking, wanted again under a key of its own."""
        return replace(self, number=number, key=new_key(number, 0))


def new_key(intent: int, number: int) -> str:
    """Return a fresh Idempotency-Key."""
    return f"key-of-an-intent-{intent}-{number}"


def make_intent(number: int, account: int, candidate: int, session: datetime, *, uses_skype: bool) -> Intent:
    """Return a wanted booking; everything personal in it is unique."""
    local = session.astimezone(LONDON)
    contact: dict[str, JsonValue] = (
        {"Method": 3, "SkypeName": f"{CANARY}.skype.{number}"}
        if uses_skype
        else {"Method": 1, "PhoneNumber": f"{PHONE_PREFIX}{number:04}"}
    )
    members: dict[str, JsonValue] = {
        "BookUserID": candidate,
        "SessionDate": f"{local:%Y-%m-%d %H:%M}",
        "AcceptBy": f"{local - timedelta(hours=1):%Y-%m-%d %H:%M}",
        "Duration": 15,
        "Credits": 32,
        "Comments": f"{CANARY} comment {number}",
        **contact,
    }
    return Intent(number, account, members, new_key(number, 0))
