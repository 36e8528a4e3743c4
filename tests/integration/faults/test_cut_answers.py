"""The upstream's good answer, cut off after any number of bytes: it is believed when it is whole, and never before.

Here after every few bytes; `make cut-answers` cuts after each one.
"""

import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import certifi
import pytest

from chalicelib.adapters.adultwork.client import AdultWorkClient
from chalicelib.adapters.adultwork.phonechat import AdultWorkGateway, request_body
from chalicelib.adapters.http.authorities import tls_context
from chalicelib.adapters.http.transport import Transport
from chalicelib.adapters.system import SystemClock
from chalicelib.domain.access import AccessToken
from chalicelib.domain.booking.booking import BookingRequest, ContactMethod
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.time_budget import Deadline
from sandbox import SandboxServer
from sandbox.adultwork.clock import LONDON
from tests.builders import booking_request
from tests.fakes.raw_upstream import Peer, RawUpstream
from tests.integration.bookings import CREATE, DAY, TOKEN, later
from tests.integration.service import Service

EVERY = int(os.environ.get("CUT_EVERY") or 7)
WHOLE_AT_THE_ENDS = 24  # bytes at both ends that are never left out
KEY = "the-key-of-the-first-try"
CLOSE = b"Connection: close\r\n"


def exchange(url: str, request: bytes) -> bytes:
    """Send a request that asks for the connection to be closed; return every byte that comes back."""
    address = urlsplit(url)
    with socket.create_connection((str(address.hostname), address.port), timeout=10) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def honest_answer(sandbox: SandboxServer, request: BookingRequest, accept: str) -> bytes:
    """Return the bytes of the sandbox's answer to a booking."""
    body = request_body(request)
    head = (
        f"POST {CREATE} HTTP/1.1\r\nHost: sandbox\r\nAuthorization: bearer {TOKEN}\r\nAccept: {accept}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    )
    return exchange(sandbox.url, head.encode() + CLOSE + b"\r\n" + body)


def without_length(answer: bytes) -> bytes:
    """Return an answer that only the end of its connection ends."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length")]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


@dataclass
class Cutter:
    """An upstream that says the first `length` bytes of one answer, and hangs up."""

    answer: bytes = b""
    length: int = 0

    def __call__(self, peer: Peer) -> None:
        """Answer one request."""
        peer.say(self.answer[: self.length])
        peer.close()


def lengths(answer: bytes) -> list[int]:
    """Return after how many bytes an answer is cut off, the whole of it last."""
    ends = {*range(WHOLE_AT_THE_ENDS), *range(len(answer) - WHOLE_AT_THE_ENDS, len(answer))}
    return [*sorted(ends | set(range(0, len(answer), EVERY))), len(answer)]


@pytest.fixture(scope="module")
def transport() -> Iterator[Transport]:
    """Return connections that are closed at the end."""
    transport = Transport(tls_context(certifi.where()))
    yield transport
    transport.close()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("has_length", [True, False], ids=["with its length", "until the connection ends"])
@pytest.mark.parametrize("accept", ["application/xml", "application/json"])
def test_an_answer_is_believed_when_its_last_byte_is_there(
    upstream: SandboxServer, transport: Transport, accept: str, *, has_length: bool
) -> None:
    """Whatever was cut off, it was sent and may have booked: unknown, and never a success or a refusal."""
    request = booking_request(session_date=f"{DAY} 21:30", accept_by=f"{DAY} 18:00", method=ContactMethod(1))
    answer = honest_answer(upstream, request, accept)
    upstream.reset()
    cutter = Cutter(answer if has_length else without_length(answer))
    clock = SystemClock()
    states: dict[int, OperationState] = {}
    with RawUpstream(cutter) as raw:
        client = AdultWorkClient(raw.url, accept, dict, transport, clock, read_seconds=3.0)
        gateway = AdultWorkGateway(client, LONDON)
        for length in lengths(cutter.answer):
            cutter.length = length
            outcome = gateway.create_booking(AccessToken(TOKEN), request, Deadline.after(clock.monotonic, 5))
            states[length] = outcome.state
    assert states.pop(len(cutter.answer)) is OperationState.CONFIRMED
    assert set(states.values()) == {OperationState.UNKNOWN}


class Relay:
    """Stands between the app and the sandbox: reads pass, and a booking gets the first bytes of an answer, unheard."""

    def __init__(self, sandbox: SandboxServer) -> None:
        self._sandbox = sandbox
        self.answer = b""
        self.length = 0

    def __call__(self, peer: Peer) -> None:
        """Answer one request."""
        asked = peer.asked
        if asked.method == "POST":
            peer.say(self.answer[: self.length])
        else:
            headers = "".join(f"{name}: {value}\r\n" for name, value in asked.headers.items())
            request = f"{asked.method} {asked.target} HTTP/1.1\r\n{headers}"
            peer.say(exchange(self._sandbox.url, request.encode() + CLOSE + b"\r\n"))
        peer.close()


def test_no_caller_is_told_of_a_success_before_the_last_byte(
    configured: Callable[..., Service], upstream: SandboxServer
) -> None:
    """Over real HTTP: nothing was booked for these, and neither the answer nor the list may say otherwise."""
    relay = Relay(upstream)
    with RawUpstream(relay) as raw:
        service = configured(ADULTWORK_BASE_URL=raw.url)
        for minute in range(8):
            request = booking_request(session_date=later(minute)["SessionDate"], accept_by=f"{DAY} 18:00")
            relay.answer = honest_answer(upstream, request, "application/xml")
            upstream.world.reset()
            relay.length = len(relay.answer) - 1 - minute * (len(relay.answer) // 8)
            answer = service.book(later(minute), key=f"{KEY}-{minute}")
            assert (relay.length, answer.kind) == (relay.length, (502, "outcome-unknown"))
        assert service.records.states() == ["UNKNOWN"] * 8
        configured(READS_SECONDS="5")  # closes the connections to the relay before it ends
