"""Opening a socket before a deadline: name resolution and every address count, which no HTTP client's timeout covers."""

import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

from chalicelib.adapters.http.deadline_socket import PlainSocket
from chalicelib.domain.time_budget import Deadline

CONNECT_SECONDS = 3.0

Address: TypeAlias = tuple[socket.AddressFamily, tuple[Any, ...]]
Resolver: TypeAlias = Callable[[str, int], Sequence[Address]]

# getaddrinfo cannot be interrupted; a resolver that hangs costs one of these threads, never the caller's deadline.
_RESOLVERS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="resolver")


def system_addresses(host: str, port: int) -> list[Address]:
    """Ask the system where `host` is.

    Raises:
        socket.gaierror: the name cannot be resolved.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(family, address) for family, _, _, _, address in found]


def open_socket(host: str, port: int, deadline: Deadline, resolve: Resolver = system_addresses) -> PlainSocket:
    """Connect to the first address of `host` that answers, at most 3 s each; all of them share what is left.

    Raises:
        OSError: no address could be reached (TimeoutError, ConnectionRefusedError, socket.gaierror, …).
    """
    failure = OSError("the host has no address")
    addresses = _resolved(host, port, deadline, resolve)
    for tried, (family, address) in enumerate(addresses):
        share = deadline.remaining() / (len(addresses) - tried)
        try:
            return _connected(family, address, deadline.within(min(CONNECT_SECONDS, share)), deadline)
        except OSError as error:
            failure = error
    raise failure


def _resolved(host: str, port: int, deadline: Deadline, resolve: Resolver) -> Sequence[Address]:
    """Look the addresses up, and do not wait for them longer than the deadline."""
    lookup = _RESOLVERS.submit(resolve, host, port)
    try:
        return lookup.result(deadline.remaining())
    finally:
        lookup.cancel()  # it may still wait for a thread behind others that hang


def _connected(
    family: socket.AddressFamily, address: tuple[Any, ...], connect_deadline: Deadline, deadline: Deadline
) -> PlainSocket:
    """Open one connection; without Nagle's delay, since a request is a few small writes."""
    connection = PlainSocket(family, socket.SOCK_STREAM)
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.serve(connect_deadline)
        connection.connect(address)
        connection.serve(deadline)  # the TLS handshake that may follow has until then
    except BaseException:
        connection.close()
        raise
    return connection
