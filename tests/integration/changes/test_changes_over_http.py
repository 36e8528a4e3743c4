"""All five changes over real HTTP: against the sandbox, with the real tables, and as a page sees them."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.audit.chain import StoredChain
from chalicelib.domain.canonical import canonical_bytes
from chalicelib.domain.changing.changes import CHANGES
from chalicelib.domain.review.stories import impossible_stories
from sandbox.adultwork.booking import cancelled, confirmed
from tests.integration import bookings
from tests.integration.bookings import to_body
from tests.integration.exchange import Answer
from tests.integration.service import Service

CANCEL, RESCHEDULE, DELETE, ACCEPT, RE_INVITE = (change.path for change in CHANGES)
KEY = "6f1c0a52-change-0001"


def change(
    service: Service,
    path: str,
    key: str | None = KEY,
    token: str = bookings.TOKEN,
    **members: Any,  # noqa: ANN401
) -> Answer:
    """Ask for a change as a page does, and check that it may read the answer."""
    answer = service.send("POST", path, bookings.headers(token, key), to_body(members))
    assert answer.header("Access-Control-Allow-Origin") == bookings.ORIGIN
    return answer


@pytest.fixture
def booking_id(service: Service) -> int:
    """Return a booking that stands."""
    return int(service.book().document["BookingID"])


def test_a_booking_is_cancelled_once_and_its_repeats_get_the_same(service: Service, booking_id: int) -> None:
    """The credits are back; the chain tells a story that the protocol allows."""
    first = change(service, CANCEL, BookingID=booking_id, Reason="Something came up")
    assert (first.status, first.document["Status"]) == (200, "Cancelled")
    again = change(service, CANCEL, BookingID=booking_id, Reason="Something came up")
    assert (again.body, again.header("Idempotency-Replayed")) == (first.body, "true")
    assert service.calls(CANCEL) == 1
    operation_id = str(first.header("Location")).rpartition("/")[2]
    told = service.ask(operation_id).document
    assert (told["operation_state"], told["change"], told["BookingIDs"]) == (
        "CONFIRMED",
        "CancelMadeBooking",
        [booking_id],
    )
    assert told["answer"]["body"] == first.document
    account = service.sandbox.world.account(1001)
    assert account is not None
    assert account.credits == 300
    assert "Something came up" not in repr(service.records.rows())
    events = [canonical_bytes(one) for one in service.records.events() if one["operation_id"] == operation_id]
    assert list(impossible_stories([StoredChain(operation_id, events)])) == []


def test_a_cancelled_minute_may_be_booked_again(service: Service, booking_id: int) -> None:
    """The guard of the first booking is freed once AdultWork says that it ended."""
    change(service, CANCEL, BookingID=booking_id, Reason="r")
    assert service.book().status == 201


@pytest.mark.parametrize("fault", ["commit-then-drop", "html", "truncation"])
def test_a_lost_answer_is_found_by_reading_the_booking(service: Service, booking_id: int, fault: str) -> None:
    """Whatever was lost of it."""
    service.arm(CANCEL, fault, **({"commit": True} if fault == "html" else {}))
    answer = change(service, CANCEL, BookingID=booking_id, Reason="r")
    assert (answer.status, answer.document["Status"]) == (200, "Cancelled")
    assert service.calls(CANCEL) == 1


def test_what_no_read_can_tell_stays_unknown(service: Service, booking_id: int) -> None:
    """Nothing is sent again, and nothing is guessed."""
    service.arm(ACCEPT, "commit-then-drop")
    members: dict[str, Any] = {"BookingID": booking_id, "Credits": 40}
    for _ in range(2):
        answer = change(service, ACCEPT, token="performer-token", **members)
        assert answer.kind == (502, "outcome-unknown")
    other = change(service, ACCEPT, key=None, token="performer-token", **members)
    assert other.kind == (409, "duplicate-change")
    assert service.calls(ACCEPT) == 1


def test_what_adultwork_declines_is_told_in_its_words(service: Service, booking_id: int) -> None:
    """And nothing was changed."""
    answer = change(service, RESCHEDULE, BookingID=booking_id)
    assert answer.kind == (409, "upstream-refused")
    assert answer.document["upstream_message"] == "The session has not passed yet."


def test_deletions_are_told_one_by_one(service: Service, booking_id: int) -> None:
    """A list at the root, from XML."""
    now = service.sandbox.world.bookings[0].create_date
    service.sandbox.world.move(booking_id, lambda before: cancelled(before, now, "r", "Client"))
    answer = change(service, DELETE, BookingIDs=f"{booking_id}, 999")
    assert answer.status == 200
    assert b'"Deleted":true' in answer.body
    assert b'{"BookingID":999,"Deleted":false,"Message":"The booking could not be found."}' in answer.body


def test_a_performer_accepts_and_the_answer_is_passed_on(service: Service, booking_id: int) -> None:
    """By their own token; the client's is not theirs."""
    assert change(service, ACCEPT, BookingID=booking_id, Credits=40).kind == (422, "upstream-refused")
    answer = change(service, ACCEPT, token="performer-token", BookingID=booking_id, Credits=40)
    assert (answer.status, answer.document["Status"]) == (200, "Accepted")
    declined = change(service, RE_INVITE, token="performer-token", BookingID=booking_id)
    assert declined.kind == (409, "upstream-refused")


def test_a_session_that_has_passed_is_rescheduled(service: Service, booking_id: int) -> None:
    """And a pending one re-invited for."""
    world = service.sandbox.world
    now = world.bookings[0].create_date
    world.move(booking_id, lambda before: confirmed(before, now))
    world.move(booking_id, lambda before: replace(before, session_date=now))
    answer = change(service, RESCHEDULE, BookingID=booking_id)
    assert answer.status == 200
    assert answer.document["SessionDate"] > now.isoformat()


def test_every_mistake_is_told_at_once_before_anything_is_sent(service: Service) -> None:
    """With a pointer for each."""
    answer = change(service, CANCEL, BookingID="x", Other=1)
    assert answer.kind == (422, "change-rejected")
    assert [one["pointer"] for one in answer.document["violations"]] == ["/Other", "/BookingID", "/Reason"]
    assert service.calls(CANCEL) == 0


def test_while_sending_is_paused_what_was_changed_is_answered_again(service: Service, booking_id: int) -> None:
    """To the byte, and so is the status; what is new is neither claimed nor sent, and is made when the pause is over."""
    first = change(service, CANCEL, BookingID=booking_id, Reason="r")
    paused = service.restart(SENDING="0")
    again = change(paused, CANCEL, BookingID=booking_id, Reason="r")
    assert (again.status, again.body, again.header("Idempotency-Replayed")) == (200, first.body, "true")
    assert paused.send("GET", first.header("Location") or "", bookings.headers()).status == 200
    deletion = {"key": "6f1c0a52-change-0002", "BookingIDs": str(booking_id)}
    assert change(paused, DELETE, **deletion).kind == (503, "sending-paused")
    assert (paused.calls(CANCEL), paused.calls(DELETE)) == (1, 0)
    assert change(service.restart(SENDING="1"), DELETE, **deletion).status == 200


def test_a_paused_service_changes_nothing(configured: Any) -> None:  # noqa: ANN401 (what configures the service)
    """SENDING=0."""
    service: Service = configured(SENDING="0")
    answer = change(service, CANCEL, BookingID=1, Reason="r")
    assert answer.kind == (503, "sending-paused")
    assert service.calls(CANCEL) == 0
