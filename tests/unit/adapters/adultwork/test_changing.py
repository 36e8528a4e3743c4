"""The changes at the wire: what is sent, and what each answer proves."""

import json
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.adapters.adultwork.changing import AdultWorkChanges, classify_change, request_body
from chalicelib.adapters.http.answer import UpstreamAnswer
from chalicelib.domain.booking.form import JsonValue
from chalicelib.domain.changing.change import Change
from chalicelib.domain.changing.changes import (
    ACCEPT_RECEIVED_BOOKING,
    CANCEL_MADE_BOOKING,
    DELETE_MADE_BOOKINGS,
    RE_INVITE,
    RESCHEDULE_MADE_BOOKING,
)
from chalicelib.domain.changing.form import ChangeForm
from chalicelib.domain.changing.operation import ChangeOutcome
from chalicelib.domain.changing.request import ChangeRequest
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.time_budget import Deadline
from tests.builders import TOKEN, booking
from tests.fakes.clock import FixedClock
from tests.fakes.upstream import InMemoryGateway

JSON, XML, HTML = "application/json; charset=utf-8", "application/xml; charset=utf-8", "text/html; charset=utf-8"


def request(change: Change, **members: JsonValue) -> ChangeRequest:
    """Return a sound request."""
    made = ChangeForm(change, members, 100).read()
    assert isinstance(made, ChangeRequest)
    return made


CANCEL = request(CANCEL_MADE_BOOKING, BookingID=1, Reason="Too private to tell")
DELETE = request(DELETE_MADE_BOOKINGS, BookingIDs="1,2")
ACCEPT = request(ACCEPT_RECEIVED_BOOKING, BookingID=1, Credits=Decimal("8.50"))


def made(**changes: Any) -> bytes:  # noqa: ANN401 (any field of the booking)
    """Return a made booking as AdultWork writes it."""
    return json.dumps(booking(**changes).written(nulls=True), default=str).replace('"32.0000"', "32.0").encode()


def ended(change: ChangeRequest, body: bytes, status: int = 200, media: str = JSON) -> ChangeOutcome:
    """Return what an answer means."""
    return classify_change(UpstreamAnswer(status, media, body), change, TOKEN)


def told(outcome: ChangeOutcome) -> tuple[OperationState, str]:
    """Return the state and why."""
    return outcome.state, outcome.reason


UNKNOWN, CONFIRMED, REJECTED = OperationState.UNKNOWN, OperationState.CONFIRMED, OperationState.REJECTED


def test_the_documented_members_are_sent_exactly() -> None:
    """And no others."""
    assert request_body(CANCEL) == b'{"BookingID":1,"Reason":"Too private to tell"}'
    assert request_body(DELETE) == b'{"BookingIDs":"1,2"}'
    assert request_body(ACCEPT) == b'{"BookingID":1,"Credits":8.5}'


def test_a_booking_that_says_cancelled_is_a_success() -> None:
    """Typed as every made booking."""
    outcome = ended(CANCEL, made(status="Cancelled"))
    assert told(outcome) == (CONFIRMED, "changed")
    assert isinstance(outcome.told, dict)
    assert (outcome.told["Status"], outcome.named_booking_id, outcome.facts) == ("Cancelled", None, {})


@pytest.mark.parametrize("changes", [{"status": "Pending"}, {"status": "Cancelled", "booking_id": 2}])
def test_a_booking_that_does_not_show_the_cancellation_proves_nothing(changes: dict[str, Any]) -> None:
    """Another booking, or one that stands."""
    outcome = ended(CANCEL, made(**changes))
    assert told(outcome) == (UNKNOWN, "echo-differs")
    assert outcome.named_booking_id == changes.get("booking_id", 1)


@pytest.mark.parametrize(("booking_id", "named"), [(1, None), (7, 7)])
def test_a_rescheduled_booking_may_have_another_id(booking_id: int, named: int | None) -> None:
    """It is not documented which; the event tells one that is new."""
    outcome = ended(request(RESCHEDULE_MADE_BOOKING, BookingID=1), made(booking_id=booking_id))
    assert (told(outcome), outcome.named_booking_id) == ((CONFIRMED, "changed"), named)


@pytest.mark.parametrize(
    ("body", "status", "media", "state", "reason"),
    [
        (b"<html>Checking your browser</html>", 200, HTML, UNKNOWN, "html-answer"),
        (b"<html>Checking your browser</html>", 403, HTML, UNKNOWN, "html-answer"),
        (b"", 200, JSON, UNKNOWN, "empty-answer"),
        (b"{", 200, JSON, UNKNOWN, "unreadable-answer"),
        (b"[]", 201, JSON, UNKNOWN, "unreadable-answer"),
        (b'{"Message":"busy"}', 503, JSON, UNKNOWN, "server-error"),
        (b"", 302, HTML, UNKNOWN, "redirected"),
        (b'{"Message":"already"}', 409, JSON, REJECTED, "refused"),
        (b'{"Message":"slow down"}', 429, JSON, REJECTED, "refused"),
    ],
)
@pytest.mark.parametrize("change", [CANCEL, DELETE, ACCEPT], ids=["made", "deletions", "received"])
def test_every_other_answer_is_classified_as_that_of_a_booking_is(  # noqa: PLR0913, PLR0917 (one row of the table)
    change: ChangeRequest, body: bytes, status: int, media: str, state: OperationState, reason: str
) -> None:
    """By the same code."""
    if change is DELETE and body == b"[]":
        reason = "echo-differs"
    assert told(ended(change, body, status, media)) == (state, reason)


