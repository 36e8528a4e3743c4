"""The upstream's field names on our values."""

import json
from dataclasses import FrozenInstanceError
from decimal import Decimal

import pytest
from pydantic_core import ValidationError

from chalicelib.domain.booking.booking import BookedUser, Booking, BookingRequest, ContactMethod
from chalicelib.domain.booking.upstream_value import upstream_name
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.operation.operation import OperationState, Outcome, new_operation
from devtools.places import UPSTREAM_SAMPLES
from tests.builders import LONDON, NOW, PHONE, booking, booking_request, form, members

SAMPLE = UPSTREAM_SAMPLES / "made-booking.json"


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("book_user_id", "BookUserID"),
        ("booking_id", "BookingID"),
        ("user_id", "UserID"),
        ("session_date", "SessionDate"),
        ("accept_by", "AcceptBy"),
        ("credits", "Credits"),
    ],
)
def test_a_field_has_adultwork_s_spelling(field: str, name: str) -> None:
    """Spell fields with one word, with several, and with an id at the end."""
    assert upstream_name(field) == name


def test_a_booking_has_the_members_of_the_documented_sample_in_its_order() -> None:
    """Compare the aliases with the page's JSON."""
    sample = json.loads(SAMPLE.read_text())
    assert [name for name in Booking.names.values() if name != "Unreadable"] == list(sample)
    assert list(BookedUser.names.values()) == list(sample["Candidate"])


def test_a_request_has_the_documented_names() -> None:
    """Write a request under its aliases."""
    assert booking_request().written(nulls=False) == {
        "BookUserID": 123456,
        "SessionDate": "2026-01-20 21:30",
        "Duration": 15,
        "Method": ContactMethod.CANDIDATE_CALLS,
        "PhoneNumber": PHONE,
        "Credits": Decimal(32),
        "AcceptBy": "2026-01-20 18:00",
        "Comments": "Hello",
    }


def test_a_request_cannot_be_changed() -> None:
    """Assign a field."""
    with pytest.raises(FrozenInstanceError):
        booking_request().credits = Decimal(1)  # type: ignore[misc]


@pytest.mark.parametrize("changes", [{"duration": "15"}, {"duration": True}, {"credits": 32.0}, {"book_user_id": 1.0}])
def test_nothing_is_converted_on_the_way_in(changes: dict[str, object]) -> None:
    """Build requests from nearly right types; the complaint does not repeat the value."""
    with pytest.raises(ValidationError) as caught:
        booking_request(**changes)
    assert "input_value" not in str(caught.value)


def test_a_request_can_be_read_back_from_its_wire_names() -> None:
    """Write it by alias and read it again."""
    request = booking_request()
    assert BookingRequest.read(request.written(nulls=True)) == request


def test_nothing_that_holds_personal_data_shows_it() -> None:
    """Print a request, a booking, a form, and what they are parts of; ids and dates are no secret."""
    personal = {"phone_number": "canary-1", "skype_name": "canary-2", "comments": "canary-3"}
    reasons = {"cancelled_reason": "canary-4", "rejected_reason": "canary-5"}
    candidate = BookedUser(user_id=123456, nickname="canary-6", phone_number="canary-7", skype_name="canary-8")
    made = booking(**personal, **reasons, candidate=candidate)
    request = booking_request(**personal)
    document = members(PhoneNumber="canary-1", SkypeName="canary-2", Comments="canary-3")
    key = HmacKey(b"a key for tests, 32 bytes or more")
    operation = new_operation(
        call_id="op_1", account=1001, request=request, idempotency_key=None, key=key, now=NOW,
        function_seconds=26, zone=LONDON,
    )  # fmt: skip
    outcome = Outcome(OperationState.CONFIRMED, "booked", 200, made)
    for holder in (request, made, candidate, form(document), operation, outcome):
        for shown in (repr(holder), str(holder), f"{[holder]}"):
            assert "canary" not in shown
            assert any(told in shown for told in ("123456", "2026, 1, 15"))
