"""Requests to book, far enough in the future and away from the hours that summer time moves."""

from datetime import UTC, datetime
from typing import Any

import simplejson

YEAR = datetime.now(UTC).year + 1
DAY = f"{YEAR}-06-21"
PATH = "/v1/PhoneChat/CreateBooking"
TOKEN = "client-token"
ORIGIN = "http://localhost:5173"
PHONE = "07700900123"
SKYPE = "live:client.one"

CREATE = PATH
VALIDATE = "/v1/PhoneChat/ValidateBooking"
REQUIREMENTS = "/v1/PhoneChat/GetUserBookingRequirements"
BALANCE = "/v1/CreditHistory/GetCurrentCreditBalance"
PERMISSIONS = "/v1/Account/GetPermissions"
CREDENTIALS = "/v1/account/verifyCredentials"
MADE_BOOKINGS = "/v1/PhoneChat/MadeBookings"
DETAILS = "/v1/PhoneChat/MadeBookingDetails"
INTROSPECTION = (PERMISSIONS, CREDENTIALS)
READS = (PERMISSIONS, CREDENTIALS, REQUIREMENTS, BALANCE)

MEMBERS: dict[str, Any] = {
    "BookUserID": 123456,
    "SessionDate": f"{DAY} 21:30",
    "Duration": 15,
    "Method": 1,
    "PhoneNumber": PHONE,
    "Credits": 32,
    "AcceptBy": f"{DAY} 18:00",
    "Comments": "Hello",
}


def members(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 (any JSON value)
    """Return the members of a sound request with changes; those that are None are left out."""
    return {name: value for name, value in {**MEMBERS, **changes}.items() if value is not None}


def later(minutes: int) -> dict[str, Any]:
    """Return a sound request for another minute of the same evening: another booking."""
    return members(SessionDate=f"{DAY} {20 + minutes // 60}:{minutes % 60:02}")


def to_body(document: object) -> bytes:
    """Return a document as JSON, its decimals as they are."""
    return simplejson.dumps(document).encode()


def headers(token: str | None = TOKEN, key: str | None = None, origin: str | None = ORIGIN) -> dict[str, str]:
    """Return the headers that a page sends; those that are None are left out."""
    given = {
        "Authorization": None if token is None else f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": key,
        "Origin": origin,
    }
    return {name: value for name, value in given.items() if value is not None}
