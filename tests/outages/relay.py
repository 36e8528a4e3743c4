"""What stands between the functions and DynamoDB: it passes each request on, until it is told which ones to refuse."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

Wanted = Callable[[bytes], bool]


def any_request(_: bytes) -> bool:
    """Want every one."""
    return True


class Relay:
    """Passes requests on to the stand-in at `target`; a context manager, once."""

    def __init__(self, target: str) -> None:
        self.target = urlsplit(target)
        self._refused: tuple[str, Wanted] | None = None
        handler = type("Handler", (_RelayHandler,), {"relay": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """Return the address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def refusing(self, code: str, wanted: Wanted = any_request) -> Iterator[None]:
        """Refuse, meanwhile, requests whose body is `wanted`, by one of DynamoDB's own errors."""
        self._refused = code, wanted
        try:
            yield
        finally:
            self._refused = None

    def refusal(self, body: bytes) -> bytes | None:
        """Return the document of the error that a request gets; None for one that is passed on."""
        if self._refused is None or not self._refused[1](body):
            return None
        code = self._refused[0]
        return json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "Refused."}).encode()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _RelayHandler(BaseHTTPRequestHandler):
    """One connection of a function's, and the one to the stand-in that goes with it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body go out in one piece
    relay: Relay

    def setup(self) -> None:
        """Open the other connection, as soon as there is something to pass on."""
        super().setup()
        target = self.relay.target
        self._far = HTTPConnection(str(target.hostname), target.port)

    def do_POST(self) -> None:
        """Pass a request on, and its answer back; or refuse it."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if (document := self.relay.refusal(body)) is not None:
            self._answer(400, [("Content-Type", "application/x-amz-json-1.0")], document)
            return
        self._far.request("POST", self.path, body, dict(self.headers))
        answer = self._far.getresponse()
        self._answer(answer.status, answer.getheaders(), answer.read())

    def finish(self) -> None:
        """Close both."""
        self._far.close()
        super().finish()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name that http.server gives it)
        """Keep quiet."""

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in {"connection", "content-length", "transfer-encoding"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
