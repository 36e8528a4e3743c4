"""Let an answer out over a socket, step by step, well-behaved or not."""

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from threading import Event
from typing import TypeAlias

from sandbox.connection.message import Answer

# SO_LINGER switched on with zero seconds: close() then sends RST instead of FIN.
_ABORT = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Send:
    """Send a whole answer in one write and keep the connection."""

    answer: Answer


@dataclass(frozen=True)
class Write:
    """Write some bytes as they are; they need not be a whole answer."""

    content: bytes


@dataclass(frozen=True)
class Pause:
    """Wait; a reset or stop of the sandbox ends the wait and the exchange with it."""

    seconds: float


@dataclass(frozen=True)
class Close:
    """Close the connection in good order (FIN)."""


@dataclass(frozen=True)
class Reset:
    """Abort the connection (RST)."""


Step: TypeAlias = Send | Write | Pause | Close | Reset


@dataclass(frozen=True)
class Performance:
    """Hold the steps of one answer, the event that cuts them short, and what to do just before the first byte."""

    steps: Iterator[Step]
    cut_short: Event
    before_first_byte: Callable[[], None]


class Wire:
    """Play steps on one connection."""

    def __init__(self, connection: socket.socket, method: str, is_last: Callable[[], bool]) -> None:
        """Play the answer to a request with this method; `is_last` says whether the connection has to end with it."""
        self._connection = connection
        self._is_head = method == "HEAD"
        self._is_last = is_last
        self._is_kept = True

    def play(self, performance: Performance) -> bool:
        """Play all steps and tell whether the connection may serve another request."""
        is_untouched = True
        for step in performance.steps:
            if isinstance(step, Pause):
                if performance.cut_short.wait(step.seconds):
                    self._close()
                    break
                continue
            if is_untouched:
                performance.before_first_byte()
                is_untouched = False
            self._take(step)
        return self._is_kept

    def _take(self, step: Send | Write | Close | Reset) -> None:
        if isinstance(step, Send):
            self._send(step.answer)
        elif isinstance(step, Write):
            self._connection.sendall(step.content)
        elif isinstance(step, Close):
            self._close()
        else:
            self._reset()

    def _send(self, answer: Answer) -> None:
        self._is_kept = not self._is_last()
        extra = () if self._is_kept else (("Connection", "close"),)
        body = b"" if self._is_head else answer.body
        self._connection.sendall(answer.head(*extra) + body)

    def _close(self) -> None:
        self._is_kept = False
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def _reset(self) -> None:
        self._is_kept = False
        with suppress(OSError):
            self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
        # Streams made from the socket keep it open past close(): the descriptor itself has to go, now.
        descriptor = self._connection.detach()
        if descriptor >= 0:
            socket.close(descriptor)
