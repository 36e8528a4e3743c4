"""ValidateBooking at the edge: read as a booking is, told as a quote."""

from dataclasses import replace
from decimal import Decimal

import pytest

from chalicelib.domain.access import AccessToken
from chalicelib.domain.errors import Trouble, UpstreamUnavailableError
from chalicelib.domain.violation import Violation
from tests.unit.edge.gateway_event import (
    HEADERS,
    QUOTE,
    VALIDATE_BOOKING,
    FakeValidateBooking,
    call,
    edge_app,
    rest_event,
)


def test_a_quote_is_200_with_exact_amounts() -> None:
    """What was read goes in, what was found comes out."""
    use_case = FakeValidateBooking()
    reply = call(edge_app(validate_booking=use_case), rest_event(resource=VALIDATE_BOOKING))
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    assert reply.body == (
        '{"is_valid":true,"violations":[],"unchecked":[],"price_per_minute":1.5,"minimum_credits":22.5,'
        '"balance":300,"balance_after":267.5}'
    )
    (command,) = use_case.commands
    assert command.token == AccessToken("client-token")
    assert dict(command.members) == {"BookUserID": 123456, "Credits": Decimal("32.5")}


def test_broken_rules_are_the_answer_and_no_problem() -> None:
    """A page shows price and violations together; they look as they do in the problem of the real call."""
    violation = Violation("/Duration", "duration-minimum", "Book at least 5 minutes.", {"minimum": 5})
    quote = replace(QUOTE, violations=(violation,), unchecked=("credits-minimum",), minimum_credits=None)
    reply = call(edge_app(validate_booking=FakeValidateBooking(quote)), rest_event(resource=VALIDATE_BOOKING))
    assert (reply.status, reply.document["is_valid"], reply.document["minimum_credits"]) == (200, False, None)
    assert reply.document["unchecked"] == ["credits-minimum"]
    assert reply.document["violations"] == [
        {
            "pointer": "/Duration",
            "rule": "duration-minimum",
            "message": "Book at least 5 minutes.",
            "params": {"minimum": 5},
        }
    ]


@pytest.mark.parametrize(
    ("changes", "status", "slug"),
    [
        ({"headers": {"Content-Type": "application/json"}}, 401, "missing-token"),
        ({"headers": {**HEADERS, "Idempotency-Key": "short"}}, 400, "invalid-idempotency-key"),
        ({"headers": {**HEADERS, "Content-Type": "text/plain"}}, 415, "unsupported-media-type"),
        ({"body": "[]"}, 400, "malformed-request"),
    ],
)
def test_what_ends_a_booking_at_the_edge_ends_its_check(changes: dict[str, object], status: int, slug: str) -> None:
    """The same problems, and the use case is not asked."""
    use_case = FakeValidateBooking()
    reply = call(edge_app(validate_booking=use_case), rest_event(resource=VALIDATE_BOOKING, **changes))  # type: ignore[arg-type]  # (members of an event)
    assert (reply.status, reply.document["type"]) == (status, f"/problems/{slug}")
    assert reply.document["instance"] == VALIDATE_BOOKING
    assert use_case.commands == []


def test_a_failure_of_the_checks_is_the_problem_of_the_booking() -> None:
    """With its wait."""
    error = UpstreamUnavailableError("AdultWork was too slow.", trouble=Trouble.LATE)
    reply = call(edge_app(validate_booking=FakeValidateBooking(error)), rest_event(resource=VALIDATE_BOOKING))
    assert (reply.status, reply.headers["retry-after"]) == (504, "5")
