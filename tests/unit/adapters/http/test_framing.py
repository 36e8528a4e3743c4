"""How long an answer is: as the standard allows it to be said, and nothing else."""

import time
from collections.abc import Callable

import pytest

from chalicelib.adapters.adultwork.client import AdultWorkClient
from chalicelib.adapters.http.answer import UpstreamAnswer
from chalicelib.adapters.http.exchange_failure import ExchangeFailedError
from chalicelib.domain.access import AccessToken
from chalicelib.domain.errors import Trouble
from chalicelib.domain.time_budget import Deadline
from tests.fakes.raw_upstream import RawUpstream, answer, says, says_and_closes, says_and_stalls

TOKEN = AccessToken("client-token")
BODY = b'{"BookUserID":123456}'
WHOLE = b'{"a":1}'
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKS = b'7\r\n{"a":1}\r\n0\r\n\r\n'


def after(seconds: float) -> Deadline:
    """Return a deadline on the real clock."""
    return Deadline.after(time.monotonic, seconds)


@pytest.mark.parametrize(
    "text",
    [
        OK + b"Content-Length: 7, 7\r\n\r\n" + WHOLE,
        OK + b"Content-Length: 7\r\nContent-Length: 7\r\n\r\n" + WHOLE,
        OK + b"content-length:7\r\nCONTENT-LENGTH: 7 , 7\r\n\r\n" + WHOLE,
        OK + b"Transfer-Encoding: Chunked\r\n\r\n" + CHUNKS,
        OK + b"Transfer-Encoding: chunked \r\n\r\n" + CHUNKS,
        OK + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n" + CHUNKS,
        OK + b"X-Folded: one\r\n two\r\nContent-Length: 7\r\n\r\n" + WHOLE,
    ],
    ids=["a list", "twice", "three times", "another case", "a space", "both", "a folded line"],
)
def test_an_answer_that_is_framed_as_the_standard_allows_is_read_at_once(
    client_of: Callable[[str], AdultWorkClient], text: bytes
) -> None:
    """The connection stays open: whoever waits for its end waits for the deadline."""
    with RawUpstream(says_and_stalls(text)) as upstream:
        got = client_of(upstream.url).post("/v1/x", TOKEN, BODY, after(2))
    assert got == UpstreamAnswer(200, "application/json", WHOLE)


@pytest.mark.parametrize(
    "head",
    [
        OK + b"Content-Length: 7, 8\r\n\r\n",
        OK + b"Content-Length: 7\r\nContent-Length: 8\r\n\r\n",
        OK + b"Content-Length: -7\r\n\r\n",
        OK + b"Content-Length: +7\r\n\r\n",
        OK + b"Content-Length: seven\r\n\r\n",
        OK + b"Content-Length:\r\n\r\n",
        OK + b"Content-Length: 9999999999999999\r\n\r\n",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n",
        OK + b"Transfer-Encoding: identity\r\n\r\n",
        OK + b"a line without a colon\r\nContent-Length: 7\r\n\r\n",
        OK + b"Odd Name: 1\r\nContent-Length: 7\r\n\r\n",
        OK + b"Content-Length : 7\r\n\r\n",
        OK + b"X-Odd: a\0b\r\nContent-Length: 7\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n folded before anything\r\nContent-Length: 7\r\n\r\n",
        b"HTTP/1.1 2x0 OK\r\nContent-Length: 7\r\n\r\n",
        b"ICY 200 OK\r\nContent-Length: 7\r\n\r\n",
        OK + b"X-Long: " + b"a" * 70_000 + b"\r\n\r\n",
        OK + b"X: 1\r\n" * 200 + b"\r\n",
    ],
)  # fmt: skip
def test_a_broken_head_ends_the_exchange_at_once_and_its_connection(
    client_of: Callable[[str], AdultWorkClient], head: bytes
) -> None:
    """Nothing is waited for, and nothing of it reaches the next exchange."""
    with RawUpstream(says_and_stalls(head + WHOLE), says(answer(b'{"next":1}'))) as upstream:
        client = client_of(upstream.url)
        began = time.monotonic()
        with pytest.raises(ExchangeFailedError) as caught:
            client.post("/v1/x", TOKEN, BODY, after(20))
        assert time.monotonic() - began < 10
        assert (caught.value.is_sent, caught.value.trouble) == (True, Trouble.UNREADABLE)
        assert client.get("/v1/x", TOKEN, after(5)).body == b'{"next":1}'
    assert [request.connection for request in upstream.requests] == [1, 2]


def test_an_answer_that_says_its_length_in_two_ways_is_the_last_of_its_connection(
    client_of: Callable[[str], AdultWorkClient],
) -> None:
    """Chunks go before a length; what comes after them may be anything."""
    both = OK + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n" + CHUNKS
    with RawUpstream(says(both), says(answer(b"{}"))) as upstream:
        client = client_of(upstream.url)
        client.get("/v1/x", TOKEN, after(5))
        client.get("/v1/x", TOKEN, after(5))
    assert [request.connection for request in upstream.requests] == [1, 2]


@pytest.mark.parametrize("head", [b"HTTP/1.1 204 No Content\r\n", b"HTTP/1.1 304 Not Modified\r\n"])
def test_an_answer_that_can_have_no_body_has_none_whatever_it_says(
    client_of: Callable[[str], AdultWorkClient], head: bytes
) -> None:
    """A length there speaks of what another request would get."""
    with RawUpstream(says_and_stalls(head + b"Content-Length: 7\r\n\r\n")) as upstream:
        assert client_of(upstream.url).get("/v1/x", TOKEN, after(2)).body == b""


@pytest.mark.parametrize(
    "cut", [b"HTTP/1.1 200 OK\r\n", OK, OK + b"Content-Length: 7", OK + b"Content-Length: 7\r\n"], ids=str
)
def test_a_head_that_is_cut_off_is_no_head(client_of: Callable[[str], AdultWorkClient], cut: bytes) -> None:
    """Else what comes before the cut would be an empty answer, and a success."""
    with RawUpstream(says_and_closes(cut)) as upstream, pytest.raises(ExchangeFailedError) as caught:
        client_of(upstream.url).post("/v1/x", TOKEN, BODY, after(5))
    assert (caught.value.is_sent, caught.value.reason) == (True, "connection-lost")


@pytest.mark.parametrize(("version", "connections"), [(b"1.1", 1), (b"1.2", 1), (b"1.0", 2)])
def test_a_connection_of_version_1_0_is_used_once(
    client_of: Callable[[str], AdultWorkClient], version: bytes, connections: int
) -> None:
    """Unless it says otherwise; later versions of 1 keep it."""
    text = b"HTTP/" + version + OK.removeprefix(b"HTTP/1.1") + b"Content-Length: 7\n\n" + WHOLE
    with RawUpstream(says(text)) as upstream:
        client = client_of(upstream.url)
        for _ in range(2):
            assert client.get("/v1/x", TOKEN, after(5)).body == WHOLE
    assert upstream.connections == connections


def test_another_version_of_the_protocol_is_not_spoken(client_of: Callable[[str], AdultWorkClient]) -> None:
    """Whatever follows it would have another form."""
    text = b"HTTP/2.0" + OK.removeprefix(b"HTTP/1.1") + b"\r\n"
    with RawUpstream(says(text)) as upstream, pytest.raises(ExchangeFailedError) as caught:
        client_of(upstream.url).post("/v1/x", TOKEN, BODY, after(5))
    assert caught.value.reason == "connection-lost"
