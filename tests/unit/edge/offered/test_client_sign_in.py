"""Sign-in at the edge: what becomes of a session that the login does not grant."""

import hashlib
import json

import pytest
from chalice.app import Chalice

from chalicelib.application.sign_in.sign_in import SignedIn
from chalicelib.domain.access import AccessToken
from chalicelib.domain.time_budget import Deadline
from chalicelib.edge.container import Container, EdgeSettings
from chalicelib.edge.middleware import install
from chalicelib.edge.routes import register
from tests.unit.edge.gateway_event import (
    ORIGIN,
    CountdownContext,
    FakeGetOperation,
    FakePlaceBooking,
    FakeValidateBooking,
    rest_event,
)

TOKEN = "/v1/oauth/token"
CODE = {"grant_type": "authorization_code", "code": "c", "state": "s", "code_verifier": "v" * 43}


class FakeSignIn:
    """Answers every code with one session, `sealed`."""

    def __init__(self, sealed: str | None) -> None:
        self.sealed = sealed

    def deadline(self, seconds_left: float) -> Deadline:
        """Return an end that does not come."""
        return Deadline.after(lambda: 0.0, seconds_left)

    def redeem(self, *_: object) -> SignedIn:
        """Sign in."""
        return SignedIn(AccessToken("one"), 1200, self.sealed, 100)


def app_of(use_case: FakeSignIn) -> Chalice:
    """Return an app that signs in with a fake."""
    container = Container(
        FakePlaceBooking(),
        FakeGetOperation(),
        EdgeSettings(allowed_origins=frozenset({ORIGIN}), has_sign_in=True),
        FakeValidateBooking(),
        sign_in=lambda: use_case,
    )
    app = Chalice(app_name="edge-under-test")
    install(app, lambda: container)
    register(app, lambda: container)
    return app


@pytest.mark.parametrize(("sealed", "kept"), [("sealed", "sealed; Path=/; Max-Age=100"), (None, "; Path=/; Max-Age=0")])
def test_a_login_that_grants_no_session_leaves_no_cookie_of_an_earlier_user(sealed: str | None, kept: str) -> None:
    """Else the token after this one would be somebody else's."""
    whose = hashlib.sha256(ORIGIN.encode()).hexdigest()[:8]
    session = f"__Host-switchboard-session-{whose}"
    headers = {
        "Origin": ORIGIN,
        "Content-Type": "application/json",
        "Cookie": f"__Host-switchboard-sign-in-{whose}=begun",
    }
    event = rest_event("POST", TOKEN, headers=headers, body=json.dumps(CODE))
    answer = app_of(FakeSignIn(sealed))(event, CountdownContext())
    assert json.loads(answer["body"])["access_token"] == "one"
    (line,) = [one for one in answer["multiValueHeaders"]["Set-Cookie"] if one.startswith(session)]
    assert line.startswith(f"{session}={kept};")
