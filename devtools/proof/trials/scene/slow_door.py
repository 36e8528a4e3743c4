"""A port on loopback that takes connections and never lets anybody in: the handshake of TCP itself does not end."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from chalicelib.adapters.http.opening import Address, system_addresses

HOST = "127.0.0.1"


@contextmanager
def slow_door() -> Iterator[int]:
    """Give the port; its queue is full and nobody serves it."""
    with ExitStack() as queue:
        listener = queue.enter_context(socket.create_server((HOST, 0), backlog=0))
        port: int = listener.getsockname()[1]
        for _ in range(4):
            waiting = queue.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex((HOST, port))
        yield port


class Detour:
    """A resolver that leads to another port of loopback after `direct` look-ups."""

    def __init__(self, port: int, direct: int) -> None:
        self._port = port
        self._direct = direct

    def __call__(self, host: str, port: int) -> Sequence[Address]:
        """Return where to connect."""
        self._direct -= 1
        return system_addresses(host, port if self._direct >= 0 else self._port)
