"""An authorization code with PKCE at the provider that discovery describes (OpenID Connect Core, section 3.1; RFC 7636).

The console is a public client: it has no secret, and whoever steals a code has not its verifier.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import jwt

from chalicelib.adapters.oidc.claims import TokenCheck
from chalicelib.adapters.oidc.fetching import DocumentError, Documents, RefusedError
from chalicelib.adapters.oidc.keys import DISCOVERY, ProviderKeys, origin
from chalicelib.adapters.oidc.verifier import RETRY_AFTER_SECONDS
from chalicelib.application.review.ports import CodeQuestion, Granted
from chalicelib.domain.access import AccessToken
from chalicelib.domain.reviewer_errors import IdentityUnavailableError, ReviewerTokenInvalidError
from chalicelib.domain.time_budget import Deadline

REQUIRED = ("exp", "iat", "iss", "aud", "sub", "nonce")
DEFAULT_SECONDS, LONGEST_CODE, LONGEST_TOKEN = 300, 2048, 4096
UNAVAILABLE = "The identity provider could not be reached, so nobody can sign in. It is safe to try again."
REFUSED = "The identity provider did not let you in. Sign in again."


@dataclass(slots=True)
class OidcCodeFlow:
    """A CodeFlow. `redirect_uri` is where the provider sends the browser back to, and is registered there."""

    issuer: str
    client_id: str
    redirect_uri: str
    scope: str
    documents: Documents
    keys: ProviderKeys
    skew_seconds: float
    _endpoints: dict[str, str] = field(default_factory=dict, init=False)

    def address(self, question: CodeQuestion, deadline: Deadline) -> str:  # noqa: ARG002 (each fetch has a deadline of its own)
        """Return where a browser goes to sign in."""
        try:
            endpoint = self._endpoint("authorization_endpoint")
        except DocumentError as error:
            raise IdentityUnavailableError(UNAVAILABLE, retry_after_seconds=RETRY_AFTER_SECONDS) from error
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": self.scope,
            "state": question.state,
            "nonce": question.nonce,
            "code_challenge": challenge(question.verifier),
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    def redeem(self, code: str, question: CodeQuestion, deadline: Deadline) -> Granted:  # noqa: ARG002 (the same)
        """Return what a code is worth, once its ID token is verified: signature, issuer, audience, times and nonce."""
        if not 0 < len(code) <= LONGEST_CODE:
            raise ReviewerTokenInvalidError(REFUSED)
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "client_id": self.client_id,
            "code_verifier": question.verifier,
        }
        try:
            told = self.documents.send_form(self._endpoint("token_endpoint"), sent)
            claims = self._claims(str(told.get("id_token", "")))
        except RefusedError as error:
            raise ReviewerTokenInvalidError(REFUSED) from error
        except DocumentError as error:
            raise IdentityUnavailableError(UNAVAILABLE, retry_after_seconds=RETRY_AFTER_SECONDS) from error
        except Exception:  # noqa: BLE001 (whatever a token makes the library raise, it is none; its text may quote it)
            raise ReviewerTokenInvalidError(REFUSED) from None
        token, seconds = told.get("access_token"), told.get("expires_in", DEFAULT_SECONDS)
        is_sound = isinstance(token, str) and 0 < len(token) <= LONGEST_TOKEN and isinstance(seconds, int)
        if not is_sound or not hmac.compare_digest(str(claims["nonce"]).encode(), question.nonce.encode()):
            raise ReviewerTokenInvalidError(REFUSED)
        return Granted(AccessToken(str(token)), str(claims["sub"]), seconds)

    def _claims(self, token: str) -> dict[str, Any]:
        """Return what an ID token says, once it is verified. Raises whatever PyJWT raises."""
        check = TokenCheck(self.keys, self.issuer, self.client_id, REQUIRED, self.skew_seconds)
        return check.claims(token, jwt.get_unverified_header(token))

    def _endpoint(self, name: str) -> str:
        """Return an address of the provider, asked for once.

        Raises:
            DocumentError: the provider does not say, or says it of another issuer or an address that is not safe.
        """
        if not self._endpoints:
            self._endpoints.update(self._discovered(self.documents.fetch(self.issuer.rstrip("/") + DISCOVERY)))
        return self._endpoints[name]

    def _discovered(self, told: Mapping[str, Any]) -> dict[str, str]:
        safe = ("https://", origin(self.issuer) + "/")
        found = {name: told.get(name) for name in ("authorization_endpoint", "token_endpoint")}
        sound = {name: url for name, url in found.items() if isinstance(url, str) and url.startswith(safe)}
        if told.get("issuer") != self.issuer or sound.keys() != found.keys():
            msg = "discovery names another issuer, or no safe address to sign in at"
            raise DocumentError(msg)
        return sound


def challenge(verifier: str) -> str:
    """Return what is shown of a verifier before it is shown itself (RFC 7636, section 4.2: S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
