"""Accept loopback connections and know every one of them."""

import selectors
import socket
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from http.server import ThreadingHTTPServer
from socketserver import BaseRequestHandler, TCPServer
from threading import Lock, Thread, current_thread
from typing import Any

HOST = "127.0.0.1"
_JOIN_SECONDS = 5.0


class Connections:
    """Know the open connections, their threads, and which of them wait for a request."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = Lock()
        self._threads: list[Thread] = []
        self._open: set[socket.socket] = set()
        self._idle: set[socket.socket] = set()

    def add(self, connection: socket.socket, thread: Thread) -> None:
        """Take up a new connection, which waits for its first request."""
        with self._lock:
            # A thread is forgotten once it has ended, not with its connection: `hang_up_all` waits for the very end.
            self._threads = [*(known for known in self._threads if known.is_alive()), thread]
            self._open.add(connection)
            self._idle.add(connection)

    def remove(self, connection: socket.socket) -> None:
        """Forget a connection that is over."""
        with self._lock:
            self._open.discard(connection)
            self._idle.discard(connection)

    def mark_busy(self, connection: socket.socket) -> None:
        """Note that a request is being served on a connection."""
        with self._lock:
            self._idle.discard(connection)

    def mark_idle(self, connection: socket.socket) -> None:
        """Note that a connection waits for its next request."""
        with self._lock:
            self._idle.add(connection)

    def hang_up_idle(self) -> None:
        """Close every connection on which nothing is being served."""
        with self._lock:
            self._hang_up(self._idle)

    def hang_up_all(self) -> None:
        """Close every connection and wait for their threads to end."""
        with self._lock:
            self._hang_up(self._open)
            threads, self._threads = self._threads, []
        for thread in threads:
            if thread is not current_thread():
                thread.join(_JOIN_SECONDS)

    @staticmethod
    def _hang_up(connections: Iterable[socket.socket]) -> None:
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class Listener(ThreadingHTTPServer):
    """Listen on one loopback port; until `open` is called, connections to it are refused."""

    # Sockets of the last run may linger in TIME_WAIT, but two listeners must never share the port.
    allow_reuse_address = True
    allow_reuse_port = False
    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024

    def __init__(self, port: int, conversation: Callable[..., BaseRequestHandler], connections: Connections) -> None:
        """Take the port (0: any free one) without listening yet."""
        super().__init__((HOST, port), conversation, bind_and_activate=False)
        self._connections = connections
        self._thread: Thread | None = None
        self._waker, self._wakened = socket.socketpair()
        try:
            TCPServer.server_bind(self)
        except OSError:
            self.close()
            raise

    @property
    def port(self) -> int:
        """Return the port that was taken."""
        return int(self.socket.getsockname()[1])

    def open(self) -> None:
        """Listen, and serve every connection in a thread of its own."""
        self.server_activate()
        self._thread = Thread(target=self._accept, name="sandbox-listener", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Give the port up; connections that were accepted live on."""
        if self._thread is not None:
            self._waker.send(b"!")
            self._thread.join(_JOIN_SECONDS)
            self._thread = None
        self._waker.close()
        self._wakened.close()
        self.server_close()

    def _accept(self) -> None:
        """Accept until woken; unlike the library's own loop this one ends at once and never polls."""
        with selectors.DefaultSelector() as selector:
            selector.register(self, selectors.EVENT_READ)
            selector.register(self._wakened, selectors.EVENT_READ)
            while all(key.fileobj is self for key, _ in selector.select()):
                self.handle_request()

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as the overridden method
        """Serve a new connection in a thread that can be found again."""
        arguments = (request, client_address)
        thread = Thread(target=self.process_request_thread, args=arguments, name="sandbox-connection", daemon=True)
        self._connections.add(request, thread)
        thread.start()

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - as the overridden method
        """End a connection and forget it."""
        self._connections.remove(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as the overridden method
        """Let connection errors pass in silence: clients hang up, and faults break connections on purpose."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)
