"""What is asked of the upstream, and how often: the only place that speaks to it."""

import math
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from chalicelib.adapters.http.answer import UpstreamAnswer
from chalicelib.adapters.http.exchange import Exchange
from chalicelib.adapters.http.exchange_failure import LATE, TOO_LARGE, ExchangeFailedError
from chalicelib.adapters.http.opening import Resolver, system_addresses
from chalicelib.adapters.http.retry_after import retry_after_seconds
from chalicelib.adapters.http.transport import IDLE_SECONDS, HttpRequest, Transport
from chalicelib.application.ports import Clock
from chalicelib.domain.access import AccessToken
from chalicelib.domain.errors import Trouble, UpstreamUnavailableError
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass
from chalicelib.watch.call import current, note_exchange

SERVER_ERROR = 500
FINAL_REASONS = frozenset({LATE, TOO_LARGE})

_MEASURED = {"GET": "UpstreamReadMs", "POST": "UpstreamSendMs"}


@dataclass(frozen=True, slots=True)
class AdultWorkClient:
    """The upstream behind `base_url` (scheme, host, port; no path).

    `accept` asks for XML or JSON. `key_headers` are sent along when configured; whether the upstream wants them beside a
    bearer token is not documented. If it `sends_trace`, a caller's trace goes along, unchanged.
    Nothing is tried again but a read, once.
    """

    base_url: str
    accept: str
    key_headers: Callable[[], Mapping[str, str]]
    transport: Transport
    clock: Clock
    read_seconds: float
    resolve: Resolver = system_addresses
    sends_trace: bool = False

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
        """Carry one exchange out."""
        request = HttpRequest(method, self.base_url + target, self._headers(token, body, accept), body)
        began, status = self.clock.monotonic(), None
        try:
            answer = self.transport.send(request, exchange)
            status = answer.status
        finally:
            note_exchange(_MEASURED[method], began, self.clock.monotonic(), status)
        wait = retry_after_seconds(answer.headers.get("retry-after"), self.clock.now())
        return UpstreamAnswer(answer.status, answer.headers.get("content-type", ""), answer.body, wait)

    def _headers(self, token: AccessToken, body: bytes | None, accept: str | None) -> dict[str, str]:
        """Return the documented headers, and no cookie of anybody.

        Raises:
            StoreUnavailableError: the key headers could not be had; nothing was sent.
        """
        headers = {
            "Authorization": f"bearer {token.reveal()}",
            "Accept": accept or self.accept,
            "Accept-Encoding": "identity",
            "User-Agent": "Switchboard",
            **self.key_headers(),
            **self._trace(),
        }
        return headers if body is None else headers | {"Content-Type": "application/json"}

    def _trace(self) -> dict[str, str]:
        trace = current().trace if self.sends_trace else None
        return {} if trace is None else trace.headers()

    def _wall(self) -> float:
        """Return the wall clock, which goes on while the function is frozen."""
        return self.clock.now().timestamp()


def _unavailable(failure: ExchangeFailedError) -> UpstreamUnavailableError:
    """Return the error of a failed read."""
    text = {
        Trouble.LATE: "AdultWork did not answer in time",
        Trouble.UNREACHABLE: "AdultWork could not be reached",
        Trouble.UNREADABLE: "AdultWork's answer broke off or was too large",
    }
    return UpstreamUnavailableError(
        f"{text[failure.trouble]} while it was asked; this request sent nothing. It is safe to try again.",
        trouble=failure.trouble,
        retry_after_seconds=5,
    )
