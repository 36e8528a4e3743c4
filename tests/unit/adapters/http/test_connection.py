"""Connections: kept, shared between threads, never used when in doubt, and TLS as strict as it should be."""

import ssl
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

import pytest

from chalicelib.adapters.adultwork.client import AdultWorkClient
from chalicelib.adapters.http.authorities import tls_context
from chalicelib.adapters.http.exchange_failure import ExchangeFailedError
from chalicelib.adapters.http.transport import Transport
from chalicelib.domain.access import AccessToken
from chalicelib.domain.time_budget import Deadline
from devtools.proof.trials.scene.clock import MovableClock
from tests.fakes.certificates import Authority
from tests.fakes.raw_upstream import Peer, RawUpstream, Script, answer, says, says_and_closes

ClientOf: TypeAlias = Callable[[str], AdultWorkClient]
TOKEN = AccessToken("client-token")
ARRIVAL = 0.05  # seconds that a packet on loopback surely needs less than


def after(seconds: float) -> Deadline:
    """Return a deadline on the real clock."""
    return Deadline.after(time.monotonic, seconds)


def says_later(first: bytes, later: bytes) -> Script:
    """Return the script that answers in two pieces with a moment between them."""

    def script(peer: Peer) -> None:
        peer.say(first)
        peer.pause(ARRIVAL)
        peer.say(later)

    return script


def test_reads_in_sequence_share_one_connection(client_of: ClientOf) -> None:
    """Ten reads open one connection."""
    with RawUpstream(says(answer(b"{}"))) as upstream:
        client = client_of(upstream.url)
        for _ in range(10):
            assert client.get("/v1/x", TOKEN, after(5)).body == b"{}"
    assert (len(upstream.requests), upstream.connections) == (10, 1)


def test_reads_over_tls_share_one_connection(client_of: ClientOf, authority: Authority) -> None:
    """Session tickets that arrive beside an answer do not make the connection look used."""
    with RawUpstream(says(answer(b"{}")), context=authority.server_context()) as upstream:
        client = client_of(upstream.url)
        for _ in range(10):
            assert client.get("/v1/x", TOKEN, after(5)).body == b"{}"
    assert (len(upstream.requests), upstream.connections) == (10, 1)


def test_the_authorities_are_read_once(authority: Authority, clock: MovableClock) -> None:
    """New connections load no file, which would cost 20 ms, and trust nobody but those who were named at the start."""
    mine = Authority.create(authority.path.with_name("once.pem"))
    context = tls_context(str(mine.path))
    transport = Transport(context)
    server = mine.server_context()
    mine.path.unlink()
    with RawUpstream(says_and_closes(answer(b"{}")), context=server) as upstream:
        client = AdultWorkClient(upstream.url, "application/xml", dict, transport, clock, 3.0)
        for _ in range(3):
            assert client.get("/v1/x", TOKEN, after(5)).status == 200
            time.sleep(ARRIVAL)
    transport.close()
    assert upstream.connections == 3
    assert context.cert_store_stats()["x509"] == 1


def test_old_versions_of_tls_are_not_spoken(authority: Authority) -> None:
    """TLS 1.2 is the least, certificates and names are verified."""
    context = tls_context(str(authority.path))
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_threads_do_not_mix_their_answers_up(client_of: ClientOf) -> None:
    """Eight threads share the client, and each gets the answers to its own questions."""
    with RawUpstream(lambda peer: peer.say(answer(peer.asked.target.encode()))) as upstream:
        client = client_of(upstream.url)

        def ask(number: int) -> list[bytes]:
            return [client.get("/v1/x", TOKEN, after(5), {"n": f"{number}-{turn}"}).body for turn in range(10)]

        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(ask, range(8)))
    assert answers == [[b"/v1/x?n=%d-%d" % (number, turn) for turn in range(10)] for number in range(8)]
    assert upstream.connections <= 8


@pytest.mark.parametrize(("idle_seconds", "connections"), [(44, 1), (46, 2), (-60, 2)])
def test_a_read_uses_only_a_connection_that_answered_a_while_ago(
    client_of: ClientOf, clock: MovableClock, idle_seconds: float, connections: int
) -> None:
    """A freeze shows on the wall clock alone; and when that was set back, nobody knows how long it was."""
    with RawUpstream(says(answer(b"{}"))) as upstream:
        client = client_of(upstream.url)
        client.get("/v1/x", TOKEN, after(5))
        clock.move_on(idle_seconds)
        client.get("/v1/x", TOKEN, after(5))
    assert upstream.connections == connections


@pytest.mark.parametrize(
    "interim", [b"HTTP/1.1 102 Processing\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"]
)
def test_an_interim_answer_is_not_taken_for_the_answer(client_of: ClientOf, interim: bytes) -> None:
    """Else the real one would be the answer to the next request, which may be another caller's."""
    first = says_later(interim, b"HTTP/1.1 100 Continue\r\n\r\n" + interim + answer(b"first"))
    with RawUpstream(first, says(answer(b"second"))) as upstream:
        client = client_of(upstream.url)
        assert client.get("/v1/x", TOKEN, after(5)).body == b"first"
        assert client.get("/v1/x", TOKEN, after(5)).body == b"second"
    assert upstream.connections == 1


def test_a_switch_of_protocols_is_not_an_answer(client_of: ClientOf) -> None:
    """Nobody asked for one, so what follows cannot be HTTP."""
    with RawUpstream(says(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")) as upstream:
        client = client_of(upstream.url)
        with pytest.raises(ExchangeFailedError) as failure:
            client.post("/v1/x", TOKEN, b"{}", after(5))
    assert (failure.value.reason, failure.value.is_sent) == ("connection-lost", True)


def test_a_connection_with_something_unread_is_not_used_again(client_of: ClientOf) -> None:
    """What the upstream said unasked is not the answer to the next question."""
    with RawUpstream(says_later(answer(b"first"), answer(b"stray")), says(answer(b"second"))) as upstream:
        client = client_of(upstream.url)
        assert client.get("/v1/x", TOKEN, after(5)).body == b"first"
        time.sleep(2 * ARRIVAL)
        assert client.get("/v1/x", TOKEN, after(5)).body == b"second"
    assert [request.connection for request in upstream.requests] == [1, 2]


def test_nor_is_one_with_something_unread_inside_the_tls_layer(client_of: ClientOf, authority: Authority) -> None:
    """A record that was decrypted and not read to its end does not show on the socket."""
    stray = answer(b"stray" * 2000)
    with RawUpstream(
        says(answer(b"first") + stray), says(answer(b"second")), context=authority.server_context()
    ) as upstream:
        client = client_of(upstream.url)
        assert client.get("/v1/x", TOKEN, after(5)).body == b"first"
        assert client.get("/v1/x", TOKEN, after(5)).body == b"second"
    assert [request.connection for request in upstream.requests] == [1, 2]


def test_a_malformed_head_is_not_quoted_in_a_log(client_of: ClientOf, caplog: pytest.LogCaptureFixture) -> None:
    """The HTTP library warns of it in the upstream's own words."""
    text = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\ncall 07700900123 for client-token\r\n\r\n{}"
    with RawUpstream(says_and_closes(text)) as upstream, pytest.raises(ExchangeFailedError) as caught:
        client_of(upstream.url).post("/v1/x", TOKEN, b"{}", after(5))
    assert caplog.records == []
    assert "07700900123" not in f"{caught.value!r} {caught.value.__cause__!r}"
