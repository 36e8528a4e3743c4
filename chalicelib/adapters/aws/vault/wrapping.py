"""The KMS key that wraps the data keys; it never leaves KMS."""

from chalicelib.adapters.aws.vault.calls import Calls
from chalicelib.adapters.aws.vault.client import KmsClient
from chalicelib.adapters.aws.vault.data_key import DataKey
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class WrappingKey:
    """One KMS key. What it wraps is bound to the account, and named by it in CloudTrail, by the encryption context.

    `id` is given at every call: without it KMS would take whichever key the wrapped text names, an intruder's too.
    """

    client: KmsClient
    id: str
    calls: Calls

    def new_key(self, account: int, deadline: Deadline) -> tuple[DataKey, bytes]:
        """Return a new data key, and the same wrapped.

        Raises:
            Exception: whatever boto3 raises.
        """
        answer = self.calls.run(
            lambda: self.client.generate_data_key(
                KeyId=self.id, KeySpec="AES_256", EncryptionContext=_context(account)
            ),
            deadline,
        )
        return DataKey(answer["Plaintext"]), answer["CiphertextBlob"]

    def unwrap(self, account: int, wrapped: bytes, deadline: Deadline) -> DataKey:
        """Return the data key of an account.

        Raises:
            Exception: whatever boto3 raises; KMS refuses what it did not wrap for this account.
        """
        answer = self.calls.run(
            lambda: self.client.decrypt(CiphertextBlob=wrapped, KeyId=self.id, EncryptionContext=_context(account)),
            deadline,
        )
        return DataKey(answer["Plaintext"])


def _context(account: int) -> dict[str, str]:
    return {"account": str(account)}
