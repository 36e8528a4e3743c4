"""Check the faults that misbehave on the connection."""

import http.client
import json
import time

import pytest

from sandbox import SandboxServer
from tests.unit.sandbox.caller import CREATE, CREDENTIALS, Caller, an_order


def body_of(raw: bytes) -> bytes:
    """Return what follows the headers."""
    return raw.partition(b"\r\n\r\n")[2]


def announced_length(raw: bytes) -> int:
    """Return what Content-Length says."""
    return int(raw.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])


def test_latency_comes_before_the_booking(server: SandboxServer, client: Caller) -> None:
    """Wait and be booked all the same."""
    server.faults.arm(CREATE, "latency", seconds=0.1)
    began = time.perf_counter()
    assert client.book().status == 200
    assert time.perf_counter() - began >= 0.1


def test_a_slow_answer_comes_after_the_booking(server: SandboxServer, client: Caller) -> None:
    """Give up early: the booking stands."""
    server.faults.arm(CREATE, "slow-answer", seconds=5)
    impatient = http.client.HTTPConnection("127.0.0.1", server.port, timeout=0.1)
    with pytest.raises(TimeoutError):
        client.send_on(impatient, "POST", CREATE, an_order())
    impatient.close()
    assert len(server.world.bookings) == 1


def test_a_reset_before_the_commit_books_nothing(server: SandboxServer, client: Caller) -> None:
    """See an aborted connection, a request in the journal and no booking."""
    server.faults.arm(CREATE, "reset-before-commit")
    with pytest.raises(ConnectionResetError):
        client.book()
    assert server.journal.count(CREATE) == 1
    assert server.world.bookings == ()


def test_a_reset_after_the_commit_books(server: SandboxServer, client: Caller) -> None:
    """See an aborted connection and a booking."""
    server.faults.arm(CREATE, "reset-after-commit")
    with pytest.raises(ConnectionResetError):
        client.book()
    assert len(server.world.bookings) == 1


def test_commit_then_drop_books_and_says_nothing(server: SandboxServer, client: Caller) -> None:
    """See the end of the connection instead of an answer."""
    server.faults.arm(CREATE, "commit-then-drop")
    assert client.raw() == b""
    assert len(server.world.bookings) == 1


def test_drop_then_commit_books_after_the_caller_is_gone(server: SandboxServer, client: Caller) -> None:
    """Find no booking at first and one a little later."""
    server.faults.arm(CREATE, "drop-then-commit", seconds=0.1)
    assert client.raw() == b""
    assert server.world.bookings == ()
    deadline = time.perf_counter() + 2
    while not server.world.bookings and time.perf_counter() < deadline:
        time.sleep(0.02)
    assert len(server.world.bookings) == 1


def test_a_drip_starts_with_the_status_line(server: SandboxServer, client: Caller) -> None:
    """Receive a few single bytes, while the booking has been made."""
    server.faults.arm(CREATE, "drip", interval=0.02)
    assert b"HTTP/1.1 200".startswith(client.raw(most=5))
    assert len(server.world.bookings) == 1


def test_a_drip_may_spare_the_headers(server: SandboxServer, client: Caller) -> None:
    """Receive all headers at once and then a byte at a time."""
    server.faults.arm(CREATE, "drip", interval=0.05, part="body")
    raw = client.raw(most=100)
    assert b"\r\n\r\n" in raw
    assert len(body_of(raw)) < 3


def test_a_drip_may_spare_the_body(server: SandboxServer, client: Caller) -> None:
    """Receive the headers byte by byte and a sound body in the end."""
    server.faults.arm(CREATE, "drip", interval=0, part="headers")
    assert client.book().json["BookingID"] == 1


def test_a_whole_drip_is_a_sound_answer(server: SandboxServer, client: Caller) -> None:
    """Wait for all of it."""
    server.faults.arm(CREATE, "drip", interval=0)
    assert client.book().json["BookingID"] == 1


def test_a_stall_ends_after_the_headers(server: SandboxServer, client: Caller) -> None:
    """Receive headers that announce a body, and nothing more."""
    server.faults.arm(CREATE, "stall", seconds=0.05)
    raw = client.raw()
    assert announced_length(raw) > 100
    assert body_of(raw) == b""
    assert len(server.world.bookings) == 1


@pytest.mark.parametrize(("settings", "length"), [({}, None), ({"at": 0}, 0), ({"at": 10}, 10)])
def test_a_truncation_announces_more_than_it_sends(
    server: SandboxServer, client: Caller, settings: dict[str, int], length: int | None
) -> None:
    """Count the bytes of the body."""
    server.faults.arm(CREATE, "truncation", **settings)
    raw = client.raw()
    assert len(body_of(raw)) == (announced_length(raw) // 2 if length is None else length)
    assert announced_length(raw) > 100
    assert len(server.world.bookings) == 1


def test_a_truncation_may_look_complete(server: SandboxServer, client: Caller) -> None:
    """Receive a cut body with a length that fits, on a connection that is kept."""
    server.faults.arm(CREATE, "truncation-with-matching-length", at=30)
    seen = client.book()
    assert (seen.headers["Content-Length"], len(seen.body)) == ("30", 30)


def test_a_connection_may_be_closed_without_notice(server: SandboxServer, client: Caller) -> None:
    """Find a connection dead that was said to be kept."""
    server.faults.arm(CREDENTIALS, "close-after-answer")
    raw = client.raw("GET", CREDENTIALS)
    assert b"Connection" not in raw
    assert json.loads(body_of(raw))["UserID"] == 1001


@pytest.mark.parametrize(
    ("form", "lengths", "is_chunked"),
    [
        ("length-list", ["{0}, {0}"], False),
        ("repeated-length", ["{0}", "{0}"], False),
        ("chunked", [], True),
        ("two-lengths", ["{0}", "1"], False),
        ("broken-head", ["{0}"], False),
    ],
)
def test_an_answer_may_be_framed_in_another_way(
    server: SandboxServer, client: Caller, form: str, lengths: list[str], *, is_chunked: bool
) -> None:
    """Read the very bytes; the body is the same, in chunks or not."""
    server.faults.arm(CREDENTIALS, "framing", form=form)
    head, _, body = client.raw("GET", CREDENTIALS, most=1).partition(
        b"\r\n\r\n"
    )  # written at once, so it comes at once
    told = [line.partition(b": ")[2].decode() for line in head.splitlines() if line.startswith(b"Content-Length")]
    assert told == [length.format(len(body)) for length in lengths]
    assert (b"Transfer-Encoding: chunked" in head, body.endswith(b"\r\n0\r\n\r\n")) == (is_chunked, is_chunked)
    assert (b"this is no header" in head) is (form == "broken-head")
