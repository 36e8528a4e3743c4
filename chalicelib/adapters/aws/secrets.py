"""The secrets: from the environment (local runs), or by name from Secrets Manager (deployed stages)."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import field
from threading import Lock, Thread
from typing import Any, Protocol

import simplejson
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.aws.session import session_for
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.values import dataclass

MINIMUM_KEY_LENGTH = 32
# The first booking of a container waits for this. botocore's defaults, several tries of 60 s each, would outlive the
# function: killed, it answers with the gateway's 504 instead of a 503 that says that nothing was sent.
CLIENT_CONFIG = Config(
    connect_timeout=1,
    read_timeout=1,
    retries={"total_max_attempts": 2, "mode": "standard"},  # one read that may be repeated; nothing above tries again
)


@dataclass(frozen=True, slots=True)
class Secrets:
    """What must never be shown: the keys of the keyed hashes, current one first, and AdultWork's developer key."""

    hmac_keys: tuple[HmacKey, ...]
    api_key: str | None = field(default=None, repr=False)
    api_secret: str | None = field(default=None, repr=False)

    def key_headers(self) -> dict[str, str]:
        """Return the developer key's headers; their names come from public clients, AdultWork's pages do not print them."""
        named = {"X-ApiKey": self.api_key, "X-ApiSecret": self.api_secret}
        return {name: value for name, value in named.items() if value}


def read_secrets(document: Mapping[str, Any]) -> Secrets:
    """Read the members `HMAC_KEY`, `HMAC_KEY_PREVIOUS`, `ADULTWORK_API_KEY` and `ADULTWORK_API_SECRET`.

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
    )


def _hmac_key(document: Mapping[str, Any], name: str) -> HmacKey:
    text = document.get(name)
    if not isinstance(text, str) or len(text) < MINIMUM_KEY_LENGTH:
        msg = f"{name} needs at least {MINIMUM_KEY_LENGTH} characters"
        raise ValueError(msg)
    return HmacKey(text.encode())


class SecretsClient(Protocol):
    """The part of boto3's Secrets Manager client that is used."""

    def get_secret_value(self, *, SecretId: str) -> Mapping[str, Any]:  # noqa: N803 (AWS's name)
        """Return the secret's current version."""
        ...


def secrets_client(region: str | None = None, endpoint: str | None = None) -> SecretsClient:
    """Return a client with boto3's own chain of credentials; None leaves region and endpoint to the environment."""
    client: SecretsClient = session_for("secretsmanager").client(
        "secretsmanager", region_name=region, endpoint_url=endpoint, config=CLIENT_CONFIG
    )
    return client


def fetch_secrets(client: SecretsClient, name: str) -> Secrets:
    """Read the secret `name`, a JSON object.

    Raises:
        StoreUnavailableError: it cannot be read or has not the form of `read_secrets`.
    """
    with _translated():
        return read_secrets(simplejson.loads(client.get_secret_value(SecretId=name)["SecretString"]))


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

    def _loaded(self) -> Secrets:
        with self._lock:
            if self._secrets is None:
                self._secrets = self._load()
            return self._secrets

    def _try_to_load(self) -> None:
        with suppress(StoreUnavailableError):
            self._loaded()


@contextmanager
def _translated() -> Iterator[None]:
    """Let nothing foreign out."""
    try:
        yield
    except (AttributeError, BotoCoreError, ClientError, KeyError, TypeError, ValueError) as error:
        raise StoreUnavailableError(
            "Switchboard's own secrets could not be read; this request sent nothing. It is safe to try again.",
            retry_after_seconds=5,
        ) from error
