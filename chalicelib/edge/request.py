"""Reading a request: headers, token, key, size and media type. Every fault is a CallerError that says how to mend it."""

import base64
import math
import re
from typing import Any

from chalice.app import Request

from chalicelib.application.booking.place_booking import PlaceBookingCommand
from chalicelib.application.booking.validate_booking import ValidateBookingCommand
from chalicelib.domain.access import AccessToken
from chalicelib.domain.errors import (
    BodyTooLargeError,
    InvalidIdempotencyKeyError,
    InvalidTokenError,
    MalformedRequestError,
    MissingTokenError,
    UnsupportedMediaTypeError,
)
from chalicelib.edge.strict_json import parse_object
from chalicelib.watch.trace import Trace, read_trace

LONGEST_TOKEN = 4096
ANSWER_MARGIN_SECONDS = 2.0

_B64TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
_KEY_CHARACTERS = "[A-Za-z0-9_-]{16,128}"
KEY = re.compile(f'"({_KEY_CHARACTERS})"|({_KEY_CHARACTERS})')
REQUEST_ID_FORM = re.compile(r"[A-Za-z0-9._-]{1,128}")
_DRAWN_ID = re.compile(  # a UUID or a ULID: its digits are drawn, and a long run of them is chance
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-7][0-9a-hjkmnp-tv-z]{25}", re.IGNORECASE | re.ASCII
)
_UTF_8 = frozenset({"utf-8", "utf8"})  # its name, and what many clients call it
_SEPARATORS = re.compile(r"[._-]")
_PHONE_DIGITS = re.compile(r"[0-9]{6}")  # the shortest run that could be a phone number, or tell most of one


def place_booking_command(request: Request, *, request_id: str, maximum_body_bytes: int) -> PlaceBookingCommand:
    """Read step 1 of the pipeline out of a request.

    Raises:
        CallerError: MissingTokenError, InvalidTokenError, or one of the kinds of MalformedRequestError.
    """
    return PlaceBookingCommand(
        token=bearer_token(request),
        idempotency_key=idempotency_key(request),
        members=parse_object(read_body(request, maximum_body_bytes)),
        request_id=request_id,
        seconds_left=seconds_left(request),
    )


def validate_booking_command(request: Request, *, maximum_body_bytes: int) -> ValidateBookingCommand:
    """Read a request for a quote, as one for a booking is read.

    Raises:
        CallerError: what `place_booking_command` raises.
    """
    token = bearer_token(request)
    idempotency_key(request)  # used for nothing; but one that would end the booking ends its check too
    return ValidateBookingCommand(token, parse_object(read_body(request, maximum_body_bytes)), seconds_left(request))


def header_values(request: Request, name: str) -> list[str]:
    """Return every value of a header, `name` in lower case; Chalice's own mapping knows only the last."""
    event = request.to_original_event()
    every: dict[str, list[str]] = event.get("multiValueHeaders") or {
        key: [value] for key, value in (event.get("headers") or {}).items()
    }
    return [value for key, values in every.items() if key.lower() == name for value in values]


def bearer_token(request: Request) -> AccessToken:
    """Return the access token (RFC 6750, section 2.1).

    Raises:
        MissingTokenError: no credentials, or of another scheme.
        InvalidTokenError: several Authorization headers, or one that holds no b64token of at most 4,096 characters.
    """
    values = header_values(request, "authorization")
    if not values:
        raise MissingTokenError("Send the user's access token in the header 'Authorization: Bearer …'.")
    if len(values) > 1:
        raise InvalidTokenError("Send exactly one Authorization header.")
    scheme, _, token = values[0].strip(" \t").partition(" ")
    if scheme.lower() != "bearer":
        raise MissingTokenError("Send the user's access token with the scheme Bearer; no other scheme is taken.")
    token = token.lstrip(" ")
    if len(token) > LONGEST_TOKEN or not _B64TOKEN.fullmatch(token):
        raise InvalidTokenError(f"Send an access token of 1 to {LONGEST_TOKEN} characters, as AdultWork issued it.")
    return AccessToken(token)


