"""The codec and the classification on whatever may come: round trips, cut answers, noise."""

from collections.abc import Mapping
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.adapters.adultwork.codec.wire import (
    read_account,
    read_balance,
    read_booking,
    read_made_bookings,
    read_permissions,
    read_requirements,
)
from chalicelib.adapters.adultwork.faults import classify_placement, refusal_message
from chalicelib.adapters.adultwork.message_cleaning import MAXIMUM_LENGTH, clean_message
from chalicelib.adapters.http.answer import UnreadableAnswerError, UpstreamAnswer
from chalicelib.domain.booking.booking import Booking
from chalicelib.domain.operation.operation import OperationState
from devtools.places import UPSTREAM_SAMPLES
from tests.builders import LONDON, booking_request
from tests.property.answer_writer import BOOKED, write_json, write_xml

SAMPLES = UPSTREAM_SAMPLES
XML, JSON = "application/xml", "application/json"
BODIES = {XML: (SAMPLES / "made-booking.xml").read_bytes(), JSON: (SAMPLES / "made-booking.json").read_bytes()}
REQUEST = booking_request(session_date="2018-01-22 21:30", duration=15, book_user_id=123456, credits=Decimal(8))
STATUSES = (
    st.sampled_from([200, 201, 202, 204, 301, 307, 400, 401, 403, 404, 408, 409, 422, 429, 500, 503]) | st.integers()
)
CONTENT_TYPES = (
    st.sampled_from([XML, JSON, "text/html", "text/xml; charset=utf-8", "application/problem+json", ""]) | st.text()
)
BYTES = (
    st.binary()
    | st.text(alphabet='<>/?!-[]{}":,&#; abEx01\n').map(str.encode)
    | st.sampled_from(list(BODIES.values()))
    | st.sampled_from([b'{"Message": "No"}', b"<Error><Message>No</Message></Error>", b"299", b"null"])
)
READERS = (read_account, read_balance, read_booking, read_made_bookings, read_permissions, read_requirements)
RANDOMS = st.integers(0, 2**32).map(Random)  # one draw for all choices of a writer: drawing each would take minutes


@given(members=BOOKED, random=RANDOMS)
def test_both_formats_give_the_same_booking(members: Mapping[str, Any], random: Random) -> None:
    """Whatever way a booking is written, its values arrive exactly."""
    expected = Booking.read(members)
    assert read_booking(UpstreamAnswer(200, XML, write_xml(members, random))) == expected
    assert read_booking(UpstreamAnswer(200, JSON, write_json(members, random))) == expected


@given(
    members=BOOKED,
    random=RANDOMS,
    booking_id=st.sampled_from([-1, 0, 1, 2**31 - 1, 2**31]),
    echo=st.tuples(
        st.sampled_from([123456, 123457]),
        st.sampled_from([15, 16]),
        st.sampled_from(["21:30:00", "21:31:00"]),
        st.sampled_from([Decimal(8), Decimal("8.0000"), Decimal("8.0001")]),
        st.sampled_from([1, 2]),
    ),
)
def test_confirmed_means_that_the_echo_matches(
    members: dict[str, Any], random: Random, booking_id: int, echo: tuple[int, int, str, Decimal, int]
) -> None:
    """Exactly the booking that was sent, with an id that can exist, is a success."""
    user, duration, minute, credits_, method = echo
    answered = {
        **members,
        "BookingID": booking_id,
        "Duration": duration,
        "Credits": credits_,
        "Method": method,
        "SessionDate": f"2018-01-22T{minute}",
        "Candidate": {**members["Candidate"], "UserID": user},
    }
    outcome = classify_placement(UpstreamAnswer(201, XML, write_xml(answered, random)), REQUEST, LONDON)
    is_ours = echo == (123456, 15, "21:30:00", Decimal(8), 1) and 1 <= booking_id < 2**31
    assert outcome.state is (OperationState.CONFIRMED if is_ours else OperationState.UNKNOWN)


@pytest.mark.parametrize("content_type", [XML, JSON])
def test_an_answer_that_broke_off_is_never_a_success(content_type: str) -> None:
    """Cut at every byte, a good answer says nothing until it is whole."""
    whole = BODIES[content_type].rstrip()
    for length in range(len(whole)):
        outcome = classify_placement(UpstreamAnswer(200, content_type, whole[:length]), REQUEST, LONDON)
        assert outcome.state is OperationState.UNKNOWN
    outcome = classify_placement(UpstreamAnswer(200, content_type, whole), REQUEST, LONDON)
    assert outcome.state is OperationState.CONFIRMED


@given(status=STATUSES, content_type=CONTENT_TYPES, body=BYTES, retry_after=st.none() | st.integers(1, 3600))
@example(status=200, content_type=JSON, body=b"[" * 100_000, retry_after=None)
@example(status=400, content_type=JSON, body=b'{"Message": "\\ud800"}', retry_after=None)
@example(status=429, content_type=XML, body=b"<a><Message>x</Message></a>", retry_after=7)
def test_no_answer_raises(status: int, content_type: str, body: bytes, retry_after: int | None) -> None:
    """Whatever comes is an outcome, a value, or the one error that says unreadable."""
    answer = UpstreamAnswer(status, content_type, body, retry_after)
    outcome = classify_placement(answer, REQUEST, LONDON)
    assert outcome.state in {OperationState.CONFIRMED, OperationState.REJECTED, OperationState.UNKNOWN}
    assert (outcome.booking is not None) == (outcome.state is OperationState.CONFIRMED)
    refusal_message(answer)
    for read in READERS:
        try:
            read(answer)
        except UnreadableAnswerError:
            continue


@given(
    content_type=st.sampled_from([XML, JSON]),
    changes=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), min_size=1, max_size=3),
)
def test_a_damaged_answer_is_a_success_only_with_its_echo_intact(
    content_type: str, changes: list[tuple[int, int]]
) -> None:
    """A changed byte may change a comment; it can never make another booking ours."""
    body = bytearray(BODIES[content_type])
    for position, byte in changes:
        body[position % len(body)] = byte
    outcome = classify_placement(UpstreamAnswer(200, content_type, bytes(body)), REQUEST, LONDON)
    if outcome.booking is not None:
        booking = outcome.booking
        echo = (booking.candidate.user_id, booking.duration, booking.session_date[:16])
        assert echo == (123456, 15, "2018-01-22T21:30")


@given(
    before=st.text(),
    after=st.text(),
    secret=st.from_regex(r"0[0-9]{9,10}", fullmatch=True)
    | st.from_regex(r"[a-z]{5,8}\.[0-9]{2}[a-z]{2}", fullmatch=True),
)
def test_a_cleaned_message_is_short_visible_and_silent(before: str, after: str, secret: str) -> None:
    """Nothing that was sent comes back, wherever it stood."""
    cleaned = clean_message(f"{before}{secret}{after}", [secret])
    assert secret not in cleaned
    assert len(cleaned) <= MAXIMUM_LENGTH
    assert cleaned.isprintable()
