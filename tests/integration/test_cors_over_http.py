"""Cross-origin access over real HTTP: every status, every kind of origin, and every preflight."""

import http.client
from collections.abc import Callable, Mapping
from itertools import count
from typing import NoReturn
from urllib.parse import urlsplit

import pytest

from chalicelib import log
from chalicelib.application.booking.place_booking import PlaceBookingCommand
from chalicelib.application.booking.validate_booking import ValidateBookingCommand
from chalicelib.application.operations.get_operation import GetOperationCommand
from chalicelib.edge.container import Container, EdgeSettings
from tests.integration import bookings
from tests.integration.bookings import CREATE, MEMBERS, ORIGIN, REQUIREMENTS, VALIDATE, later, members, to_body
from tests.integration.exchange import Answer, send
from tests.integration.service import ORIGINS, Service

EXPOSED = (
    "Retry-After, X-Request-Id, Idempotency-Replayed, Audit-Status, RateLimit, RateLimit-Policy, Location, Allow, "
    "WWW-Authenticate, x-amzn-Remapped-WWW-Authenticate"
)
ALLOWED_HEADERS = "Authorization, Content-Type, Idempotency-Key, X-Request-Id, traceparent, tracestate, baggage"
UNLISTED = (
    None,
    "",
    "*",
    "null",
    "https://evil.example",
    f"{ORIGIN}/",
    f"{ORIGIN}.evil.example",
    ORIGIN.upper(),
    ORIGIN.replace("http:", "https:"),
    f"{ORIGIN}, {ORIGINS[1]}",
)
SOUND = to_body(MEMBERS)
OPERATION = "/v1/operations/op_01ARZ3NDEKTSV4RRFFQ69G5FAV"
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization, content-type"}

_minutes = count()
Ask = Callable[[Service, Mapping[str, str]], Answer]


def _another() -> dict[str, object]:
    """Return another booking, at the lowest price, so that the balance lasts."""
    return later(next(_minutes) % 240) | {"Credits": 23}


def _book(service: Service, headers: Mapping[str, str], **changes: object) -> Answer:
    return service.send("POST", CREATE, headers, to_body(_another() | changes))


def _broken(path: str, status: int) -> Ask:
    def ask(service: Service, headers: Mapping[str, str]) -> Answer:
        service.arm(path, "status", 1 if status < 500 else 2, status=status)
        return _book(service, headers)

    return ask


def _late(service: Service, headers: Mapping[str, str]) -> Answer:
    service.arm(CREATE, "latency", seconds=0.8)  # no booking yet when the list is read
    return _book(service, headers)


def _twice(service: Service, headers: Mapping[str, str]) -> Answer:
    request = to_body(_another())
    service.send("POST", CREATE, headers, request)
    return service.send("POST", CREATE, headers, request)


def _without(name: str) -> Ask:
    return lambda service, headers: service.send(
        "POST", CREATE, {key: value for key, value in headers.items() if key != name}, SOUND
    )


# One way to each status that the app answers with.
SITUATIONS: Mapping[int, Ask] = {
    200: lambda service, headers: service.send("GET", "/health", headers),
    201: _book,
    204: lambda service, headers: service.send("OPTIONS", CREATE, headers),
    400: lambda service, headers: service.send("POST", CREATE, headers, b"not json"),
    401: _without("Authorization"),
    402: _broken(CREATE, 402),
    403: _broken(CREATE, 403),
    404: lambda service, headers: service.send("GET", "/nowhere/at/all", headers),
    405: lambda service, headers: service.send("DELETE", CREATE, headers),
    409: _twice,
    413: lambda service, headers: service.send(
        "POST", CREATE, headers, SOUND + b" " * EdgeSettings().maximum_body_bytes
    ),
    415: _without("Content-Type"),
    422: lambda service, headers: _book(service, headers, Duration=1),
    429: _broken(CREATE, 429),
    502: _broken(CREATE, 500),
    503: _broken(REQUIREMENTS, 500),
}


def require_cors(answer: Answer, origin: str | None) -> None:
    """Check what an answer that is no preflight's says about its origin."""
    vary = {name.strip().lower() for name in (answer.header("Vary") or "").split(",")}
    assert "origin" in vary
    is_listed = origin in ORIGINS
    assert answer.header("Access-Control-Allow-Origin") == (origin if is_listed else None)
    assert answer.header("Access-Control-Expose-Headers") == (EXPOSED if is_listed else None)
    assert answer.header("Access-Control-Allow-Credentials") is None


@pytest.mark.parametrize("status", SITUATIONS)
def test_every_status_may_be_read_by_a_listed_origin_and_by_no_other(service: Service, status: int) -> None:
    """The origin is echoed if it is on the list, character by character; else nothing is."""
    for origin in (*ORIGINS, *UNLISTED):
        answer = SITUATIONS[status](service, bookings.headers(origin=origin))
        assert answer.status == status, answer.body
        require_cors(answer, origin)
        assert answer.header("X-Request-Id")
        assert answer.header("Cache-Control") == "no-store"
        service.sandbox.faults.clear()


