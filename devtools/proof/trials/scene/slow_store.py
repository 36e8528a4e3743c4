"""A DynamoDB that carries every call out, and from one of the transactions on answers as slowly as it can."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import urlsplit

HOST = "127.0.0.1"
SECONDS_BETWEEN_BYTES = 0.05
PATIENCE_SECONDS = 10
KEPT_HEADERS = ("content-type", "x-amzn-requestid", "x-amz-crc32")


class Pace(StrEnum):
    """How an answer comes: a byte now and then, or not at all."""

    DRIP = "drip"
    STALL = "stall"


class SlowStore(ThreadingHTTPServer):
    """Stands before the database at `endpoint`; the transaction `slow_from` (from 1) is the first that it is slow about."""

    daemon_threads = True

    def __init__(self, endpoint: str, pace: Pace, slow_from: int) -> None:
        super().__init__((HOST, 0), _Relay)
        self.target = urlsplit(endpoint).netloc
        self.pace = pace
        self.slow_from = slow_from
        self.transactions = 0
        self.stopped = Event()

    @property
    def url(self) -> str:
        """Return the address."""
        return f"http://{HOST}:{self.server_port}"


class _Relay(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: SlowStore

    def do_POST(self) -> None:
        """Pass a call on, and its answer back at the pace that is due."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.transactions += self.headers["X-Amz-Target"].endswith("TransactWriteItems")
        is_slow = self.server.transactions >= self.server.slow_from
        connection = http.client.HTTPConnection(self.server.target, timeout=PATIENCE_SECONDS)
        try:
            connection.request("POST", "/", body, dict(self.headers.items()))
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        kept = [f"{name}: {answer.headers[name]}" for name in KEPT_HEADERS if name in answer.headers]
        head = [f"HTTP/1.1 {answer.status} {answer.reason}", *kept, f"Content-Length: {len(content)}", "", ""]
        self._say("\r\n".join(head).encode() + content, is_slow=is_slow)

    def _say(self, text: bytes, *, is_slow: bool) -> None:
        if not is_slow:
            self.wfile.write(text)
            return
        self.close_connection = True
        if self.server.pace is Pace.STALL:
            self.server.stopped.wait(PATIENCE_SECONDS)
            return
        with suppress(OSError):  # whoever asked is gone
            for place in range(len(text)):
                if self.server.stopped.wait(SECONDS_BETWEEN_BYTES):
                    return
                self.wfile.write(text[place : place + 1])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name that http.server gives it)
        """Keep quiet."""


@contextmanager
def slow_store(endpoint: str, pace: Pace, slow_from: int) -> Iterator[SlowStore]:
    """Run one."""
    with SlowStore(endpoint, pace, slow_from) as server:
        serving = Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        try:
            yield server
        finally:
            server.stopped.set()
            server.shutdown()
            serving.join()
