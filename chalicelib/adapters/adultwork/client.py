"""One request out, one answer in: the only place that speaks HTTP to the upstream."""

import math
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from urllib.parse import urlencode

import requests
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from chalicelib.adapters.http.answer import MAXIMUM_ANSWER_BYTES, AnswerTooLargeError, UpstreamAnswer
from chalicelib.adapters.http.connection import UpstreamAdapter
from chalicelib.adapters.http.content_coding import decoded
from chalicelib.adapters.http.exchange import CURRENT, Exchange
from chalicelib.adapters.http.exchange_failure import LATE, TOO_LARGE, ExchangeFailedError, failure_of
from chalicelib.adapters.http.opening import Resolver, system_addresses
from chalicelib.adapters.http.retry_after import retry_after_seconds
from chalicelib.application.ports import Clock
from chalicelib.domain.access import AccessToken
from chalicelib.domain.errors import SwitchboardError, Trouble, UpstreamUnavailableError
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

IDLE_SECONDS = 45.0
SERVER_ERROR = 500
FINAL_REASONS = frozenset({LATE, TOO_LARGE})


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
    resolve: Resolver = system_addresses

    def get(
        self,
        path: str,
        token: AccessToken,
        deadline: Deadline,
        query: Mapping[str, str | int] | None = None,
        accept: str | None = None,
    ) -> UpstreamAnswer:
        """Read a resource; one more try, on a fresh connection, when the connection failed or the answer is a 5xx.

        One that says how long to wait is not tried again. `accept` asks for another format than the client's own.

        Raises:
            UpstreamUnavailableError: no whole answer by the deadline.
        """
        target = f"{path}?{urlencode(query)}" if query else path
        try:
            answer = self._read_once(target, token, deadline, self._wall() - IDLE_SECONDS, accept)
            if answer.status < SERVER_ERROR or answer.retry_after_seconds is not None:
                return answer
        except ExchangeFailedError as failure:
            if failure.reason in FINAL_REASONS:
                raise _unavailable(failure) from failure
        try:
            return self._read_once(target, token, deadline, math.inf, accept)
        except ExchangeFailedError as failure:
            raise _unavailable(failure) from failure

    def post(self, path: str, token: AccessToken, body: bytes, deadline: Deadline) -> UpstreamAnswer:
        """Send a body, once, over a connection that answered in this same call, or a fresh one.

        Raises:
            ExchangeFailedError: no whole answer by the deadline; its `is_sent` tells whether anything left us.
        """
        call_began = self._wall() - (self.clock.monotonic() - deadline.since)
        return self._exchange("POST", path, token, body, Exchange(deadline, self._wall, call_began, self.resolve))

    def _read_once(
        self, target: str, token: AccessToken, deadline: Deadline, oldest_answer: float, accept: str | None
    ) -> UpstreamAnswer:
        """Read a resource, within one read's time."""
        exchange = Exchange(deadline.within(self.read_seconds), self._wall, oldest_answer, self.resolve)
        return self._exchange("GET", target, token, None, exchange, accept)

    def _exchange(  # noqa: PLR0913, PLR0917 (the parts of one request)
        self,
        method: str,
        target: str,
        token: AccessToken,
        body: bytes | None,
        exchange: Exchange,
        accept: str | None = None,
    ) -> UpstreamAnswer:
        """Carry one exchange out; let nothing foreign out of it."""
        reset = CURRENT.set(exchange)
        try:
            request = self._request(method, target, token, body, accept)
            # Below a requests.Session on purpose: a session keeps cookies, and one caller's would reach the next.
            response = self.adapter.send(request, stream=True, timeout=exchange.deadline.remaining() or 0.001)
            return _read_answer(response.raw, self.clock.now())
        except SwitchboardError:
            raise  # the key headers could not be had; nothing was sent
        except Exception as error:  # noqa: BLE001 (whatever it was, the caller must learn whether anything was sent)
            failure = failure_of(error, exchange)
        finally:
            CURRENT.reset(reset)
        # Without its chain on purpose: texts in there quote what the upstream sent, objects hold the token and the body.
        raise failure

    def _request(
        self, method: str, target: str, token: AccessToken, body: bytes | None, accept: str | None
    ) -> requests.PreparedRequest:
        """Return the whole request: documented headers only, and no cookie of anybody.

        Filled by hand: preparing it would take the URL apart and put it together again for a fifth of the whole cost.
        """
        headers = {
            "Authorization": f"bearer {token.reveal()}",
            "Accept": accept or self.accept,
            "Accept-Encoding": "identity",
            "User-Agent": "Switchboard",
            **self.key_headers(),
        }
        if body is not None:
            headers |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
        request = requests.PreparedRequest()
        request.method, request.url, request.body = method, self.base_url + target, body
        request.headers = CaseInsensitiveDict(headers)
        return request

    def _wall(self) -> float:
        """Return the wall clock, which goes on while the function is frozen."""
        return self.clock.now().timestamp()


def _read_answer(response: HTTPResponse, now: datetime) -> UpstreamAnswer:
    """Read at most the limit; a finished connection is back in its pool, any other one is closed."""
    with closing(response):
        pieces = []
        left = MAXIMUM_ANSWER_BYTES
        # Once more after the last byte: only an empty read tells a finished body from one that was cut off.
        while piece := response.read(left + 1, decode_content=False):
            left -= len(piece)
            if left < 0:
                raise AnswerTooLargeError
            pieces.append(piece)
        headers = response.headers
        body = decoded(b"".join(pieces), headers.get("Content-Encoding", ""))
        wait = retry_after_seconds(headers.get("Retry-After"), now)
        return UpstreamAnswer(response.status, headers.get("Content-Type", ""), body, wait)


def _unavailable(failure: ExchangeFailedError) -> UpstreamUnavailableError:
    """Return the error of a failed read."""
    text = {
        Trouble.LATE: "AdultWork did not answer in time",
        Trouble.UNREACHABLE: "AdultWork could not be reached",
        Trouble.UNREADABLE: "AdultWork's answer broke off or was too large",
    }
    return UpstreamUnavailableError(
        f"{text[failure.trouble]} while the booking was being checked; this request sent nothing. It is safe to try again.",
        trouble=failure.trouble,
        retry_after_seconds=5,
    )
