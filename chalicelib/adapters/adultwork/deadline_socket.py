"""Sockets that keep an absolute deadline.

A read timeout starts anew with each byte, so an upstream that drips outlives it (measured with four HTTP clients). Here
each read and write gets what is left until the deadline of the exchange that the socket serves at the moment.
"""

import socket
import ssl
from typing import Any

from chalicelib.domain.time_budget import Deadline


class DeadlineMixin(socket.socket):
    """Arm the timeout before each blocking call; `deadline` is set by the connection for each exchange."""

    deadline: Deadline | None = None

    def recv_into(self, *arguments: Any) -> int:  # noqa: ANN401 (handed on: plain and TLS sockets differ in defaults)
        """Read, at most until the deadline."""
        self.arm()
        return super().recv_into(*arguments)

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
