"""Sign-in at the edge: what pages and native apps send, what each gets, and what becomes of the cookies."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from chalice.app import Chalice

from chalicelib.application.sign_in.sign_in import Beginning, Caller, SignedIn
from chalicelib.domain.access import AccessToken
from chalicelib.domain.time_budget import Deadline
from chalicelib.edge.container import Container, EdgeSettings, no_sign_in
from chalicelib.edge.middleware import install
from chalicelib.edge.routes import register
from chalicelib.edge.routes.sign_in import BEGIN, LOGOUT, TOKEN
from tests.unit.edge.gateway_event import (
    HEADERS,
    ORIGIN,
    FakeGetOperation,
    FakePlaceBooking,
    FakeValidateBooking,
    Reply,
    call,
    call_with_cookies,
    rest_event,
)

WHOSE = hashlib.sha256(ORIGIN.encode()).hexdigest()[:8]
SESSION, BEGUN = f"__Host-switchboard-session-{WHOSE}", f"__Host-switchboard-sign-in-{WHOSE}"
BEGINNING = Beginning("https://login.example/authorize", "state-of-it", "sealed-beginning", 600)
ADDRESSES = {"redirect_uri": "https://app.example/in", "code_challenge": "c" * 43}
CODE = {"grant_type": "authorization_code", "code": "c", "state": "s", "code_verifier": "v" * 43}
REFRESH = {"grant_type": "refresh_token"}
PAGE, APP = Caller(ORIGIN, "192.0.2.1"), Caller(None, "192.0.2.1")
GONE = "; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict"


@dataclass
class FakeSignIn:
    """Answers everybody with one beginning and one session, `sealed`, and keeps what it was asked."""

    sealed: str | None = "sealed-session"
    asked: list[tuple[object, ...]] = field(default_factory=list)

    def deadline(self, seconds_left: float) -> Deadline:
        """Return an end that does not come."""
        return Deadline.after(lambda: 0.0, seconds_left)

    def begin(self, *asked: object) -> Beginning:
        """Begin."""
        self.asked.append(asked[:-1])
        return BEGINNING

    def redeem(self, *asked: object) -> SignedIn:
        """Sign in."""
        self.asked.append(asked[:-1])
        return SignedIn(AccessToken("one"), 1200, self.sealed, 100)

    refresh = redeem


def app_of(use_case: FakeSignIn, *, is_on: bool = True, is_secure: bool = True) -> Chalice:
    """Return an app that signs in with a fake."""
    container = Container(
        FakePlaceBooking(),
        FakeGetOperation(),
        EdgeSettings(allowed_origins=frozenset({ORIGIN}), has_sign_in=is_on, has_secure_cookies=is_secure),
        FakeValidateBooking(),
        sign_in=lambda: use_case,
    )
    app = Chalice(app_name="edge-under-test")
    install(app, lambda: container)
    register(app, lambda: container)
    return app


@dataclass
class Client:
    """A client of one app; an `origin` makes it a page, which sends its `cookies`."""

    use_case: FakeSignIn
    origin: str | None = ORIGIN
    cookies: str = ""

    def post(self, path: str, members: Mapping[str, object]) -> tuple[Reply, list[str]]:
        """Send members; return the answer, and the cookies that it sets."""
        headers = {"Content-Type": "application/json"}
        headers |= {} if self.origin is None else {"Origin": self.origin}
        headers |= {"Cookie": self.cookies} if self.cookies else {}
        event = rest_event("POST", path, headers=headers, body=json.dumps(members))
        return call_with_cookies(app_of(self.use_case), event)


def test_the_beginning_of_a_page_stays_in_its_cookie() -> None:
    """No script of the page sees what is sealed."""
    client = Client(FakeSignIn())
    answer, cookies = client.post(BEGIN, ADDRESSES)
    told = {"authorization_url": BEGINNING.address, "state": BEGINNING.state, "expires_in": 600}
    assert (answer.status, answer.document) == (200, told)
    assert cookies == [f"{BEGUN}=sealed-beginning; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Strict"]
    assert client.use_case.asked == [(PAGE, "https://app.example/in", "c" * 43)]


def test_a_native_app_keeps_its_beginning_itself() -> None:
    """It has no cookies."""
    client = Client(FakeSignIn(), origin=None)
    answer, cookies = client.post(BEGIN, ADDRESSES)
    assert (answer.document["begun"], cookies) == ("sealed-beginning", [])
    assert client.use_case.asked == [(APP, "https://app.example/in", "c" * 43)]


@pytest.mark.parametrize(("sealed", "kept"), [("sealed", "sealed; Path=/; Max-Age=100"), (None, "; Path=/; Max-Age=0")])
def test_a_login_that_grants_no_session_leaves_no_cookie_of_an_earlier_user(sealed: str | None, kept: str) -> None:
    """Else the token after this one would be somebody else's. What had begun is over either way."""
    client = Client(FakeSignIn(sealed), cookies=f"other=1; {BEGUN}=begun")
    answer, cookies = client.post(TOKEN, CODE)
    assert answer.document == {"access_token": "one", "token_type": "Bearer", "expires_in": 1200}
    assert cookies[0].startswith(f"{SESSION}={kept};")
    assert cookies[1:] == [f"{BEGUN}={GONE}"]
    assert client.use_case.asked == [(PAGE, "begun", "c", "s", "v" * 43)]


