"""Reads of what AdultWork knows. Nothing is claimed or kept by one, so it is safe to send again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypedDict, TypeVar, cast
from urllib.parse import urlencode

from switchboard_client.contract import (
    Booking,
    GetCurrentCreditBalanceAnswer,
    GetPermissionsAnswer,
    GetSettingsAnswer,
    GetUserBookingRequirementsAnswer,
    MadeBookingsAnswer,
)
from switchboard_client.core.effects import Request, Sleep, Steps
from switchboard_client.core.exchange import Reply, Success, as_booking, exchange, has
from switchboard_client.core.questions import Asked, asked
from switchboard_client.outcome import Answered, Unavailable

READ_PATIENCE_SECONDS = 20.0
LONGEST_PAUSE_SECONDS = 60
Answer = TypeVar("Answer")
Order: TypeAlias = Literal[
    "date-desc", "date-asc", "nickname-asc", "nickname-desc", "sessiondate-asc", "sessiondate-desc"
]


class MadeBookingsQuery(TypedDict, total=False):
    """Which bookings: made from `StartDate` (a day on AdultWork's clock) on, `BookingsPerPage` from 1 to 100."""

    StartDate: str
    OrderBy: Order
    BookingsPerPage: int
    PageNumber: int


@dataclass(frozen=True, slots=True)
class Reads:
    """The reads of one call; it is given up after `patience_seconds`. `now` tells seconds since 1970."""

    now: Callable[[], float]
    patience_seconds: float

    def user_booking_requirements(self, book_user_id: int) -> Steps[Asked[GetUserBookingRequirementsAnswer]]:
        """Ask what a booking of somebody needs."""
        found = _with("PhoneChatPPM", "Methods", of=GetUserBookingRequirementsAnswer)
        return self._read("PhoneChat/GetUserBookingRequirements", found, {"BookUserID": book_user_id})

    def made_bookings(self, query: MadeBookingsQuery) -> Steps[Asked[MadeBookingsAnswer]]:
        """Read one page of the bookings that the user made."""
        found = _with("PageNumber", "Bookings", of=MadeBookingsAnswer)
        return self._read("PhoneChat/MadeBookings", found, dict(query))

    def made_booking_details(self, booking_id: int) -> Steps[Asked[Booking]]:
        """Read one of those bookings."""
        return self._read("PhoneChat/MadeBookingDetails", _booking, {"BookingID": booking_id})

    def settings(self) -> Steps[Asked[GetSettingsAnswer]]:
        """Read the user's own PhoneChat settings."""
        return self._read("PhoneChat/GetSettings", _with("PhoneChatPPM", of=GetSettingsAnswer))

    def current_credit_balance(self) -> Steps[Asked[GetCurrentCreditBalanceAnswer]]:
        """Read how many credits the user has."""
        return self._read("CreditHistory/GetCurrentCreditBalance", _number)

    def permissions(self) -> Steps[Asked[GetPermissionsAnswer]]:
        """Read what the user has granted."""
        return self._read("Account/GetPermissions", _with("Permissions", of=GetPermissionsAnswer))

    def _read(
        self, name: str, found: Callable[[Reply], Answer | None], query: dict[str, object] | None = None
    ) -> Steps[Asked[Answer]]:
        """Ask; ask again after each wait, never less than 1, 2, 4 … seconds, until patience is over."""
        path = f"/v1/{name}{'?' if query else ''}{urlencode(query or {})}"
        end, pauses = self.now() + self.patience_seconds, 0
        while True:
            answer = asked((yield from exchange(Request("GET", path), self.now())), found)
            if not isinstance(answer, Unavailable):
                return answer
            pause = max(answer.retry_after_seconds or 0, min(2**pauses, LONGEST_PAUSE_SECONDS))
            if self.now() + pause > end:
                return answer
            yield Sleep(pause)
            pauses += 1


@dataclass(slots=True)
class Pages:
    """The way through the pages of MadeBookings: `query` asks for the next one, by its number, and is None behind the last.

    How many pages there are is not always told: then a page with nothing new in it says that there is no other.
    """

    query: MadeBookingsQuery | None
    _before: object = None

    def take(self, page: Asked[MadeBookingsAnswer]) -> bool:
        """Go on to the page behind this one; tell whether this one is for the program."""
        query, self.query = self.query, None
        if query is None or not isinstance(page, Answered):
            return True
        answer = page.answer
        count, before = answer["PageCount"], self._before
        ids = ([one["BookingID"] for one in answer["Bookings"]], answer["unreadable"])
        has_news = ids not in (([], []), before)
        if has_news if count is None else query["PageNumber"] < count:
            self.query = {**query, "PageNumber": query["PageNumber"] + 1}
        self._before = ids
        return has_news or before is None or count is not None


def _with(*names: str, of: type[Answer]) -> Callable[[Reply], Answer | None]:
    """Return what finds an answer by members that only it has."""
    del of  # it says which type is meant
    return lambda reply: cast("Answer", reply.body) if isinstance(reply, Success) and has(reply.body, *names) else None


def _booking(reply: Reply) -> Booking | None:
    return as_booking(reply.body) if isinstance(reply, Success) else None


def _number(reply: Reply) -> GetCurrentCreditBalanceAnswer | None:
    """Return a bare number; JSON's true is none, though Python counts it among them."""
    is_one = isinstance(reply, Success) and type(reply.body) in {int, float}
    return cast("float", reply.body) if isinstance(reply, Success) and is_one else None
