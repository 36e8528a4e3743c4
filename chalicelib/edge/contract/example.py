"""The booking that the document shows, asked for, told and quoted; the README shows the same."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from chalicelib.application.booking.validate_booking import Quote
from chalicelib.application.operations.get_operation import OperationView
from chalicelib.domain.booking.booking import BookedUser, Booking
from chalicelib.domain.booking.form import JsonValue
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.edge.answer_form import HttpAnswers
from chalicelib.edge.links import Links

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)  # when the examples are judged: before every date in them
OPERATION_ID = "op_01KF3Q8Z5T7W9Y1B3D5F7H9K1M"
REQUEST_ID = "4f1c1f0e-6f0a-4c53-9d0b-2f8f4a2e7d11"
IDEMPOTENCY_KEY = "6f1c0a52-readme-0001"

MEMBERS: Mapping[str, JsonValue] = {
    "BookUserID": 123456,
    "SessionDate": "2032-02-21 21:30",
    "Duration": 15,
    "Method": 1,
    "PhoneNumber": "07123 456 789",
    "Credits": Decimal("32.50"),
    "AcceptBy": "2032-02-21T18:00:00Z",
    "Comments": "Hi, I had a great time last weekend!",
}
BOOKING = Booking(
    booking_id=1795345849,
    duration=15,
    credits=Decimal("32.5"),
    status="Pending",
    method=1,
    phone_number="07123456789",
    create_date="2026-11-22T11:10:49.994",
    session_date="2032-02-21T21:30:00",
    accept_by="2032-02-21T18:00:00",
    last_updated="2026-11-22T11:10:49.994",
    comments="Hi, I had a great time last weekend!",
    action_client="BookedUser needs to accept or reject",
    candidate=BookedUser(
        user_id=123456, nickname="BookedUser", total=6, positive=7, neutral=0, negative=1, ratings=8, disputes=0
    ),
)
QUOTE = Quote(
    violations=(),
    unchecked=(),
    price_per_minute=Decimal("1.5"),
    minimum_credits=Decimal("22.5"),
    balance=Decimal(300),
    balance_after=Decimal("267.5"),
)


def operation(links: Links) -> OperationView[OperationRecord]:
    """Return the operation that made the booking."""
    record = OperationRecord(
        id=OPERATION_ID,
        account=1001,
        state=OperationState.CONFIRMED,
        attempt=1,
        is_retryable=False,
        book_user_id=123456,
        session_date="2032-02-21 21:30",
        duration=15,
        method=1,
        credits=Decimal("32.5"),
        claimed_at=NOW,
        lease_until=NOW + timedelta(seconds=31),
        sequence=2,
        head="",
        fingerprint="",
        is_keyed=True,
        booking_id=BOOKING.booking_id,
    )
    return OperationView(record, HttpAnswers(links).booked(OPERATION_ID, BOOKING))
