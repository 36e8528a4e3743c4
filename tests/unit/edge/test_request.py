"""What is read from a request before anything else happens."""

import base64
import math
from typing import Any

import pytest

from chalicelib.domain.access import AccessToken
from chalicelib.domain.errors import (
    BodyTooLargeError,
    InvalidIdempotencyKeyError,
    InvalidTokenError,
    MalformedRequestError,
    MissingTokenError,
    UnsupportedMediaTypeError,
)
from chalicelib.edge import request as reading
from tests.unit.edge.gateway_event import HEADERS, CountdownContext, request_of, rest_event

KEY = "0123456789abcdef"


def with_header(name: str, *values: str) -> Any:  # noqa: ANN401 (Chalice's untyped request)
    """Return a request that carries a header once for each value."""
    return request_of(rest_event(headers={}, multiValueHeaders={name: list(values)}))


@pytest.mark.parametrize("value", ["Bearer abc-._~+/9==", "bearer   abc-._~+/9==", " BEARER abc-._~+/9== "])
def test_the_scheme_is_read_without_case(value: str) -> None:
    """Upstream clients write `bearer`, the standard writes `Bearer`."""
    assert reading.bearer_token(with_header("AUTHORIZATION", value)) == AccessToken("abc-._~+/9==")


@pytest.mark.parametrize(
    "values", [("Bearer a", "Bearer a"), ("Bearer",), ("Bearer ",), ("Bearer a b",), ("Bearer a,b",), ("Bearer é",)]
)
def test_a_malformed_or_repeated_token_is_invalid(values: tuple[str, ...]) -> None:
    """Nothing but one b64token is taken."""
    with pytest.raises(InvalidTokenError):
        reading.bearer_token(with_header("Authorization", *values))


@pytest.mark.parametrize("values", [(), ("",), ("Basic YTpi",)])
def test_no_credentials_of_our_scheme_are_missing_ones(values: tuple[str, ...]) -> None:
    """RFC 6750 wants no error code then."""
    with pytest.raises(MissingTokenError):
        reading.bearer_token(with_header("Authorization", *values))


def test_a_token_has_at_most_4096_characters() -> None:
    """The bound itself is taken, one more is not."""
    assert reading.bearer_token(with_header("Authorization", f"Bearer {'a' * 4096}"))
    with pytest.raises(InvalidTokenError):
        reading.bearer_token(with_header("Authorization", f"Bearer {'a' * 4097}"))


def test_two_spellings_of_one_header_are_two_headers() -> None:
    """A second token cannot hide behind another case of the name."""
    event = rest_event(multiValueHeaders={"Authorization": ["Bearer a"], "authorization": ["Bearer b"]})
    with pytest.raises(InvalidTokenError):
        reading.bearer_token(request_of(event))


@pytest.mark.parametrize("multiple", [None, {}])
def test_single_headers_stand_in_for_missing_multiple_ones(multiple: object) -> None:
    """Some local servers send only `headers`."""
    event = rest_event(headers=HEADERS, multiValueHeaders=multiple)
    assert reading.idempotency_key(request_of(event)) == KEY


def test_an_event_without_any_headers_has_none() -> None:
    """API Gateway sends null for an empty mapping."""
    event = rest_event() | {"headers": None, "multiValueHeaders": None}
    assert reading.header_values(request_of(event), "authorization") == []


@pytest.mark.parametrize("value", [KEY, f'"{KEY}"', f' "{KEY}"\t', "a" * 128, "A_-b" * 4])
def test_a_key_is_taken_quoted_and_bare(value: str) -> None:
    """The draft's quoted string and the common bare form name the same key."""
    assert reading.idempotency_key(with_header("Idempotency-Key", value)) == value.strip(' "\t')


@pytest.mark.parametrize(
    "values",
    [("",), ("a" * 15,), ("a" * 129,), (f'"{KEY}',), (f'"{KEY}";a=1',), (f"{KEY}é",), (f"{KEY}\n",), (KEY, KEY)],
)
def test_a_malformed_or_repeated_key_is_refused(values: tuple[str, ...]) -> None:
    """A key that we would read differently from its sender protects nothing."""
    with pytest.raises(InvalidIdempotencyKeyError):
        reading.idempotency_key(with_header("Idempotency-Key", *values))


def test_a_key_is_optional() -> None:
    """Without one the guard alone keeps equal bookings out."""
    assert reading.idempotency_key(with_header("Accept", "*/*")) is None


@pytest.mark.parametrize(
    "value",
    [
        "application/json",
        "Application/JSON ; charset=UTF-8",
        'application/json;charset="utf-8"',
        "application/json;v=1",
        "application/json; charset=utf8",
        'application/json; charset="UTF8"',
        "application/json; Charset=Utf-8; v=1",
    ],
)
def test_the_media_type_is_compared_without_case_and_parameters(value: str) -> None:
    """All these are JSON in UTF-8."""
    assert reading.read_body(with_header("Content-Type", value), 100)


@pytest.mark.parametrize(
    "values",
    [
        (),
        ("",),
        ("text/plain",),
        ("application/jsonp",),
        ("*/*",),
        ("application/json;charset=latin-1",),
        ("application/json;charset=utf-16",),
        ("application/json;charset=utf_8",),
        ("application/json;charset=",),
        ("application/json;charset=utf-8;charset=latin-1",),
        ("application/json", "application/json"),
    ],
)
def test_anything_not_declared_as_json_in_utf_8_is_refused(values: tuple[str, ...]) -> None:
    """Chalice would take `*/*` and a missing type."""
    with pytest.raises(UnsupportedMediaTypeError):
        reading.read_body(with_header("Content-Type", *values), 100)


