"""Cross-origin headers on every answer: each status, each route, each kind of origin."""

from collections.abc import Mapping
from typing import Any

import pytest
from chalice.app import Chalice

from chalicelib.application.booking.place_booking import Answered
from chalicelib.domain import errors
from chalicelib.domain.violation import Violation
from chalicelib.edge import cors
from chalicelib.edge.container import EdgeSettings
from tests.unit.edge.gateway_event import (
    ANSWERED,
    CREATE_BOOKING,
    HEADERS,
    OPERATION_ID,
    OPERATIONS,
    ORIGIN,
    FakePlaceBooking,
    Reply,
    call,
    edge_app,
    rest_event,
)

pytestmark = pytest.mark.unmeasured

EXPOSED = (
    "Retry-After, X-Request-Id, Idempotency-Replayed, Audit-Status, RateLimit, RateLimit-Policy, Location, Allow, "
    "WWW-Authenticate, x-amzn-Remapped-WWW-Authenticate"
)
ALLOWED_HEADERS = "Authorization, Content-Type, Idempotency-Key, X-Request-Id, traceparent, tracestate, baggage"
OUTCOMES: Mapping[int, Answered | Exception] = {
    201: ANSWERED,
    401: errors.InvalidTokenError("m"),
    402: errors.UpstreamRefusedError("m", upstream_status=402),
    403: errors.InsufficientScopeError("m", scope="s"),
    409: errors.DuplicateBookingError("m", operation_id=OPERATION_ID),
    422: errors.BookingRejectedError([Violation("/Duration", "r", "m")]),
    429: errors.TooManyBookingsError("m", limit=5, window_seconds=60, retry_after_seconds=9),
    500: RuntimeError("unforeseen"),
    502: errors.OutcomeUnknownError("m", trouble=errors.Trouble.UNREADABLE, operation_id=OPERATION_ID),
    503: errors.StoreUnavailableError("m"),
    504: errors.UpstreamUnavailableError("m", trouble=errors.Trouble.LATE),
}
EVENTS: Mapping[int, dict[str, Any]] = {
    200: {"method": "GET", "resource": "/health"},
    204: {"method": "OPTIONS"},
    400: {"body": "not json"},
    404: {"method": "GET", "resource": "/{proxy+}"},
    405: {"method": "DELETE"},
    413: {"body": "x" * (EdgeSettings().maximum_body_bytes + 1)},
    415: {"headers": {**HEADERS, "Content-Type": "text/plain"}},
}
OTHERS = {
    "null": "null",
    "star": "*",
    "other": "https://evil.example",
    "prefix": f"{ORIGIN}.evil.example",
    "case": ORIGIN.upper(),
    "http": ORIGIN.replace("https", "http"),
    "empty": "",
    "none": None,
}


def reply_with(status: int, origin: str | None) -> Reply:
    """Return an answer of a status to a request from an origin."""
    changes = dict(EVENTS.get(status, {}))
    headers = {**changes.pop("headers", HEADERS), **({} if origin is None else {"Origin": origin})}
    reply = call(edge_app(FakePlaceBooking(OUTCOMES.get(status, ANSWERED))), rest_event(**changes, headers=headers))
    assert reply.status == status
    return reply


def allow_headers(reply: Reply) -> dict[str, str]:
    """Return the headers that a browser grants something for."""
    return {name: value for name, value in reply.headers.items() if name.startswith("access-control-")}


@pytest.mark.parametrize("status", sorted({*OUTCOMES, *EVENTS}))
def test_an_allowed_origin_may_read_every_answer(status: int) -> None:
    """Whatever the status, the page sees it and the headers that it needs."""
    reply = reply_with(status, ORIGIN)
    assert reply.headers["access-control-allow-origin"] == ORIGIN
    assert reply.headers["access-control-expose-headers"] == EXPOSED
    assert reply.headers["vary"].split(", ")[0] == "Origin"
    assert "access-control-allow-credentials" not in reply.headers


