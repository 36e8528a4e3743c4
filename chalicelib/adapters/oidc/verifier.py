"""Access tokens of reviewers: JWTs (RFC 9068) that the identity provider signed for this API, verified by PyJWT."""

from collections.abc import Mapping
from typing import Any

import jwt
from jwt.exceptions import ExpiredSignatureError

from chalicelib.adapters.oidc.claims import TokenCheck
from chalicelib.adapters.oidc.fetching import DocumentError
from chalicelib.adapters.oidc.keys import ProviderKeys
from chalicelib.domain.access import AccessToken
from chalicelib.domain.review.desk.reviewer import LONGEST_SUBJECT, Reviewer, Role
from chalicelib.domain.reviewer_errors import IdentityUnavailableError, ReviewerTokenInvalidError
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
REQUIRED = ("exp", "iat", "iss", "aud", "sub")
RETRY_AFTER_SECONDS = 5

NOT_VALID = "This access token opens nothing here. Send one that your identity provider made for the reviewers' API."
EXPIRED = "This access token has expired. Sign in again, or refresh it."
UNAVAILABLE = "The keys of the identity provider could not be had, so nobody can be let in. It is safe to try again."


@dataclass(frozen=True, slots=True)
class OidcVerifier:
    """A TokenVerifier. `roles_claim` is a claim's name, or the path to one inside (`realm_access.roles`)."""

    keys: ProviderKeys
    issuer: str
    audience: str
    roles_claim: str
    skew_seconds: float

    def verify(self, token: AccessToken, deadline: Deadline) -> Reviewer:  # noqa: ARG002 (each fetch has a deadline of its own)
        """Return whose access token it is.

        Raises:
            ReviewerTokenInvalidError: it opens nothing here.
            IdentityUnavailableError: the provider's keys could not be had.
        """
        try:
            claims = self._claims(token.reveal())
        except DocumentError as error:
            raise IdentityUnavailableError(UNAVAILABLE, retry_after_seconds=RETRY_AFTER_SECONDS) from error
        except ExpiredSignatureError:
            raise ReviewerTokenInvalidError(EXPIRED) from None
        except Exception:  # noqa: BLE001 (whatever a token makes the library raise, it opens nothing; its text may quote it)
            raise ReviewerTokenInvalidError(NOT_VALID) from None
        subject = claims["sub"]
        if not subject.isprintable() or not 0 < len(subject) <= LONGEST_SUBJECT:
            raise ReviewerTokenInvalidError(NOT_VALID)
        return Reviewer(self.issuer, subject, _roles(claims, self.roles_claim))

    def _claims(self, token: str) -> dict[str, Any]:
        """Return what a token says, once it is verified. Raises whatever PyJWT raises."""
        header = jwt.get_unverified_header(token)
        if str(header.get("typ", "JWT")).lower() not in TYPES:
            raise jwt.InvalidAlgorithmError
        return TokenCheck(self.keys, self.issuer, self.audience, REQUIRED, self.skew_seconds).claims(token, header)


def _roles(claims: Mapping[str, Any], name: str) -> frozenset[Role]:
    """Return the roles that a claim grants: a list, or words in one text; what is no role of ours is passed over."""
    granted: object = claims.get(name)
    if granted is None:
        granted = claims
        for part in name.split("."):
            granted = granted.get(part) if isinstance(granted, Mapping) else None
    names = granted.split() if isinstance(granted, str) else granted
    return frozenset(role for role in Role if isinstance(names, list) and role.value in names)
