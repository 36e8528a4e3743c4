"""What a client keeps of a sign-in, sealed: of one that has begun, and of a session. Each is bound to who may bring it back."""

import json
from collections.abc import Callable
from dataclasses import field
from datetime import datetime, timedelta
from typing import Any

from chalicelib.application.sign_in.ports import Seal
from chalicelib.domain.sign_in_errors import SignInRefusedError
from chalicelib.values import dataclass

BEGUN, SESSION = "sign-in-begun", "sign-in-session"
BEGUN_SECONDS = 600
AGAIN = "Sign in again: "


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in on its way through the login: `challenge` is the S256 of the client's verifier (RFC 7636)."""

    redirect_uri: str
    state: str = field(repr=False)
    challenge: str


@dataclass(frozen=True, slots=True)
class Keepsakes:
    """Seals and opens what clients keep. `client` is the origin of a page, or None for a native app."""

    seal: Seal
    now: Callable[[], datetime]

    def begun(self, begun: Begun, client: str | None) -> str:
        """Return a sealed sign-in; it holds for ten minutes."""
        told = {"redirect_uri": begun.redirect_uri, "state": begun.state, "challenge": begun.challenge}
        return self._sealed(told, client, BEGUN_SECONDS, BEGUN)

    def read_begun(self, sealed: str, client: str | None) -> Begun:
        """Open a sealed sign-in.

        Raises:
            SignInRefusedError: it is none, another client's, or over.
        """
        told = self._opened(sealed, client, BEGUN, "this sign-in was not begun here, or took too long.")
        return Begun(told["redirect_uri"], told["state"], told["challenge"])

    def session(self, refresh_token: str, client: str | None, seconds: int) -> str:
        """Return a sealed session."""
        return self._sealed({"refresh_token": refresh_token}, client, seconds, SESSION)

    def read_session(self, sealed: str, client: str | None) -> str:
        """Return the refresh token of a sealed session.

        Raises:
            SignInRefusedError: it is none, another client's, or over.
        """
        token: str = self._opened(sealed, client, SESSION, "there is no session here, or it is over.")["refresh_token"]
        return token

    def _sealed(self, told: dict[str, Any], client: str | None, seconds: int, purpose: str) -> str:
        until = (self.now() + timedelta(seconds=seconds)).timestamp()
        return self.seal.seal(json.dumps({**told, "client": client, "until": until}).encode(), purpose)

    def _opened(self, sealed: str, client: str | None, purpose: str, why: str) -> dict[str, Any]:
        raw = self.seal.open(sealed, purpose)
        told: dict[str, Any] = {} if raw is None else json.loads(raw)
        if not told or told["client"] != client or told["until"] <= self.now().timestamp():
            raise SignInRefusedError(AGAIN + why)
        return told