@pytest.mark.parametrize(("sealed", "more"), [("sealed", {"refresh_token": "sealed"}), (None, {})])
def test_a_native_app_gets_its_session_as_text(sealed: str | None, more: dict[str, str]) -> None:
    """Where the login grants one: for a code, and for a session."""
    client = Client(FakeSignIn(sealed), origin=None)
    granted = {"access_token": "one", "token_type": "Bearer", "expires_in": 1200, **more}
    for members in ({**CODE, "begun": "begun"}, {**REFRESH, "refresh_token": "session"}):
        answer, cookies = client.post(TOKEN, members)
        assert (answer.status, answer.document, cookies) == (200, granted, [])
    assert client.use_case.asked == [(APP, "begun", "c", "s", "v" * 43), (APP, "session")]


def test_a_page_renews_its_session_with_its_cookie() -> None:
    """And gets the next one as a cookie."""
    client = Client(FakeSignIn("next"), cookies=f"{SESSION}=session")
    answer, cookies = client.post(TOKEN, REFRESH)
    assert (answer.status, answer.document["access_token"]) == (200, "one")
    assert cookies == [f"{SESSION}=next; Path=/; Max-Age=100; HttpOnly; Secure; SameSite=Strict"]
    assert client.use_case.asked == [(PAGE, "session")]


@pytest.mark.parametrize("members", [CODE, REFRESH])
@pytest.mark.parametrize("cookies", ["", f"{BEGUN}=; {SESSION}=", f"{BEGUN}=a; {BEGUN}=b; {SESSION}=a; {SESSION}=b"])
def test_a_browser_that_holds_nothing_of_this_page_signs_in(members: dict[str, str], cookies: str) -> None:
    """Without a cookie, with an empty one, or with two of one name."""
    client = Client(FakeSignIn(), cookies=cookies)
    answer, _ = client.post(TOKEN, members)
    assert (answer.status, answer.document["type"].rpartition("/")[2]) == (401, "sign-in-refused")
    assert client.use_case.asked == []


def test_whoever_logs_out_keeps_no_cookie() -> None:
    """Of the session, nor of a sign-in that has begun."""
    answer, cookies = Client(FakeSignIn()).post(LOGOUT, {})
    assert (answer.status, answer.body, cookies) == (204, "", [f"{SESSION}={GONE}", f"{BEGUN}={GONE}"])


@pytest.mark.parametrize("path", [BEGIN, TOKEN, LOGOUT])
def test_a_page_of_another_origin_cannot_sign_in(path: str) -> None:
    """Whatever it sends."""
    client = Client(FakeSignIn(), origin="https://evil.example", cookies=f"{SESSION}=session")
    answer, cookies = client.post(path, REFRESH)
    assert (answer.status, cookies, client.use_case.asked) == (401, [], [])


@pytest.mark.parametrize(
    ("path", "members", "wrong"),
    [
        (BEGIN, {"redirect_uri": "https://app.example/in"}, {"/code_challenge": "required"}),
        (BEGIN, {**ADDRESSES, "scope": "all"}, {"/scope": "unknown-member"}),
        (BEGIN, {**ADDRESSES, "code_challenge": "short"}, {"/code_challenge": "text-form"}),
        (TOKEN, {}, {"/grant_type": "required"}),
        (TOKEN, {"grant_type": 1}, {"/grant_type": "text-form"}),
        (TOKEN, {**REFRESH, "code": "c"}, {"/code": "unknown-member"}),
        (TOKEN, {**CODE, "begun": "b"}, {"/begun": "unknown-member"}),
    ],
)
def test_each_member_that_is_wrong_is_named(path: str, members: dict[str, object], wrong: dict[str, str]) -> None:
    """With its rule, and without its value."""
    answer, _ = Client(FakeSignIn()).post(path, members)
    told = {one["pointer"]: one["rule"] for one in answer.document["violations"]}
    assert (answer.status, told) == (400, wrong)


@pytest.mark.parametrize("path", [BEGIN, TOKEN, LOGOUT])
def test_where_sign_in_is_off_there_is_nothing(path: str) -> None:
    """And a page may read that."""
    app = app_of(FakeSignIn(), is_on=False)
    reply = call(app, rest_event("POST", path, headers={**HEADERS, "Origin": ORIGIN}))
    assert (reply.status, reply.document["type"].rpartition("/")[2]) == (404, "not-found")
    assert "access-control-allow-credentials" not in reply.headers
    preflight = call(app, rest_event("OPTIONS", path, headers={"Origin": ORIGIN}))
    assert (preflight.status, "access-control-allow-credentials" in preflight.headers) == (204, False)
    with pytest.raises(RuntimeError, match="off"):
        no_sign_in()


def test_pages_are_served_with_cookies_where_it_is_on() -> None:
    """By the name of their origin, a preflight as well."""
    reply = call(app_of(FakeSignIn()), rest_event("OPTIONS", TOKEN, headers={"Origin": ORIGIN}))
    assert (reply.status, reply.headers["access-control-allow-credentials"]) == (204, "true")
    assert reply.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize(
    ("entrance", "is_secure", "start", "end"),
    [
        ("", False, f"switchboard-sign-in-{WHOSE}=", "; Path=/; Max-Age=600; HttpOnly; SameSite=Strict"),
        (
            "/dev",
            True,
            f"__Secure-{BEGUN[7:]}=",
            "; Path=/dev/v1/oauth; Max-Age=600; HttpOnly; Secure; SameSite=Strict",
        ),
    ],
)
def test_the_name_of_a_cookie_says_how_far_it_goes(entrance: str, start: str, end: str, *, is_secure: bool) -> None:
    """On loopback over plain http none is secure; behind an entrance with a path, others may stand on the same host."""
    event = rest_event(
        "POST", BEGIN, headers={"Content-Type": "application/json", "Origin": ORIGIN}, body=json.dumps(ADDRESSES)
    )
    event["requestContext"]["path"] = entrance + BEGIN
    _, cookies = call_with_cookies(app_of(FakeSignIn(), is_secure=is_secure), event)
    assert cookies == [f"{start}sealed-beginning{end}"]
