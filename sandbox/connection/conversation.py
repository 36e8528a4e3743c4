"""Read requests off one connection and play the answers to them."""

import socket
from http.server import BaseHTTPRequestHandler

from sandbox.adultwork.clock import system_clock
from sandbox.connection.listener import Connections, Listener
from sandbox.connection.message import Answer, Request
from sandbox.connection.wire import Wire
from sandbox.site import Site

LARGEST_BODY_BYTES = 1024 * 1024


class Conversation(BaseHTTPRequestHandler):
    """Serve one kept-alive connection in its own thread."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(
        self,
        connection: socket.socket,
        address: tuple[str, int],
        listener: Listener,
        *,
        site: Site,
        connections: Connections,
    ) -> None:
        """Serve until the connection is over; the standard library's class does so while being made."""
        self._site = site
        self._connections = connections
        super().__init__(connection, address, listener)

    def handle_one_request(self) -> None:
        """Read one request, answer it, and decide whether the connection is kept."""
        self.raw_requestline = self.rfile.readline(65537)
        self._connections.mark_busy(self.connection)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        problem = self._body_problem()
        if problem is not None:
            self.close_connection = True
            self.wfile.write(problem.head(("Connection", "close")) + problem.body)
            return
        self._answer(self._request())

    def log_message(self, *_: object) -> None:
        """Keep quiet: the journal is the record."""

    def _answer(self, request: Request) -> None:
        def is_last() -> bool:
            return self.close_connection or not request.is_complete or self._site.doors.is_leaving

        is_kept = Wire(self.connection, request.method, is_last).play(self._site.receive(request))
        if is_kept:
            self._connections.mark_idle(self.connection)
        # Asked again after the mark: whoever shuts the port meanwhile either sees the mark or is seen here.
        self.close_connection = not is_kept or is_last()

    def _body_problem(self) -> Answer | None:
        """Return the answer to a body that cannot be read: chunked, of unknown length, or too long."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers:
            return Answer(411, "text/plain", b"A Content-Length is required.")
        if not (length.isascii() and length.isdigit()) or len(length) > 18:
            return Answer(400, "text/plain", b"The Content-Length is not a number.")
        return Answer(413, "text/plain", b"The body is too long.") if int(length) > LARGEST_BODY_BYTES else None

    def _request(self) -> Request:
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(length)
        return Request(
            method=self.command,
            target=self.path,
            headers=tuple(self.headers.items()),
            body=body,
            arrived=system_clock(),
            connection=int(self.client_address[1]),
            is_complete=len(body) == length,
        )
