"""A client that signs in over HTTP: a page with its cookies, or a native app."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from chalicelib.application.sign_in.sign_in import challenge_of
from tests.integration import bookings, exchange
from tests.integration.exchange import Answer
from tests.integration.service import Service

BEGIN, TOKEN, LOGOUT = "/v1/oauth/begin", "/v1/oauth/token", "/v1/oauth/logout"
LOGIN_TOKEN = "/OAuth/token"
PAGE = f"{bookings.ORIGIN}/signed-in"
APP = "com.example.app:/signed-in"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


def settings(sandbox_url: str, **changes: str) -> dict[str, str]:
    """Return the settings of a stage that has sign-in, at the sandbox."""
    return {
        "SIGN_IN": "1",
        "ADULTWORK_LOGIN_URL": sandbox_url,
        "ADULTWORK_CLIENT_ID": "sandbox-project",
        "ADULTWORK_CLIENT_SECRET": "sandbox-secret",
        "SIGN_IN_REDIRECT_URIS": PAGE,
        "SIGN_IN_NATIVE_REDIRECT_URIS": APP,
        **changes,
    }


@dataclass
class Client:
    """One client; `cookies` are those of a page, None makes it a native app."""

    service: Service
    origin: str | None = bookings.ORIGIN
    entrance: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def redirect_uri(self) -> str:
        """Return where the login sends this client back to."""
        return APP if self.origin is None else PAGE

    def post(self, path: str, members: Mapping[str, Any] | None = None, **headers: str) -> Answer:
        """Send members, with cookies and origin, and keep the cookies that come back."""
        told = {
            "Content-Type": "application/json",
            **({} if self.origin is None else {"Origin": self.origin}),
            **headers,
        }
        if self.cookies:
            told["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = json.dumps(members or {}).encode()
        answer = exchange.send(self.service.url, "POST", self.entrance + path, told, body)
        self.service.mark_used()
        for line in set_cookies(answer):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies.pop(name, None)
            if value:
                self.cookies[name] = value
        return answer

    def begin(self, **changes: str) -> Answer:
        """Begin a sign-in."""
        return self.post(
            BEGIN, {"redirect_uri": self.redirect_uri, "code_challenge": challenge_of(VERIFIER), **changes}
        )

    def come_back(self, begun: Answer, user: str = "1001") -> dict[str, str]:
        """Choose a user on the login's page; return what the browser comes back with."""
        address = urlsplit(begun.document["authorization_url"])
        there = exchange.send(self.service.sandbox.url, "GET", f"{address.path}?{address.query}&user={user}")
        location = str(there.header("Location"))
        assert location.startswith(f"{self.redirect_uri}?")
        return dict(parse_qsl(urlsplit(location).query, keep_blank_values=True))

    def redeem(self, begun: Answer, back: Mapping[str, str], **changes: str) -> Answer:
        """Exchange the code."""
        kept = {"begun": begun.document["begun"]} if self.origin is None else {}
        asked = {"grant_type": "authorization_code", "code_verifier": VERIFIER, **kept, **back, **changes}
        return self.post(TOKEN, asked)

    def sign_in(self) -> Answer:
        """Do all of it."""
        begun = self.begin()
        return self.redeem(begun, self.come_back(begun))

    def refresh(self, **members: str) -> Answer:
        """Ask for a new access token."""
        return self.post(TOKEN, {"grant_type": "refresh_token", **members})


def set_cookies(answer: Answer) -> list[str]:
    """Return the cookies that an answer sets, each as its header has it."""
    return [value for name, value in answer.headers if name.lower() == "set-cookie"]
