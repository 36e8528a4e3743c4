"""The wrapped data keys in the table of the operations: one row an account, which never expires."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.adapters.aws.vault.calls import Calls
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

PARTITION_KEY = "pk"  # as the table's definition names it
SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key as KMS wrapped it; `id` is that of the key inside."""

    id: bytes
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class KeyRows:
    """The rows `DATAKEY#<account>` of one table. Every method raises whatever boto3 raises."""

    client: "DynamoDBClient"
    table: str
    calls: Calls

    def read(self, account: int, deadline: Deadline) -> WrappedKey | None:
        """Return the key that stands, None before the first."""
        answer = self.calls.run(
            lambda: self.client.get_item(TableName=self.table, Key=_key(account), ConsistentRead=True), deadline
        )
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
        try:
            self.calls.run(
                lambda: self.client.put_item(
                    TableName=self.table,
                    Item=row,
                    ConditionExpression=f"attribute_not_exists({PARTITION_KEY})",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                ),
                deadline,
            )
        except self.client.exceptions.ConditionalCheckFailedException as error:
            return _standing_key(error)
        return key

    def delete(self, account: int, deadline: Deadline) -> None:
        """Delete the key of an account; it may be gone already."""
        self.calls.run(lambda: self.client.delete_item(TableName=self.table, Key=_key(account)), deadline)


def _key(account: int) -> "dict[str, AttributeValueTypeDef]":
    return {PARTITION_KEY: {"S": f"DATAKEY#{account}"}}


def _wrapped_key(row: "dict[str, AttributeValueTypeDef]") -> WrappedKey:
    return WrappedKey(id=bytes(row["key_id"]["B"]), wrapped=bytes(row["wrapped"]["B"]))


def _standing_key(error: ClientError) -> WrappedKey:
    """Return the key that stood in the way; botocore's type leaves out what each error adds to the document."""
    members: Mapping[str, Any] = error.response
    return _wrapped_key(members["Item"])
