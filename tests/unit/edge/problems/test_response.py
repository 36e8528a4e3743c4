"""Errors as answers: the members and headers that tell a caller what to do next."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain import errors
from chalicelib.domain.violation import Param, Violation
from chalicelib.edge.answer import Answer
from chalicelib.edge.container import EdgeSettings
from chalicelib.edge.links import Links
from chalicelib.edge.problems.document import MOST_POINTER_CHARACTERS
from chalicelib.edge.problems.response import problem_response
from chalicelib.edge.problems.table import PROBLEM_TYPES
from tests.unit.edge.gateway_event import OPERATION_ID


def answer_to(error: Exception) -> Answer:
    """Return the answer for an error at a fixed request."""
    return problem_response(error, "request-1", "/path", Links(problem_type_base="https://errors.example/"))


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


def test_violations_are_listed_with_pointer_rule_message_and_params() -> None:
    """All of them, in their order; an amount is a number, exactly."""
    params: dict[str, Param] = {"minimum": 5, "price": Decimal("1.50"), "allowed": (1, 2)}
    answer = answer_to(
        errors.BookingRejectedError([Violation("/a", "r", "Mend a.", params), Violation("", "s", "Mend.")])
    )
    told = {"minimum": 5, "price": Decimal("1.5"), "allowed": [1, 2]}
    assert json.loads(answer.body, parse_float=Decimal)["violations"] == [
        {"pointer": "/a", "rule": "r", "message": "Mend a.", "params": told},
        {"pointer": "", "rule": "s", "message": "Mend.", "params": {}},
    ]


def violations(count: int, pointer: str = "/m") -> list[Violation]:
    """Return some violations at places of their own."""
    return [Violation(f"{pointer}{number}", "unknown-member", "Leave it out.") for number in range(count)]


@pytest.mark.parametrize(
    "kind", [errors.BookingRejectedError, lambda some: errors.MalformedRequestError("m", violations=some)]
)
def test_an_answer_lists_a_hundred_violations_at_most(kind: Any) -> None:  # noqa: ANN401 (two ways to make an error)
    """The last one says how many are not listed, so that nobody takes the list for the whole."""
    assert len(document_of(kind(violations(100)))["violations"]) == 100
    listed = document_of(kind(violations(600)))["violations"]
    assert [entry["pointer"] for entry in listed[:-1]] == [f"/m{number}" for number in range(99)]
    assert listed[-1] == {
        "pointer": "",
        "rule": "more-violations",
        "message": "Mend these first; not listed here: 501 more.",
        "params": {"left_out": 501},
    }


def test_long_names_cannot_blow_an_answer_up() -> None:
    """One long name above many small faults would be repeated for each of them."""
    listed = document_of(errors.BookingRejectedError(violations(50, "/" + "n" * (MOST_POINTER_CHARACTERS // 4 - 10))))[
        "violations"
    ]
    assert sum(len(entry["pointer"]) for entry in listed) <= MOST_POINTER_CHARACTERS
    assert (len(listed), listed[-1]["message"]) == (5, "Mend these first; not listed here: 46 more.")


def test_one_name_of_the_largest_body_is_listed() -> None:
    """Each of its characters may take two in a pointer."""
    longest = Violation("/" + "~1" * (EdgeSettings().maximum_body_bytes - 10), "unknown-member", "Leave it out.")
    assert [entry["rule"] for entry in document_of(errors.BookingRejectedError([longest]))["violations"]] == [
        "unknown-member"
    ]


def test_an_unknown_outcome_says_where_to_ask_and_not_to_send_again() -> None:
    """The one problem that costs money when it is misread."""
    document = document_of(unknown(errors.Trouble.LATE))
    assert document["operation_id"] == OPERATION_ID
    assert document["status_url"] == f"/v1/operations/{OPERATION_ID}"
    assert (document["operation_state"], document["safe_to_retry_with_new_key"]) == ("UNKNOWN", False)


def refused(status: int | None, operation_id: str | None = OPERATION_ID) -> errors.UpstreamRefusedError:
    """Return an error about a booking that AdultWork declined, or, without an operation, about a read."""
    return errors.UpstreamRefusedError("m", upstream_status=status, operation_id=operation_id)


@pytest.mark.parametrize(
    ("error", "status", "is_safe"),
    [
        (refused(402), 402, True),
        (refused(403), 403, True),
        (refused(409), 409, True),
        (refused(400), 422, True),
        (refused(None), 422, True),
        (refused(429), 429, False),
        (refused(403, None), 403, False),
        (errors.BookingNotCreatedError("m", operation_id=OPERATION_ID), 409, True),
        (errors.InvalidTokenError("m", operation_id=OPERATION_ID), 401, False),
        (errors.MissingTokenError("m"), 401, False),
        (errors.InsufficientScopeError("m", scope="s"), 403, False),
        (errors.BookingRejectedError([]), 422, False),
        (errors.MalformedRequestError("m"), 400, False),
        (errors.TooManyBookingsError("m", limit=1, window_seconds=1, retry_after_seconds=1), 429, False),
        (errors.UpstreamUnavailableError("m", trouble=errors.Trouble.UNREACHABLE), 503, False),
        (errors.UpstreamUnavailableError("m", trouble=errors.Trouble.LATE), 504, False),
        (errors.UpstreamUnavailableError("m", trouble=errors.Trouble.UNREADABLE), 502, False),
        (unknown(errors.Trouble.LATE), 504, False),
        (unknown(errors.Trouble.UNREADABLE), 502, False),
        (unknown(errors.Trouble.UNREACHABLE), 502, False),
        (errors.StoreUnavailableError("m"), 503, False),
        (errors.SendingPausedError("m"), 503, False),
        (errors.OperationInProgressError("m"), 409, False),
        (errors.DuplicateBookingError("m"), 409, False),
        (errors.IdempotencyKeyReusedError("m"), 422, False),
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


@pytest.mark.parametrize("error", [refused(402), errors.BookingNotCreatedError("m", operation_id=OPERATION_ID)])
def test_no_new_key_is_safe_beside_an_operation_that_is_not_on_record_as_ended(error: errors.SwitchboardError) -> None:
    """Its row still says that it is being sent."""
    error.audit_pending = True
    assert document_of(error)["safe_to_retry_with_new_key"] is False


@pytest.mark.parametrize("error", [errors.NotFoundError("m"), errors.MethodNotAllowedError("m", allowed=())])
def test_where_no_booking_could_be_concerned_nothing_is_said_of_a_key(error: Exception) -> None:
    """Neither that a new one is safe nor that it is not."""
    assert "safe_to_retry_with_new_key" not in document_of(error)


def unavailable(operation_id: str | None = None) -> errors.UpstreamUnavailableError:
    """Return an error about an upstream that could not be reached."""
    return errors.UpstreamUnavailableError("m", trouble=errors.Trouble.UNREACHABLE, operation_id=operation_id)


ID: dict[str, Any] = {"operation_id": OPERATION_ID}


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (unknown(errors.Trouble.LATE), "UNKNOWN"),
        (errors.OutcomeUnknownError("m", trouble=errors.Trouble.LATE, state="AMBIGUOUS", **ID), "AMBIGUOUS"),
        (errors.OperationInProgressError("m", **ID), "SENDING"),
        (errors.BookingNotCreatedError("m", **ID), "NOT_CREATED"),
        (errors.DuplicateBookingError("m", state="CONFIRMED", **ID), "CONFIRMED"),
        (errors.DuplicateBookingError("m", **ID), None),
        (errors.UpstreamRefusedError("m", **ID), "REJECTED"),
        (errors.InvalidTokenError("m", **ID), "REJECTED"),
        (unavailable(OPERATION_ID), "NOT_SENT"),
    ],
)
def test_a_problem_of_an_operation_leads_to_it(error: Exception, state: str | None) -> None:
    """Its id, where to ask for it, and where it stands as far as that is known."""
    document = document_of(error)
    assert (document["operation_id"], document["status_url"]) == (OPERATION_ID, f"/v1/operations/{OPERATION_ID}")
    assert document.get("operation_state") == state


@pytest.mark.parametrize(
    "error",
    [
        errors.OperationInProgressError("m"),
        errors.UpstreamRefusedError("m"),
        errors.InvalidTokenError("m"),
        errors.IdempotencyKeyReusedError("m"),
        errors.StoreUnavailableError("m"),
        errors.TooManyBookingsError("m", limit=5, window_seconds=60, retry_after_seconds=9),
        unavailable(),
        KeyError("m"),
    ],
)
def test_a_problem_without_an_operation_tells_of_none(error: Exception) -> None:
    """Above all, a key that belongs to another booking discloses nothing of it."""
    assert document_of(error).keys().isdisjoint({"operation_id", "operation_state", "status_url"})


@pytest.mark.parametrize(
    "error",
    [
        errors.InsufficientScopeError("m", scope="s", **ID),
        errors.BookingRejectedError([Violation("/a", "r", "m")], **ID),
    ],
)
def test_a_refusal_before_the_claim_has_an_id_for_the_reviewer_alone(error: Exception) -> None:
    """There is an audit event and no operation, so a status URL would lead to a 404."""
    document = document_of(error)
    assert document["operation_id"] == OPERATION_ID
    assert document.keys().isdisjoint({"operation_state", "status_url"})


@pytest.mark.parametrize("slug", sorted(row.slug for row in PROBLEM_TYPES.values()))
def test_no_kind_of_problem_says_that_nothing_was_booked(slug: str) -> None:
    """What a request did not do says nothing about an earlier try of the same booking."""
    (row,) = [row for row in PROBLEM_TYPES.values() if row.slug == slug]
    assert not re.search(r"nothing was booked", row.advice, re.IGNORECASE)


def test_a_foreign_error_tells_nothing_of_itself() -> None:
    """Its text may quote the caller or the upstream."""
    answer = answer_to(KeyError("07700900123"))
    assert "07700900123" not in answer.body
    assert answer.problem == "internal-error"
    assert "not known" in json.loads(answer.body)["detail"]


@pytest.mark.parametrize(("seconds", "written"), [(-5, "1"), (0, "1"), (1, "1"), (3600, "3600"), (86_400, "3600")])
def test_retry_after_is_clamped(seconds: int, written: str) -> None:
    """An upstream's wish is no reason to lock a client out for a day."""
    error = errors.UpstreamRefusedError("m", upstream_status=429, retry_after_seconds=seconds)
    assert answer_to(error).headers["Retry-After"] == written