def test_an_answer_that_is_late_may_be_read_too(configured: Callable[..., Service]) -> None:
    """A 504 for a booking whose outcome is unknown is the last one that a page should miss."""
    service = configured(POST_SECONDS="0.3")
    for origin in (ORIGIN, "null"):
        answer = _late(service, bookings.headers(origin=origin))
        assert answer.kind == (504, "outcome-unknown")
        require_cors(answer, origin)


class Exploding:
    """A use case with a fault that nobody foresaw."""

    def execute(self, command: PlaceBookingCommand | ValidateBookingCommand | GetOperationCommand) -> NoReturn:
        """Fail, with all that the caller sent in the error's text."""
        raise ZeroDivisionError(command.token.reveal(), getattr(command, "members", None))


def test_a_fault_of_our_own_may_be_read_and_says_nothing_of_itself(
    running: Service, configured: Callable[..., Service], capsys: pytest.CaptureFixture[str]
) -> None:
    """A 500 is a problem like any other, with neither the fault's text nor the caller's."""
    configured()
    log.configure()
    settings = EdgeSettings(allowed_origins=frozenset(ORIGINS))
    running.replace(Container(Exploding(), Exploding(), settings, validate_booking=Exploding()))
    for origin in (*ORIGINS, *UNLISTED):
        headers = bookings.headers(origin=origin)
        for answer in (
            running.send("POST", CREATE, headers, SOUND),
            running.send("POST", VALIDATE, headers, SOUND),
            running.send("GET", OPERATION, headers),
        ):
            assert answer.kind == (500, "internal-error")
            require_cors(answer, origin)
            assert answer.document["safe_to_retry_with_new_key"] is False
            assert not [secret for secret in (bookings.PHONE, bookings.TOKEN) if secret.encode() in answer.body]
    logged = capsys.readouterr().out
    assert "ZeroDivisionError" in logged
    assert not [secret for secret in (bookings.PHONE, bookings.TOKEN) if secret in logged]


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        (CREATE, "POST, OPTIONS"),
        (OPERATION, "GET, HEAD, OPTIONS"),
        ("/health", "GET, HEAD, OPTIONS"),
        ("/problems/not-found", "GET, HEAD, OPTIONS"),
    ],
)
@pytest.mark.parametrize("origin", ORIGINS)
def test_a_preflight_tells_a_listed_origin_what_it_may_send(
    service: Service, path: str, methods: str, origin: str
) -> None:
    """Methods, headers and for how long; without a token, and without a call."""
    answer = service.send("OPTIONS", path, {"Origin": origin, **PREFLIGHT})
    assert (answer.status, answer.body) == (204, b"")
    assert answer.header("Access-Control-Allow-Origin") == origin
    assert answer.header("Access-Control-Allow-Methods") == methods
    assert answer.header("Access-Control-Allow-Headers") == ALLOWED_HEADERS
    assert answer.header("Access-Control-Max-Age") == "600"
    assert answer.header("Vary") == "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
    assert service.calls() == 0


@pytest.mark.parametrize("origin", UNLISTED)
def test_a_preflight_tells_any_other_origin_nothing(service: Service, origin: str | None) -> None:
    """The browser then blocks the booking before it is sent."""
    given = {} if origin is None else {"Origin": origin}
    answer = service.send("OPTIONS", CREATE, given | PREFLIGHT)
    assert answer.status == 204
    assert not [name for name, _ in answer.headers if name.lower().startswith("access-control-")]
    assert "Origin" in (answer.header("Vary") or "")


def test_a_preflight_of_an_unknown_path_lets_the_page_read_that_there_is_nothing(service: Service) -> None:
    """A browser that is refused the question shows a network error in place of the 404."""
    path = "/v1/PhoneChat/BookEverybody"
    assert service.send("OPTIONS", path, {"Origin": ORIGIN, **PREFLIGHT}).status == 204
    answer = service.send("POST", path)
    assert answer.kind == (404, "not-found")
    require_cors(answer, ORIGIN)


def test_an_origin_that_is_sent_twice_is_none(service: Service) -> None:
    """Two listed origins in two headers are no listed origin."""
    twice = [*bookings.headers(origin=ORIGIN).items(), ("Origin", ORIGINS[1])]
    answer = send(service.url, "POST", CREATE, twice, to_body(members(Duration=1)))
    assert answer.status == 422
    require_cors(answer, None)


@pytest.mark.parametrize("method", ["TRACE", "PROPFIND", "post"])
def test_what_the_gateway_answers_itself_may_be_read_by_anyone(service: Service, method: str) -> None:
    """It knows no list and no person; its constant text is a problem as well."""
    answer = service.send(method, CREATE)
    assert answer.kind == (404, "not-found")
    assert answer.header("Access-Control-Allow-Origin") == "*"


def test_a_body_beyond_the_gateways_limit_may_be_read_by_anyone(service: Service) -> None:
    """Ten megabytes never reach the app."""
    address = urlsplit(service.url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=30)
    connection.request("POST", CREATE, b" " * (10 * 1024 * 1024 + 1), bookings.headers())
    response = connection.getresponse()
    assert (response.status, response.getheader("Access-Control-Allow-Origin")) == (413, "*")
    response.read()
    connection.close()
