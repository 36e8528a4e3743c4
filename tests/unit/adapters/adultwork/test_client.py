"""One request out, one answer in: what is sent, how often, and what a failure tells."""

import gzip
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import TypeAlias

import pytest

from chalicelib.adapters.adultwork.client import AdultWorkClient
from chalicelib.adapters.http.answer import MAXIMUM_ANSWER_BYTES, UpstreamAnswer
from chalicelib.adapters.http.exchange_failure import ExchangeFailedError
from chalicelib.domain.access import AccessToken
from chalicelib.domain.errors import StoreUnavailableError, Trouble, UpstreamUnavailableError
from chalicelib.domain.time_budget import Deadline
from chalicelib.watch.call import watched
from chalicelib.watch.trace import Trace
from devtools.proof.trials.scene.clock import MovableClock
from tests.fakes.raw_upstream import (
    Peer,
    RawUpstream,
    Script,
    answer,
    closes,
    resets,
    says,
    says_and_closes,
    says_and_stalls,
)

ClientOf: TypeAlias = Callable[[str], AdultWorkClient]
TOKEN = AccessToken("client-token")
BODY = b'{"BookUserID":123456}'
LIMIT = MAXIMUM_ANSWER_BYTES
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def after(seconds: float) -> Deadline:
    """Return a deadline on the real clock."""
    return Deadline.after(time.monotonic, seconds)


def chunked(*pieces: bytes) -> bytes:
    """Return an answer in these chunks."""
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"


def test_a_read_sends_the_documented_headers_and_nothing_else(client_of: ClientOf) -> None:
    """Whatever a library would add of its own is not there."""
    with RawUpstream(says(answer(b"{}"))) as upstream:
        client_of(upstream.url).get("/v1/x", TOKEN, after(5), {"BookUserID": 123456, "Name": "a b&c"})
    (request,) = upstream.requests
    assert (request.method, request.target, request.body) == ("GET", "/v1/x?BookUserID=123456&Name=a+b%26c", b"")
    assert request.headers == {
        "host": upstream.url.removeprefix("http://"),
        "authorization": "bearer client-token",
        "accept": "application/xml",
        "accept-encoding": "identity",
        "user-agent": "Switchboard",
    }


TRACE = Trace(
    "4bf92f3577b34da6a3ce929d0e0e4736", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "congo=t61rcWkgMzE"
)


@pytest.mark.parametrize("sends", [False, True])
def test_a_callers_trace_goes_on_only_where_a_setting_says_so(client_of: ClientOf, sends: bool) -> None:  # noqa: FBT001 (a case)
    """With reads and bookings, unchanged; a call that has none sends none."""
    with RawUpstream(*[says(answer(b"{}"))] * 3) as upstream:
        client = replace(client_of(upstream.url), sends_trace=sends)
        with watched(TRACE):
            client.get("/v1/x", TOKEN, after(5))
            client.post("/v1/x", TOKEN, BODY, after(5))
        client.get("/v1/x", TOKEN, after(5))
    told = [{name: each.headers.get(name) for name in TRACE.headers()} for each in upstream.requests]
    nothing = dict.fromkeys(TRACE.headers())
    assert told == [*[TRACE.headers() if sends else nothing] * 2, nothing]


def test_each_exchange_is_measured_by_what_it_is_and_what_came_of_it(client_of: ClientOf) -> None:
    """A read that is tried again is two; a send that breaks off has a time and no status."""
    with (
        RawUpstream(says(answer(b"", "503 Service Unavailable")), says(answer(b"{}")), closes) as upstream,
        watched() as call,
    ):
        client = client_of(upstream.url)
        client.get("/v1/x", TOKEN, after(5))
        with pytest.raises(ExchangeFailedError):
            client.post("/v1/x", TOKEN, BODY, after(5))
    measures = call.measures()
    reads, sends = measures.pop("UpstreamReadMs"), measures.pop("UpstreamSendMs")
    assert (len(reads), len(sends)) == (2, 1)  # type: ignore[arg-type]  # lists of milliseconds
    assert all(0 <= each < 5000 for each in (*reads, *sends))  # type: ignore[misc]  # the same
    assert measures == {"Upstream5xx": 1, "Upstream2xx": 1, "UpstreamNoAnswer": 1}
    assert 0 < call.waited_seconds() < 5


