"""One request out, one answer in, before a deadline: AdultWork and AWS are spoken to over this and nothing else."""

import ssl
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any, cast

import requests

from chalicelib.adapters.http.connection import DeadlineAdapter
from chalicelib.adapters.http.content_coding import decoded
from chalicelib.adapters.http.exchange import CURRENT, Exchange
from chalicelib.adapters.http.exchange_failure import failure_of
from chalicelib.values import dataclass

IDLE_SECONDS = 45.0  # a connection that last answered longer ago may be dead: the function was frozen meanwhile


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What is sent, as it is sent: nothing is added but the body's length, and `Host` where it is missing.

    `url` has a path, `/` at least. Neither headers nor body show.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back, whole and without its content coding; the names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Transport:
    """Connections under one SSLContext, kept for each host; safe to share between threads.

    Redirects are answers, never followed; no proxy, no certificates and no password of the environment is used; nothing is
    sent twice.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self._adapter = DeadlineAdapter(context)

    def send(self, request: HttpRequest, exchange: Exchange) -> HttpAnswer:
        """Carry one exchange out; let nothing foreign out of it.

        Raises:
            ExchangeFailedError: no whole answer by the deadline; its `is_sent` tells whether anything left us.
        """
        reset = CURRENT.set(exchange)
        try:
            # Below a requests.Session on purpose: a session keeps cookies, and one caller's would reach the next.
            response = self._adapter.send(_prepared(request), stream=True)
            headers = _joined(response.headers.items())
            body = response.raw.read(exchange.maximum_bytes)
            coding = headers.get("content-encoding", "")
            return HttpAnswer(response.status_code, headers, decoded(body, coding, exchange.maximum_bytes))
        except Exception as error:  # noqa: BLE001 (whatever it was, the caller must learn whether anything was sent)
            failure = failure_of(error, exchange)
        finally:
            CURRENT.reset(reset)
        # Without its chain on purpose: texts in there quote what came back, objects hold tokens, keys and bodies.
        raise failure

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self._adapter.close()


def _prepared(request: HttpRequest) -> requests.PreparedRequest:
    """Return the request in requests' own form.

    Filled by hand: preparing it would take the URL apart and put it together again for a fifth of the whole cost.
    """
    prepared = requests.PreparedRequest()
    prepared.method, prepared.url, prepared.body = request.method, request.url, request.body
    headers = dict(request.headers)
    if request.body is not None:
        headers["Content-Length"] = str(len(request.body))
    prepared.headers = cast("Any", headers)  # `send` asks for `Content-Length` as we spell it, and for nothing else
    return prepared


def _joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return headers by their names; what is said in several lines is a list (RFC 9110, section 5.3)."""
    joined: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        joined[key] = f"{joined[key]}, {value}" if key in joined else value
    return joined
