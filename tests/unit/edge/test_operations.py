"""The status resource: how a booking stands after a lost connection."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chalicelib.application.operations.get_operation import OperationView
from chalicelib.domain import errors
from chalicelib.domain.access import AccessToken
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.operation.stored_answer import StoredAnswer
from chalicelib.edge.routes.resource import METHODS
from tests.unit.edge.gateway_event import (
    ANSWERED,
    FORM,
    HEADERS,
    OPERATION_ID,
    RECORD,
    CountdownContext,
    FakeGetOperation,
    Reply,
    call,
    edge_app,
    operation_event,
)


def reply_to(outcome: OperationView[OperationRecord] | BaseException) -> Reply:
    """Return the answer about an operation."""
    return call(edge_app(get_operation=FakeGetOperation(outcome)), operation_event())


def in_state(state: OperationState, *, is_retryable: bool = False, is_keyed: bool = True) -> Reply:
    """Return the answer about an operation in a state."""
    record = replace(RECORD, state=state, is_retryable=is_retryable, is_keyed=is_keyed, booking_id=None)
    return reply_to(OperationView(record, None))


def test_an_operation_tells_its_state_its_booking_and_the_answer_of_its_request() -> None:
    """Under the upstream's names where it has them; amounts as they are, and no float anywhere."""
    reply = call(edge_app(), operation_event())
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    assert reply.document.pop("answer") == {"status": 201, "body": reply.document["answer"]["body"]}
    assert list(reply.document.items())[:-1] == [
        ("operation_id", OPERATION_ID),
        ("operation_state", "CONFIRMED"),
        ("status_url", f"/v1/operations/{OPERATION_ID}"),
        ("attempt", 1),
        ("claimed_at", "2026-01-15T12:00:00.000+00:00"),
        ("decided_by", None),
        ("retry_after_seconds", None),
        ("BookingID", 77),
        ("BookUserID", 123456),
        ("SessionDate", "2026-01-20 21:30"),
        ("Duration", 15),
        ("Method", 1),
        ("Credits", 32.5),
        ("same_key_tries_again", False),
        ("safe_to_retry_with_new_key", False),
    ]
    assert reply.body.endswith(f'"answer":{{"status":201,"body":{ANSWERED.answer.body}}}}}')
    assert '"Credits":32.5,"same_key' in reply.body


def test_the_use_case_gets_what_was_read() -> None:
    """Token, id, request id and the time that is left."""
    use_case = FakeGetOperation()
    call(edge_app(get_operation=use_case), operation_event(), CountdownContext(26_040))
    (command,) = use_case.commands
    assert (command.token, command.operation_id) == (AccessToken("client-token"), OPERATION_ID)
    assert (command.request_id, command.seconds_left) == ("gateway-request", 24.0)


@pytest.mark.parametrize(
    ("state", "wait", "is_safe"),
    [
        (OperationState.SENDING, "5", False),
        (OperationState.UNKNOWN, "30", False),
        (OperationState.CONFIRMED, None, False),
        (OperationState.REJECTED, None, True),
        (OperationState.NOT_SENT, None, True),
        (OperationState.NOT_CREATED, None, True),
        (OperationState.AMBIGUOUS, None, False),
        (OperationState.EXPIRED_UNKNOWN, None, False),
    ],
)
def test_each_state_says_whether_to_ask_again_and_whether_a_new_key_is_safe(
    state: OperationState, wait: str | None, *, is_safe: bool
) -> None:
    """A state that may still change says when; a new key is safe where the request provably booked nothing."""
    reply = in_state(state)
    assert reply.headers.get("retry-after") == wait
    assert reply.document["retry_after_seconds"] == (None if wait is None else int(wait))
    assert (reply.document["operation_state"], reply.document["answer"]) == (state.value, None)
    assert reply.document["BookingID"] is None
    assert reply.document["safe_to_retry_with_new_key"] is is_safe


def test_an_outcome_that_is_not_known_says_when_it_will_be() -> None:
    """In UTC, to the millisecond."""
    record = replace(RECORD, state=OperationState.UNKNOWN, booking_id=None)
    reply = reply_to(OperationView(record, None, datetime(2026, 1, 15, 12, 15, tzinfo=UTC)))
    assert reply.document["decided_by"] == "2026-01-15T12:15:00.000+00:00"


def test_the_same_key_tries_again_only_where_there_is_one_and_it_may() -> None:
    """In every other state a repeat sends nothing. While the key may try again, a new one beside it could book twice."""
    for state in (OperationState.NOT_SENT, OperationState.REJECTED):
        document = in_state(state, is_retryable=True).document
        assert (document["same_key_tries_again"], document["safe_to_retry_with_new_key"]) == (True, False)
        document = in_state(state, is_retryable=True, is_keyed=False).document
        assert (document["same_key_tries_again"], document["safe_to_retry_with_new_key"]) == (False, True)
    assert in_state(OperationState.REJECTED).document["same_key_tries_again"] is False


