"""Check the server itself: start, stop, refused connections, malformed requests, the command line."""

import http.client
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox import SandboxServer
from sandbox.__main__ import main
from tests.unit.sandbox.caller import CREATE, CREDENTIALS, Caller


def sandbox_threads() -> list[threading.Thread]:
    """Return the threads that belong to a sandbox."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("sandbox")]


def exchange_bytes(server: SandboxServer, content: bytes) -> bytes:
    """Send bytes, end the sending side, and return what comes back."""
    with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    return received


def wait_until(is_met: Callable[[], bool]) -> None:
    """Wait two seconds at most for a condition."""
    deadline = time.perf_counter() + 2
    while not is_met():
        assert time.perf_counter() < deadline, "not met in time"
        time.sleep(0.01)


def is_refused(server: SandboxServer) -> bool:
    """Tell whether a connection is refused."""
    try:
        socket.create_connection(("127.0.0.1", server.port), 1).close()
    except ConnectionRefusedError:
        return True
    return False


@pytest.mark.parametrize("fault", ["latency", "slow-answer", "drip", "stall", "drop-then-commit", "connect-refuse"])
def test_stop_leaves_no_thread_whatever_is_under_way(fault: str) -> None:
    """Stop in the middle of each slow fault, with an idle connection besides."""
    others = sandbox_threads()  # another suite's server may be up
    server = SandboxServer()
    server.start()
    idle = socket.create_connection(("127.0.0.1", server.port), 5)
    settings = {"interval": 60} if fault == "drip" else {"seconds": 60}
    server.faults.arm(CREATE, fault, **settings)
    with ThreadPoolExecutor(1) as pool:
        pending = None if fault == "connect-refuse" else pool.submit(Caller(server).raw)
        if pending:
            wait_until(lambda: server.journal.count(CREATE) == 1)
        began = time.perf_counter()
        server.stop()
        assert time.perf_counter() - began < 1
        assert [thread for thread in sandbox_threads() if thread not in others] == []
        if pending:
            pending.result(timeout=5)
    idle.close()


def test_a_stopped_server_refuses_and_starts_again_on_its_port(server: SandboxServer, client: Caller) -> None:
    """Stop, be refused, start, and find state and address kept."""
    client.book()
    url = server.url
    server.stop()
    assert is_refused(server)
    server.start()
    assert server.url == url
    assert client.balance() == "268"


def test_a_taken_port_is_an_error(server: SandboxServer) -> None:
    """Start a second server on the port of the first."""
    with pytest.raises(OSError, match="in use"):
        SandboxServer(server.port).start()


def test_connections_are_refused_for_a_while(server: SandboxServer, client: Caller) -> None:
    """Arm it over HTTP, be refused, and be let in again."""
    seen = client.post("/_sandbox/faults", {"fault": "connect-refuse", "seconds": 0.1})
    assert (seen.status, seen.headers["Connection"]) == (201, "close")
    with pytest.raises(ConnectionRefusedError):
        client.get(CREDENTIALS)
    wait_until(lambda: not is_refused(server))
    assert client.get(CREDENTIALS).status == 200


def test_refusal_may_begin_between_two_requests(server: SandboxServer, client: Caller) -> None:
    """Answer two reads on kept connections, then refuse the order that follows."""
    kept = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    client.send_on(kept, "GET", CREDENTIALS)
    server.faults.arm("*", "connect-refuse", seconds=60, after_requests=2)
    kept.close()
    for _ in range(2):
        assert client.send_on(kept, "GET", CREDENTIALS).status == 200
    with pytest.raises(ConnectionRefusedError):
        client.send_on(kept, "POST", CREATE, {})
    kept.close()
    assert server.journal.count(CREATE) == 0
    server.reset()
    assert client.get(CREDENTIALS).status == 200


def test_refusal_begins_reliably_after_parallel_requests(server: SandboxServer, client: Caller) -> None:
    """Answer four reads at once, many times over; never is a fifth connection accepted."""
    for _ in range(20):
        server.faults.arm("*", "connect-refuse", seconds=60, after_requests=4)
        with ThreadPoolExecutor(4) as pool:
            assert {seen.status for seen in pool.map(client.get, [CREDENTIALS] * 4)} == {200}
        assert is_refused(server)
        server.reset()


@pytest.mark.parametrize("after_requests", [0, 2])
def test_a_refusal_that_is_disarmed_neither_goes_on_nor_begins(
    server: SandboxServer, client: Caller, after_requests: int
) -> None:
    """Clear the faults while connections are refused, and before they are."""
    server.faults.arm("*", "connect-refuse", seconds=60, after_requests=after_requests)
    server.faults.clear()
    assert [client.get(CREDENTIALS).status for _ in range(3)] == [200] * 3


def test_a_refusal_closes_idle_connections(server: SandboxServer, client: Caller) -> None:
    """Keep a connection, refuse, and find it closed."""
    kept = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    client.send_on(kept, "GET", CREDENTIALS)
    assert kept.sock is not None
    # The answer arrives a moment before its connection counts as idle.
    time.sleep(0.05)
    server.faults.arm("*", "connect-refuse", seconds=60)
    assert kept.sock.recv(1) == b""
    kept.close()


def test_a_second_refusal_replaces_the_first(server: SandboxServer) -> None:
    """Refuse for long, then for a short while."""
    server.faults.arm("*", "connect-refuse", seconds=60)
    server.faults.arm("*", "connect-refuse", seconds=0.05)
    wait_until(lambda: not is_refused(server))


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"NONSENSE\r\n\r\n", b"400"),
        (b"POST /v1/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
        (b"POST /v1/x HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"POST /v1/x HTTP/1.1\r\nContent-Length: 9999999999\r\n\r\n", b"413"),
    ],
)
def test_what_is_no_sound_request_is_refused(server: SandboxServer, content: bytes, status: bytes) -> None:
    """Send broken HTTP."""
    assert status in exchange_bytes(server, content)


def test_a_body_that_never_ends_is_noted_and_not_served(server: SandboxServer) -> None:
    """Announce ten bytes, send three, and hang up."""
    assert exchange_bytes(server, f"POST {CREATE} HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc".encode()) == b""
    assert [request.body for request in server.journal.requests] == [b"abc"]
    assert server.world.bookings == ()


def test_the_command_line_serves_until_it_is_told_to_end() -> None:
    """Start it as a program, call it, and end it by both signals."""
    for number in (signal.SIGTERM, signal.SIGINT):
        command = [sys.executable, "-m", "sandbox", "--port", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:  # noqa: S603 - our own program
            assert program.stdout is not None
            line = program.stdout.readline().strip()
            host, port = line.removeprefix("sandbox listening on http://").split(":")
            connection = http.client.HTTPConnection(host, int(port), timeout=5)
            connection.request("GET", "/_sandbox/bookings")
            assert connection.getresponse().read() == b"[]"
            connection.close()
            program.send_signal(number)
            assert program.wait(5) == 0


def test_the_command_line_says_why_it_cannot_start(server: SandboxServer, capsys: pytest.CaptureFixture[str]) -> None:
    """Ask for a taken port."""
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        assert main(["--port", str(server.port)]) == 1
    finally:
        for number, action in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
            signal.signal(number, action)
    assert f"cannot listen on port {server.port}" in capsys.readouterr().err
