"""The booking form as it arrived: a JSON object whose members are read one by one, each absent when it is not usable.

A rule that needs a member of the right type asks for it and keeps quiet when there is none: another rule complains.
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from chalicelib.domain.booking.booking import ContactMethod
from chalicelib.domain.booking.exact_number import amount, whole_number
from chalicelib.domain.booking.phone_number import LONGEST_PHONE_NUMBER, national_form
from chalicelib.domain.booking.policy import BookingPolicy
from chalicelib.domain.booking.upstream_time import UpstreamTime, read_time
from chalicelib.values import dataclass

JsonValue: TypeAlias = "bool | int | Decimal | str | list[JsonValue] | dict[str, JsonValue] | None"

REQUIRED = ("BookUserID", "SessionDate", "Duration", "Method", "Credits", "AcceptBy")
OPTIONAL = ("PhoneNumber", "SkypeName", "Comments")
MAXIMUM_USER_ID = 2_147_483_647
CREDITS_DIGITS = 7
CREDITS_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Form:
    """The members of a request with the policy and the instant that they are judged by."""

    members: Mapping[str, JsonValue] = field(repr=False)
    policy: BookingPolicy
    now: datetime
    _times: dict[str, UpstreamTime | None] = field(default_factory=dict, init=False, repr=False, compare=False)

    def has(self, name: str) -> bool:
        """Tell whether a member is there and not null."""
        return self.members.get(name) is not None

    def integer(self, name: str) -> int | None:
        """Return a member that is a whole number, however it is written; a boolean is not one."""
        value = self.members.get(name)
        if isinstance(value, Decimal):
            return whole_number(value)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def text(self, name: str) -> str | None:
        """Return a member that is a string."""
        value = self.members.get(name)
        return value if isinstance(value, str) else None

    def time(self, name: str) -> UpstreamTime | None:
        """Return a member that is a date in one of the accepted forms; each is read once, however many rules ask."""
        if name not in self._times:
            text = self.text(name)
            self._times[name] = None if text is None else read_time(text, self.policy.zone)
        return self._times[name]

    def candidate(self) -> int | None:
        """Return BookUserID when it can be the id of a user."""
        value = self.integer("BookUserID")
        return value if value is not None and 1 <= value <= MAXIMUM_USER_ID else None

    def duration(self) -> int | None:
        """Return Duration when it is as many minutes as may be booked."""
        value = self.integer("Duration")
        shortest, longest = self.policy.minimum_duration_minutes, self.policy.maximum_duration_minutes
        return value if value is not None and shortest <= value <= longest else None

    def method(self) -> ContactMethod | None:
        """Return Method when there is one of this number."""
        value = self.integer("Method")
        return ContactMethod(value) if value in tuple(ContactMethod) else None

    def credits(self) -> Decimal | None:
        """Return Credits when it is a JSON number of at most 7 digits and 4 decimals, in its shortest form."""
        value = self.members.get("Credits")
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            return None
        return amount(Decimal(value), CREDITS_DIGITS, CREDITS_DECIMALS)

    def phone_number(self) -> str | None:
        """Return PhoneNumber in the national form."""
        text = self.text("PhoneNumber")
        return None if text is None or len(text) > LONGEST_PHONE_NUMBER else national_form(text)