def test_a_booking_adds_its_body_and_the_key_headers(client_of: ClientOf) -> None:
    """Key headers are sent where they are configured."""
    with RawUpstream(says(answer(b"{}"))) as upstream:
        client = replace(client_of(upstream.url), key_headers=lambda: {"X-ApiKey": "key", "X-ApiSecret": "secret"})
        client.post("/v1/x", TOKEN, BODY, after(5))
    (request,) = upstream.requests
    assert (request.method, request.target, request.body) == ("POST", "/v1/x", BODY)
    assert request.headers == {
        "host": upstream.url.removeprefix("http://"),
        "authorization": "bearer client-token",
        "accept": "application/xml",
        "accept-encoding": "identity",
        "user-agent": "Switchboard",
        "content-type": "application/json",
        "content-length": str(len(BODY)),
        "x-apikey": "key",
        "x-apisecret": "secret",
    }


def test_the_environment_has_no_say(client_of: ClientOf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No proxy, no certificate bundle and no password file of the environment reaches a request."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.lower(), "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    with RawUpstream(says(answer(b"{}"))) as upstream:
        assert client_of(upstream.url).get("/v1/x", TOKEN, after(5)).status == 200
    assert upstream.requests[0].headers["authorization"] == "bearer client-token"


def test_a_cookie_of_one_answer_is_not_sent_with_the_next_request(client_of: ClientOf) -> None:
    """A cookie would carry one caller's session to another."""
    with RawUpstream(says(answer(b"{}", "200 OK", "Set-Cookie: session=1; Path=/"))) as upstream:
        client = client_of(upstream.url)
        client.get("/v1/x", TOKEN, after(5))
        client.get("/v1/x", TOKEN, after(5))
    assert "cookie" not in upstream.requests[1].headers


@pytest.mark.parametrize(
    "text",
    [
        answer(b'{"a":1}', "200 OK", "Retry-After: 7"),
        HEAD + b'Retry-After: 7\r\nConnection: close\r\n\r\n{"a":1}',
        chunked(b'{"a"', b":1}").replace(b"Transfer", b"Retry-After: 7\r\nTransfer"),
        b'HTTP/1.0 200\r\ncontent-type: application/json\r\nretry-after: 7\r\n\r\n{"a":1}',
    ],
    ids=["with a length", "until the end of the connection", "in chunks", "in HTTP/1.0"],
)
def test_an_answer_comes_whole_however_it_is_framed(client_of: ClientOf, text: bytes) -> None:
    """Status, the two headers that count, and the bytes."""
    with RawUpstream(says_and_closes(text)) as upstream:
        got = client_of(upstream.url).post("/v1/x", TOKEN, BODY, after(5))
    assert got == UpstreamAnswer(200, "application/json", b'{"a":1}', 7)


def test_headers_that_are_not_there_are_told_apart(client_of: ClientOf) -> None:
    """No Content-Type is an empty one, no Retry-After is None."""
    with RawUpstream(says(b"HTTP/1.1 204 No Content\r\n\r\n")) as upstream:
        assert client_of(upstream.url).get("/v1/x", TOKEN, after(5)) == UpstreamAnswer(204, "", b"", None)


@pytest.mark.parametrize("text", [answer(b"x" * LIMIT), chunked(b"x" * (LIMIT - 1), b"x")])
def test_the_largest_answer_is_taken(client_of: ClientOf, text: bytes) -> None:
    """256 KiB is the limit, and not one byte less."""
    with RawUpstream(says(text)) as upstream:
        assert client_of(upstream.url).get("/v1/x", TOKEN, after(5)).body == b"x" * LIMIT


@pytest.mark.unmeasured
def test_the_largest_answer_may_come_in_the_smallest_chunks(client_of: ClientOf) -> None:
    """The limit on the wire leaves room for frames."""
    with RawUpstream(says(chunked(*[b"x"] * LIMIT))) as upstream:
        assert client_of(upstream.url).get("/v1/x", TOKEN, after(5)).body == b"x" * LIMIT


def test_a_compressed_answer_is_unpacked_though_nobody_asked_for_it(client_of: ClientOf) -> None:
    """Something in between may compress whatever it likes."""
    with RawUpstream(says(answer(gzip.compress(b"{}"), "200 OK", "Content-Encoding: gzip"))) as upstream:
        assert client_of(upstream.url).get("/v1/x", TOKEN, after(5)).body == b"{}"


@pytest.mark.parametrize(
    ("coding", "body", "reason"),
    [("br", b"{}", "unreadable-answer"), ("gzip", gzip.compress(b"a" * (LIMIT + 1)), "answer-too-large")],
)
def test_an_answer_that_cannot_be_unpacked_is_no_answer(
    client_of: ClientOf, coding: str, body: bytes, reason: str
) -> None:
    """A coding that is not known, and more inside than an answer may hold."""
    coded = says(answer(body, "200 OK", f"Content-Encoding: {coding}"))
    with RawUpstream(coded) as upstream, pytest.raises(ExchangeFailedError) as caught:
        client_of(upstream.url).post("/v1/x", TOKEN, BODY, after(5))
    assert (caught.value.reason, caught.value.trouble) == (reason, Trouble.UNREADABLE)


def test_a_server_error_that_says_how_long_to_wait_is_not_read_again(client_of: ClientOf) -> None:
    """A second try at once is what it asks not to make."""
    with RawUpstream(says(answer(b"{}", "503 Busy", "Retry-After: 7"))) as upstream:
        got = client_of(upstream.url).get("/v1/x", TOKEN, after(5))
    assert (got.status, got.retry_after_seconds, len(upstream.requests)) == (503, 7, 1)


def test_an_answer_does_not_show_its_body() -> None:
    """A body holds personal data."""
    assert "07700900123" not in repr(UpstreamAnswer(200, "application/json", b"07700900123"))


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_an_answer(client_of: ClientOf, status: str) -> None:
    """A 307 followed would be a second booking, and the token would go where the upstream says."""
    with RawUpstream(says(answer(b"", status, "Location: /elsewhere"))) as upstream:
        client = client_of(upstream.url)
        assert client.get("/v1/x", TOKEN, after(5)).status == int(status[:3])
        assert client.post("/v1/x", TOKEN, BODY, after(5)).status == int(status[:3])
    assert [request.target for request in upstream.requests] == ["/v1/x", "/v1/x"]


def test_a_booking_rides_on_a_connection_that_answered_in_the_same_call(client_of: ClientOf) -> None:
    """A read has just proven it live."""
    with RawUpstream(says(answer(b"{}"))) as upstream:
        client, call = client_of(upstream.url), after(5)
        client.get("/v1/x", TOKEN, call)
        client.post("/v1/x", TOKEN, BODY, call.within(2))
    assert [request.connection for request in upstream.requests] == [1, 1]


def test_a_booking_does_not_ride_on_a_connection_of_an_earlier_call(client_of: ClientOf) -> None:
    """It may have sat idle across a freeze."""
    with RawUpstream(says(answer(b"{}"))) as upstream:
        client = client_of(upstream.url)
        client.get("/v1/x", TOKEN, after(5))
        time.sleep(0.01)
        client.post("/v1/x", TOKEN, BODY, after(5))
    assert [request.connection for request in upstream.requests] == [1, 2]


def test_a_booking_does_not_ride_on_a_connection_whose_answer_was_asked_for_by_an_earlier_call(
    client_of: ClientOf,
) -> None:
    """Let the answer to a read of a call that is over be heard in the next one, as after a freeze in the middle of it."""
    asked, released = Event(), Event()

    def waits(peer: Peer) -> None:
        asked.set()
        released.wait(5)
        peer.say(answer(b"{}"))

    with RawUpstream(waits, says(answer(b"{}"))) as upstream, ThreadPoolExecutor(1) as beside:
        client = client_of(upstream.url)
        read = beside.submit(client.get, "/v1/x", TOKEN, after(5))
        assert asked.wait(5)
        time.sleep(0.01)
        call = after(5)
        released.set()
        assert read.result().status == 200
        client.post("/v1/x", TOKEN, BODY, call)
    assert [request.connection for request in upstream.requests] == [1, 2]


@pytest.mark.parametrize("step", [60, -3600])
def test_a_booking_does_not_ride_on_a_connection_when_the_clock_jumped(
    client_of: ClientOf, clock: MovableClock, step: float
) -> None:
    """A freeze in the middle of the call, or a clock set back: nobody knows whether the connection still lives."""
    with RawUpstream(says(answer(b"{}"))) as upstream:
        client, call = client_of(upstream.url), after(5)
        client.get("/v1/x", TOKEN, call)
        clock.move_on(step)
        client.post("/v1/x", TOKEN, BODY, call)
    assert [request.connection for request in upstream.requests] == [1, 2]


def test_a_booking_does_not_ride_on_a_connection_that_the_upstream_has_closed(client_of: ClientOf) -> None:
    """It goes out once, over a fresh one."""
    with RawUpstream(says_and_closes(answer(b"{}")), says(answer(b"{}"))) as upstream:
        client, call = client_of(upstream.url), after(5)
        client.get("/v1/x", TOKEN, call)
        time.sleep(0.05)
        assert client.post("/v1/x", TOKEN, BODY, call).status == 200
    assert [(request.method, request.connection) for request in upstream.requests] == [("GET", 1), ("POST", 2)]


LOST: list[Script] = [resets, closes, says_and_closes(answer(b"{}")[:-1]), says(b"nonsense\r\n\r\n")]


@pytest.mark.parametrize("script", LOST, ids=["reset", "closed", "truncated", "not HTTP"])
def test_a_read_that_lost_its_connection_is_tried_once_more_on_a_fresh_one(client_of: ClientOf, script: Script) -> None:
    """A kept connection may have died, so one more try is due."""
    good = says(answer(b"{}"))
    with RawUpstream(good, script, good) as upstream:
        client = client_of(upstream.url)
        client.get("/v1/x", TOKEN, after(5))
        assert client.get("/v1/x", TOKEN, after(5)).body == b"{}"
    assert [request.connection for request in upstream.requests] == [1, 1, 2]


@pytest.mark.parametrize("script", LOST, ids=["reset", "closed", "truncated", "not HTTP"])
def test_a_read_is_not_tried_a_third_time(client_of: ClientOf, script: Script) -> None:
    """Two failures are an error of the domain, and the caller may try again."""
    with RawUpstream(script) as upstream, pytest.raises(UpstreamUnavailableError) as error:
        client_of(upstream.url).get("/v1/x", TOKEN, after(5))
    assert error.value.trouble is Trouble.UNREADABLE
    assert len(upstream.requests) == 2


def test_a_server_error_is_read_once_more_on_a_fresh_connection(client_of: ClientOf) -> None:
    """Another connection may reach a sounder machine."""
    with RawUpstream(says(answer(b"", "503 Busy")), says(answer(b"{}"))) as upstream:
        assert client_of(upstream.url).get("/v1/x", TOKEN, after(5)).status == 200
    assert [request.connection for request in upstream.requests] == [1, 2]


def test_a_server_error_that_stays_is_the_answer(client_of: ClientOf) -> None:
    """It is for the caller to say what it means."""
    with RawUpstream(says(answer(b"", "500 Oops"))) as upstream:
        assert client_of(upstream.url).get("/v1/x", TOKEN, after(5)).status == 500
    assert len(upstream.requests) == 2


@pytest.mark.parametrize("status", ["400 Bad", "401 No", "403 No", "404 None", "408 Slow", "429 Busy"])
def test_a_refusal_is_not_read_again(client_of: ClientOf, status: str) -> None:
    """The upstream has answered."""
    with RawUpstream(says(answer(b"{}", status, "Retry-After: 1"))) as upstream:
        assert client_of(upstream.url).get("/v1/x", TOKEN, after(5)).status == int(status[:3])
    assert len(upstream.requests) == 1


def test_a_read_that_is_too_large_is_not_tried_again(client_of: ClientOf) -> None:
    """It would be as large again."""
    with RawUpstream(says(answer(b"x" * (LIMIT + 1)))) as upstream, pytest.raises(UpstreamUnavailableError) as error:
        client_of(upstream.url).get("/v1/x", TOKEN, after(5))
    assert error.value.trouble is Trouble.UNREADABLE
    assert len(upstream.requests) == 1


def test_a_read_that_is_late_is_not_tried_again(client_of: ClientOf) -> None:
    """One read has its own limit within the call, and it is absolute."""
    started = time.monotonic()
    with RawUpstream(says_and_stalls(HEAD)) as upstream:
        client = replace(client_of(upstream.url), read_seconds=0.3)
        with pytest.raises(UpstreamUnavailableError) as error:
            client.get("/v1/x", TOKEN, after(5))
        assert time.monotonic() - started < 0.6
    assert error.value.trouble is Trouble.LATE
    assert len(upstream.requests) == 1


def test_a_read_that_cannot_connect_says_so(client_of: ClientOf) -> None:
    """Both tries are refused."""
    with RawUpstream() as upstream:
        url = upstream.url
    with pytest.raises(UpstreamUnavailableError) as error:
        client_of(url).get("/v1/x", TOKEN, after(5))
    assert error.value.trouble is Trouble.UNREACHABLE


def test_key_headers_that_cannot_be_had_are_the_stores_own_error(client_of: ClientOf) -> None:
    """A read hands it on, for the caller to learn what is broken."""

    def fails() -> dict[str, str]:
        raise StoreUnavailableError("The secrets could not be fetched.")

    with RawUpstream() as upstream:
        client = replace(client_of(upstream.url), key_headers=fails)
        with pytest.raises(StoreUnavailableError):
            client.get("/v1/x", TOKEN, after(math.inf))
    assert upstream.connections == 0
