"""A server on loopback that says exactly the bytes, at exactly the pace, that a test wants; plain or over TLS."""

import socket
import ssl
import struct
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self, TypeAlias

HOST = "127.0.0.1"
PIECE = 65536


@dataclass(frozen=True)
class RawRequest:
    """What arrived: the request line's parts, header names in lower case, and the number of its connection, from 1."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int


class Peer:
    """The server's end of one connection; `asked` is the request that a script answers."""

    asked: RawRequest

    def __init__(self, connection: socket.socket, stopped: Event) -> None:
        self._connection = connection
        self._stopped = stopped
        self._tls: ssl.SSLObject | None = None
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()

    def say(self, text: bytes, seconds_between_bytes: float = 0.0) -> None:
        """Send bytes, at once or one by one (over TLS: the bytes of the encrypted records)."""
        if self._tls is not None:
            self._tls.write(text)
            text = self._outgoing.read()
        self._send(text, seconds_between_bytes)

    def hear(self) -> bytes:
        """Receive some bytes; none mean that the client has closed."""
        if self._tls is None:
            return self._connection.recv(PIECE)
        while True:
            try:
                return self._tls.read(PIECE)
            except ssl.SSLWantReadError:
                self._feed()

    def pause(self, seconds: float | None = None) -> None:
        """Say nothing for a while, or until the server stops."""
        self._stopped.wait(seconds)

    def close(self) -> None:
        """End the connection in order."""
        self._connection.shutdown(socket.SHUT_RDWR)

    def reset(self) -> None:
        """Abort the connection."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.close()

    def shake_hands(self, context: ssl.SSLContext, seconds_between_bytes: float) -> None:
        """Begin TLS."""
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._send(self._outgoing.read(), seconds_between_bytes)
                self._feed()
            else:
                return self._send(self._outgoing.read(), seconds_between_bytes)

    def _feed(self) -> None:
        """Hand what arrives to the TLS layer."""
        if piece := self._connection.recv(PIECE):
            self._incoming.write(piece)
        else:
            raise ConnectionResetError

    def _send(self, text: bytes, seconds_between_bytes: float) -> None:
        if not seconds_between_bytes:
            return self._connection.sendall(text)
        for position in range(len(text)):
            if self._stopped.wait(seconds_between_bytes):
                return None
            self._connection.sendall(text[position : position + 1])
        return None


Script: TypeAlias = Callable[[Peer], None]


class RawUpstream:
    """Follow one script for each request, in order; the last one goes on for ever.

    `greeting` runs on each new connection before anything is read. `requests` and `connections` tell what arrived at
    `port` of loopback.
    """

    def __init__(
        self,
        *scripts: Script,
        context: ssl.SSLContext | None = None,
        greeting: Script | None = None,
        handshake_seconds_between_bytes: float = 0.0,
    ) -> None:
        self.requests: list[RawRequest] = []
        self.connections = 0
        self._scripts = scripts
        self._context = context
        self._greeting = greeting
        self._handshake_pace = handshake_seconds_between_bytes
        self._stopped = Event()
        self._lock = Lock()
        self._open: list[socket.socket] = []
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [Thread(target=self._accept)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        self._listener.close()
        for connection in self._open:
            _shut(connection)
        for thread in self._threads[1:]:
            thread.join()

    @property
    def url(self) -> str:
        """Return the address; over TLS by name, as the certificates want it."""
        return f"http://{HOST}:{self.port}" if self._context is None else f"https://localhost:{self.port}"

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            self._open.append(connection)
            self._threads.append(Thread(target=self._converse, args=(connection, self.connections)))
            self._threads[-1].start()

    def _converse(self, connection: socket.socket, number: int) -> None:
        peer = Peer(connection, self._stopped)
        with connection:
            try:
                if self._greeting is not None:
                    self._greeting(peer)
                if self._context is not None:
                    peer.shake_hands(self._context, self._handshake_pace)
                while (request := _read_request(peer, number)) is not None:
                    peer.asked = request
                    self._next_script(request)(peer)
            except OSError:
                return  # the client is gone, or the script ended the connection; ssl errors are OSErrors too

    def _next_script(self, request: RawRequest) -> Script:
        with self._lock:
            self.requests.append(request)
            return self._scripts[min(len(self.requests), len(self._scripts)) - 1]


def _read_request(peer: Peer, number: int) -> RawRequest | None:
    """Return the next request, None when the client has closed."""
    text = b""
    while b"\r\n\r\n" not in text:
        if not (piece := peer.hear()):
            return None
        text += piece
    head, _, body = text.partition(b"\r\n\r\n")
    lines = head.decode("ascii").split("\r\n")
    method, target, _ = lines[0].split(" ")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
    while len(body) < int(headers.get("content-length", 0)):
        body += peer.hear()
    return RawRequest(method, target, headers, body, number)


def _shut(connection: socket.socket) -> None:
    """Wake whoever waits on a connection."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """Return a sound answer in JSON."""
    head = (f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers)
    return "\r\n".join((*head, "", "")).encode() + body


def says(text: bytes) -> Script:
    """Return the script that answers with these bytes and goes on listening."""
    return lambda peer: peer.say(text)


def says_and_closes(text: bytes) -> Script:
    """Return the script that answers with these bytes and closes."""

    def script(peer: Peer) -> None:
        peer.say(text)
        peer.close()

    return script


def says_and_stalls(text: bytes) -> Script:
    """Return the script that answers with these bytes and then nothing, for ever."""

    def script(peer: Peer) -> None:
        peer.say(text)
        peer.pause()

    return script


def drips(text: bytes, before: bytes = b"", seconds_between_bytes: float = 0.05) -> Script:
    """Return the script that answers with some bytes at once and the rest one by one."""

    def script(peer: Peer) -> None:
        peer.say(before)
        peer.say(text, seconds_between_bytes)

    return script


def repeats(text: bytes, before: bytes = b"") -> Script:
    """Return the script that says something again and again, until the client is gone."""

    def script(peer: Peer) -> None:
        peer.say(before)
        while True:
            peer.say(text)

    return script


def resets(peer: Peer) -> None:
    """Abort the connection without a byte."""
    peer.reset()


def closes(peer: Peer) -> None:
    """Close the connection without a byte."""
    peer.close()
