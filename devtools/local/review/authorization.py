"""The local provider's side of an authorization code with PKCE: a page of ready users, and codes that are good once."""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from urllib.parse import urlencode

CLIENT_ID = "switchboard-console"
CODE_SECONDS = 60
ASKED = ("redirect_uri", "state", "nonce", "code_challenge")

Asked = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code stands for."""

    user: str
    asked: Asked
    until: float


class RefusedError(Exception):
    """A request that no provider grants; the text is its error code (RFC 6749, section 5.2)."""


@dataclass(slots=True)
class Authorizations:
    """Gives and takes codes. `redirect_uris` are where browsers may be sent back to: nowhere, until somebody registers."""

    redirect_uris: set[str] = field(default_factory=set)
    _grants: dict[str, Grant] = field(default_factory=dict)

    def page(self, asked: Asked, users: Mapping[str, tuple[str, ...]]) -> str:
        """Return the page on which a user is chosen.

        Raises:
            RefusedError: the console did not ask as it must.
        """
        self._require_sound(asked)
        lines = "".join(
            f'<li><a href="/authorize?{escape(urlencode({**asked, "user": user}))}">{escape(user)}</a>'
            f" ({escape(', '.join(roles)) or 'no role'})</li>"
            for user, roles in users.items()
        )
        title = "Sign in (local users)"
        head = f'<meta charset="utf-8"><link rel="icon" href="data:,"><title>{title}</title>'
        told = "<p>This provider is of this machine alone, and asks for no password.</p>"
        return (
            f'<!doctype html><html lang="en"><head>{head}</head>'
            f"<body><main><h1>{title}</h1>{told}<ul>{lines}</ul></main></body></html>"
        )

    def grant(self, asked: Asked, user: str) -> str:
        """Return the address that a browser is sent back to, with a code.

        Raises:
            RefusedError: as `page`.
        """
        self._require_sound(asked)
        code = secrets.token_urlsafe(24)
        self._grants[code] = Grant(user, asked, time.time() + CODE_SECONDS)
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def redeem(self, form: Asked) -> Grant:
        """Return what a code stands for; it is good once, whatever comes of it.

        Raises:
            RefusedError: it is none, is late, or its verifier is missing or another's.
        """
        grant = self._grants.pop(form.get("code", ""), None)
        if form.get("grant_type") != "authorization_code" or form.get("client_id") != CLIENT_ID:
            raise RefusedError("unauthorized_client")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        shown = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        is_good = (
            grant is not None
            and grant.until > time.time()
            and hmac.compare_digest(shown, grant.asked["code_challenge"])
            and form.get("redirect_uri") == grant.asked["redirect_uri"]
        )
        if grant is None or not is_good:
            raise RefusedError("invalid_grant")
        return grant

    def _require_sound(self, asked: Asked) -> None:
        if asked.get("redirect_uri") not in self.redirect_uris or asked.get("client_id") != CLIENT_ID:
            raise RefusedError("unauthorized_client")
        is_code = asked.get("response_type") == "code" and asked.get("code_challenge_method") == "S256"
        if not is_code or not all(asked.get(name) for name in ASKED) or "openid" not in asked.get("scope", "").split():
            raise RefusedError("invalid_request")
