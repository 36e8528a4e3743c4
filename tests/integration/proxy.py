"""A TCP proxy in front of DynamoDB that can be cut, made mute, or told to lose answers: a database that dies on cue."""

import select
import socket
from contextlib import suppress
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
PIECE = 65536
WRITE = b"DynamoDB_20120810.TransactWriteItems"  # what a claim and a conclusion are


class Proxy:
    """Passes bytes on to `target_port`, on a port of its own, until it is told otherwise; a context manager."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._lock = Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[Thread] = []
        self._listener: socket.socket | None = None
        self._is_mute = Event()
        self._answers_to_lose = 0
        self._writes_to_take: int | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """Return the address."""
        return f"http://{HOST}:{self.port}"

    def mend(self) -> None:
        """Pass everything on; the port stays the same over cuts."""
        self._is_mute.clear()
        self._answers_to_lose = 0
        self._writes_to_take = None
        if self._listener is None:
            self._listener = socket.create_server((HOST, self.port))
            self.port = self._listener.getsockname()[1]
            accepting = Thread(target=self._accept, args=(self._listener,), name="proxy", daemon=True)
            self._threads.append(accepting)
            accepting.start()

    def cut(self) -> None:
        """End every connection and refuse new ones."""
        with self._lock:
            listener, self._listener = self._listener, None
            ending = (*self._open, *([listener] if listener else []))
        for one in ending:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)  # wakes whoever waits on it, which closing would not
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def mute(self) -> None:
        """Take requests and pass them on, and never let an answer through."""
        self._is_mute.set()

    def lose_answers(self, count: int) -> None:
        """Let the next requests through, and hang up instead of passing their answers on."""
        self._answers_to_lose = count

    def take_only(self, count: int) -> None:
        """Serve until that many more transactions are written, then hang up on all without passing them on.

        Reads do not count: what an earlier call has set off beside itself may come late.
        """
        self._writes_to_take = count

    def __enter__(self) -> Self:
        self.mend()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()

    def _accept(self, listener: socket.socket) -> None:
        """Serve every connection in a thread of its own, until the listener is shut."""
        serving: list[Thread] = []
        with listener, suppress(OSError):
            while True:
                near, _ = listener.accept()
                serving.append(Thread(target=self._serve, args=(near,), name="proxied", daemon=True))
                serving[-1].start()
        for thread in serving:
            thread.join()

    def _serve(self, near: socket.socket) -> None:
        with near, socket.create_connection((HOST, self._target_port)) as far:
            with self._lock:
                if self._listener is None:
                    return
                self._open |= {near, far}
            with suppress(OSError):
                self._relay(near, far)
            with self._lock:
                self._open -= {near, far}

    def _relay(self, near: socket.socket, far: socket.socket) -> None:
        """Copy bytes both ways until either end hangs up, or ours is told to."""
        is_asking = False
        while True:
            for source in select.select([near, far], [], [])[0]:
                piece = source.recv(PIECE)
                if source is far:
                    if not piece or self._is_lost():
                        return
                    is_asking = False
                    if not self._is_mute.is_set():
                        near.sendall(piece)
                else:
                    if not piece or (not is_asking and self._is_refused(piece)):
                        return
                    is_asking = True
                    far.sendall(piece)

    def _is_lost(self) -> bool:
        """Tell whether an answer is one of those to lose, and count it."""
        with self._lock:
            self._answers_to_lose -= 1
            return self._answers_to_lose >= 0

    def _is_refused(self, request: bytes) -> bool:
        """Tell whether a request comes too late, and count it if it writes."""
        with self._lock:
            if self._writes_to_take and WRITE in request:
                self._writes_to_take -= 1
                return False
            return self._writes_to_take == 0
