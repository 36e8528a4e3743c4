"""Errors as answers: the members and headers that tell a caller what to do next."""

import json
from typing import Any

import pytest

from chalicelib.domain import errors
from chalicelib.domain.violation import Violation
from chalicelib.edge.answer import Answer
from chalicelib.edge.problem_response import problem_response
from tests.unit.edge.gateway_event import OPERATION_ID


def answer_to(error: Exception) -> Answer:
    """Return the answer for an error at a fixed request."""
    return problem_response(error, "request-1", "/path", "https://errors.example/")


def document_of(error: Exception) -> Any:  # noqa: ANN401 (JSON of any shape)
    """Return the problem document of an error."""
    return json.loads(answer_to(error).body)


def unknown(trouble: errors.Trouble) -> errors.OutcomeUnknownError:
    """Return an error about an outcome that is not known."""
    return errors.OutcomeUnknownError("m", trouble=trouble, operation_id=OPERATION_ID)


def test_a_problem_has_the_members_of_the_standard() -> None:
    """RFC 9457, in its order, with the request's id; what has no value is left out."""
    answer = answer_to(errors.NotFoundError("Nothing here."))
    assert answer.headers == {"Content-Type": "application/problem+json"}
    assert list(json.loads(answer.body).items()) == [
        ("type", "https://errors.example/not-found"),
        ("title", "There is nothing here"),
        ("status", 404),
        ("detail", "Nothing here."),
        ("instance", "/path"),
        ("request_id", "request-1"),
    ]


def test_violations_are_listed_with_pointer_rule_and_message() -> None:
    """All of them, in their order."""
    document = document_of(errors.BookingRejectedError([Violation("/a", "r", "Mend a."), Violation("", "s", "Mend.")]))
    assert document["violations"] == [
        {"pointer": "/a", "rule": "r", "message": "Mend a."},
        {"pointer": "", "rule": "s", "message": "Mend."},
    ]


def test_an_unknown_outcome_says_where_to_ask_and_not_to_send_again() -> None:
    """The one problem that costs money when it is misread."""
    document = document_of(unknown(errors.Trouble.LATE))
    assert document["operation_id"] == OPERATION_ID
    assert document["status_url"] == f"/v1/operations/{OPERATION_ID}"
    assert (document["operation_state"], document["safe_to_retry_with_new_key"]) == ("UNKNOWN", False)


@pytest.mark.parametrize(
    ("error", "status", "is_safe"),
    [
        (errors.UpstreamRefusedError("m", upstream_status=402), 402, True),
        (errors.UpstreamRefusedError("m", upstream_status=403), 403, True),
        (errors.UpstreamRefusedError("m", upstream_status=409), 409, True),
        (errors.UpstreamRefusedError("m", upstream_status=429), 429, True),
        (errors.UpstreamRefusedError("m", upstream_status=400), 422, True),
        (errors.UpstreamRefusedError("m"), 422, True),
        (errors.UpstreamUnavailableError("m", trouble=errors.Trouble.UNREACHABLE), 503, True),
        (errors.UpstreamUnavailableError("m", trouble=errors.Trouble.LATE), 504, True),
        (errors.UpstreamUnavailableError("m", trouble=errors.Trouble.UNREADABLE), 502, True),
        (unknown(errors.Trouble.LATE), 504, False),
        (unknown(errors.Trouble.UNREADABLE), 502, False),
        (unknown(errors.Trouble.UNREACHABLE), 502, False),
        (errors.StoreUnavailableError("m"), 503, True),
        (errors.OperationInProgressError("m"), 409, False),
        (errors.DuplicateBookingError("m"), 409, False),
        (errors.IdempotencyKeyReusedError("m"), 422, True),
        (KeyError("m"), 500, False),
    ],
)
def test_the_status_and_the_safety_of_a_new_key_follow_the_error(
    error: Exception, status: int, *, is_safe: bool
) -> None:
    """Where the status depends on the error, the body and the answer agree on it."""
    document = document_of(error)
    assert (answer_to(error).status_code, document["status"]) == (status, status)
    assert document["safe_to_retry_with_new_key"] is is_safe


def test_a_foreign_error_tells_nothing_of_itself() -> None:
    """Its text may quote the caller or the upstream."""
    answer = answer_to(KeyError("07700900123"))
    assert "07700900123" not in answer.body
    assert answer.problem == "internal-error"
    assert "not known" in json.loads(answer.body)["detail"]


@pytest.mark.parametrize(("seconds", "written"), [(-5, "1"), (0, "1"), (1, "1"), (60, "60"), (86_400, "60")])
def test_retry_after_is_clamped(seconds: int, written: str) -> None:
    """An upstream's wish is no reason to lock a client out for a day."""
    error = errors.UpstreamRefusedError("m", upstream_status=429, retry_after_seconds=seconds)
    assert answer_to(error).headers["Retry-After"] == written


@pytest.mark.parametrize(
    ("error", "challenge"),
    [
        (errors.MissingTokenError("m"), 'Bearer realm="switchboard"'),
        (
            errors.InvalidTokenError('Not "é\\" \r\n valid.'),
            'Bearer realm="switchboard", error="invalid_token", error_description="Not ???? ?? valid."',
        ),
        (
            errors.InsufficientScopeError("Ask.", scope="phonechat"),
            'Bearer realm="switchboard", error="insufficient_scope", error_description="Ask.", scope="phonechat"',
        ),
    ],
)
def test_a_401_or_403_carries_a_challenge(error: errors.SwitchboardError, challenge: str) -> None:
    """RFC 6750, section 3, with nothing in it that could break the header."""
    assert answer_to(error).headers["WWW-Authenticate"] == challenge


def test_a_405_lists_what_is_allowed() -> None:
    """RFC 9110 requires it."""
    assert answer_to(errors.MethodNotAllowedError("m", allowed=("GET", "HEAD"))).headers["Allow"] == "GET, HEAD"


def test_a_missing_audit_event_is_told() -> None:
    """An error's event may be missing as well as a booking's."""
    error = errors.BookingRejectedError([Violation("/a", "r", "m")], operation_id=OPERATION_ID)
    error.audit_pending = True
    answer = answer_to(error)
    assert (answer.headers["Audit-Status"], answer.audit_pending, answer.operation_id) == (
        "pending",
        True,
        OPERATION_ID,
    )
