"""Sockets that keep an absolute deadline and a limit on what they read."""

import gc
import select
import socket
import ssl
import struct
import warnings
from collections.abc import Iterator

import pytest

from chalicelib.adapters.http.answer import AnswerTooLargeError
from chalicelib.adapters.http.authorities import tls_context
from chalicelib.adapters.http.deadline_socket import MAXIMUM_WIRE_BYTES, PlainSocket
from chalicelib.adapters.system import SystemClock
from chalicelib.domain.time_budget import Deadline
from tests.fakes.certificates import Authority
from tests.fakes.clock import FixedClock

PIECE = 65536


@pytest.fixture
def pair() -> Iterator[tuple[PlainSocket, socket.socket]]:
    """Return a socket under test and its other end."""
    near, far = socket.socketpair()
    with PlainSocket(fileno=near.detach()) as ours, far:
        yield ours, far


def after(seconds: float) -> Deadline:
    """Return a deadline on the real clock."""
    return Deadline.after(SystemClock().monotonic, seconds)


def test_a_socket_that_serves_nobody_waits_as_it_was_told(pair: tuple[PlainSocket, socket.socket]) -> None:
    """Without an exchange the timeout is left alone."""
    ours, _ = pair
    ours.settimeout(7)
    ours.arm()
    assert ours.gettimeout() == 7


def test_an_exchange_whose_deadline_has_passed_does_not_begin(pair: tuple[PlainSocket, socket.socket]) -> None:
    """Nothing is read or written when nothing is left."""
    ours, _ = pair
    with pytest.raises(TimeoutError):
        ours.serve(after(0))


def test_each_call_gets_what_is_left_and_not_the_whole_time(pair: tuple[PlainSocket, socket.socket]) -> None:
    """The deadline is absolute: time that passes between two reads is not given back."""
    ours, far = pair
    clock = FixedClock()
    ours.serve(Deadline.after(clock.monotonic, 10))
    clock.tick(4)
    far.sendall(b"x")
    ours.recv_into(bytearray(1))
    assert ours.gettimeout() == pytest.approx(6)
    clock.tick(4)
    ours.send(b"x")
    assert ours.gettimeout() == pytest.approx(2)
    clock.tick(1)
    ours.sendall(b"x")
    assert ours.gettimeout() == pytest.approx(1)
    clock.tick(1)
    with pytest.raises(TimeoutError):
        ours.recv_into(bytearray(1))


def test_a_peer_that_does_not_read_cannot_hold_a_write(pair: tuple[PlainSocket, socket.socket]) -> None:
    """A write of more than the buffers take ends at the deadline."""
    ours, _ = pair
    clock = SystemClock()
    started = clock.monotonic()
    ours.serve(after(0.2))
    with pytest.raises(TimeoutError):
        ours.sendall(bytes(16 * 1024 * 1024))
    assert clock.monotonic() - started < 0.5


def test_more_bytes_than_the_limit_end_the_exchange_and_the_next_one_may_read_again(
    pair: tuple[PlainSocket, socket.socket],
) -> None:
    """The limit counts what one exchange brings, however it is framed."""
    ours, far = pair
    buffer = bytearray(PIECE)

    def receive(count: int) -> None:
        for _ in range(count):
            far.sendall(bytes(PIECE))
            assert ours.recv_into(buffer, PIECE, socket.MSG_WAITALL) == PIECE

    ours.serve(after(5))
    receive(MAXIMUM_WIRE_BYTES // PIECE)
    far.sendall(b"x")
    with pytest.raises(AnswerTooLargeError):
        ours.recv_into(buffer)
    ours.serve(after(5))
    receive(1)


@pytest.fixture
def context(authority: Authority) -> ssl.SSLContext:
    """Return the context of the transport."""
    return tls_context(str(authority.path))


def test_a_connection_that_is_reset_before_the_handshake_leaves_no_socket_open(context: ssl.SSLContext) -> None:
    """It fails on the socket that TLS has just taken over, before anybody else could close it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = PlainSocket(socket.AF_INET, socket.SOCK_STREAM)
        ours.connect(listener.getsockname())
        theirs, _ = listener.accept()
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        theirs.close()
        arrived = select.poll()
        arrived.register(ours, select.POLLIN)
        assert arrived.poll(5000)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with pytest.raises(ConnectionResetError):
                context.wrap_socket(ours, server_hostname="localhost")
            gc.collect()
    assert [str(warning.message) for warning in caught] == []


def test_a_socket_that_is_not_connected_yet_may_be_wrapped(context: ssl.SSLContext) -> None:
    """As any TLS socket: nothing was lost, so nothing is closed."""
    with context.wrap_socket(PlainSocket(socket.AF_INET, socket.SOCK_STREAM), server_hostname="localhost") as ours:
        assert ours.fileno() >= 0