@pytest.mark.parametrize(
    ("written", "told"),
    [("8.5000", "8.5"), ("0.1", "0.1"), ("123456789012345678901234567890.25", "123456789012345678901234567890.25")],
)
def test_the_numbers_of_a_kept_answer_stay_exact(written: str, told: str) -> None:
    """A float would change the digits."""
    kept = StoredAnswer(201, {}, f'{{"Credits":{written},"n":12345678901234567890}}')
    reply = reply_to(OperationView(RECORD, kept))
    assert reply.body.endswith(f'"answer":{{"status":201,"body":{{"Credits":{told},"n":12345678901234567890}}}}}}')


def test_a_kept_refusal_is_told_as_its_problem() -> None:
    """Status and document of the answer that the request got."""
    refusal = FORM.refused(errors.UpstreamRefusedError("m", upstream_status=402, operation_id=OPERATION_ID), "r-1")
    answer = reply_to(OperationView(replace(RECORD, state=OperationState.REJECTED), refusal)).document["answer"]
    assert (answer["status"], answer["body"]["type"]) == (402, "/problems/upstream-refused")


@pytest.mark.parametrize(
    "operation_id",
    [
        "",
        "op_",
        "op_01HZX3V6M8Q2R4T6W8Y0A2C4E",
        f"{OPERATION_ID}0",
        OPERATION_ID.lower(),
        OPERATION_ID.replace("Z", "U"),
        f"{OPERATION_ID}\n",
        "../secrets",
        "07700900123",
        "{operation_id}",
    ],
)
def test_an_id_that_cannot_be_one_is_not_found_without_a_call(operation_id: str) -> None:
    """It is not looked up, and not repeated: it may be anything that a caller typed."""
    use_case = FakeGetOperation()
    reply = call(edge_app(get_operation=use_case), operation_event(operation_id))
    assert (reply.status, reply.document["type"]) == (404, "/problems/not-found")
    assert reply.document["detail"] == "This account has no operation of this id."
    assert reply.document.keys() == {"type", "title", "status", "detail", "request_id"}
    assert use_case.commands == []


@pytest.mark.parametrize(
    ("headers", "status", "slug"),
    [
        ({}, 401, "missing-token"),
        ({"Authorization": "Basic YTpi"}, 401, "missing-token"),
        ({"Authorization": "Bearer"}, 401, "invalid-token"),
    ],
)
def test_a_request_without_a_sound_token_never_reaches_the_use_case(
    headers: dict[str, str], status: int, slug: str
) -> None:
    """Not even for an id that cannot be one: without a token nothing is told."""
    use_case = FakeGetOperation()
    app = edge_app(get_operation=use_case)
    for operation_id in (OPERATION_ID, "odd"):
        reply = call(app, operation_event(operation_id, headers=headers))
        assert (reply.status, reply.document["type"]) == (status, f"/problems/{slug}")
        assert re.match(r'Bearer realm="switchboard"', reply.headers["www-authenticate"])
    assert use_case.commands == []


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (errors.InvalidTokenError("m"), 401, "invalid-token"),
        (errors.InsufficientScopeError("m", scope="s"), 403, "insufficient-scope"),
        (errors.NotFoundError("m"), 404, "not-found"),
        (errors.UpstreamUnavailableError("m", trouble=errors.Trouble.LATE), 504, "upstream-unavailable"),
        (errors.StoreUnavailableError("m"), 503, "store-unavailable"),
        (RuntimeError("m"), 500, "internal-error"),
    ],
)
def test_what_the_use_case_refuses_is_a_problem(error: Exception, status: int, slug: str) -> None:
    """As everywhere, but that no new key is called safe: this request is not the one that may have booked."""
    reply = reply_to(error)
    assert (reply.status, reply.document["type"]) == (status, f"/problems/{slug}")
    assert reply.document.get("safe_to_retry_with_new_key") is not True


@pytest.mark.parametrize("method", METHODS)
def test_only_reading_is_served(method: str) -> None:
    """An operation cannot be changed from outside; other methods are ours to refuse."""
    reply = call(edge_app(), operation_event(method=method, headers={**HEADERS, "Origin": "https://app.example"}))
    if method in {"GET", "HEAD", "OPTIONS"}:
        assert reply.status == (204 if method == "OPTIONS" else 200)
        assert (reply.body == "") is (method != "GET")
    else:
        assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_head_says_when_to_ask_again() -> None:
    """A poll needs no body."""
    use_case = FakeGetOperation(OperationView(replace(RECORD, state=OperationState.UNKNOWN), None))
    reply = call(edge_app(get_operation=use_case), operation_event(method="HEAD"))
    assert (reply.status, reply.headers["retry-after"], reply.body) == (200, "30", "")