def idempotency_key(request: Request) -> str | None:
    """Return the Idempotency-Key, or None without one (draft-ietf-httpapi-idempotency-key-header-07; bare form too).

    Raises:
        InvalidIdempotencyKeyError: sent twice, or not 16 to 128 of `[A-Za-z0-9_-]`.
    """
    values = header_values(request, "idempotency-key")
    if not values:
        return None
    match = KEY.fullmatch(values[0].strip(" \t"))
    if len(values) > 1 or match is None:
        raise InvalidIdempotencyKeyError(
            "Send one Idempotency-Key of 16 to 128 letters, digits, '-' and '_', for example a UUID in double quotes."
        )
    return match[1] or match[2]


def read_body(request: Request, maximum_bytes: int) -> bytes:
    """Return the bytes of a JSON body; the limit counts them after base64 decoding.

    Raises:
        UnsupportedMediaTypeError: not declared as JSON in UTF-8.
        BodyTooLargeError: more than `maximum_bytes`.
        MalformedRequestError: broken base64, or text that no bytes stand for.
    """
    _require_json(header_values(request, "content-type"))
    body = body_bytes(request.to_original_event())
    if len(body) > maximum_bytes:
        raise BodyTooLargeError(f"Send a body of at most {maximum_bytes} bytes.")
    return body


def request_id(request: Request) -> str:
    """Return the caller's X-Request-Id if there is one of a safe shape, else the gateway's, else Lambda's.

    It goes into logs and audit events, so one that could tell the caller's token or a phone number is not taken.
    """
    values = header_values(request, "x-request-id")
    if len(values) == 1 and REQUEST_ID_FORM.fullmatch(values[0]) and not _is_private(values[0], request):
        return values[0]
    own = request.context.get("requestId") or getattr(request.lambda_context, "aws_request_id", None)
    return str(own or "unknown")


def trace_of(request: Request) -> Trace | None:
    """Return the trace that the caller says this request belongs to; None without one, and where its id could tell a secret."""
    parents = header_values(request, "traceparent")
    trace = read_trace(parents, header_values(request, "tracestate")) if parents else None
    return None if trace is None or _tells_token(trace.identifier, request) else trace


def _is_private(text: str, request: Request) -> bool:
    """Tell whether a caller's id could tell a secret."""
    return _may_hold_phone_number(text) or _tells_token(text, request)


def _tells_token(text: str, request: Request) -> bool:
    """Tell whether a text has to do with what the caller is known by."""
    return any(
        text in value or any(part in text for part in value.split())
        for value in header_values(request, "authorization")
    )


def _may_hold_phone_number(text: str) -> bool:
    """Tell whether an id holds a run of digits, however they are separated, long enough to be of a phone number."""
    return not _DRAWN_ID.fullmatch(text) and _PHONE_DIGITS.search(_SEPARATORS.sub("", text)) is not None


def milliseconds_left(request: Request) -> float | None:
    """Return what Lambda still grants this call; None where there is no Lambda."""
    ask = getattr(request.lambda_context, "get_remaining_time_in_millis", None)
    return None if ask is None else float(ask())


def seconds_left(request: Request) -> float:
    """Return what is left for the use case, a margin for the answer taken off; endless where there is no Lambda."""
    left = milliseconds_left(request)
    return math.inf if left is None else left / 1000 - ANSWER_MARGIN_SECONDS


def _require_json(content_types: list[str]) -> None:
    """Refuse a body that is not declared, once, as JSON in UTF-8; case and other parameters do not matter."""
    media_type, *parameters = content_types[0].split(";") if len(content_types) == 1 else [""]
    if media_type.strip().lower() != "application/json":
        raise UnsupportedMediaTypeError("Send the body as JSON, with the header 'Content-Type: application/json'.")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip().strip('"').lower() not in _UTF_8:
            raise UnsupportedMediaTypeError("Send the body in UTF-8; no other charset is taken.")


def body_bytes(event: dict[str, Any]) -> bytes:
    """Return the body as it was sent; a local server hands bytes over, API Gateway text or base64."""
    body: str | bytes = event.get("body") or b""
    try:
        if event.get("isBase64Encoded"):
            return base64.b64decode(body, validate=True)
        return body if isinstance(body, bytes) else body.encode()
    except ValueError as error:
        raise MalformedRequestError("Send the body as bytes of UTF-8; this one could not be decoded.") from error
