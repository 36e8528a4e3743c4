"""One request out, one answer in, before a deadline: AdultWork and AWS are spoken to over this and nothing else."""

import ssl
from collections.abc import Mapping
from contextlib import closing
from dataclasses import field

import requests
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from chalicelib.adapters.http.answer import AnswerTooLargeError
from chalicelib.adapters.http.connection import DeadlineAdapter
from chalicelib.adapters.http.content_coding import decoded
from chalicelib.adapters.http.exchange import CURRENT, Exchange
from chalicelib.adapters.http.exchange_failure import failure_of
from chalicelib.values import dataclass

IDLE_SECONDS = 45.0  # a connection that last answered longer ago may be dead: the function was frozen meanwhile
PIECE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What is sent, as it is sent: nothing is added but `Host`, where it is missing. It shows neither headers nor body."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back, whole and without its content coding; names of `headers` are found in any case."""

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
            patience = exchange.deadline.remaining() or 0.001
            response = self._adapter.send(_prepared(request), stream=True, timeout=patience)
            return _read(response.raw, exchange.maximum_bytes)
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
    prepared.headers = CaseInsensitiveDict(headers)
    return prepared


def _read(response: HTTPResponse, maximum_bytes: int) -> HttpAnswer:
    """Read at most the limit; a finished connection is back in its pool, any other one is closed."""
    with closing(response):
        pieces = []
        left = maximum_bytes
        # Once more after the last byte: only an empty read tells a finished body from one that was cut off.
        while piece := response.read(min(left + 1, PIECE_BYTES + 1), decode_content=False):
            left -= len(piece)
            if left < 0:
                raise AnswerTooLargeError
            pieces.append(piece)
        body = decoded(b"".join(pieces), response.headers.get("Content-Encoding", ""), maximum_bytes)
        return HttpAnswer(response.status, response.headers, body)
