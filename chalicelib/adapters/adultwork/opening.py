"""Opening a socket before a deadline: name resolution and every address count, which no HTTP client's timeout covers."""

import socket
from concurrent.futures import ThreadPoolExecutor

from chalicelib.adapters.adultwork.deadline_socket import PlainSocket
from chalicelib.domain.time_budget import Deadline

CONNECT_SECONDS = 3.0

# getaddrinfo cannot be interrupted; a resolver that hangs costs one of these threads, never the caller's deadline.
_RESOLVERS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="resolver")


def open_socket(host: str, port: int, deadline: Deadline) -> PlainSocket:
    """Connect to the first address of `host` that answers, at most 3 s each and until the deadline.

    Raises:
        OSError: no address could be reached (TimeoutError, ConnectionRefusedError, socket.gaierror, …).
    """
    failure = OSError("the host has no address")
    for family, address in _resolve(host, port, deadline):
        try:
            return _connect(family, address, deadline)
        except OSError as error:
            failure = error
    raise failure


def _resolve(host: str, port: int, deadline: Deadline) -> list[tuple[socket.AddressFamily, tuple[str | int, ...]]]:
    """Look the host's addresses up."""
    lookup = _RESOLVERS.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    return [(family, address) for family, _, _, _, address in lookup.result(deadline.remaining())]


def _connect(family: socket.AddressFamily, address: tuple[str | int, ...], deadline: Deadline) -> PlainSocket:
    """Open one connection; without Nagle's delay, since a request is one small write."""
    connection = PlainSocket(family, socket.SOCK_STREAM)
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.deadline = deadline.within(CONNECT_SECONDS)
        connection.arm()
        connection.connect(address)
        connection.deadline = deadline
        connection.arm()
    except BaseException:
        connection.close()
        raise
    return connection
