"""The secrets: from the environment (local runs), or by name from Secrets Manager (deployed stages)."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import field
from threading import Lock, Thread
from typing import Any, Protocol

import simplejson

from chalicelib.adapters.aws.faults import store_errors
from chalicelib.adapters.aws.service import Protocol as ServiceProtocol
from chalicelib.adapters.aws.service import Service
from chalicelib.adapters.aws.tries import Tries
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

MINIMUM_KEY_LENGTH = 32
SECRETS_MANAGER = ServiceProtocol("secretsmanager", "secretsmanager", "1.1", "AWS_ENDPOINT_URL_SECRETS_MANAGER")
# The first booking of a container waits for this. A function that outlives its own time is killed, and the gateway answers
# with a 504 instead of a 503 that says that nothing was sent.
FETCH_SECONDS = 4.0
AGAIN = 1

NOT_READ = "Switchboard's own secrets could not be read; this request sent nothing. It is safe to try again."
NOT_COMPLETE = "Switchboard's own secrets lack ADULTWORK_CLIENT_SECRET, so nobody can sign in."


@dataclass(frozen=True, slots=True)
class Secrets:
    """What must never be shown: the keys of the keyed hashes, current one first, and those that AdultWork knows us by."""

    hmac_keys: tuple[HmacKey, ...]
    api_key: str | None = field(default=None, repr=False)
    api_secret: str | None = field(default=None, repr=False)
    client_secret: str | None = field(default=None, repr=False)

    def key_headers(self) -> dict[str, str]:
        """Return the developer key's headers; their names come from public clients, AdultWork's pages do not print them."""
        named = {"X-ApiKey": self.api_key, "X-ApiSecret": self.api_secret}
        return {name: value for name, value in named.items() if value}


def read_secrets(document: Mapping[str, Any]) -> Secrets:
    """Read `HMAC_KEY`, `HMAC_KEY_PREVIOUS`, `ADULTWORK_API_KEY`, `ADULTWORK_API_SECRET` and `ADULTWORK_CLIENT_SECRET`.

    The previous key is for the days after a rotation: a repeat finds what its first try wrote.

    Raises:
        ValueError: HMAC_KEY is missing, or it or its predecessor has fewer than 32 characters.
    """
    keys = [_hmac_key(document, "HMAC_KEY")]
    if document.get("HMAC_KEY_PREVIOUS"):
        keys.append(_hmac_key(document, "HMAC_KEY_PREVIOUS"))
    return Secrets(
        tuple(keys),
        document.get("ADULTWORK_API_KEY"),
        document.get("ADULTWORK_API_SECRET"),
        document.get("ADULTWORK_CLIENT_SECRET"),
    )


def _hmac_key(document: Mapping[str, Any], name: str) -> HmacKey:
    text = document.get(name)
    if not isinstance(text, str) or len(text) < MINIMUM_KEY_LENGTH:
        msg = f"{name} needs at least {MINIMUM_KEY_LENGTH} characters"
        raise ValueError(msg)
    return HmacKey(text.encode())


class KeepsSecrets(Protocol):
    """Where secrets are kept: SecretsManager, or a fake."""

    def get_secret_value(self, name: str, version: str | None) -> Mapping[str, Any]:
        """Return the answer with a version of the secret, None for the current one; whatever goes wrong is raised as it is."""
        ...


@dataclass(frozen=True, slots=True)
class SecretsManager:
    """The service that keeps the secrets of a stage; `sleep` waits between the two tries, in seconds."""

    service: Service
    sleep: Callable[[float], None]

    def get_secret_value(self, name: str, version: str | None) -> Mapping[str, Any]:
        """Return the answer with a version of the secret, None for the current one, within 4 s."""
        deadline = Deadline.after(self.service.place.clock.monotonic, FETCH_SECONDS)
        asked = {"SecretId": name} if version is None else {"SecretId": name, "VersionId": version}
        answer: Mapping[str, Any] = Tries(self.sleep).run(
            lambda: self.service.call("GetSecretValue", asked, deadline), AGAIN, deadline
        )
        return answer


def fetch_secrets(kept: KeepsSecrets, name: str, version: str | None = None) -> Secrets:
    """Read a version of the secret `name`, a JSON object; None is the version that is current then.

    A stage is told the version by its deployment: all containers of a version of the function agree, and a secret that was
    changed since is taken by a deployment that is seen, and that can be rolled back.

    Raises:
        StoreUnavailableError: it cannot be read or has not the form of `read_secrets`.
    """
    with store_errors(NOT_READ):
        return read_secrets(simplejson.loads(kept.get_secret_value(name, version)["SecretString"]))


class SecretsOnFirstUse:
    """Secrets that are loaded once; a load that failed is tried again at the next use."""

    def __init__(self, load: Callable[[], Secrets]) -> None:
        self._load = load
        self._secrets: Secrets | None = None
        self._lock = Lock()

    def prefetch(self) -> None:
        """Load on a thread of its own, so that the first booking does not wait a hop for it."""
        Thread(target=self._try_to_load, daemon=True).start()

    def in_use(self) -> tuple[HmacKey, ...]:
        """Return the keys of the keyed hashes, the current one first.

        Raises:
            StoreUnavailableError: the secrets could not be loaded.
        """
        return self._loaded().hmac_keys

    def key_headers(self) -> dict[str, str]:
        """Return the developer key's headers.

        Raises:
            StoreUnavailableError: the secrets could not be loaded.
        """
        return self._loaded().key_headers()

    def client_secret(self) -> str:
        """Return the project's secret at AdultWork's Unified Login.

        Raises:
            StoreUnavailableError: the secrets could not be loaded, or hold none.
        """
        secret = self._loaded().client_secret
        if not secret:
            raise StoreUnavailableError(NOT_COMPLETE)
        return secret

    def _loaded(self) -> Secrets:
        with self._lock:
            if self._secrets is None:
                self._secrets = self._load()
            return self._secrets

    def _try_to_load(self) -> None:
        with suppress(StoreUnavailableError):
            self._loaded()
