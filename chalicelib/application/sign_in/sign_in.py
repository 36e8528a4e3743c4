"""Signing in: a code for a session, and a session for a new access token. The refresh token is never shown to a page.

Nothing of a session is kept here: it is sealed, and the client keeps it. What the ledger holds are marks of minutes, so that a
code is sent once, and that two tabs do not use one refresh token at the same time.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import timedelta

from chalicelib.application.ports import Clock
from chalicelib.application.sign_in.ports import SignInLedger, Tokens, UnifiedLogin
from chalicelib.application.sign_in.sealed import AGAIN, BEGUN_SECONDS, Begun, Keepsakes
from chalicelib.domain.access import AccessToken
from chalicelib.domain.sign_in_errors import SignInInProgressError, SignInRefusedError, SignInUnavailableError
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

STATE_BYTES = 32
# Longer than any exchange takes: whoever holds the old refresh token after that has not got the new one, and may try.
REFRESH_SECONDS = 15
RETRY_AFTER_SECONDS = 1

NOT_REGISTERED = "This address to come back to is not registered for this client."
NOT_THE_SAME = AGAIN + "what came back from the login does not belong to the sign-in that was begun here."
USED = AGAIN + "this sign-in was used already. Its code is sent to AdultWork once, whatever became of the answer."
LOST = AGAIN + "AdultWork's answer was lost, and a code is sent once. Nothing was booked by it."
IN_PROGRESS = (
    "This session is being refreshed, or was a moment ago, perhaps in another tab. Send the same again in a second."
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: `client` is the origin of a page, None for a native app; `address` is the network address."""

    client: str | None
    address: str


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where the browser goes, and what the client brings back with the code: `sealed`, for `seconds`."""

    address: str
    state: str
    sealed: str
    seconds: int


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The access token for `seconds`; the session, sealed, for `session_seconds`, None when the login granted none."""

    access_token: AccessToken
    seconds: int
    sealed: str | None
    session_seconds: int


@dataclass(frozen=True, slots=True)
class SignIn:
    """The use cases.

    `redirect_uris` are the addresses to come back to, each with the origin of its page, None for a native app's.
    `random_bytes` returns that many that nobody can guess. A session is kept for `session_seconds`, a call takes
    `call_seconds` at most.
    """

    login: UnifiedLogin
    keepsakes: Keepsakes
    ledger: SignInLedger
    clock: Clock
    random_bytes: Callable[[int], bytes]
    redirect_uris: frozenset[tuple[str | None, str]]
    session_seconds: int
    call_seconds: float

    def deadline(self, seconds_left: float) -> Deadline:
        """Return the end of a call that has so much left."""
        return Deadline.after(self.clock.monotonic, min(seconds_left, self.call_seconds))

    def begin(self, caller: Caller, redirect_uri: str, challenge: str, deadline: Deadline) -> Beginning:
        """Begin a sign-in; `challenge` is the S256 of a verifier that the client keeps to itself.

        Raises:
            SignInRefusedError: the address to come back to is not registered for this client.
            TooManySignInsError: the caller's address asks too often.
            StoreUnavailableError: the ledger or the key could not be reached.
        """
        self.ledger.count(caller.address, self.clock.now(), deadline)
        if (caller.client, redirect_uri) not in self.redirect_uris:
            raise SignInRefusedError(NOT_REGISTERED)
        state = base64.urlsafe_b64encode(self.random_bytes(STATE_BYTES)).rstrip(b"=").decode()
        sealed = self.keepsakes.begun(Begun(redirect_uri, state, challenge), caller.client)
        return Beginning(self.login.address(redirect_uri, state), state, sealed, BEGUN_SECONDS)

    def redeem(  # noqa: PLR0913, PLR0917 (what came back, in one piece each)
        self, caller: Caller, sealed: str, code: str, state: str, verifier: str, deadline: Deadline
    ) -> SignedIn:
        """Exchange the code that the browser came back with. It is sent once: a repeat is refused before it is sent.

        Raises:
            SignInRefusedError: not begun by this client, over, used, declined, or the answer was lost.
            SignInUnavailableError: the login could not be reached, and the code was not sent: it may be tried again.
            TooManySignInsError, StoreUnavailableError: as `begin`.
        """
        self.ledger.count(caller.address, self.clock.now(), deadline)
        begun = self.keepsakes.read_begun(sealed, caller.client)
        if not (_equal(begun.state, state) and _equal(begun.challenge, challenge_of(verifier))):
            raise SignInRefusedError(NOT_THE_SAME)
        if not self._claim(state, BEGUN_SECONDS, deadline):
            raise SignInRefusedError(USED)
        try:
            tokens = self.login.redeem(code, begun.redirect_uri, deadline)
        except SignInUnavailableError as error:
            if error.is_sent:
                raise SignInRefusedError(LOST) from error
            self.ledger.release(state, deadline)
            raise
        return self._signed_in(caller, tokens)

    def refresh(self, caller: Caller, sealed: str, deadline: Deadline) -> SignedIn:
        """Renew a session: a new access token, and a new refresh token in place of the old.

        Raises:
            SignInRefusedError: not this client's session, or over.
            SignInInProgressError: somebody else uses this refresh token at this moment.
            SignInUnavailableError: no usable answer; the same may be tried again.
            TooManySignInsError, StoreUnavailableError: as `begin`.
        """
        self.ledger.count(caller.address, self.clock.now(), deadline)
        token = self.keepsakes.read_session(sealed, caller.client)
        if not self._claim(token, REFRESH_SECONDS, deadline):
            raise SignInInProgressError(IN_PROGRESS, retry_after_seconds=RETRY_AFTER_SECONDS)
        try:
            tokens = self.login.refresh(token, deadline)
        except (SignInRefusedError, SignInUnavailableError):
            self.ledger.release(token, deadline)
            raise
        # RFC 6749, section 6: a server may leave the new one out, and the old one goes on then.
        return self._signed_in(caller, Tokens(tokens.access_token, tokens.seconds, tokens.refresh_token or token))

    def _claim(self, secret: str, seconds: int, deadline: Deadline) -> bool:
        now = self.clock.now()
        return self.ledger.claim(secret, now + timedelta(seconds=seconds), now, deadline)

    def _signed_in(self, caller: Caller, tokens: Tokens) -> SignedIn:
        token = tokens.refresh_token
        sealed = None if token is None else self.keepsakes.session(token, caller.client, self.session_seconds)
        return SignedIn(tokens.access_token, tokens.seconds, sealed, self.session_seconds)


def challenge_of(verifier: str) -> str:
    """Return what is shown of a verifier before it is shown itself (RFC 7636, section 4.2: S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
