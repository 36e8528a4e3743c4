"""KMS: the two calls that are made of it."""

from chalicelib.adapters.aws.document import bytes_of
from chalicelib.adapters.aws.service import Protocol, Service
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

KMS = Protocol("kms", "TrentService", "1.1", "AWS_ENDPOINT_URL_KMS")


@dataclass(frozen=True, slots=True)
class Kms:
    """The service that keeps the wrapping key. Every call is made once, and raises what `Service.call` raises.

    `context` is the encryption context: what was wrapped is bound to it.
    """

    service: Service

    def generate_data_key(self, key_id: str, context: dict[str, str], deadline: Deadline) -> tuple[bytes, bytes]:
        """Return a new key of 256 bits, plain and wrapped."""
        asked = {"KeyId": key_id, "KeySpec": "AES_256", "EncryptionContext": context}
        answer = self.service.call("GenerateDataKey", asked, deadline)
        return bytes_of(answer["Plaintext"]), bytes_of(answer["CiphertextBlob"])

    def decrypt(self, key_id: str, wrapped: bytes, context: dict[str, str], deadline: Deadline) -> bytes:
        """Return what was wrapped; KMS refuses what it did not wrap with this key for this context."""
        asked = {"CiphertextBlob": wrapped, "KeyId": key_id, "EncryptionContext": context}
        return bytes_of(self.service.call("Decrypt", asked, deadline)["Plaintext"])
