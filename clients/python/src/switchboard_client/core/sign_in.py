"""Sign-in of a native program through Switchboard: the refresh token is in its keychain, the access token in memory."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import cast
from urllib.parse import parse_qs, urlsplit

from switchboard_client.contract import SignInBegun, TokenGrant
from switchboard_client.core.effects import Request, Sleep, Steps, sent, texts
from switchboard_client.core.exchange import Reply, Success, Told, has, read

EARLY_SECONDS = 30
MOST_TRIES = 5
BEGIN, TOKEN = "/v1/oauth/begin", "/v1/oauth/token"


class SignInUnavailableError(Exception):
    """Sign-in cannot be reached, or said no for now; the message says why. It may be tried again."""


@dataclass(slots=True)
class Session:
    """One user's session. `name` tells Switchboards apart in one keychain; `new_verifier` draws a text that nobody can foresee.

    Whoever runs its steps runs one after the other.
    """

    name: str
    redirect_uri: str
    now: Callable[[], float]
    new_verifier: Callable[[], str]
    _token: str | None = field(default=None, repr=False)
    _until: float = 0
    _session: str | None = field(default=None, repr=False)
    _asked_again_at: float = 0

    def token(self, rejected: str | None) -> Steps[str | None]:
        """Return the access token, a new one where it has run out or was rejected; None when the user has to sign in.

        Raises:
            SignInUnavailableError: no answer now.
        """
        if self._token not in {None, rejected} and self._until > self.now():
            return self._token
        if self.now() < self._asked_again_at:
            raise SignInUnavailableError("Sign-in asked to wait.")
        if self._session is None:
            self._session = yield from texts(lambda keychain: keychain.get(self._kept("session")))
        if self._session is None:
            return None
        reply = yield from self._insist(
            {"grant_type": "refresh_token", "refresh_token": self._session}, _is_in_progress
        )
        self._asked_again_at = self.now() + (reply.wait or 0)
        granted = yield from self._take(reply)
        if granted is None:
            yield from self.log_out()
            return None
        return granted["access_token"]

    def begin(self) -> Steps[str]:
        """Begin a sign-in; return the address to open in the system's browser.

        Raises:
            SignInUnavailableError: no answer, or a refusal.
        """
        verifier = self.new_verifier()
        body = {"redirect_uri": self.redirect_uri, "code_challenge": challenge_of(verifier)}
        reply = yield from self._post(BEGIN, body)
        if not (isinstance(reply, Success) and has(reply.body, "authorization_url", "begun")):
            raise _failure(reply)
        begun = cast("SignInBegun", reply.body)
        kept = json.dumps({"code_verifier": verifier, "begun": begun.get("begun")})
        yield from texts(lambda keychain: keychain.set(self._kept("begun"), kept))
        return begun["authorization_url"]

    def end(self, address: str) -> Steps[bool]:
        """End it, with the address that the browser came back to; tell whether the user is signed in.

        Raises:
            SignInUnavailableError: no answer now; the same address may be given again.
        """
        came = parse_qs(urlsplit(address).query)
        kept = yield from texts(lambda keychain: keychain.get(self._kept("begun")))
        granted = None
        if kept is not None and came.keys() >= {"code", "state"}:
            body = {"grant_type": "authorization_code", "code": came["code"][0], "state": came["state"][0]}
            granted = yield from self._take((yield from self._insist(body | json.loads(kept), _may_pass)))
        yield from texts(lambda keychain: keychain.remove(self._kept("begun")))
        if granted is not None and "refresh_token" not in granted:
            yield from self._forget_session()  # none of an earlier user is left
        return granted is not None

    def log_out(self) -> Steps[None]:
        """Forget the session here. AdultWork documents no way to end it there."""
        self._token = None
        yield from self._forget_session()

    def _forget_session(self) -> Steps[None]:
        self._session = None
        yield from texts(lambda keychain: keychain.remove(self._kept("session")))

    def _take(self, reply: Reply) -> Steps[TokenGrant | None]:
        """Take the tokens of an answer; None when the user has to begin anew."""
        if _may_pass(reply):
            raise _failure(reply)
        if not isinstance(reply, Success):
            return None
        granted = cast("TokenGrant", reply.body)
        renewed, seconds = granted.get("refresh_token"), granted["expires_in"]
        if renewed is not None:
            self._session = renewed
            yield from texts(lambda keychain: keychain.set(self._kept("session"), renewed))
        self._token = granted["access_token"]
        self._until = self.now() + seconds - min(EARLY_SECONDS, seconds / 2)
        return granted

    def _insist(self, body: Mapping[str, str], is_open: Callable[[Reply], bool]) -> Steps[Reply]:
        """Send again what was not decided, after each wait, never less than 1, 2, 3 … seconds."""
        reply = yield from self._post(TOKEN, body)
        for tries in range(1, MOST_TRIES):
            if not is_open(reply):
                break
            yield Sleep(max(reply.wait or 0, tries))
            reply = yield from self._post(TOKEN, body)
        return reply

    def _post(self, path: str, body: Mapping[str, str]) -> Steps[Reply]:
        return read((yield from sent(Request("POST", path, json.dumps(body)), None)), self.now())

    def _kept(self, kind: str) -> str:
        return f"switchboard.{kind}.{self.name}"


def challenge_of(verifier: str) -> str:
    """Return what is shown of a verifier before it is shown itself (RFC 7636, section 4.2: S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _is_in_progress(reply: Reply) -> bool:
    return isinstance(reply, Told) and reply.slug == "sign-in-in-progress"


def _may_pass(reply: Reply) -> bool:
    """Tell whether the same request may be answered otherwise later."""
    if isinstance(reply, Told):
        status = reply.problem.get("status", HTTPStatus.INTERNAL_SERVER_ERROR)
        return reply.wait is not None or _is_in_progress(reply) or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return not (isinstance(reply, Success) and has(reply.body, "access_token", "expires_in"))


def _failure(reply: Reply) -> SignInUnavailableError:
    return SignInUnavailableError(reply.problem["detail"] if isinstance(reply, Told) else "Sign-in cannot be reached.")
