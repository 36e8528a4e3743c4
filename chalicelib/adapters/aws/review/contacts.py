"""Opening what bookings sealed: with the account's data key, which only KMS unwraps. Nothing here makes a key."""

import json
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.aws.person_row import person_key
from chalicelib.adapters.aws.review.calls import audit_errors, in_time
from chalicelib.adapters.aws.vault.data_key import DataKey
from chalicelib.adapters.aws.vault.sealing import AesGcmSeal
from chalicelib.domain.errors import SealBrokenError
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

NOT_OPENED = "The contact fields could not be opened now. It is safe to try again."
MOST_BYTES = 64 * 1024  # of what was compressed; comments have a few thousand characters


@dataclass(frozen=True, slots=True)
class KmsContacts:
    """The Contacts of one table of operations; `kms_key_id` is the key that wraps the data keys."""

    client: "DynamoDBClient"
    kms: Any
    operations_table: str
    kms_key_id: str

    @audit_errors(NOT_OPENED)
    def opened(self, account: int, operation_id: str, sealed: str, deadline: Deadline) -> Mapping[str, str] | None:
        """Return the fields under the upstream's names; None where the account's key was erased, or they were changed."""
        key = self._key(account, deadline)
        if key is None:
            return None
        try:
            packed = AesGcmSeal(account, key, bytes).open(  # nothing is sealed here, so no randomness is needed
                sealed, f"contact:{operation_id}"
            )
        except SealBrokenError:
            return None
        document = json.loads(zlib.decompressobj().decompress(packed, MOST_BYTES))
        return {str(name): str(value) for name, value in document.items()}

    def _key(self, account: int, deadline: Deadline) -> DataKey | None:
        row_key = person_key(account)
        answer: Any = in_time(
            lambda: self.client.get_item(TableName=self.operations_table, Key=row_key, ConsistentRead=True), deadline
        )
        if "wrapped" not in answer.get("Item", {}):
            return None
        wrapped = bytes(answer["Item"]["wrapped"]["B"])
        unwrapped = in_time(
            lambda: self.kms.decrypt(
                CiphertextBlob=wrapped, KeyId=self.kms_key_id, EncryptionContext={"account": str(account)}
            ),
            deadline,
        )
        return DataKey(unwrapped["Plaintext"])