@pytest.mark.parametrize(
    "changes",
    [
        {"body": "é12345678"},
        {"body": "é12345678".encode()},
        {"body": base64.b64encode("é12345678".encode()).decode(), "isBase64Encoded": True},
    ],
    ids=["text", "bytes", "base64"],
)
def test_the_limit_counts_decoded_bytes(changes: dict[str, Any]) -> None:
    """Ten bytes fit into ten and not into nine, however they travelled."""
    request = request_of(rest_event(**changes))
    assert reading.read_body(request, 10) == "é12345678".encode()
    with pytest.raises(BodyTooLargeError):
        reading.read_body(request, 9)


@pytest.mark.parametrize(
    "changes",
    [
        {"body": "not base64!", "isBase64Encoded": True},
        {"body": "é", "isBase64Encoded": True},
        {"body": "\ud800"},
    ],
)
def test_a_body_that_cannot_be_decoded_is_malformed(changes: dict[str, Any]) -> None:
    """Chalice's own property would raise a foreign error."""
    with pytest.raises(MalformedRequestError):
        reading.read_body(request_of(rest_event(**changes)), 100)


def test_no_body_is_no_bytes() -> None:
    """The gateway sends null."""
    assert reading.read_body(request_of(rest_event(body=None)), 100) == b""


def test_the_request_id_is_the_gateways() -> None:
    """It is there on every real request."""
    assert reading.request_id(request_of(rest_event())) == "gateway-request"


@pytest.mark.parametrize(
    "value",
    [
        "my-app.42_a",
        "page-2026.1",
        "5c1b3cf0-1234-4000-8000-077009001234",
        "5C1B3CF0-1234-4000-8000-077009001234",
        "01KC7700900123ZZZZZZZZZZZZ",
        "01kc7700900123zzzzzzzzzzzz",
    ],
)
def test_a_safe_request_id_of_the_caller_is_taken(value: str) -> None:
    """So that a caller can follow its own request; what a generator drew may hold many digits."""
    assert reading.request_id(with_header("X-Request-ID", value)) == value


@pytest.mark.parametrize("values", [("",), ("a b",), ("a\r\nb",), ("a" * 129,), ("é",), ("a", "b")])
def test_an_unsafe_or_repeated_request_id_is_ignored(values: tuple[str, ...]) -> None:
    """It is echoed and logged, so its shape matters."""
    assert reading.request_id(with_header("X-Request-ID", *values)) == "gateway-request"


@pytest.mark.parametrize(
    "value",
    [
        "client-token",
        "client",
        "retry-of-client-token",
        "client-token.2",
        "07700900123",
        "0770-0900-123",
        "book-07700900123",
        "a.0.7_7-0.0.9",
        "tap123456",
        "op_01KC7700900123ZZZZZZZZZZZZ",
        "5c1b3cf0-077009001234",
    ],
)
def test_a_request_id_that_tells_a_secret_is_ignored(value: str) -> None:
    """A part of the caller's own token or more than it, or what could be a phone number, would go into logs and records."""
    headers = {"X-Request-Id": [value], "Authorization": ["Bearer client-token"]}
    request = request_of(rest_event(headers={}, multiValueHeaders=headers))
    assert reading.request_id(request) == "gateway-request"


@pytest.mark.parametrize("authorization", ["client-token", "Basic client-token", "Bearer  client-token "])
def test_a_token_under_another_scheme_is_no_request_id_either(authorization: str) -> None:
    """A header that is refused as a token may hold one all the same."""
    headers = {"X-Request-Id": ["x-client-token"], "Authorization": [authorization]}
    request = request_of(rest_event(headers={}, multiValueHeaders=headers))
    assert reading.request_id(request) == "gateway-request"


def test_a_token_that_looks_like_a_drawn_id_is_no_request_id() -> None:
    """A UUID may hold digits, and still be the caller's token."""
    token = "5c1b3cf0-1234-4000-8000-077009001234"
    headers = {"X-Request-Id": [token], "Authorization": [f"Bearer {token}"]}
    request = request_of(rest_event(headers={}, multiValueHeaders=headers))
    assert reading.request_id(request) == "gateway-request"


def test_without_a_gateway_the_request_id_is_lambdas() -> None:
    """Local servers leave the gateway's out; at the worst, none is known."""
    event = rest_event(requestContext={"httpMethod": "POST", "resourcePath": "/"})
    assert reading.request_id(request_of(event, CountdownContext())) == "lambda-request"
    assert reading.request_id(request_of(event)) == "unknown"


def test_the_time_left_keeps_a_margin_for_the_answer() -> None:
    """Two seconds of what Lambda grants are ours; without Lambda time does not end."""
    assert reading.seconds_left(request_of(rest_event(), CountdownContext(26_000))) == 24.0
    assert reading.seconds_left(request_of(rest_event())) == math.inf


def test_a_command_holds_all_of_step_1() -> None:
    """The use case needs nothing further from HTTP."""
    request = request_of(rest_event(), CountdownContext(26_000))
    command = reading.place_booking_command(request, request_id="r", maximum_body_bytes=100)
    assert command.token == AccessToken("client-token")
    assert (command.idempotency_key, command.request_id, command.seconds_left) == (KEY, "r", 24.0)
    assert str(command.members["Credits"]) == "32.50"
