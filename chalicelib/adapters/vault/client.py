"""The KMS client: short timeouts and no tries of its own, because the library's could outlive the deadline."""

from collections.abc import Mapping
from typing import Any, Literal, Protocol

import boto3
from botocore.config import Config

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
    """Return a client with boto3's own chain of credentials; None leaves region and endpoint to the environment."""
    client: KmsClient = boto3.client("kms", region_name=region, endpoint_url=endpoint, config=CLIENT_CONFIG)
    return client
