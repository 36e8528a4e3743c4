"""The reads at the edge: each declared one is served under AdultWork's own path."""

from decimal import Decimal
from typing import Any

import pytest
from chalice.app import Chalice

from chalicelib.domain.access import AccessToken
from chalicelib.domain.errors import SwitchboardError, UpstreamRefusedError
from chalicelib.domain.reading.endpoint import Endpoint
from chalicelib.domain.reading.endpoints import ENDPOINTS
from chalicelib.domain.reading.parameter import Asked
from chalicelib.domain.reading.told import Told
from chalicelib.edge.container import Container, EdgeSettings
from chalicelib.edge.middleware import install
from chalicelib.edge.routes import register
from tests.unit.edge.gateway_event import (
    ORIGIN,
    FakeGetOperation,
    FakePlaceBooking,
    FakeValidateBooking,
    Reply,
    call,
    edge_app,
    rest_event,
)

DETAILS = "/v1/PhoneChat/MadeBookingDetails"
HEADERS = {"Authorization": "Bearer client-token", "Origin": ORIGIN}


class FakeReadEndpoint:
    """Answers every read with one value and keeps what was asked."""

    def __init__(self, outcome: "Told | SwitchboardError" = None) -> None:
        self.outcome = outcome
        self.asked: list[tuple[str, Asked, AccessToken, float]] = []

    def execute(self, endpoint: Endpoint, asked: Asked, token: AccessToken, seconds_left: float) -> Told:
        """Return or raise the outcome."""
        self.asked.append((endpoint.path, asked, token, seconds_left))
        if isinstance(self.outcome, SwitchboardError):
            raise self.outcome
        return self.outcome


def app_of(use_case: FakeReadEndpoint) -> Chalice:
    """Return an app that reads with a fake."""
    container = Container(
        FakePlaceBooking(),
        FakeGetOperation(),
        EdgeSettings(allowed_origins=frozenset({ORIGIN})),
        FakeValidateBooking(),
        read_endpoint=lambda: use_case,
    )
    app = Chalice(app_name="edge-under-test")
    install(app, lambda: container)
    register(app, lambda: container)
    return app


def ask(use_case: FakeReadEndpoint, path: str, query: dict[str, list[str]] | None, **changes: Any) -> Reply:  # noqa: ANN401 (members of an event)
    """Read something."""
    event = rest_event("GET", path, **{"headers": HEADERS, "multiValueQueryStringParameters": query, **changes})
    return call(app_of(use_case), event)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_every_declared_endpoint_is_served_to_allowed_pages(endpoint: Endpoint) -> None:
    """Exact amounts, its own path, the token as it came, what Lambda grants less a margin."""
    use_case = FakeReadEndpoint({"a": Decimal("1.5000")})
    required = {one.name: ["7"] for one in endpoint.parameters if one.is_required}
    reply = ask(use_case, endpoint.path, required)
    assert (reply.status, reply.body) == (200, '{"a":1.5}')
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["access-control-allow-origin"] == ORIGIN
    ((path, asked, token, seconds),) = use_case.asked
    assert (path, token) == (endpoint.path, AccessToken("client-token"))
    assert dict(asked) == dict.fromkeys(required, 7)
    assert 23 < seconds <= 24


@pytest.mark.parametrize(("told", "body"), [(Decimal("299.0000"), "299"), (None, "null"), ([], "[]")])
def test_an_answer_may_be_any_value(told: Told, body: str) -> None:
    """A balance is a bare number, as AdultWork tells it."""
    assert ask(FakeReadEndpoint(told), "/v1/CreditHistory/GetCurrentCreditBalance", None).body == body


def test_all_that_is_wrong_with_the_parameters_is_one_problem() -> None:
    """422, with every violation, before anybody is asked."""
    use_case = FakeReadEndpoint()
    reply = ask(use_case, DETAILS, {"BookingID": ["x"], "Other": ["y"]})
    assert (reply.status, reply.document["type"]) == (422, "/problems/parameters-rejected")
    assert [(one["pointer"], one["rule"]) for one in reply.document["violations"]] == [
        ("", "unknown-parameter"),
        ("/BookingID", "whole-number"),
    ]
    assert "safe_to_retry_with_new_key" not in reply.document
    assert use_case.asked == []


def test_a_read_needs_a_token() -> None:
    """Before its parameters are looked at."""
    reply = ask(FakeReadEndpoint(), DETAILS, None, headers={"Origin": ORIGIN})
    assert (reply.status, reply.document["type"]) == (401, "/problems/missing-token")


def test_what_adultwork_says_reaches_the_caller() -> None:
    """With its own status where callers act on it."""
    refused = UpstreamRefusedError("AdultWork declined this read.", upstream_status=403, upstream_message="No.")
    reply = ask(FakeReadEndpoint(refused), DETAILS, {"BookingID": ["7"]})
    assert (reply.status, reply.document["upstream_message"]) == (403, "No.")


def test_a_service_that_reads_nothing_has_nothing_there() -> None:
    """As the container of a test has it."""
    reply = call(edge_app(), rest_event("GET", "/v1/Account/GetPermissions", headers=HEADERS))
    assert reply.status == 404
