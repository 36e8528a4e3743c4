"""Signing in to the console: an authorization code with PKCE (RFC 7636), and a session that lives in a sealed cookie alone.

Nothing is kept between the steps but in the browser: the state, the nonce and the verifier of a sign-in in one sealed text, the
session in another. Neither can be read, changed, or passed off as the other there.
"""

import base64
import hmac
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.application.ports import Clock
from chalicelib.application.review.ports import Box, CodeFlow, CodeQuestion, TokenVerifier
from chalicelib.domain.access import AccessToken
from chalicelib.domain.review.desk.reviewer import Role
from chalicelib.domain.reviewer_errors import ReviewerTokenInvalidError
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

SESSION_SECONDS = 3600  # at most; the access token may end it sooner
PENDING_SECONDS = 600  # from the way to the provider to the way back
LONGEST_SEALED = 3800  # characters: a browser keeps 4,096 bytes of a cookie with its name and attributes
MOST_BYTES = 16 * 1024  # of what was compressed
SESSION, PENDING = "session", "sign-in"
SECRET_BYTES = 32

NOT_ENDED = "This sign-in was not begun here, was used already, or took too long. Sign in again."
REFUSED = "The identity provider did not let you in. Sign in again."
TOO_LONG = "Your access token is too long for a cookie. Ask whoever administers the identity provider to put fewer claims in it."


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in, until when (UTC). `form_key` is in each form of the session, and in none of another site's.

    `roles` say what is worth showing; the door asks the token itself. `reason` is told with each look, if it is there.
    """

    token: AccessToken
    subject: str
    roles: frozenset[Role]
    zone: str
    form_key: str
    until: datetime
    reason: str | None = None

    def is_form_of(self, key: str) -> bool:
        """Tell whether a form with this key is one of this session."""
        return hmac.compare_digest(self.form_key.encode(), key.encode())


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that began: where the browser goes, and what it brings back, sealed."""

    address: str
    pending: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A sign-in that ended: the sealed session, for how many seconds it holds, and where its reviewer wanted to go."""

    sealed: str
    seconds: int
    place: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """The use case; `random_bytes` returns that many that nobody can guess."""

    flow: CodeFlow
    verifier: TokenVerifier
    box: Box
    clock: Clock
    random_bytes: Callable[[int], bytes]

    def begin(self, place: str, zone: str, deadline: Deadline) -> Begun:
        """Begin: `place` is where to go afterwards, `zone` the reviewer's.

        Raises:
            IdentityUnavailableError: the provider cannot be reached.
            AuditUnavailableError: nothing can be sealed.
        """
        question = CodeQuestion(self._secret(), self._secret(), self._secret())
        told = {"question": list(question.secrets), "place": place, "zone": zone, "until": self._in(PENDING_SECONDS)}
        return Begun(self.flow.address(question, deadline), self._sealed(told, PENDING, deadline))

    def end(self, pending: str, state: str, code: str, deadline: Deadline) -> Opened:
        """Redeem the code that the browser brought back.

        Raises:
            ReviewerTokenInvalidError: not begun in this browser, over, refused, or a token that opens nothing.
            IdentityUnavailableError, AuditUnavailableError: as `begin`.
        """
        told = self._opened(pending, PENDING, deadline)
        if told is None:
            raise ReviewerTokenInvalidError(NOT_ENDED)
        question = CodeQuestion(*told["question"])
        if not hmac.compare_digest(question.state.encode(), state.encode()):
            raise ReviewerTokenInvalidError(NOT_ENDED)
        granted = self.flow.redeem(code, question, deadline)
        reviewer = self.verifier.verify(granted.token, deadline)
        if reviewer.subject != granted.subject:
            raise ReviewerTokenInvalidError(REFUSED)
        seconds = min(SESSION_SECONDS, granted.seconds)
        until = self.clock.now() + timedelta(seconds=seconds)
        session = Session(granted.token, reviewer.subject, reviewer.roles, told["zone"], self._secret(), until)
        sealed = self.seal(session, deadline)
        if len(sealed) > LONGEST_SEALED:
            raise ReviewerTokenInvalidError(TOO_LONG)
        return Opened(sealed, seconds, told["place"])

    def session(self, sealed: str, deadline: Deadline) -> Session | None:
        """Return a session; None when it is over or none of ours."""
        told = self._opened(sealed, SESSION, deadline)
        if told is None:
            return None
        return Session(
            token=AccessToken(told["token"]),
            subject=told["subject"],
            roles=frozenset(map(Role, told["roles"])),
            zone=told["zone"],
            form_key=told["form_key"],
            until=datetime.fromtimestamp(told["until"], UTC),
            reason=told["reason"],
        )

    def changed(self, session: Session, zone: str, reason: str | None, deadline: Deadline) -> Opened:
        """Return a session with another zone and reason; it lasts no longer for it."""
        seconds = max(0, int((session.until - self.clock.now()).total_seconds()))
        return Opened(self.seal(replace(session, zone=zone, reason=reason), deadline), seconds, "")

    def seal(self, session: Session, deadline: Deadline) -> str:
        """Return a session as a cookie holds it."""
        told = {
            "token": session.token.reveal(),
            "subject": session.subject,
            "roles": sorted(session.roles),
            "zone": session.zone,
            "form_key": session.form_key,
            "until": session.until.timestamp(),
            "reason": session.reason,
        }
        return self._sealed(told, SESSION, deadline)

    def _sealed(self, told: Mapping[str, Any], purpose: str, deadline: Deadline) -> str:
        return self.box.seal(zlib.compress(json.dumps(told).encode(), 9), purpose, deadline)

    def _opened(self, sealed: str, purpose: str, deadline: Deadline) -> dict[str, Any] | None:
        """Return what was sealed for a purpose; None when it was not, or is over."""
        packed = self.box.open(sealed, purpose, deadline)
        if packed is None:
            return None
        told: dict[str, Any] = json.loads(zlib.decompressobj().decompress(packed, MOST_BYTES))
        return told if told["until"] > self.clock.now().timestamp() else None

    def _in(self, seconds: int) -> float:
        return self.clock.now().timestamp() + seconds

    def _secret(self) -> str:
        return base64.urlsafe_b64encode(self.random_bytes(SECRET_BYTES)).rstrip(b"=").decode()
