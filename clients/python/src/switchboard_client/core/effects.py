"""What the core asks of whoever runs it: a request to send, a token, a wait, work on the storage."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeAlias, TypeVar, cast

from switchboard_client.storage import Keychain, Storage

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Request:
    """A request, but for its token; `path` begins after the base address."""

    method: Literal["GET", "POST"]
    path: str
    body: str | None = field(default=None, repr=False)
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """What came back; `text` is the body, `retry_after` the header of that name as it stands."""

    status: int
    text: str = field(repr=False)
    retry_after: str | None


@dataclass(frozen=True, slots=True)
class Send:
    """Send a request once, with a token if there is one; the result is its Response, None when nothing whole came back."""

    request: Request
    token: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class AskToken:
    """Ask for the token, given the one that was refused; the result is a token, or None when there is none to be had."""

    rejected: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait for some seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Keep(Generic[Result]):
    """Do something with the storage, or with the keychain of a sign-in; the result is what it returns."""

    work: Callable[[Any], Result] = field(repr=False)


class TokenUnavailableError(Exception):
    """The token source failed: thrown into the core, where it counts as a network that is away for a moment."""


Effect: TypeAlias = Send | AskToken | Sleep | Keep[Any]
Steps: TypeAlias = Generator[Effect, Any, Result]


def sent(request: Request, token: str | None) -> Steps[Response | None]:
    """Send a request once."""
    return cast("Response | None", (yield Send(request, token)))


def token_for(rejected: str | None) -> Steps[str | None]:
    """Return the token.

    Raises:
        TokenUnavailableError: the token source failed.
    """
    return cast("str | None", (yield AskToken(rejected)))


def kept(work: Callable[[Storage], Result]) -> Steps[Result]:
    """Do something with the storage."""
    return cast("Result", (yield Keep(work)))


def texts(work: Callable[[Keychain], Result]) -> Steps[Result]:
    """Do something with the keychain."""
    return cast("Result", (yield Keep(work)))
