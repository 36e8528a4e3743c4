"""The wrapped data keys in the table of the operations: one row an account, which never expires."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from chalicelib.adapters.aws.database import DynamoDB
from chalicelib.adapters.aws.faults import AwsError
from chalicelib.adapters.aws.tries import Tries
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import (
        AttributeValueTypeDef,
        DeleteItemInputTypeDef,
        GetItemInputTypeDef,
        PutItemInputTypeDef,
    )

PARTITION_KEY = "pk"  # as the table's definition names it
SCHEMA_VERSION = 1
AGAIN = 1


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key as KMS wrapped it; `id` is that of the key inside."""

    id: bytes
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class KeyRows:
    """The rows `DATAKEY#<account>` of one table. Every method raises whatever the calls raise."""

    client: DynamoDB
    table: str
    tries: Tries

    def read(self, account: int, deadline: Deadline) -> WrappedKey | None:
        """Return the key that stands, None before the first."""
        asked: GetItemInputTypeDef = {"TableName": self.table, "Key": _key(account), "ConsistentRead": True}
        answer = self.tries.run(lambda: self.client.get_item(asked, deadline), AGAIN, deadline)
        row = answer.get("Item")
        return None if row is None else _wrapped_key(row)

    def add(self, account: int, key: WrappedKey, created_at: datetime, deadline: Deadline) -> WrappedKey:
        """Write the first key of an account; return the one that stands, another's if that was faster."""
        row: dict[str, AttributeValueTypeDef] = {
            **_key(account),
            "schema": {"N": str(SCHEMA_VERSION)},
            "key_id": {"B": key.id},
            "wrapped": {"B": key.wrapped},
            "created_at": {"S": created_at.astimezone(UTC).isoformat(timespec="milliseconds")},
        }
        asked: PutItemInputTypeDef = {
            "TableName": self.table,
            "Item": row,
            "ConditionExpression": f"attribute_not_exists({PARTITION_KEY})",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        try:
            self.tries.run(lambda: self.client.put_item(asked, deadline), AGAIN, deadline)
        except AwsError as error:
            if error.code != "ConditionalCheckFailedException":
                raise
            return _wrapped_key(error.members["Item"])
        return key

    def delete(self, account: int, deadline: Deadline) -> None:
        """Delete the key of an account; it may be gone already."""
        asked: DeleteItemInputTypeDef = {"TableName": self.table, "Key": _key(account)}
        self.tries.run(lambda: self.client.delete_item(asked, deadline), AGAIN, deadline)


def _key(account: int) -> "dict[str, AttributeValueTypeDef]":
    return {PARTITION_KEY: {"S": f"DATAKEY#{account}"}}


def _wrapped_key(row: "dict[str, AttributeValueTypeDef]") -> WrappedKey:
    return WrappedKey(id=bytes(row["key_id"]["B"]), wrapped=bytes(row["wrapped"]["B"]))
