"""Final answers: what is kept is what was given, and a repeat gets it again."""

from dataclasses import replace

import pytest

from chalicelib.domain import errors
from chalicelib.domain.operation.stored_answer import StoredAnswer
from tests.unit.edge.gateway_event import (
    ANSWERED,
    BOOKING,
    CREATE_BOOKING,
    FORM,
    HEADERS,
    OPERATION_ID,
    FakePlaceBooking,
    Reply,
    call,
    edge_app,
    rest_event,
)

REFUSED = FORM.refused(
    errors.UpstreamRefusedError("AdultWork declined.", upstream_status=402, operation_id=OPERATION_ID), "first-request"
)
NOT_CREATED = FORM.refused(
    errors.BookingNotCreatedError("It was not made.", operation_id=OPERATION_ID), "first-request"
)
KEPT = StoredAnswer(
    201, {"Content-Type": "application/json", "Location": "/v1/operations/op_1"}, '{"Credits": 32.5000,  "B":1}'
)


def given(answer: StoredAnswer, *, is_replayed: bool = False, request_id: str = "this-request") -> Reply:
    """Return what a caller gets for a final answer."""
    answered = replace(ANSWERED, answer=answer, is_replayed=is_replayed)
    event = rest_event(headers={**HEADERS, "X-Request-Id": request_id})
    return call(edge_app(FakePlaceBooking(answered)), event)


@pytest.mark.parametrize("answer", [KEPT, REFUSED, NOT_CREATED], ids=["booking", "refusal", "not created"])
def test_a_replay_is_the_stored_answer_to_the_byte(answer: StoredAnswer) -> None:
    """Status, headers and body are those of the first time, read back from what is sealed; the request id is new."""
    reply = given(StoredAnswer.from_bytes(answer.to_bytes()), is_replayed=True)
    assert (reply.status, reply.body) == (answer.status, answer.body)
    assert {name: reply.headers[name.lower()] for name in answer.headers} == answer.headers
    assert reply.headers["idempotency-replayed"] == "true"
    assert reply.headers["x-request-id"] == "this-request"


@pytest.mark.parametrize("answer", [KEPT, REFUSED], ids=["booking", "refusal"])
def test_the_first_time_is_no_replay(answer: StoredAnswer) -> None:
    """But for that header a repeat cannot be told from it."""
    first, again = given(answer), given(answer, is_replayed=True)
    assert "idempotency-replayed" not in first.headers
    assert (first.status, first.body) == (again.status, again.body)
    assert {**first.headers, "idempotency-replayed": "true"} == again.headers


def test_a_booking_is_kept_with_its_place() -> None:
    """What the caller may need of the headers, and the document as it leaves."""
    answer = FORM.booked(OPERATION_ID, BOOKING)
    assert answer.status == 201
    assert answer.headers == {"Content-Type": "application/json", "Location": f"/v1/operations/{OPERATION_ID}"}
    assert answer.body.startswith('{"BookingID":77,"Duration":15,"Credits":32.5,')


def test_a_refusal_is_kept_as_its_problem() -> None:
    """As it was told the first time, with the id of the request that it answered."""
    reply = given(REFUSED)
    assert (reply.status, reply.headers["content-type"]) == (402, "application/problem+json")
    assert reply.document == {
        "type": "/problems/upstream-refused",
        "title": "AdultWork declined",
        "status": 402,
        "detail": "AdultWork declined.",
        "instance": CREATE_BOOKING,
        "request_id": "first-request",
        "operation_id": OPERATION_ID,
        "operation_state": "REJECTED",
        "status_url": f"/v1/operations/{OPERATION_ID}",
        "safe_to_retry_with_new_key": True,
    }
    assert "audit-status" not in reply.headers


def test_a_refusal_without_its_audit_event_says_so() -> None:
    """The header is of this answer, and not kept."""
    answered = replace(ANSWERED, answer=REFUSED, audit_pending=True)
    reply = call(edge_app(FakePlaceBooking(answered)), rest_event())
    assert (reply.status, reply.headers["audit-status"]) == (402, "pending")
