"""Every way to fail: whether anything was sent, under which code, by when, and with not a word of what was said."""

import socket
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

import pytest

from chalicelib.adapters.adultwork.client import AdultWorkClient
from chalicelib.adapters.http.exchange_failure import ExchangeFailedError
from chalicelib.adapters.http.opening import Address
from chalicelib.domain.access import AccessToken
from chalicelib.domain.errors import Trouble
from chalicelib.domain.time_budget import Deadline
from tests.fakes.certificates import Authority
from tests.fakes.raw_upstream import (
    Peer,
    RawUpstream,
    Script,
    answer,
    closes,
    drips,
    repeats,
    resets,
    says,
    says_and_closes,
    says_and_stalls,
)

ClientOf: TypeAlias = Callable[[str], AdultWorkClient]
SECRET = "canary-token"
PHONE = b"07700900123"
TOKEN = AccessToken(SECRET)
BODY = b'{"PhoneNumber":"%b"}' % PHONE
OK = b"HTTP/1.1 200 OK\r\n"
HEAD = OK + b"Content-Length: 500\r\n\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
SECONDS, SLACK = 0.3, 0.3
LONG = PHONE * 100


def after(seconds: float) -> Deadline:
    """Return a deadline on the real clock."""
    return Deadline.after(time.monotonic, seconds)


def failure_of_post(client: AdultWorkClient, seconds: float = 5, token: AccessToken = TOKEN) -> ExchangeFailedError:
    """Return how a POST fails, after looking at what the error tells."""
    with pytest.raises(ExchangeFailedError) as caught:
        client.post("/v1/x", token, BODY, after(seconds))
    error = caught.value
    told = "".join(traceback.format_exception(error)) + repr(error)
    assert SECRET not in told
    assert PHONE.decode() not in told
    assert error.__cause__ is error.__context__ is None  # the objects in there would hold the request
    return error


def slowly(text: bytes) -> Script:
    """Return the script that says something each 50 ms, for ever."""

    def script(peer: Peer) -> None:
        while True:
            peer.say(text)
            peer.pause(0.05)

    return script


