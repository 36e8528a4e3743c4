"""The KMS client: short timeouts and no tries of its own, because the library's could outlive the deadline."""

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, Literal, Protocol

from botocore.config import Config

from chalicelib.adapters.aws.session import session_for

CLIENT_CONFIG = Config(
    connect_timeout=1,
    read_timeout=1,
    retries={"total_max_attempts": 1, "mode": "standard"},  # `calls.py` tries again, under the call's own deadline
    tcp_keepalive=True,
    max_pool_connections=4,
)


class KmsClient(Protocol):
    """The part of boto3's KMS client that is used; its names are AWS's."""

    def generate_data_key(
        self,
        *,
        KeyId: str,  # noqa: N803 (AWS's name)
        KeySpec: Literal["AES_256"],  # noqa: N803 (AWS's name)
        EncryptionContext: Mapping[str, str],  # noqa: N803 (AWS's name)
    ) -> Mapping[str, Any]:
        """Return a new key, plain and wrapped."""
        ...

    def decrypt(
        self,
        *,
        CiphertextBlob: bytes,  # noqa: N803 (AWS's name)
        KeyId: str,  # noqa: N803 (AWS's name)
        EncryptionContext: Mapping[str, str],  # noqa: N803 (AWS's name)
    ) -> Mapping[str, Any]:
        """Return what was wrapped."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


def kms_client(region: str | None = None, endpoint: str | None = None) -> KmsClient:
    """Return a client with boto3's own chain of credentials; None leaves region and endpoint to the environment.

    It has a session of its own: boto3's shared one must not make two clients at the same time.
    """
    client: KmsClient = session_for("kms").client(
        "kms", region_name=region, endpoint_url=endpoint, config=CLIENT_CONFIG
    )
    return client


class KmsOnFirstUse:
    """A KMS client that `make` makes at the first call, on the thread of that call.

    Making one takes about 0.1 s, mostly for reading the service's description; a start that seals nothing, and a booking
    whose key is in memory, do not wait for it. Safe to share between threads.
    """

    def __init__(self, make: Callable[[], KmsClient]) -> None:
        self._make = make
        self._lock = Lock()
        self._client: KmsClient | None = None

    def generate_data_key(
        self,
        *,
        KeyId: str,  # noqa: N803 (AWS's name)
        KeySpec: Literal["AES_256"],  # noqa: N803 (AWS's name)
        EncryptionContext: Mapping[str, str],  # noqa: N803 (AWS's name)
    ) -> Mapping[str, Any]:
        """Return a new key, plain and wrapped."""
        return self._made().generate_data_key(KeyId=KeyId, KeySpec=KeySpec, EncryptionContext=EncryptionContext)

    def decrypt(
        self,
        *,
        CiphertextBlob: bytes,  # noqa: N803 (AWS's name)
        KeyId: str,  # noqa: N803 (AWS's name)
        EncryptionContext: Mapping[str, str],  # noqa: N803 (AWS's name)
    ) -> Mapping[str, Any]:
        """Return what was wrapped."""
        return self._made().decrypt(CiphertextBlob=CiphertextBlob, KeyId=KeyId, EncryptionContext=EncryptionContext)

    def close(self) -> None:
        """Close the connections, if there ever were any."""
        with self._lock:
            if self._client is not None:
                self._client.close()

    def _made(self) -> KmsClient:
        """Return the client; a making that failed is tried again by the next call."""
        with self._lock:
            if self._client is None:
                self._client = self._make()
            return self._client
