"""The Unified Login: how it is asked, and what each of its answers means."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlsplit

import pytest

from chalicelib.adapters.adultwork.login import DEFAULT_SECONDS, LONGEST_SECONDS, AdultWorkLogin
from chalicelib.adapters.http.authorities import default_authorities, tls_context
from chalicelib.adapters.http.transport import Transport
from chalicelib.adapters.system import SystemClock
from chalicelib.domain.sign_in_errors import SignInRefusedError, SignInUnavailableError
from chalicelib.domain.time_budget import Deadline
from tests.fakes.raw_upstream import RawUpstream, answer, closes, says

CLOCK = SystemClock()
GRANTED = {"access_token": "a.token", "token_type": "bearer", "expires_in": 1200, "refresh_token": "the-next"}


def deadline() -> Deadline:
    """Return one that is far enough."""
    return Deadline.after(CLOCK.monotonic, 5)


@contextmanager
def login(url: str) -> Iterator[AdultWorkLogin]:
    """Return the adapter at an address."""
    transport = Transport(tls_context(default_authorities()))
    yield AdultWorkLogin(url, "an id", "one two", lambda: "a&secret", transport, CLOCK)
    transport.close()


def body(**changes: object) -> bytes:
    """Return a sound answer with changes; None leaves a member out."""
    return json.dumps({name: value for name, value in {**GRANTED, **changes}.items() if value is not None}).encode()


def test_the_address_carries_what_is_documented() -> None:
    """Encoded."""
    with login("https://login.example") as adapter:
        address = urlsplit(adapter.address("https://a.example/in?x=1", "a-state"))
    assert (address.netloc, address.path) == ("login.example", "/OAuth/Authorize")
    assert dict(parse_qsl(address.query)) == {
        "response_type": "code",
        "client_id": "an id",
        "redirect_uri": "https://a.example/in?x=1",
        "scope": "one two",
        "state": "a-state",
    }


def test_a_code_is_sent_as_a_form_with_the_secret() -> None:
    """And the tokens come back."""
    with RawUpstream(says(answer(body()))) as server, login(server.url) as adapter:
        tokens = adapter.redeem("a code", "https://a.example/in", deadline())
        (request,) = server.requests
    assert (request.method, request.target) == ("POST", "/OAuth/token")
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert dict(parse_qsl(request.body.decode())) == {
        "grant_type": "authorization_code",
        "code": "a code",
        "redirect_uri": "https://a.example/in",
        "client_id": "an id",
        "client_secret": "a&secret",
    }
    assert (tokens.access_token.reveal(), tokens.seconds, tokens.refresh_token) == ("a.token", 1200, "the-next")
    assert "the-next" not in repr(tokens)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        (1200, 1200), ("3600", 3600), (None, DEFAULT_SECONDS), (0, DEFAULT_SECONDS), (-5, DEFAULT_SECONDS),
        ("soon", DEFAULT_SECONDS), (True, DEFAULT_SECONDS), (10**12, LONGEST_SECONDS), ("9" * 40, LONGEST_SECONDS),
    ],
)  # fmt: skip
def test_the_time_of_a_token_is_what_the_answer_says(told: object, seconds: int) -> None:
    """The text and the sample of AdultWork's page disagree, so there is no constant."""
    with RawUpstream(says(answer(body(expires_in=told)))) as server, login(server.url) as adapter:
        assert adapter.refresh("one", deadline()).seconds == seconds


def test_an_answer_may_leave_the_refresh_token_out() -> None:
    """And the kind of the token."""
    with RawUpstream(says(answer(body(refresh_token=None, token_type=None)))) as server, login(server.url) as adapter:
        assert adapter.refresh("one", deadline()).refresh_token is None


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b"not json", b"[" * 30_000, body(access_token=None), body(access_token=7), body(access_token="a b"),
        body(access_token="x" * 2049), body(refresh_token="a\nb"), body(token_type="mac"),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_read_is_none(content: bytes) -> None:
    """What it was is never told."""
    with (
        RawUpstream(says(answer(content))) as server,
        login(server.url) as adapter,
        pytest.raises(SignInUnavailableError) as caught,
    ):
        adapter.redeem("code", "https://a.example/in", deadline())
    assert caught.value.is_sent
    assert caught.value.retry_after_seconds == 5


@pytest.mark.parametrize("status", ["400 Bad Request", "401 Unauthorized", "403 Forbidden"])
def test_a_refusal_ends_the_sign_in(status: str) -> None:
    """Whatever its body says."""
    content = b'{"error":"refresh_token_has_expired"}'
    with (
        RawUpstream(says(answer(content, status))) as server,
        login(server.url) as adapter,
        pytest.raises(SignInRefusedError, match="Sign in again"),
    ):
        adapter.refresh("one", deadline())


@pytest.mark.parametrize(
    "status", ["302 Found", "204 No Content", "429 Too Many Requests", "500 Internal Server Error"]
)
def test_any_other_status_is_no_answer(status: str) -> None:
    """A wait that it names is passed on."""
    with (
        RawUpstream(says(answer(b"", status, "Retry-After: 9"))) as server,
        login(server.url) as adapter,
        pytest.raises(SignInUnavailableError) as caught,
    ):
        adapter.refresh("one", deadline())
    assert caught.value.is_sent
    assert caught.value.retry_after_seconds in {5, 9}


def test_it_is_known_whether_anything_was_sent() -> None:
    """A connection that closes after the request, and one that never came about."""
    with RawUpstream(closes) as server, login(server.url) as adapter, pytest.raises(SignInUnavailableError) as lost:
        adapter.redeem("code", "https://a.example/in", deadline())
    with login(server.url) as adapter, pytest.raises(SignInUnavailableError) as closed:
        adapter.redeem("code", "https://a.example/in", deadline())
    assert (lost.value.is_sent, closed.value.is_sent) == (True, False)
