"""What a token of the identity provider says, once PyJWT has verified it.

No key and no algorithm is ever taken from a token: the key by its id out of the provider's own set, the algorithm from the list
here (RFC 8725, section 3.1).
"""

from collections.abc import Mapping
from typing import Any

import jwt

from chalicelib.adapters.oidc.keys import ProviderKeys
from chalicelib.values import dataclass

ALGORITHMS = ("RS256", "ES256")


@dataclass(frozen=True, slots=True)
class TokenCheck:
    """What every token of one kind must be: whose it is, for whom, and which claims it has."""

    keys: ProviderKeys
    issuer: str
    audience: str
    required: tuple[str, ...]
    skew_seconds: float

    def claims(self, token: str, header: Mapping[str, Any]) -> dict[str, Any]:
        """Return the claims of a token with an unverified header. Raises whatever PyJWT raises, and DocumentError."""
        if header["alg"] not in ALGORITHMS:
            raise jwt.InvalidAlgorithmError
        key = self.keys.find(header["kid"])
        if key is None:
            raise jwt.InvalidKeyError
        return jwt.decode(
            token,
            key,
            algorithms=ALGORITHMS,
            issuer=self.issuer,
            audience=self.audience,
            leeway=self.skew_seconds,
            options={"require": list(self.required), "enforce_minimum_key_length": True},
        )
