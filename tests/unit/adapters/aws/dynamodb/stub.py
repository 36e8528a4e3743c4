"""A DynamoDB on loopback that answers by script: throttled, broken, silent or gone."""

import base64
import json
import socket
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

Reply = Callable[["StubRequestHandler"], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What arrived: the operation's name and its document."""

    operation: str
    document: dict[str, Any]


class StubDynamoDB:
    """A server whose replies a test lists; without one it answers 200 with an empty document."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.replies: list[Reply] = []
        self.closing = Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (StubRequestHandler,), {"stub": self}))
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def endpoint_url(self) -> str:
        """Return the address that boto3 takes."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def operations(self) -> list[str]:
        """Return the names of the operations that were asked for, in order."""
        return [request.operation for request in self.requests]

    def will(self, *replies: Reply) -> None:
        """Answer the next requests so."""
        self.replies.extend(replies)

    def close(self) -> None:
        """Stop listening, and let silent answers end."""
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class StubRequestHandler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    stub: StubDynamoDB

    def do_POST(self) -> None:
        """Note the request and answer it."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.stub.requests.append(Request(self.headers["X-Amz-Target"].partition(".")[2], json.loads(body)))
        reply = self.stub.replies.pop(0) if self.stub.replies else answer(200, {})
        reply(self)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name that http.server gives it)
        """Keep quiet."""


def answer(status: int, document: Mapping[str, Any]) -> Reply:
    """Return a reply with a document; bytes in it are spelled as DynamoDB spells them."""
    return raw(status, json.dumps(document, default=_base64).encode(), x_amzn_requestid="a-request")


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def raw(status: int, body: bytes, **headers: str) -> Reply:
    """Return a reply of any bytes."""

    def reply(handler: StubRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", "application/x-amz-json-1.0")
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def error(code: str, status: int = 400, **members: Any) -> Reply:  # noqa: ANN401 (whatever the error document has)
    """Return a reply with one of DynamoDB's errors."""
    kind = f"com.amazonaws.dynamodb.v20120810#{code}"
    return answer(status, {"__type": kind, "message": f"{code}, says the stub", **members})


def cancelled(*reasons: str | Mapping[str, Any]) -> Reply:
    """Return a reply that cancels a transaction; a reason is a code, or the old item of a condition that failed."""
    spelled = [
        {"Code": reason} if isinstance(reason, str) else {"Code": "ConditionalCheckFailed", "Item": reason}
        for reason in reasons
    ]
    return error("TransactionCanceledException", CancellationReasons=spelled)


def say_nothing(handler: StubRequestHandler) -> None:
    """Take the request and never answer."""
    handler.stub.closing.wait(5)
    handler.close_connection = True


def reset(handler: StubRequestHandler) -> None:
    """Take the request and reset the connection."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True


def truncate(handler: StubRequestHandler) -> None:
    """Promise more than what is sent; the checksum, which DynamoDB always adds, tells."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100")
    handler.send_header("x-amz-crc32", "1")
    handler.end_headers()
    handler.wfile.write(b"{")
    handler.close_connection = True
