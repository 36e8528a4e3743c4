"""requests and urllib3, taught three things: an absolute deadline, when the first byte leaves, and how old a connection is."""

import ssl
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from chalicelib.adapters.adultwork.deadline_socket import DeadlineMixin, TLSSocket
from chalicelib.adapters.adultwork.exchange import CURRENT
from chalicelib.adapters.adultwork.opening import open_socket

POOL_SIZE = 16


class ExchangeMixin(HTTPConnection):
    """A connection that serves one exchange at a time; `answered_at` is when it last brought an answer (POSIX seconds)."""

    answered_at = 0.0

    def _new_conn(self) -> DeadlineMixin:
        """Open the socket under the deadline of the exchange."""
        return open_socket(self.host, self.port or self.default_port, CURRENT.get().deadline)

    def send(self, data: Any) -> None:  # noqa: ANN401 (handed on: bytes, files or iterables)
        """Note that the first byte leaves, then send."""
        if self.sock is None:
            self.connect()
        exchange = CURRENT.get()
        if isinstance(self.sock, DeadlineMixin):
            self.sock.deadline = exchange.deadline
        exchange.is_sent = True
        super().send(data)

    def getresponse(self) -> Any:  # noqa: ANN401 (urllib3's own type)
        """Return the answer's head and note when it came."""
        response = super().getresponse()
        self.answered_at = CURRENT.get().wall_clock()
        return response

    @property
    def is_connected(self) -> bool:
        """Tell whether the pool may use this connection again: proven live recently enough, and nothing unread."""
        return self.answered_at >= CURRENT.get().oldest_answer and super().is_connected


class PlainConnection(ExchangeMixin):
    """Over TCP: local upstreams only."""


class TLSConnection(ExchangeMixin, HTTPSConnection):
    """Over TLS."""


class PlainPool(HTTPConnectionPool):
    """Plain connections of one host."""

    ConnectionCls = PlainConnection


class TLSPool(HTTPSConnectionPool):
    """TLS connections of one host."""

    ConnectionCls = TLSConnection


class UpstreamAdapter(HTTPAdapter):
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


def tls_context(authorities: str) -> ssl.SSLContext:
    """Return the process's one client context: certificates and host names are verified against `authorities` (a path)."""
    context = ssl.create_default_context(cafile=authorities)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = TLSSocket
    return context