LATE: dict[str, Script] = {
    "nothing comes": says_and_stalls(b""),
    "the status line drips": drips(OK + LONG),
    "the headers drip": drips(b"X-Header: " + LONG, before=OK),
    "it stalls after the headers": says_and_stalls(HEAD),
    "the body drips": drips(LONG, before=HEAD),
    "the body stalls": says_and_stalls(HEAD + b"{"),
    "a body without a length drips": drips(LONG, before=OK + b"\r\n"),
    "the chunks drip": drips(b"1\r\nx\r\n" * 50, before=CHUNKED),
    "the trailers drip": drips(b"X: y\r\n" * 50, before=CHUNKED + b"0\r\n"),
    "interim answers do not end": slowly(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "other interim answers do not end": slowly(b"HTTP/1.1 102 Processing\r\n\r\n"),
}


@pytest.mark.parametrize("script", LATE.values(), ids=LATE)
def test_an_upstream_that_takes_its_time_is_ended_at_the_deadline(client_of: ClientOf, script: Script) -> None:
    """The deadline is absolute, wherever the bytes drip."""
    with RawUpstream(script) as upstream:
        started = time.monotonic()
        failure = failure_of_post(client_of(upstream.url), SECONDS)
        assert SECONDS - 0.05 < time.monotonic() - started < SECONDS + SLACK
    assert (failure.reason, failure.trouble, failure.is_sent) == ("late", Trouble.LATE, True)
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("name", ["nothing comes", "the headers drip", "the body drips", "the chunks drip"])
def test_so_is_one_behind_tls(client_of: ClientOf, authority: Authority, name: str) -> None:
    """A record that is never complete keeps the TLS layer waiting, and no longer than that."""
    with RawUpstream(LATE[name], context=authority.server_context()) as upstream:
        started = time.monotonic()
        failure = failure_of_post(client_of(upstream.url), SECONDS)
        assert SECONDS - 0.05 < time.monotonic() - started < SECONDS + SLACK
    assert (failure.reason, failure.is_sent) == ("late", True)
    assert len(upstream.requests) == 1


LOST: dict[str, Script] = {
    "reset": resets,
    "closed": closes,
    "closed in the body": says_and_closes(HEAD + b"{"),
    "closed in a chunk": says_and_closes(CHUNKED + b"9\r\n{"),
    "closed between chunks": says_and_closes(CHUNKED + b"1\r\n{\r\n"),
    "not HTTP": says(b"bearer canary-token 07700900123\r\n\r\n"),
    "binary": says_and_closes(bytes(range(256)) * 4),
    "empty lines": says(b"\r\n\r\n"),
    "an odd status": says(b"HTTP/1.1 07700900123 Fine\r\n\r\n"),
    "another HTTP": says(b"HTTP/2 200\r\n\r\n"),
    "two lengths": says(OK + b"Content-Length: 2\r\nContent-Length: 07700900123\r\n\r\n{}"),
    "no chunk size": says(CHUNKED + PHONE + b"x\r\n"),
    "more headers than anybody sends": says(OK + b"X-Header: y\r\n" * 101 + b"\r\n"),
    "headers without end": repeats(b"X-Header: y\r\n", before=OK),
    "a header without end": repeats(b"y" * 1000, before=OK + b"X-Header: "),
    "a status line without end": repeats(b"y" * 1000, before=b"HTTP/1.1 200 "),
    "a switch of protocols": says(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"),
}


@pytest.mark.parametrize("script", LOST.values(), ids=LOST)
def test_an_answer_that_broke_off_or_is_none_leaves_the_outcome_open(client_of: ClientOf, script: Script) -> None:
    """The request went out, once, and nobody knows what came of it."""
    with RawUpstream(script) as upstream:
        failure = failure_of_post(client_of(upstream.url))
    assert (failure.reason, failure.trouble, failure.is_sent) == ("connection-lost", Trouble.UNREADABLE, True)
    assert [request.method for request in upstream.requests] == ["POST"]


TOO_LARGE: dict[str, Script] = {
    "with a length": says(answer(b"x" * (256 * 1024 + 1))),
    "in chunks": says(CHUNKED + b"50000\r\n" + b"x" * 0x50000 + b"\r\n0\r\n\r\n"),
    "in chunks without end": repeats(b"400\r\n" + b"x" * 0x400 + b"\r\n", before=CHUNKED),
    "without end": repeats(b"x" * 1000, before=OK + b"\r\n"),
    "trailers without end": repeats(b"X: " + LONG + b"\r\n", before=CHUNKED + b"0\r\n"),
    "a chunk of negative size": repeats(b"x" * 1000, before=CHUNKED + b"-1\r\n"),
    "interim answers without end": repeats(b"HTTP/1.1 100 Continue\r\nX: " + LONG + b"\r\n\r\n"),
    "other interim answers without end": repeats(b"HTTP/1.1 103 Hints\r\nX: " + LONG + b"\r\n\r\n"),
}


@pytest.mark.parametrize("script", TOO_LARGE.values(), ids=TOO_LARGE)
def test_an_answer_without_measure_is_cut_off(client_of: ClientOf, script: Script) -> None:
    """However it is framed, it takes neither our memory nor the whole time."""
    with RawUpstream(script) as upstream:
        failure = failure_of_post(client_of(upstream.url))
    assert (failure.reason, failure.trouble, failure.is_sent) == ("answer-too-large", Trouble.UNREADABLE, True)
    assert len(upstream.requests) == 1


def assert_nothing_sent(failure: ExchangeFailedError, reason: str) -> None:
    """Assert the code, and that the booking may be sent again."""
    assert (failure.reason, failure.trouble, failure.is_sent) == (reason, Trouble.UNREACHABLE, False)


def test_a_refused_connection_sent_nothing(client_of: ClientOf) -> None:
    """Nobody listens."""
    with RawUpstream() as upstream:
        url = upstream.url
    assert_nothing_sent(failure_of_post(client_of(url)), "connection-refused")


def resolver_that(action: Callable[[], None]) -> Callable[[str, int], Sequence[Address]]:
    """Return a resolver that does something and finds nothing."""

    def resolve(host: str, port: int) -> Sequence[Address]:
        del host, port
        action()
        return []

    return resolve


def test_a_name_that_is_not_known_sent_nothing(client_of: ClientOf) -> None:
    """The resolver's own error."""

    def fail() -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    client = replace(client_of("https://example.test"), resolve=resolver_that(fail))
    assert_nothing_sent(failure_of_post(client), "name-not-resolved")


def test_a_name_without_an_address_sent_nothing(client_of: ClientOf) -> None:
    """Any other reason not to connect."""
    client = replace(client_of("http://example.test"), resolve=resolver_that(lambda: None))
    assert_nothing_sent(failure_of_post(client), "connection-failed")


def test_a_name_server_that_takes_its_time_sent_nothing(client_of: ClientOf) -> None:
    """The deadline ends the wait, not the name server."""
    client = replace(client_of("http://example.test"), resolve=resolver_that(lambda: time.sleep(0.3)))
    started = time.monotonic()
    assert_nothing_sent(failure_of_post(client, 0.1), "connect-timeout")
    assert time.monotonic() - started < 0.1 + 0.15


def test_a_deadline_that_has_passed_sent_nothing(client_of: ClientOf) -> None:
    """Not even over a connection that stands."""
    with RawUpstream(says(answer(b"{}"))) as upstream:
        client, call = client_of(upstream.url), after(5)
        client.get("/v1/x", TOKEN, call)
        with pytest.raises(ExchangeFailedError) as failure:
            client.post("/v1/x", TOKEN, BODY, call.within(0))
    assert_nothing_sent(failure.value, "connect-timeout")
    assert [request.method for request in upstream.requests] == ["GET"]


def test_a_certificate_that_nobody_trusts_sent_nothing(client_of: ClientOf, other_authority: Authority) -> None:
    """It is signed by somebody else."""
    with RawUpstream(says(answer(b"{}")), context=other_authority.server_context()) as upstream:
        assert_nothing_sent(failure_of_post(client_of(upstream.url)), "tls-failed")
    assert upstream.requests == []


def test_a_certificate_for_another_host_sent_nothing(client_of: ClientOf, authority: Authority) -> None:
    """It is sound, and somebody else's."""
    with RawUpstream(says(answer(b"{}")), context=authority.server_context("example.test")) as upstream:
        assert_nothing_sent(failure_of_post(client_of(upstream.url)), "tls-failed")
    assert upstream.requests == []


def test_an_upstream_that_does_not_speak_tls_sent_nothing(client_of: ClientOf) -> None:
    """The handshake fails."""
    with RawUpstream(greeting=says(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as upstream:
        failure = failure_of_post(client_of(f"https://localhost:{upstream.port}"))
    assert_nothing_sent(failure, "tls-failed")


def test_a_connection_that_is_reset_in_the_handshake_sent_nothing(client_of: ClientOf) -> None:
    """The TLS layer or the socket says it, as it happens."""
    with RawUpstream(greeting=resets) as upstream:
        failure = failure_of_post(client_of(f"https://localhost:{upstream.port}"))
    assert failure.reason in {"tls-failed", "connection-failed"}
    assert_nothing_sent(failure, failure.reason)


def test_a_handshake_that_stalls_is_ended_at_the_deadline(client_of: ClientOf) -> None:
    """The connection stands, and TLS does not begin."""
    with RawUpstream(greeting=lambda peer: peer.pause()) as upstream:
        started = time.monotonic()
        failure = failure_of_post(client_of(f"https://localhost:{upstream.port}"), SECONDS)
        assert time.monotonic() - started < SECONDS + SLACK
    assert_nothing_sent(failure, "connect-timeout")


def test_a_handshake_that_drips_is_ended_at_the_deadline(client_of: ClientOf, authority: Authority) -> None:
    """Each byte arrives in time, and all of them never."""
    context = authority.server_context()
    with RawUpstream(context=context, handshake_seconds_between_bytes=0.05) as upstream:
        started = time.monotonic()
        failure = failure_of_post(client_of(upstream.url), SECONDS)
        assert SECONDS - 0.05 < time.monotonic() - started < SECONDS + SLACK
    assert_nothing_sent(failure, "connect-timeout")


def test_a_token_that_is_no_header_sent_nothing_and_is_not_shown(client_of: ClientOf) -> None:
    """The HTTP library refuses a line break, and quotes it with all that stands around it."""
    with RawUpstream(says(answer(b"{}"))) as upstream:
        failure = failure_of_post(client_of(upstream.url), token=AccessToken(f"{SECRET}\r\nX-Other: 1"))
    assert_nothing_sent(failure, "connection-failed")
    assert upstream.requests == []
