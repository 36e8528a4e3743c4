"""The keys of digests in KMS: one signs, whoever verifies fetches the public halves. Nobody sees the private ones."""

from collections.abc import Callable
from dataclasses import field
from typing import Any

from chalicelib.adapters.aws.review.calls import audit_errors, in_time
from chalicelib.domain.audit.signature import ECDSA_SHA_256, SignatureCheck, Signed, sign
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

NOT_SIGNED = "The digest could not be signed. It is safe to try again."
NO_KEYS = "The public keys of the digests could not be fetched. It is safe to try again."


@dataclass(frozen=True, slots=True)
class KmsDigestKey:
    """Signs with a key `ECC_NIST_P256`; `client` is boto3's for KMS."""

    client: Any
    key_id: str

    @audit_errors(NOT_SIGNED)
    def signed(self, message: bytes, deadline: Deadline) -> Signed:
        """Return a message of at most 4,096 bytes with its signature."""
        return sign(message, _Signer(self.client, self.key_id, deadline))


@dataclass(frozen=True, slots=True)
class _Signer:
    """A Signer for one call."""

    client: Any
    key_id: str
    deadline: Deadline
    algorithm: str = ECDSA_SHA_256

    def sign(self, message: bytes) -> bytes:
        """Return the signature, in DER."""
        answer = in_time(
            lambda: self.client.sign(
                KeyId=self.key_id, Message=message, MessageType="RAW", SigningAlgorithm=self.algorithm
            ),
            self.deadline,
        )
        return bytes(answer["Signature"])


@dataclass(frozen=True, slots=True)
class KmsTrustedKeys:
    """A TrustsKeys and a PublishesKeys: the present key and those before it, each fetched once.

    `read` makes the check of their DER, `pem` a text of one of them.
    """

    client: Any
    key_ids: tuple[str, ...]
    read: Callable[..., SignatureCheck]
    pem: Callable[[bytes], bytes]
    _fetched: list[bytes] = field(default_factory=list)

    @audit_errors(NO_KEYS)
    def check(self, deadline: Deadline) -> SignatureCheck:
        """Return the check of signatures."""
        return self.read(*self._keys(deadline))

    @audit_errors(NO_KEYS)
    def published(self, deadline: Deadline) -> list[bytes]:
        """Return the keys in PEM."""
        return [self.pem(key) for key in self._keys(deadline)]

    def _keys(self, deadline: Deadline) -> list[bytes]:
        if not self._fetched:
            self._fetched.extend([bytes(self._fetch(key_id, deadline)["PublicKey"]) for key_id in self.key_ids])
        return self._fetched

    def _fetch(self, key_id: str, deadline: Deadline) -> Any:  # noqa: ANN401 (an answer of boto3)
        return in_time(lambda: self.client.get_public_key(KeyId=key_id), deadline)
