"""One request out, one answer in: the only place that speaks HTTP to the upstream."""

import math
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

import requests

from chalicelib.adapters.adultwork.answer import UpstreamAnswer
from chalicelib.adapters.adultwork.connection import UpstreamAdapter
from chalicelib.adapters.adultwork.exchange import CURRENT, Exchange
from chalicelib.application.ports import Clock
from chalicelib.domain.access import AccessToken
from chalicelib.domain.errors import Trouble, UpstreamUnavailableError
from chalicelib.domain.time_budget import Deadline

MAXIMUM_ANSWER_BYTES = 256 * 1024
IDLE_SECONDS = 45.0
SERVER_ERROR = 500
LATE, TOO_LARGE = "late", "answer-too-large"
FINAL_REASONS = frozenset({LATE, TOO_LARGE})


class ExchangeFailedError(Exception):
    """No whole answer came. `is_sent` is false when not a byte left us; `reason` is a short code for the audit event."""

    def __init__(self, reason: str, trouble: Trouble, *, is_sent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.trouble = trouble
        self.is_sent = is_sent


@dataclass(frozen=True, slots=True)
class AdultWorkClient:
    """The upstream behind `base_url` (scheme, host, port; no path).

    `accept` asks for XML or JSON. `key_headers` are sent along when configured; whether the upstream wants them beside a
    bearer token is not documented. Redirects are answers, never followed; no proxy of the environment is used; nothing is
    retried but a read, once.
    """

    base_url: str
    accept: str
    key_headers: Callable[[], Mapping[str, str]]
    adapter: UpstreamAdapter
    clock: Clock
    read_seconds: float

    def get(
        self, path: str, token: AccessToken, deadline: Deadline, query: Mapping[str, str | int] | None = None
    ) -> UpstreamAnswer:
        """Read a resource; one more try, on a fresh connection, when the connection failed or the answer is a 5xx.

        Raises:
            UpstreamUnavailableError: no whole answer by the deadline.
        """
        target = f"{path}?{urlencode(query)}" if query else path
        try:
            answer = self._read_once(target, token, deadline, oldest_answer=self._wall() - IDLE_SECONDS)
            if answer.status < SERVER_ERROR:
                return answer
        except ExchangeFailedError as failure:
            if failure.reason in FINAL_REASONS:
                raise _unavailable(failure) from failure
        try:
            return self._read_once(target, token, deadline, oldest_answer=math.inf)
        except ExchangeFailedError as failure:
            raise _unavailable(failure) from failure

    def post(self, path: str, token: AccessToken, body: bytes, deadline: Deadline) -> UpstreamAnswer:
        """Send a body, once, over a connection that answered in this same call, or a fresh one.

        Raises:
            ExchangeFailedError: no whole answer by the deadline; its `is_sent` tells whether anything left us.
        """
        call_began = self._wall() - (self.clock.monotonic() - deadline.since)
        request = self._request("POST", path, token, body)
        return self._exchange(request, Exchange(deadline, self._wall, oldest_answer=call_began))

    def _read_once(
        self, target: str, token: AccessToken, deadline: Deadline, *, oldest_answer: float
    ) -> UpstreamAnswer:
        """Read a resource, within one read's time."""
        exchange = Exchange(deadline.within(self.read_seconds), self._wall, oldest_answer)
        return self._exchange(self._request("GET", target, token, None), exchange)

    def _request(self, method: str, target: str, token: AccessToken, body: bytes | None) -> requests.PreparedRequest:
        """Return the whole request: documented headers only, and no cookie of anybody."""
        headers = {
            "Authorization": f"bearer {token.reveal()}",
            "Accept": self.accept,
            "Accept-Encoding": "identity",
            "User-Agent": "Switchboard",
            **self.key_headers(),
        }
        if body is not None:
            headers["Content-Type"] = "application/json"
        return requests.Request(method, self.base_url + target, headers=headers, data=body).prepare()

    def _exchange(self, request: requests.PreparedRequest, exchange: Exchange) -> UpstreamAnswer:
        """Carry one exchange out, and close its connection unless the answer came whole."""
        reset = CURRENT.set(exchange)
        try:
            with _translated(exchange):
                # Below a requests.Session on purpose: a session keeps cookies, and one caller's would reach the next.
                response = self.adapter.send(request, stream=True, timeout=exchange.deadline.remaining() or 0.001)
                return _read_answer(response)
        finally:
            CURRENT.reset(reset)

    def _wall(self) -> float:
        """Return the wall clock, which goes on while the function is frozen."""
        return self.clock.now().timestamp()


def _read_answer(response: requests.Response) -> UpstreamAnswer:
    """Read at most the limit; a connection with unread bytes is closed, a finished one goes back to its pool."""
    try:
        body = response.raw.read(MAXIMUM_ANSWER_BYTES + 1, decode_content=False)
    except BaseException:
        response.raw.close()
        raise
    if len(body) > MAXIMUM_ANSWER_BYTES:
        response.raw.close()
        raise ExchangeFailedError(TOO_LARGE, Trouble.UNREADABLE, is_sent=True)
    headers = response.headers
    return UpstreamAnswer(response.status_code, headers.get("Content-Type", ""), body, headers.get("Retry-After"))


@contextmanager
def _translated(exchange: Exchange) -> Iterator[None]:
    """Let nothing foreign out: whatever went wrong, the caller needs to know whether anything was sent."""
    try:
        yield
    except ExchangeFailedError:
        raise
    except Exception as error:
        is_late = exchange.deadline.remaining() <= 0 or _caused_by(error, TimeoutError)
        if exchange.is_sent:
            reason, trouble = (LATE, Trouble.LATE) if is_late else ("connection-lost", Trouble.UNREADABLE)
        else:
            reason = "connect-timeout" if is_late else _not_sent_reason(error)
            trouble = Trouble.UNREACHABLE
        raise ExchangeFailedError(reason, trouble, is_sent=exchange.is_sent) from error


def _not_sent_reason(error: BaseException) -> str:
    """Name why no connection came about."""
    if _caused_by(error, ssl.SSLError):
        return "tls-failed"
    return "connection-refused" if _caused_by(error, ConnectionRefusedError) else "connection-failed"


def _caused_by(error: BaseException | None, kind: type[BaseException]) -> bool:
    """Look for an exception in the chain of causes; requests and urllib3 wrap it several times."""
    seen: set[int] = set()
    pending = [error]
    while pending:
        current = pending.pop()
        if current is None or id(current) in seen:
            continue
        if isinstance(current, kind):
            return True
        seen.add(id(current))
        pending += [current.__cause__, current.__context__]
        pending += [argument for argument in current.args if isinstance(argument, BaseException)]
        pending.append(getattr(current, "reason", None))
    return False


def _unavailable(failure: ExchangeFailedError) -> UpstreamUnavailableError:
    """Return the error of a failed read."""
    text = {
        Trouble.LATE: "AdultWork did not answer in time",
        Trouble.UNREACHABLE: "AdultWork could not be reached",
        Trouble.UNREADABLE: "AdultWork's answer broke off or was too large",
    }
    return UpstreamUnavailableError(
        f"{text[failure.trouble]} while the booking was being checked; nothing was sent. It is safe to try again.",
        trouble=failure.trouble,
        retry_after_seconds=5,
    )
