"""requests and urllib3, taught what they lack: absolute deadlines, when the first byte leaves, how old a connection is.

And spared what nobody here asks of them, which is most of what an exchange would cost.
"""

import http.client
import logging
import ssl
from contextlib import suppress
from typing import Any, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from chalicelib.adapters.http.answer import AnswerTooLargeError
from chalicelib.adapters.http.deadline_socket import DeadlineMixin
from chalicelib.adapters.http.exchange import CURRENT
from chalicelib.adapters.http.final_answer import FinalAnswer
from chalicelib.adapters.http.opening import open_socket

POOL_SIZE = 64  # kept of one host; a booking has three at most, and all others are for local servers

# Its one warning quotes the malformed head of an answer, which may hold anything.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)


class ExchangeMixin(HTTPConnection):
    """A connection that serves one exchange at a time.

    `answered_at` is when the last request that it brought an answer to was sent (POSIX seconds): the answer of a call that
    went to sleep may be heard in the next one, and proves nothing about that one's time.
    """

    response_class = FinalAnswer
    answered_at = asked_at = 0.0

    def _new_conn(self) -> DeadlineMixin:
        """Open the socket under the deadline of the exchange."""
        exchange = CURRENT.get()
        return open_socket(self.host, self.port or self.default_port, exchange.deadline, exchange.resolve)

    def request(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 (handed on)
        """Note that the first byte leaves, then send head and body in one piece."""
        self._pieces: list[bytes] = []
        super().request(*arguments, **options)
        exchange = CURRENT.get()
        # Without a socket this raises. The standard library would open one, for whoever comes to send first.
        cast("DeadlineMixin", self.sock).serve(exchange.deadline, exchange.maximum_bytes)
        self.asked_at = exchange.wall_clock()
        exchange.is_sent = True
        super().send(b"".join(self._pieces))

    def putheader(self, header: str, *values: str) -> None:  # type: ignore[override]  # urllib3's own types
        """Add a header, checked by the standard library; urllib3 would look for its own sign to leave one out."""
        http.client.HTTPConnection.putheader(self, header, *values)

    def send(self, data: Any) -> None:  # noqa: ANN401 (bytes here; the library's own type has more)
        """Keep a piece until all are there."""
        self._pieces.append(data)

    def answer(self) -> http.client.HTTPResponse:
        """Return the answer with its head read, and note what it proves; urllib3 would copy it twice."""
        response = http.client.HTTPConnection.getresponse(self)
        self.answered_at = self.asked_at
        return response

    @property
    def is_connected(self) -> bool:
        """Tell whether the pool may use this connection again: proven live recently enough, and nothing unread.

        An answer from the future shows that the clock was set back: then nobody knows how old it is.
        """
        exchange = CURRENT.get()
        is_recent = exchange.oldest_answer <= self.answered_at <= exchange.wall_clock()
        return is_recent and super().is_connected and not _has_decrypted(self.sock)


def _has_decrypted(connection: object) -> bool:
    """Tell whether bytes wait inside the TLS layer, where polling the socket does not see them."""
    return isinstance(connection, ssl.SSLSocket) and connection.pending() > 0


class PlainConnection(ExchangeMixin):
    """Over TCP: local upstreams only."""


class TLSConnection(ExchangeMixin, HTTPSConnection):
    """Over TLS."""


class Arrival:
    """An answer that has begun to arrive: status and head are there, the body is still to be read."""

    def __init__(self, response: http.client.HTTPResponse, connection: ExchangeMixin, pool: "ExchangePool") -> None:
        self.status = response.status
        self.headers = response.headers
        self._response = response
        self._connection = connection
        self._pool = pool

    def read(self, maximum_bytes: int) -> bytes:
        """Read the whole body; then the connection is free for the next exchange. After a failure it is closed.

        Raises:
            AnswerTooLargeError: the body has more bytes than that.
            http.client.IncompleteRead: it was cut off.
        """
        is_whole = False
        try:
            if (self._response.length or 0) > maximum_bytes:
                raise AnswerTooLargeError
            body = self._response.read()
            if len(body) > maximum_bytes:
                raise AnswerTooLargeError
            is_whole = True
        finally:
            if not is_whole:
                self._response.close()  # it holds on to the socket
            self._pool.take_back(self._connection, is_whole=is_whole)
        return body


class ExchangePool(HTTPConnectionPool):
    """Connections of one host: each is free, or serves one exchange."""

    def urlopen(self, method: str, url: str, body: Any = None, headers: Any = None, **_: Any) -> Any:  # type: ignore[override]  # noqa: ANN401 (urllib3's types)
        """Carry one exchange out, up to the head of its answer.

        urllib3 would follow redirects, try again, and take the address apart for it: nobody here asks for that.
        """
        connection: Any = self._get_conn()
        try:
            self._validate_conn(connection)
            # Whoever does not want to read a request to its end may have answered it before.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, url, body=body, headers=headers)
            return Arrival(connection.answer(), connection, self)
        except BaseException:
            self.take_back(connection, is_whole=False)
            raise

    def take_back(self, connection: ExchangeMixin, *, is_whole: bool) -> None:
        """Keep a connection for the next exchange, or close it where nobody knows what it would say."""
        if not is_whole:
            connection.close()
        self._put_conn(connection)


class PlainPool(ExchangePool):
    """Plain connections of one host."""

    ConnectionCls = PlainConnection

    def _validate_conn(self, conn: Any) -> None:  # noqa: ANN401 (urllib3's protocol of connections)
        """Connect before the request begins, as the TLS pool does."""
        if conn.is_closed:
            conn.connect()


class TLSPool(ExchangePool, HTTPSConnectionPool):
    """TLS connections of one host."""

    ConnectionCls = TLSConnection


class HandedOver(requests.Response):
    """An answer in requests' own form, as far as it goes: without a jar for cookies, which takes longer to make than all else."""

    def __init__(self, request: requests.PreparedRequest, raw: BaseHTTPResponse) -> None:
        self.request, self.raw, self.status_code = request, raw, raw.status
        self.headers = cast("Any", raw.headers)  # found in any case, too


class DeadlineAdapter(HTTPAdapter):
    """A transport without retries, over connections that know their exchange and share one SSLContext."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._pools: dict[str, HTTPConnectionPool] = {}
        super().__init__(pool_maxsize=POOL_SIZE, max_retries=0)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 (handed on)
        """Make the pools with our connections and the one context."""
        super().init_poolmanager(*arguments, ssl_context=self._context, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": TLSPool}

    def get_connection_with_tls_context(
        self,
        request: requests.PreparedRequest,
        *_: Any,  # noqa: ANN401 (handed on)
        **__: Any,  # noqa: ANN401 (handed on)
    ) -> HTTPConnectionPool:
        """Return the pool of a host; requests would look for it under the address in all of its parts."""
        place, _path = _parted(request.url or "")
        if place not in self._pools:
            self._pools[place] = self.poolmanager.connection_from_url(place, {"cert_reqs": "CERT_REQUIRED"})
        return self._pools[place]

    def request_url(self, request: requests.PreparedRequest, *_: Any) -> str:  # noqa: ANN401 (handed on)
        """Return what the request line names; there are no proxies."""
        return _parted(request.url or "")[1]

    def cert_verify(self, *_: Any) -> None:  # noqa: ANN401 (handed on)
        """Leave the authorities to the context: requests would parse the whole bundle again for each new connection."""

    def build_response(self, req: requests.PreparedRequest, resp: BaseHTTPResponse) -> requests.Response:
        """Hand the answer over as it came; nobody here wants cookies, links or a guess at the encoding."""
        return HandedOver(req, resp)

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self._pools.clear()
        super().close()


def _parted(url: str) -> tuple[str, str]:
    """Return scheme and host of an address, and the rest."""
    at = url.index("/", url.index("://") + len("://"))
    return url[:at], url[at:]
