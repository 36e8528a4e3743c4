"""HTTP to and from the events of API Gateway's REST proxy integration (payload version 1.0)."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from devtools.local.paths import Match

STAGE = "local"
# What the REST proxy integration does with headers of an answer; source: API Gateway's developer guide, "Important notes",
# table of headers, column "Response", `lambda`. Of Date and Server it also replaces the value.
REMAPPED = frozenset(
    {"authorization", "connection", "content-md5", "date", "max-forwards", "server", "user-agent", "www-authenticate"}
)
DROPPED = frozenset({"expect", "host", "proxy-authenticate", "te", "trailer", "transfer-encoding", "upgrade", "via"})
_UNSAFE_IN_HEADERS = ("\r", "\n", "\0")


class MalformedAnswerError(Exception):
    """The function returned something that API Gateway cannot turn into an HTTP answer."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as it came off the wire; `raw_path` and `query` are percent-encoded, headers keep their order.

    `raw_path` is that of the resource; `entrance` stood before it, as a stage or the base path of a domain does.
    """

    method: str
    raw_path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    client_address: str
    entrance: str = ""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer for the wire."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


def _last_and_all(pairs: Iterable[tuple[str, str]]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Return the last value of each name, and all of them."""
    every: dict[str, list[str]] = {}
    for name, value in pairs:
        every.setdefault(name, []).append(value)
    return {name: values[-1] for name, values in every.items()}, every


def _text_body(body: bytes) -> tuple[str | None, bool]:
    """Return the body as an event carries it, and whether that is base64."""
    if not body:
        return None, False
    try:
        return body.decode(), False
    except UnicodeDecodeError:
        return base64.b64encode(body).decode("ascii"), True


def to_event(request: HttpRequest, match: Match, request_id: str) -> dict[str, Any]:
    """Return the event for a request; maps that would be empty are None, as on the platform."""
    headers, all_headers = _last_and_all(
        [*request.headers, ("X-Forwarded-For", request.client_address), ("X-Forwarded-Proto", "http")]
    )
    query, all_query = _last_and_all(parse_qsl(request.query, keep_blank_values=True))
    body, is_base64 = _text_body(request.body)
    path = unquote(request.raw_path)
    return {
        "resource": match.resource,
        "path": path,
        "httpMethod": request.method,
        "headers": headers,
        "multiValueHeaders": all_headers,
        "queryStringParameters": query or None,
        "multiValueQueryStringParameters": all_query or None,
        "pathParameters": dict(match.parameters) or None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": match.resource,
            "httpMethod": request.method,
            "requestId": request_id,
            "path": request.entrance + path,
            "stage": STAGE,
            "protocol": "HTTP/1.1",
            "identity": {"sourceIp": request.client_address, "userAgent": headers.get("user-agent")},
        },
        "body": body,
        "isBase64Encoded": is_base64,
    }


def wire_headers(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[bytes, bytes], ...]:
    """Return headers as bytes; raises UnicodeEncodeError for what HTTP/1.1 cannot carry."""
    return tuple((name.encode("ascii"), value.encode("latin-1")) for name, value in pairs)


def _answer_headers(answer: Mapping[str, Any]) -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers of an answer; a name under both members counts under `multiValueHeaders` only."""
    repeated = answer.get("multiValueHeaders") or {}
    taken = {name.lower() for name in repeated}
    single = answer.get("headers") or {}
    pairs = [(name, str(value)) for name, value in single.items() if name.lower() not in taken]
    pairs += [(name, str(value)) for name, values in repeated.items() for value in values]
    for name, value in pairs:
        if any(unsafe in name + value for unsafe in _UNSAFE_IN_HEADERS):
            raise MalformedAnswerError(f"A header of the answer holds a line break: {name!r}")
    return wire_headers((_renamed(name), value) for name, value in pairs if name.lower() not in DROPPED)


def _renamed(name: str) -> str:
    """Return the name that a header of an answer leaves under."""
    return f"x-amzn-Remapped-{name}" if name.lower() in REMAPPED else name


def from_answer(answer: object) -> HttpAnswer:
    """Return the HTTP answer for what the function returned.

    Raises:
        MalformedAnswerError: it is not an object with a `statusCode`, or a part of it is not usable.
    """
    if not isinstance(answer, Mapping) or not isinstance(answer.get("statusCode"), int):
        raise MalformedAnswerError("The answer has no integer statusCode.")
    body = answer.get("body")
    body = "" if body is None else body
    if not isinstance(body, str):
        raise MalformedAnswerError("The body of the answer is not text.")
    try:
        content = base64.b64decode(body, validate=True) if answer.get("isBase64Encoded") else body.encode()
        return HttpAnswer(answer["statusCode"], _answer_headers(answer), content)
    except (binascii.Error, UnicodeEncodeError, AttributeError, TypeError) as error:
        raise MalformedAnswerError("The body or the headers of the answer cannot be encoded.") from error
