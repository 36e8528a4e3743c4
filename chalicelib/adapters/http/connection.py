"""requests and urllib3, taught what they lack: absolute deadlines, when the first byte leaves, how old a connection is."""

import http.client
import logging
import ssl
from http import HTTPStatus
from typing import Any, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from chalicelib.adapters.http.deadline_socket import DeadlineMixin
from chalicelib.adapters.http.exchange import CURRENT
from chalicelib.adapters.http.framing import content_length, is_chunked, require_sound_head
from chalicelib.adapters.http.opening import open_socket

POOL_SIZE = 16

# Its one warning quotes the malformed head of an answer, which may hold anything.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)


class FinalAnswer(http.client.HTTPResponse):
    """The head of an answer, read past every interim one.

    The standard library passes over 100 only. A 102 or 103 would count as the whole answer, and the real one, arriving
    later, as the answer to the next request on the connection: to another caller. And it takes a length that it cannot read,
    or that is said twice, for none, and would go on reading until the deadline.
    """

    def begin(self) -> None:
        """Read heads until a final one, and how long its body is.

        Raises:
            http.client.HTTPException: it is not HTTP, is broken, or switches to a protocol that nobody asked for.
        """
        super().begin()
        while HTTPStatus.SWITCHING_PROTOCOLS < self.status < HTTPStatus.OK:
            self.headers = self.msg = cast("http.client.HTTPMessage", None)  # so that `begin` reads one more
            super().begin()
        if self.status == HTTPStatus.SWITCHING_PROTOCOLS:
            raise http.client.UnknownProtocol("101")
        require_sound_head(self.headers)
        length = content_length(self.headers)
        if is_chunked(self.headers):
            self.chunked, self.chunk_left, self.length = True, None, None
            self.will_close = (
                self.will_close or length is not None
            )  # it contradicts itself: trust the connection no further
        elif length is not None and self.length != 0:  # a HEAD, a 204 and a 304 have no body whatever they say
            self.length = length


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

    def send(self, data: Any) -> None:  # noqa: ANN401 (handed on: bytes, files or iterables)
        """Note that the first byte leaves, then send."""
        exchange = CURRENT.get()
        # Without a socket this raises. The standard library would open one: half way through, for a body without its head.
        cast("DeadlineMixin", self.sock).serve(exchange.deadline, exchange.maximum_bytes)
        if not exchange.is_sent:
            self.asked_at = exchange.wall_clock()
        exchange.is_sent = True
        super().send(data)

    def getresponse(self) -> Any:  # noqa: ANN401 (urllib3's own type, which is not the standard library's)
        """Return the answer's head and note what it proves."""
        response = super().getresponse()
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


class PlainPool(HTTPConnectionPool):
    """Plain connections of one host."""

    ConnectionCls = PlainConnection

    def _validate_conn(self, conn: Any) -> None:  # noqa: ANN401 (urllib3's protocol of connections)
        """Connect before the request begins, as the TLS pool does."""
        if conn.is_closed:
            conn.connect()


class TLSPool(HTTPSConnectionPool):
    """TLS connections of one host."""

    ConnectionCls = TLSConnection


class DeadlineAdapter(HTTPAdapter):
    """A transport without retries, over connections that know their exchange and share one SSLContext."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_maxsize=POOL_SIZE, max_retries=0)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 (handed on)
        """Make the pools with our connections and the one context."""
        super().init_poolmanager(*arguments, ssl_context=self._context, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": TLSPool}

    def cert_verify(self, *_: Any) -> None:  # noqa: ANN401 (handed on)
        """Leave the authorities to the context: requests would parse the whole bundle again for each new connection."""

    def build_response(self, req: requests.PreparedRequest, resp: BaseHTTPResponse) -> requests.Response:
        """Hand the answer over as it came; nobody here wants cookies, links or a guess at the encoding."""
        response = requests.Response()
        response.status_code, response.raw, response.request = resp.status, resp, req
        return response