@pytest.mark.parametrize(
    ("error", "written"),
    [
        (errors.OperationInProgressError("m"), "5"),
        (errors.StoreUnavailableError("m"), "5"),
        (errors.SendingPausedError("m"), "60"),
        (unavailable(), "5"),
        (errors.StoreUnavailableError("m", retry_after_seconds=7), "7"),
        (errors.OutcomeUnknownError("m", trouble=errors.Trouble.LATE, retry_after_seconds=30, **ID), "30"),
        (errors.OutcomeUnknownError("m", trouble=errors.Trouble.LATE, state="AMBIGUOUS", **ID), None),
        (errors.DuplicateBookingError("m", **ID), None),
        (errors.DuplicateBookingError("m", retry_after_seconds=5, **ID), "5"),
        (errors.BookingNotCreatedError("m", **ID), None),
        (errors.InvalidTokenError("m"), None),
        (KeyError("m"), None),
    ],
)
def test_retry_after_is_there_where_waiting_helps(error: Exception, written: str | None) -> None:
    """A kind that always passes has a wait of its own; where a person has to decide, there is none."""
    assert answer_to(error).headers.get("Retry-After") == written
    assert document_of(error).get("retry_after_seconds") == (None if written is None else int(written))


@pytest.mark.parametrize(("seconds", "wait"), [(0, 1), (30, 30), (86_400, 86_400)])
def test_too_many_bookings_tell_the_limit_and_its_end(seconds: int, wait: int) -> None:
    """In the draft's form: strings with integer parameters. The wait is not cut: coming back sooner is no use."""
    error = errors.TooManyBookingsError("m", limit=30, window_seconds=86_400, retry_after_seconds=seconds)
    answer = answer_to(error)
    assert answer.status_code == 429
    assert answer.headers["RateLimit-Policy"] == '"bookings";q=30;w=86400'
    assert answer.headers["RateLimit"] == f'"bookings";r=0;t={wait}'
    assert answer.headers["Retry-After"] == str(wait)
    assert {
        name: document_of(error)[name] for name in ("limit", "window_seconds", "remaining", "retry_after_seconds")
    } == {
        "limit": 30,
        "window_seconds": 86_400,
        "remaining": 0,
        "retry_after_seconds": wait,
    }


