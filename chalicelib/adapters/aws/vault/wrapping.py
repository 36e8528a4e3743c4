"""The KMS key that wraps the data keys; it never leaves KMS."""

from chalicelib.adapters.aws.kms import Kms
from chalicelib.adapters.aws.tries import Tries
from chalicelib.adapters.aws.vault.data_key import DataKey
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

AGAIN = 1


@dataclass(frozen=True, slots=True)
class WrappingKey:
    """One KMS key. What it wraps is bound to the account, and named by it in CloudTrail, by the encryption context.

    `id` is given at every call: without it KMS would take whichever key the wrapped text names, an intruder's too.
    """

    client: Kms
    id: str
    tries: Tries

    def new_key(self, account: int, deadline: Deadline) -> tuple[DataKey, bytes]:
        """Return a new data key, and the same wrapped.

        Raises:
            Exception: whatever the calls raise.
        """
        plain, wrapped = self.tries.run(
            lambda: self.client.generate_data_key(self.id, _context(account), deadline), AGAIN, deadline
        )
        return DataKey(plain), wrapped

    def unwrap(self, account: int, wrapped: bytes, deadline: Deadline) -> DataKey:
        """Return the data key of an account.

        Raises:
            Exception: whatever the calls raise; KMS refuses what it did not wrap for this account.
        """
        return DataKey(
            self.tries.run(lambda: self.client.decrypt(self.id, wrapped, _context(account), deadline), AGAIN, deadline)
        )


def _context(account: int) -> dict[str, str]:
    return {"account": str(account)}
