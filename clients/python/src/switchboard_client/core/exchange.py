"""One request and what came back, read as strictly as needed: anything that cannot be understood is no answer."""

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, TypeAlias, TypeGuard, cast
from urllib.parse import quote

from switchboard_client.contract import AnyOperation, Booking, Problem
from switchboard_client.core.effects import Request, Response, Steps, TokenUnavailableError, sent, token_for


@dataclass(frozen=True, slots=True)
class Success:
    """An answer that is no problem: any JSON value. `wait` is in seconds, None when the answer names none."""

    body: Any
    wait: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A problem; `slug` is the last part of its type."""

    slug: str
    problem: Problem
    wait: int | None


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing that can be understood."""

    wait: int | None = None


@dataclass(frozen=True, slots=True)
class SignedOut:
    """There is no token."""

    wait: None = None


Reply: TypeAlias = Success | Told | Nothing | SignedOut


def exchange(request: Request, now: float) -> Steps[Reply]:
    """Send a request, once more with a fresh token when the first one is no longer taken."""
    rejected: str | None = None
    while True:
        try:
            token = yield from token_for(rejected)
        except TokenUnavailableError:
            return Nothing()
        if token is None:
            return SignedOut()
        reply = read((yield from sent(request, token)), now)
        if not (isinstance(reply, Told) and reply.slug == "invalid-token" and rejected is None):
            return reply
        rejected = token


def read_operation(operation_id: str, now: float) -> Steps[Reply]:
    """Ask how an operation stands. Its address is made here: no answer can lead a token to another place."""
    return exchange(Request("GET", f"/v1/operations/{quote(operation_id, safe='')}"), now)


def read(response: Response | None, now: float) -> Reply:
    """Read a response; `now` is in seconds since 1970."""
    if response is None:
        return Nothing()
    wait = seconds(response.retry_after, now)
    try:
        body = json.loads(response.text)
    except ValueError:
        return Nothing(wait)
    if HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES:
        return Success(body, wait)
    return told(body, wait) if is_problem(body) else Nothing(wait)


def told(problem: Problem, wait: int | None = None) -> Told:
    """Read a problem as it is in a body: what its headers say is in it too."""
    return Told(problem["type"].rpartition("/")[2], problem, problem.get("retry_after_seconds", wait))


def seconds(retry_after: str | None, now: float) -> int | None:
    """Read Retry-After: seconds, or a date (RFC 9110, 10.2.3). What is neither names no wait."""
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdigit():
        return int(retry_after)
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0, math.ceil(until.timestamp() - now))


def is_problem(body: object) -> TypeGuard[Problem]:
    """Tell whether a body is a problem."""
    return isinstance(body, dict) and isinstance(body.get("type"), str) and "title" in body


def has(body: object, *names: str) -> bool:
    """Tell whether a body is an object with these members, which only one answer has."""
    return isinstance(body, dict) and all(name in body for name in names)


def as_booking(body: object) -> Booking | None:
    """Return the body as a booking, None when it is none."""
    return cast("Booking", body) if isinstance(body, dict) and isinstance(body.get("BookingID"), int) else None


def as_operation(reply: Reply) -> AnyOperation | None:
    """Return the operation that a reply tells, None when it tells none."""
    is_one = isinstance(reply, Success) and has(reply.body, "operation_id", "operation_state")
    return cast("AnyOperation", reply.body) if isinstance(reply, Success) and is_one else None


def instant(text: str | None) -> datetime | None:
    """Read a time of the contract; UTC."""
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)