def test_only_our_own_limit_is_told_as_one() -> None:
    """What the upstream counts is not known."""
    answer = answer_to(errors.UpstreamRefusedError("m", upstream_status=429, retry_after_seconds=9))
    assert answer.headers.keys().isdisjoint({"RateLimit", "RateLimit-Policy"})


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
        (errors.UpstreamRefusedError("Forbidden.", upstream_status=403), 'Bearer realm="switchboard"'),
    ],
)
def test_a_401_or_403_carries_a_challenge(error: errors.SwitchboardError, challenge: str) -> None:
    """RFC 6750, section 3, with nothing in it that could break the header."""
    assert answer_to(error).headers["WWW-Authenticate"] == challenge
    document = document_of(error)
    for name, parameter in (("token_error", "error"), ("required_scope", "scope")):
        told = re.search(rf' {parameter}="(\w+)"', challenge)
        assert document.get(name) == (None if told is None else told[1])


def test_a_405_lists_what_is_allowed() -> None:
    """RFC 9110 requires the header; a page may not see it."""
    error = errors.MethodNotAllowedError("m", allowed=("GET", "HEAD"))
    assert answer_to(error).headers["Allow"] == "GET, HEAD"
    assert document_of(error)["allowed_methods"] == ["GET", "HEAD"]


