"""Values that tests start from; each builder takes only what a test cares about."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.domain.access import AccessToken, Principal, Scope
from chalicelib.domain.booking.booking import BookedUser, Booking, BookingRequest, ContactMethod
from chalicelib.domain.booking.form import Form, JsonValue
from chalicelib.domain.booking.policy import BookingPolicy
from chalicelib.domain.booking.rules.form import violations
from chalicelib.domain.changing.operation import ChangeRecord
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.operation.record import OperationRecord

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
POLICY = BookingPolicy(zone=LONDON)
TOKEN = AccessToken("client-token")
REFRESHED_TOKEN = AccessToken("refreshed-client-token")
OTHER_TOKEN = AccessToken("other-client-token")
PRINCIPAL = Principal(account=1001, scopes=frozenset({Scope.PHONECHAT_BOOKINGS.value, Scope.CREDITS_HISTORY.value}))
PHONE = "07700900123"


def pseudonym(user_id: int) -> str:
    """Return a pseudonym of somebody, as tests spell it."""
    return f"p_{user_id:026}"


MEMBERS: Mapping[str, JsonValue] = {
    "BookUserID": 123456,
    "SessionDate": "2026-01-20 21:30",
    "Duration": 15,
    "Method": 1,
    "PhoneNumber": PHONE,
    "Credits": 32,
    "AcceptBy": "2026-01-20 18:00",
    "Comments": "Hello",
}


def members(**changes: JsonValue) -> dict[str, JsonValue]:
    """Return the members of a valid request with changes."""
    return {**MEMBERS, **changes}


def without(*names: str, **changes: JsonValue) -> dict[str, JsonValue]:
    """Return the members of a valid request with changes, and without some."""
    return {name: value for name, value in members(**changes).items() if name not in names}


def form(document: Mapping[str, JsonValue], *, now: datetime = NOW, policy: BookingPolicy = POLICY) -> Form:
    """Return a form at a fixed instant."""
    return Form(document, policy, now)


def broken_rules(
    document: Mapping[str, JsonValue], *, now: datetime = NOW, policy: BookingPolicy = POLICY
) -> list[str]:
    """Return the ids of the form rules that a document breaks, in order."""
    return [violation.rule for violation in violations(form(document, now=now, policy=policy))]


def booking_request(**changes: Any) -> BookingRequest:  # noqa: ANN401 (any field of the request)
    """Return a validated request with changes."""
    fields: dict[str, Any] = {
        "book_user_id": 123456,
        "session_date": "2026-01-20 21:30",
        "duration": 15,
        "method": ContactMethod.CANDIDATE_CALLS,
        "phone_number": PHONE,
        "credits": Decimal(32),
        "accept_by": "2026-01-20 18:00",
        "comments": "Hello",
    }
    return BookingRequest(**{**fields, **changes})


def booking(**changes: Any) -> Booking:  # noqa: ANN401 (any field of the booking)
    """Return what AdultWork makes of `booking_request()` at `NOW`, with changes; `user_id` is the candidate's."""
    fields: dict[str, Any] = {
        "booking_id": 1,
        "duration": 15,
        "credits": Decimal("32.0000"),
        "status": "Pending",
        "method": 1,
        "create_date": "2026-01-15T12:00:00",
        "session_date": "2026-01-20T21:30:00",
        "candidate": BookedUser(user_id=changes.pop("user_id", 123456)),
    }
    return Booking(**{**fields, **changes})


STANDING: Mapping[str, Any] = {
    "id": "op_1",
    "account": PRINCIPAL.account,
    "state": OperationState.UNKNOWN,
    "attempt": 1,
    "is_retryable": False,
    "claimed_at": NOW,
    "lease_until": NOW + timedelta(seconds=31),
    "sequence": 2,
    "head": "ab" * 32,
    "fingerprint": "a7acc9ba:fingerprint",
    "is_keyed": True,
}


def operation_record(**changes: Any) -> OperationRecord:  # noqa: ANN401 (any field of the record)
    """Return what the store remembers of an operation that sent `booking_request()` at `NOW`, with changes."""
    fields: dict[str, Any] = {
        "book_user_id": 123456,
        "session_date": "2026-01-20 21:30",
        "duration": 15,
        "method": 1,
        "credits": Decimal(32),
    }
    return OperationRecord(**{**STANDING, **fields, **changes})


def change_record(**changes: Any) -> ChangeRecord:  # noqa: ANN401 (any field of the record)
    """Return the same of an operation that sent the cancellation of booking 7, with changes."""
    return ChangeRecord(**{**STANDING, "change": "CancelMadeBooking", "booking_ids": (7,), **changes})
