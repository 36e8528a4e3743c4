"""Opening a socket: no name server and no address outlives the deadline."""

import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from threading import Event

import pytest

from chalicelib.adapters.http.opening import Address, Resolver, open_socket
from chalicelib.domain.time_budget import Deadline

HOST = "127.0.0.1"
SLACK = 0.3


def after(seconds: float) -> Deadline:
    """Return a deadline on the real clock."""
    return Deadline.after(time.monotonic, seconds)


def at(*ports: int) -> Resolver:
    """Return a resolver that finds these ports of loopback, in this order, for any name."""

    def resolve(host: str, port: int) -> Sequence[Address]:
        del host, port
        return [(socket.AF_INET, (HOST, port)) for port in ports]

    return resolve


@pytest.fixture
def port() -> Iterator[int]:
    """Return a port where somebody listens."""
    with socket.create_server((HOST, 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def closed_port() -> int:
    """Return a port where nobody listens."""
    with socket.create_server((HOST, 0)) as listener:
        number: int = listener.getsockname()[1]
    return number


@pytest.fixture
def full_port() -> Iterator[int]:
    """Return a port that takes no more connections: its backlog is full and nobody accepts."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server((HOST, 0), backlog=0))
        address = listener.getsockname()
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(address)
        yield address[1]


@contextmanager
def hanging() -> Iterator[Resolver]:
    """Return a resolver that answers only when the block ends."""
    over = Event()

    def resolve(host: str, port: int) -> Sequence[Address]:
        del host, port
        over.wait()
        return []

    try:
        yield resolve
    finally:
        over.set()


def test_a_name_is_resolved_and_connected_to(port: int) -> None:
    """The socket is connected, writes at once, and is armed with what is left."""
    with open_socket("localhost", port, after(5)) as connection:
        assert connection.getpeername()[1] == port
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert connection.gettimeout() == pytest.approx(5, abs=0.5)


def test_a_refused_connection_says_so(closed_port: int) -> None:
    """The error is the operating system's own."""
    with pytest.raises(ConnectionRefusedError):
        open_socket(HOST, closed_port, after(5))


def test_a_host_that_takes_no_connection_cannot_outlive_the_deadline(full_port: int) -> None:
    """A connect without an answer ends at the deadline."""
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        open_socket(HOST, full_port, after(0.3))
    assert time.monotonic() - started < 0.3 + SLACK


def test_a_name_server_that_hangs_cannot_outlive_the_deadline() -> None:
    """Name resolution counts, although it cannot be interrupted."""
    started = time.monotonic()
    with hanging() as resolve, pytest.raises(TimeoutError):
        open_socket("example.test", 80, after(0.2), resolve)
    assert time.monotonic() - started < 0.2 + SLACK


def test_a_lookup_that_waits_behind_hanging_ones_is_given_up(port: int) -> None:
    """When all threads hang, a lookup in the queue is not made for nobody later."""
    asked = []

    def resolve(host: str, port: int) -> Sequence[Address]:
        asked.append((host, port))
        return []

    with hanging() as hangs:
        for _ in range(4):
            with pytest.raises(TimeoutError):
                open_socket("example.test", 80, after(0.01), hangs)
        with pytest.raises(TimeoutError):
            open_socket("example.test", 80, after(0.01), resolve)
    with open_socket(HOST, port, after(5)):
        assert asked == []


def test_a_name_that_does_not_exist_says_so() -> None:
    """The resolver's error is handed on."""

    def resolve(host: str, port: int) -> Sequence[Address]:
        del host, port
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(socket.gaierror):
        open_socket("example.test", 80, after(5), resolve)


def test_a_name_without_addresses_is_an_error() -> None:
    """There is nothing to connect to."""
    with pytest.raises(OSError, match="no address"):
        open_socket("example.test", 80, after(5), at())


def test_the_next_address_is_tried_when_one_refuses(port: int, closed_port: int) -> None:
    """The first address that answers is taken."""
    with open_socket("example.test", 80, after(5), at(closed_port, port)) as connection:
        assert connection.getpeername()[1] == port


def test_an_address_that_hangs_leaves_time_for_the_next(port: int, full_port: int) -> None:
    """The addresses share what is left, so a dead one in front does not use it up."""
    with open_socket("example.test", 80, after(0.6), at(full_port, port)) as connection:
        assert connection.getpeername()[1] == port
        assert connection.gettimeout() == pytest.approx(0.3, abs=0.15)