def test_a_missing_audit_event_is_told() -> None:
    """An error's event may be missing as well as a booking's."""
    error = errors.BookingRejectedError([Violation("/a", "r", "m")], operation_id=OPERATION_ID)
    error.audit_pending = True
    answer = answer_to(error)
    assert document_of(error)["audit_pending"] is True
    assert (answer.headers["Audit-Status"], answer.audit_pending, answer.operation_id) == (
        "pending",
        True,
        OPERATION_ID,
    )


def test_adultworks_own_words_stand_apart_from_ours() -> None:
    """A member of its own, so that an app can show the one in the user's language and the other as it is."""
    error = errors.UpstreamRefusedError("Declined.", upstream_status=402, upstream_message="Too dear.", **ID)
    assert (document_of(error)["detail"], document_of(error)["upstream_message"]) == ("Declined.", "Too dear.")
    assert "upstream_message" not in document_of(refused(402))


@pytest.mark.parametrize("kind", [errors.OutcomeUnknownError, errors.DuplicateBookingError])
def test_what_is_not_known_yet_says_when_it_will_be(kind: Any) -> None:  # noqa: ANN401 (two kinds of error)
    """RFC 3339 in UTC; nothing where nobody can say."""
    trouble = {"trouble": errors.Trouble.LATE} if kind is errors.OutcomeUnknownError else {}
    error = kind("m", decided_by=datetime(2026, 1, 15, 12, 15, 0, 1000, tzinfo=UTC), **trouble, **ID)
    assert document_of(error)["decided_by"] == "2026-01-15T12:15:00.001+00:00"
    assert "decided_by" not in document_of(kind("m", **trouble, **ID))
