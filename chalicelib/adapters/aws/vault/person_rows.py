"""The register in the table of the operations: one row a person, which never expires."""

from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.adapters.aws.database import DynamoDB
from chalicelib.adapters.aws.person_row import CREATED_AT, PSEUDONYM, created, person_key
from chalicelib.adapters.aws.tries import Tries
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import (
        AttributeValueTypeDef,
        DeleteItemInputTypeDef,
        GetItemInputTypeDef,
        UpdateItemInputTypeDef,
    )

KEY_ID, WRAPPED = "key_id", "wrapped"
AGAIN = 1


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key as KMS wrapped it; `id` is that of the key inside."""

    id: bytes
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class PersonRow:
    """What the register knows of a person; who was never a client has no key."""

    pseudonym: str
    key: WrappedKey | None


@dataclass(frozen=True, slots=True)
class PersonRows:
    """The rows `PERSON#<UserID>` of one table. Every method raises whatever the calls raise."""

    client: DynamoDB
    table: str
    tries: Tries

    def read(self, user_id: int, deadline: Deadline) -> PersonRow | None:
        """Return the row of a person, None before the first."""
        asked: GetItemInputTypeDef = {"TableName": self.table, "Key": person_key(user_id), "ConsistentRead": True}
        answer = self.tries.run(lambda: self.client.get_item(asked, deadline), AGAIN, deadline)
        row = answer.get("Item")
        return None if row is None else _person(row)

    def make(
        self, user_id: int, pseudonym: str, now: datetime, deadline: Deadline, key: WrappedKey | None = None
    ) -> PersonRow:
        """Write what the row does not have yet; return it as it stands, another call's where that was faster."""
        missing: dict[str, AttributeValueTypeDef] = {PSEUDONYM: {"S": pseudonym}, CREATED_AT: created(now)}
        if key is not None:
            missing |= {KEY_ID: {"B": key.id}, WRAPPED: {"B": key.wrapped}}
        asked: UpdateItemInputTypeDef = {
            "TableName": self.table,
            "Key": person_key(user_id),
            "UpdateExpression": "SET " + ", ".join(f"#{name} = if_not_exists(#{name}, :{name})" for name in missing),
            "ExpressionAttributeNames": {f"#{name}": name for name in missing},  # some are words of DynamoDB's own
            "ExpressionAttributeValues": {f":{name}": value for name, value in missing.items()},
            "ReturnValues": "ALL_NEW",
        }
        answer = self.tries.run(lambda: self.client.update_item(asked, deadline), AGAIN, deadline)
        return _person(answer["Attributes"])

    def delete(self, user_id: int, deadline: Deadline) -> None:
        """Delete the row of a person; it may be gone already."""
        asked: DeleteItemInputTypeDef = {"TableName": self.table, "Key": person_key(user_id)}
        self.tries.run(lambda: self.client.delete_item(asked, deadline), AGAIN, deadline)


def _person(row: "dict[str, AttributeValueTypeDef]") -> PersonRow:
    key = WrappedKey(id=bytes(row[KEY_ID]["B"]), wrapped=bytes(row[WRAPPED]["B"])) if WRAPPED in row else None
    return PersonRow(row[PSEUDONYM]["S"], key)
