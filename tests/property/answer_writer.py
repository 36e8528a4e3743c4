"""Write bookings as the upstream might: any prefixes, order, comments, CDATA, white space. Shares no code with the reader."""

import json
from decimal import Decimal

from hypothesis import strategies as st

BOOKINGS = "http://schemas.datacontract.org/2004/07/API.Models.PhoneChat.Bookings"
MADE = f"{BOOKINGS}.Made"
PROFILE = "http://schemas.datacontract.org/2004/07/API.Models.Profile"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

Value = str | int | Decimal | None
RATINGS = ("Total", "Positive", "Neutral", "Negative", "Ratings", "Disputes")
NULLABLE_TEXTS = ("PhoneNumber", "SkypeName", "CancelledReason", "CancelledBy", "RejectedReason", "Comments", "ActionClient")
NULLABLE_DATES = ("CreateDate", "AcceptBy", "AcceptedDate", "ConfirmedDate", "CancelledDate", "LastUpdated")

# XML cannot hold control characters, and its parsers turn a carriage return into a line feed.
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff") | st.just("\n"))
IDS = st.integers(1, 2**31 - 1)
COUNTS = st.integers(-(10**9), 10**9)
CREDITS = st.decimals(0, 10**6, places=4) | st.integers(0, 10**6).map(Decimal)
DATES = st.datetimes().map(lambda at: at.replace(year=max(at.year, 2)).isoformat().rstrip("0").replace(":.", ":00."))


def _optional(names: tuple[str, ...], values: st.SearchStrategy[Value]) -> dict[str, st.SearchStrategy[Value]]:
    return {name: st.none() | values for name in names}


CANDIDATES = st.fixed_dictionaries(
    {"UserID": IDS, **_optional(("Nickname", "PhoneNumber", "SkypeName"), TEXTS), **_optional(RATINGS, COUNTS)}
)
MEMBERS = st.fixed_dictionaries(
    {
        **dict.fromkeys(("BookingID", "Duration", "Method"), IDS),
        "Credits": CREDITS,
        "Status": TEXTS,
        "SessionDate": DATES,
        **_optional(NULLABLE_TEXTS, TEXTS),
        **_optional(NULLABLE_DATES, DATES),
    }
)
