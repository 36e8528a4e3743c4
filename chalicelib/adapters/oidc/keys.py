"""The provider's keys: PyJWT's own client, which caches them and asks again for one that it does not know, on our transport."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jwt import PyJWK, PyJWKClient
from jwt.exceptions import PyJWKClientError, PyJWKSetError

from chalicelib.adapters.oidc.fetching import DocumentError, Documents

# A key that was withdrawn is believed for as long as this. One that is new is asked for, but not more often than each minute:
# the kid of a token is whatever its sender writes there.
LIFESPAN_SECONDS = 300.0
COOLDOWN_SECONDS = 60.0
PATIENCE_SECONDS = 5.0
DISCOVERY = "/.well-known/openid-configuration"


@dataclass(slots=True)
class KeyLocation:
    """Where the keys are: `url`, or, without one, where the provider's discovery document says (OpenID Connect Discovery)."""

    issuer: str
    url: str | None
    documents: Documents

    def read(self) -> str:
        """Return the address, asked for once.

        Raises:
            DocumentError: the provider does not say, or says it of another issuer or an address that is not safe.
        """
        if self.url is None:
            told = self.documents.fetch(self.issuer.rstrip("/") + DISCOVERY)
            url = told.get("jwks_uri")
            is_safe = isinstance(url, str) and url.startswith(("https://", origin(self.issuer) + "/"))
            if told.get("issuer") != self.issuer or not is_safe:
                msg = "discovery names another issuer, or no safe address of keys"
                raise DocumentError(msg)
            self.url = url
        return str(self.url)


class ProviderKeys(PyJWKClient):
    """The signing keys by their id.

    PyJWT counts its cool-down from the last success, so a provider that is down would be asked by every request: after a
    failure nobody asks again for `patience` seconds. `monotonic` is the clock that PyJWT reads as well.
    """

    def __init__(
        self,
        location: KeyLocation,
        monotonic: Callable[[], float],
        cooldown: float = COOLDOWN_SECONDS,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        super().__init__(location.issuer, lifespan=LIFESPAN_SECONDS, cooldown_duration=cooldown)
        self._location = location
        self._monotonic = monotonic
        self._patience = patience
        self._failed_at: float | None = None

    def find(self, key_id: str) -> PyJWK | None:
        """Return a key, None for an id that the provider does not have.

        Raises:
            DocumentError: the keys could not be had.
        """
        try:
            return self.get_signing_key(key_id)
        except PyJWKSetError as error:
            msg = "no key that can be used"
            raise DocumentError(msg) from error
        except PyJWKClientError:
            return None

    def fetch_data(self) -> Any:  # noqa: ANN401 (as the library declares it)
        """Return the set of keys for the library's cache, which asks under a lock of its own.

        Raises:
            DocumentError: it could not be had, now or a moment ago.
        """
        if self._failed_at is not None and self._monotonic() - self._failed_at < self._patience:
            msg = "failed a moment ago"
            raise DocumentError(msg)
        try:
            found = dict(self._location.documents.fetch(self._location.read()))
        except DocumentError:
            self._failed_at = self._monotonic()
            raise
        self._failed_at, self._last_successful_fetch = None, self._monotonic()
        return found


def origin(url: str) -> str:
    """Return scheme, host and port of an address."""
    return "/".join(url.split("/", 3)[:3])