def test_a_reason_is_not_repeated_by_a_refusal() -> None:
    """AdultWork may quote what was sent."""
    outcome = ended(CANCEL, b'{"Message":"The reason Too private to tell is no good."}', 400)
    assert outcome.message is not None
    assert "private" not in outcome.message


def test_deletions_are_told_one_by_one_whatever_the_status_is() -> None:
    """In either format; the event tells how many."""
    listed: list[dict[str, object]] = [
        {"BookingID": 1, "Deleted": True, "Message": "ok"},
        {"BookingID": 2, "Deleted": False},
    ]
    outcome = ended(DELETE, json.dumps(listed).encode(), 400)
    assert told(outcome) == (CONFIRMED, "changed")
    assert outcome.facts == {"deleted": 1, "kept": 1}
    assert outcome.told == [listed[0], {**listed[1], "Message": None}]
    xml = (
        b'<ArrayOfX xmlns="urn:x"><X><BookingID>2</BookingID><Deleted>false</Deleted><Message>no</Message></X>'
        b"<X><BookingID>1</BookingID><Deleted>true</Deleted><Message/></X></ArrayOfX>"
    )
    assert ended(DELETE, xml, media=XML).facts == {"deleted": 1, "kept": 1}


@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        ([{"BookingID": 1, "Deleted": True}], "echo-differs"),
        ([{"BookingID": 1, "Deleted": True}, {"BookingID": 1, "Deleted": False}], "unreadable-answer"),
        ([{"BookingID": 1, "Deleted": "yes"}, {"BookingID": 2, "Deleted": True}], "unreadable-answer"),
        ([{"BookingID": 1}, {"BookingID": 2, "Deleted": True}], "unreadable-answer"),
    ],
)
def test_a_list_that_leaves_a_booking_open_proves_nothing(listed: list[object], reason: str) -> None:
    """Each has to be there, once."""
    assert told(ended(DELETE, json.dumps(listed).encode())) == (UNKNOWN, reason)


def test_a_received_booking_is_passed_on_as_it_comes() -> None:
    """Nothing is known of it but that it names itself."""
    outcome = ended(ACCEPT, b'{"BookingID":1,"Credits":8.5,"Client":{"Nickname":"n"}}')
    assert told(outcome) == (CONFIRMED, "changed")
    assert outcome.told == {"BookingID": Decimal(1), "Credits": Decimal("8.5"), "Client": {"Nickname": "n"}}
    xml = b'<ReceivedBooking xmlns="urn:x"><BookingID>1</BookingID></ReceivedBooking>'
    assert ended(request(RE_INVITE, BookingID=1), xml, media=XML).told == {"BookingID": "1"}


@pytest.mark.parametrize(
    ("body", "reason"), [(b'{"BookingID":2}', "echo-differs"), (b'{"Message":"ok"}', "unreadable-answer")]
)
def test_a_received_booking_that_is_not_the_one_proves_nothing(body: bytes, reason: str) -> None:
    """It is for a person."""
    assert told(ended(ACCEPT, body)) == (UNKNOWN, reason)


class RecordingClient:
    """Stands for the client: answers one thing, and keeps what was sent."""

    def __init__(self, answer: UpstreamAnswer) -> None:
        self.answer = answer
        self.sent: list[tuple[str, bytes]] = []

    def post(self, path: str, token: object, body: bytes, deadline: Deadline) -> UpstreamAnswer:
        """Answer."""
        assert (token, deadline.remaining()) == (TOKEN, 12)
        self.sent.append((path, body))
        return self.answer


def test_a_change_is_sent_to_its_own_path_once() -> None:
    """Through the guard that the breaker is."""
    client = RecordingClient(UpstreamAnswer(200, JSON, made(status="Cancelled")))
    guarded: list[ChangeOutcome] = []

    def guard(call: Any, not_sent: ChangeOutcome) -> ChangeOutcome:  # noqa: ANN401 (what sends)
        guarded.append(not_sent)
        outcome: ChangeOutcome = call()
        return outcome

    reads = InMemoryGateway()
    reads.bookings[1] = booking()
    changes = AdultWorkChanges(client, guard, reads)  # type: ignore[arg-type]  # as much of a client as is needed
    deadline = Deadline.after(FixedClock().monotonic, 12)
    assert changes.send(TOKEN, CANCEL, deadline).state is CONFIRMED
    assert client.sent == [("/v1/PhoneChat/CancelMadeBooking", request_body(CANCEL))]
    assert [told(one) for one in guarded] == [(OperationState.NOT_SENT, "breaker-open")]
    assert changes.booking_details(TOKEN, 1, deadline) == booking()


def test_what_could_not_be_prepared_was_not_sent() -> None:
    """As for a booking."""
    changes = AdultWorkChanges(object(), lambda call, _: call(), InMemoryGateway())  # type: ignore[arg-type]
    outcome = changes.send(TOKEN, CANCEL, Deadline.after(FixedClock().monotonic, 12))
    assert told(outcome) == (OperationState.NOT_SENT, "not-prepared")
