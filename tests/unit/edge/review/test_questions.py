"""Requests of reviewers as commands: every spelling that is taken, and that nothing a caller sends is a fault of ours."""

from datetime import UTC, datetime
from typing import Any

import pytest
from chalice.app import Chalice
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.application.review.count_operations import CountOperations
from chalicelib.application.review.persons import IdentityRegister, Persons
from chalicelib.application.review.search_operations import SearchOperations
from chalicelib.application.review.show_operation import ShowOperation
from chalicelib.application.review.verify_audit import VerifyAudit
from chalicelib.edge.container import EdgeSettings
from chalicelib.edge.middleware import install
from chalicelib.edge.review.container import ReviewContainer
from chalicelib.edge.review.questions import FILTERS
from chalicelib.edge.review.routes import OPERATION, STATISTICS, VERIFICATION, register
from tests.fakes.people import custody_of
from tests.fakes.review_desk import UNMASKER, Desk
from tests.unit.edge.gateway_event import Reply, call, rest_event

SEARCH = "/v1/audit/operations"
PARAMETERS = (*FILTERS, "cursor", "limit", "reason", "unmask")


def ask(desk: Desk, resource: str = SEARCH, **event: Any) -> Reply:  # noqa: ANN401 (members of an event)
    """Send a question through the whole edge."""
    persons = Persons(IdentityRegister())
    container = ReviewContainer(
        SearchOperations(desk.door, desk.index, persons),
        ShowOperation(desk.door, desk.index, persons, desk.contacts),
        CountOperations(desk.door, desk.index),
        VerifyAudit(desk.door, desk.verification()),
        custody_of(desk),
        EdgeSettings(),
    )
    app: Any = Chalice(app_name="review-under-test")
    install(app, lambda: container)
    register(app, lambda: container)
    headers = {"Authorization": f"Bearer {UNMASKER}", **event.pop("headers", {})}
    return call(app, rest_event("GET", resource, headers=headers, **event))


def query(**values: str) -> dict[str, Any]:
    """Return the member of an event that holds parameters."""
    return {"multiValueQueryStringParameters": {name: [value] for name, value in values.items()}}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-15", datetime(2026, 1, 15, tzinfo=UTC)),
        ("2026-01-15T12:30Z", datetime(2026, 1, 15, 12, 30, tzinfo=UTC)),
        ("2026-01-15t12:30:01.5z", datetime(2026, 1, 15, 12, 30, 1, 500_000, tzinfo=UTC)),
        ("2026-01-15T12:30:00+01:00", datetime(2026, 1, 15, 11, 30, tzinfo=UTC)),
        ("2026-01-15T12:30:00 01:00", datetime(2026, 1, 15, 11, 30, tzinfo=UTC)),
        ("2026-01-15T12:30:00-01:00", datetime(2026, 1, 15, 13, 30, tzinfo=UTC)),
    ],
)
def test_times_are_taken_with_their_offset(text: str, moment: datetime) -> None:
    """Also where an address has made a space of a plus."""
    desk = Desk()
    assert ask(desk, **query(**{"from": text})).status == 200
    assert desk.trail.events[-1].look.asked == {"start": moment.isoformat(timespec="milliseconds")}


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-15T12:30:00",
        "2026-02-30",
        "2026-01-15T25:00:00Z",
        "2026-W03-4",
        "9999-12-31T23:59:59.9999Z",
        "0001-01-01T00:00:00+14:00",
        "\u0662\u0660\u0662\u0666-\u0660\u0661-\u0661\u0665",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    """Without an offset, on no day of the calendar, or where nobody reckons."""
    reply = ask(Desk(), **query(**{"from": text}))
    assert (reply.status, [each["pointer"] for each in reply.document["violations"]]) == (400, ["/from"])


def test_a_reason_may_come_either_way_and_not_two_ways() -> None:
    """In the header, in the parameter, or the same in both."""
    for headers, parameters in (({"Review-Reason": "A complaint"}, {}), ({}, {"reason": "A complaint"})):
        desk = Desk()
        assert ask(desk, headers=headers, **query(**parameters)).status == 200
        assert desk.trail.events[-1].look.reason == "A complaint"
    told = {"Review-Reason": "A complaint"}
    assert ask(Desk(), headers=told, **query(reason="A complaint")).status == 200
    assert ask(Desk(), headers=told, **query(reason="Another one")).status == 400


@pytest.mark.parametrize("reason", ["no", "x" * 201, "two\nlines", "account 123456", "\ud800\ud800\ud800"])
def test_a_reason_is_words_and_names_nobody(reason: str) -> None:
    """Too short, too long, of two lines, with a number of a person, or no text at all."""
    assert ask(Desk(), headers={"Review-Reason": reason}).status == 400


@given(
    st.sampled_from([SEARCH, STATISTICS, OPERATION]),
    st.dictionaries(
        st.sampled_from(PARAMETERS) | st.text(max_size=5), st.lists(st.text(max_size=30), min_size=1), max_size=4
    ),
    st.text(max_size=30),
)
def test_nothing_that_is_sent_is_a_fault_of_ours(
    resource: str, parameters: dict[str, list[str]], operation_id: str
) -> None:
    """Any parameters, any id: an answer or a problem of the caller's."""
    reply = ask(
        Desk(),
        resource,
        pathParameters={"operation_id": operation_id},
        multiValueQueryStringParameters=parameters or None,
    )
    assert reply.status in {200, 400, 404}


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        ({"from": "2026-01-01", "to": "2026-02-15"}, "span"),
        ({"from": "2026-01-01", "operation": f"op_{1:026}"}, "alone"),
    ],
)
def test_a_verification_is_of_a_bounded_span_or_of_one_operation(asked: dict[str, str], rule: str) -> None:
    """Both limits are told as violations."""
    answer = ask(Desk(), VERIFICATION, **query(**asked))
    assert answer.status == 400
    assert [each["rule"] for each in answer.document["violations"]] == [rule]
