"""What a failed exchange means: whether anything was sent, and a short code for the audit event."""

import socket
import ssl
from collections.abc import Iterator

from chalicelib.adapters.http.answer import AnswerTooLargeError, UnreadableAnswerError
from chalicelib.adapters.http.exchange import Exchange
from chalicelib.domain.errors import Trouble

LATE, TOO_LARGE, LOST = "late", "answer-too-large", "connection-lost"
UNREADABLE = "unreadable-answer"  # all of it came, in a coding that cannot be undone

# Why no connection came about, the most telling first; whatever else happened is `connection-failed`.
_NOT_SENT: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "connect-timeout"),
    (ssl.SSLError, "tls-failed"),
    (socket.gaierror, "name-not-resolved"),
    (ConnectionRefusedError, "connection-refused"),
)


class ExchangeFailedError(Exception):
    """No whole answer came. `is_sent` is false when not a byte left us; `reason` is a short code for the audit event.

    Its text names the kind of the first cause and nothing of what was sent or came back.
    """

    def __init__(self, reason: str, trouble: Trouble, *, is_sent: bool, cause: str) -> None:
        super().__init__(f"{reason} ({cause})")
        self.reason = reason
        self.trouble = trouble
        self.is_sent = is_sent


def failure_of(error: Exception, exchange: Exchange) -> ExchangeFailedError:
    """Return what the caller of an exchange needs to know about whatever went wrong."""
    causes = tuple(_causes(error))
    if exchange.is_sent:
        reason, trouble = _sent_reason(causes)
    else:
        reason, trouble = _not_sent_reason(causes), Trouble.UNREACHABLE
    return ExchangeFailedError(reason, trouble, is_sent=exchange.is_sent, cause=type(causes[-1]).__name__)


def _sent_reason(causes: tuple[BaseException, ...]) -> tuple[str, Trouble]:
    """Name why no whole answer came."""
    if any(isinstance(cause, AnswerTooLargeError) for cause in causes):
        return TOO_LARGE, Trouble.UNREADABLE
    if any(isinstance(cause, UnreadableAnswerError) for cause in causes):
        return UNREADABLE, Trouble.UNREADABLE
    if any(isinstance(cause, TimeoutError) for cause in causes):
        return LATE, Trouble.LATE
    return LOST, Trouble.UNREADABLE


def _not_sent_reason(causes: tuple[BaseException, ...]) -> str:
    """Name why nothing was sent."""
    for kind, reason in _NOT_SENT:
        if any(isinstance(cause, kind) for cause in causes):
            return reason
    return "connection-failed"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error and what led to it; requests and urllib3 wrap it several times."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
