"""Sockets that keep an absolute deadline and a limit on what they read.

A read timeout starts anew with each byte, so an upstream that drips outlives it (measured with four HTTP clients). Here
each read and write gets what is left until the deadline of the exchange that the socket serves at the moment. The limit
counts every byte of an answer, frames and heads included, wherever the HTTP library would go on reading without one: a
negative chunk size, endless trailers, interim answers that never stop.
"""

import errno
import socket
import ssl
from typing import Any

from chalicelib.adapters.http.answer import MAXIMUM_ANSWER_BYTES, AnswerTooLargeError
from chalicelib.domain.time_budget import Deadline

WIRE_BYTES_A_BYTE = 8  # a body in chunks of one byte takes six on the wire for each; heads get the rest
MAXIMUM_WIRE_BYTES = WIRE_BYTES_A_BYTE * MAXIMUM_ANSWER_BYTES
_NOT_CONNECTED = frozenset({errno.ENOTCONN, errno.EINVAL})


class DeadlineMixin(socket.socket):
    """Arm the timeout before each blocking call, once `serve` has told for which exchange."""

    deadline: Deadline | None = None
    bytes_left = MAXIMUM_WIRE_BYTES

    def serve(self, deadline: Deadline, maximum_bytes: int = MAXIMUM_ANSWER_BYTES) -> None:
        """Begin an exchange whose answer has a body of at most `maximum_bytes`.

        Raises:
            TimeoutError: its deadline has passed.
        """
        self.deadline = deadline
        self.bytes_left = WIRE_BYTES_A_BYTE * maximum_bytes
        self.arm()

    def recv_into(self, *arguments: Any) -> int:  # noqa: ANN401 (handed on: plain and TLS sockets differ in defaults)
        """Read, at most until the deadline and up to the limit.

        Raises:
            AnswerTooLargeError: the exchange has brought more bytes than the limit.
        """
        self.arm()
        count = super().recv_into(*arguments)
        self.bytes_left -= count
        if self.bytes_left < 0:
            raise AnswerTooLargeError
        return count

    def send(self, *arguments: Any) -> int:  # noqa: ANN401 (handed on)
        """Write some, at most until the deadline."""
        self.arm()
        return super().send(*arguments)

    def sendall(self, *arguments: Any) -> None:  # noqa: ANN401 (handed on)
        """Write all, at most until the deadline."""
        self.arm()
        super().sendall(*arguments)

    def arm(self) -> None:
        """Give the next call what is left.

        Raises:
            TimeoutError: nothing is left.
        """
        if self.deadline is None:
            return
        left = self.deadline.remaining()
        if left <= 0:
            msg = "the deadline of the exchange has passed"
            raise TimeoutError(msg)
        self.settimeout(left)


class PlainSocket(DeadlineMixin):
    """A TCP socket that keeps a deadline."""


class TLSSocket(DeadlineMixin, ssl.SSLSocket):
    """A TLS socket that keeps a deadline; an SSLContext makes it through `sslsocket_class`."""

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """Read, and close when the peer is gone.

        Only `ssl` calls this, before the handshake, on a socket that has lost its peer since it was connected. Up to
        Python 3.12 it lets the error of a reset out without closing the socket, which nobody else has yet.
        """
        try:
            return super().recv(buflen, flags)
        except OSError as error:
            if error.errno not in _NOT_CONNECTED:  # `ssl` goes on after these two
                self.close()
            raise