@pytest.mark.parametrize("origin", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("status", sorted({*OUTCOMES, *EVENTS}))
def test_no_other_origin_is_allowed_anything(status: int, origin: str | None) -> None:
    """The answer is the same but for the headers that allow; caches must still tell origins apart."""
    reply = reply_with(status, origin)
    assert allow_headers(reply) == {}
    assert reply.headers["vary"].split(", ")[0] == "Origin"


def every_route() -> list[tuple[str, str]]:
    """Return each path of the app with each method that it is registered for."""
    return [(path, method) for path, entries in edge_app().routes.items() for method in entries]


@pytest.mark.parametrize("origin", [ORIGIN, "https://evil.example", "null", None])
@pytest.mark.parametrize(("path", "method"), every_route())
def test_every_route_and_method_is_covered(path: str, method: str, origin: str | None) -> None:
    """A route that is added later cannot be forgotten here."""
    headers = {**HEADERS, **({} if origin is None else {"Origin": origin})}
    event = rest_event(
        method,
        path,
        headers=headers,
        pathParameters={"slug": "not-found", "proxy": "a/b", "operation_id": OPERATION_ID, "file": "page.css"},
    )
    reply = call(edge_app(), event)
    assert reply.headers.get("access-control-allow-origin") == (ORIGIN if origin == ORIGIN else None)
    assert reply.headers["vary"].startswith("Origin")
    assert reply.status < 500


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        (CREATE_BOOKING, "POST, OPTIONS"),
        ("/health", "GET, HEAD, OPTIONS"),
        ("/problems/{slug}", "GET, HEAD, OPTIONS"),
        (OPERATIONS, "GET, HEAD, OPTIONS"),
    ],
)
def test_a_preflight_names_the_methods_and_headers_of_its_path(path: str, methods: str) -> None:
    """It may be remembered for ten minutes, per origin and per question."""
    reply = call(
        edge_app(),
        rest_event("OPTIONS", path, headers={"Origin": ORIGIN}, pathParameters={"slug": "x", "operation_id": "x"}),
    )
    assert (reply.status, reply.body) == (204, "")
    assert allow_headers(reply) == {
        "access-control-allow-origin": ORIGIN,
        "access-control-expose-headers": EXPOSED,
        "access-control-allow-methods": methods,
        "access-control-allow-headers": ALLOWED_HEADERS,
        "access-control-max-age": "600",
    }
    assert reply.headers["allow"] == methods
    assert reply.headers["vary"] == "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"


@pytest.mark.parametrize("path", [CREATE_BOOKING, "/{proxy+}"])
def test_a_deployment_may_allow_more_headers(path: str) -> None:
    """Those that its setting names, after our own."""
    settings = EdgeSettings(allowed_origins=frozenset({ORIGIN}), allowed_headers=("X-Datadog-Origin", "sentry-trace"))
    reply = call(edge_app(settings=settings), rest_event("OPTIONS", path, headers={"Origin": ORIGIN}))
    assert reply.headers["access-control-allow-headers"] == f"{ALLOWED_HEADERS}, X-Datadog-Origin, sentry-trace"


@pytest.mark.parametrize("path", ["/", "/{proxy+}"])
def test_a_preflight_of_an_unknown_path_lets_the_page_read_the_404(path: str) -> None:
    """A refused preflight shows as a network error, which says nothing about the mistake in the path."""
    event = rest_event("OPTIONS", path, headers={"Origin": ORIGIN}, pathParameters={"proxy": "a/b"})
    reply = call(edge_app(), event)
    assert (reply.status, reply.body) == (204, "")
    assert reply.headers["access-control-allow-origin"] == ORIGIN
    assert reply.headers["access-control-allow-methods"] == "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
    assert "allow" not in reply.headers
    event["headers"] = event["multiValueHeaders"] = {}
    assert allow_headers(call(edge_app(), event)) == {}


def test_an_origin_that_was_sent_twice_is_none() -> None:
    """Which of the two the browser meant cannot be known."""
    event = rest_event(multiValueHeaders={**{name: [v] for name, v in HEADERS.items()}, "Origin": [ORIGIN, ORIGIN]})
    assert allow_headers(call(edge_app(), event)) == {}


@pytest.mark.parametrize("origin", ["null", "*"])
def test_a_configured_null_or_star_is_never_allowed(origin: str) -> None:
    """Every sandboxed frame has the origin null."""
    assert not cors.is_allowed(origin, frozenset({"null", "*"}))
    app: Chalice = edge_app(settings=EdgeSettings(allowed_origins=frozenset({"null", "*"})))
    assert allow_headers(call(app, rest_event(headers={**HEADERS, "Origin": origin}))) == {}
