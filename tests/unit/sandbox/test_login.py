"""The sandbox's Unified Login: its page, its codes, its tokens."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from sandbox import SandboxServer
from tests.unit.sandbox.caller import CREDENTIALS, Caller, Seen

BACK = "http://127.0.0.1:1/in?x=1"
ASKED = {"response_type": "code", "client_id": "sandbox-project", "redirect_uri": BACK, "scope": "all", "state": "s&t"}
PROJECT = {"client_id": "sandbox-project", "client_secret": "sandbox-secret"}


def page(server: SandboxServer, **changes: str) -> Seen:
    """Open the page."""
    return Caller(server).get(f"/OAuth/Authorize?{urlencode({**ASKED, **changes})}")


def back(seen: Seen) -> dict[str, str]:
    """Return what a browser comes back with."""
    assert seen.headers["Location"].startswith(f"{BACK}&")
    return dict(parse_qsl(urlsplit(seen.headers["Location"]).query, keep_blank_values=True))


def exchange(server: SandboxServer, **form: str) -> Seen:
    """Ask for tokens."""
    return Caller(server).send("POST", "/OAuth/token", urlencode({**PROJECT, **form}).encode())


def redeem(server: SandboxServer, **changes: str) -> Seen:
    """Sign in, and exchange the code."""
    code = back(page(server, user="1001"))["code"]
    return exchange(server, **{"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, **changes})


def test_the_page_has_everybody_and_carries_the_state() -> None:
    """Chosen, a user comes back with a code; whoever cancels, without."""
    with SandboxServer() as server:
        shown = page(server)
        assert shown.headers["Content-Type"].startswith("text/html")
        assert shown.text.count("<li>") == 6
        assert "state=s%26t" in shown.text
        assert back(page(server, user="1001"))["state"] == "s&t"
        assert back(page(server, user="cancel")) == {"x": "1", "code": "", "state": "s&t", "status": "cancelled"}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"response_type": "token"}, 400),
        ({"client_id": "x"}, 400),
        ({"redirect_uri": "a\r\nb"}, 400),
        ({"user": "9"}, 404),
    ],
)
def test_the_page_refuses_what_it_does_not_know(changes: dict[str, str], status: int) -> None:
    """As a page."""
    with SandboxServer() as server:
        assert page(server, **changes).status == status


def test_a_code_is_good_for_one_exchange_and_the_same_address() -> None:
    """The token that it gives opens the API, until it is ended."""
    with SandboxServer() as server:
        granted = redeem(server).json
        assert (granted["token_type"], granted["expires_in"]) == ("bearer", 1200)
        caller = Caller(server, token=granted["access_token"])
        assert caller.get(CREDENTIALS).json["UserID"] == 1001
        assert Caller(server).send("DELETE", "/_sandbox/tokens").status == 204
        assert caller.get(CREDENTIALS).status == 401
        assert redeem(server, redirect_uri="http://127.0.0.1:1/other").json == {"error": "invalid_grant"}
        assert redeem(server, code="x").status == 400


def test_a_refresh_token_is_good_for_one_refresh_within_two_weeks() -> None:
    """Then it is as the documentation says."""
    now = datetime(2026, 1, 15, tzinfo=UTC)
    with SandboxServer(now=lambda: now) as server:
        first = redeem(server).json["refresh_token"]
        second = exchange(server, grant_type="refresh_token", refresh_token=first).json["refresh_token"]
        used = exchange(server, grant_type="refresh_token", refresh_token=first)
        assert (used.status, used.json) == (401, {"error": "refresh_token_has_expired"})
        now += timedelta(days=14)
        assert exchange(server, grant_type="refresh_token", refresh_token=second).status == 401


def test_the_exchange_asks_for_the_secret_and_a_known_grant() -> None:
    """Each refused in its own words."""
    with SandboxServer() as server:
        assert exchange(server, client_secret="x", grant_type="refresh_token").json == {"error": "invalid_client"}
        assert exchange(server, grant_type="password").json == {"error": "unsupported_grant_type"}
        assert Caller(server).get("/OAuth/token").status == 401


def test_a_reset_forgets_everybody() -> None:
    """As at the start."""
    with SandboxServer() as server:
        token = redeem(server).json["access_token"]
        server.reset()
        assert Caller(server, token=token).get(CREDENTIALS).status == 401
