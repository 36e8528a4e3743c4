"""The register's row of a person in the table of the operations: where it stands, and what it says. Pure."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

PARTITION_KEY = "pk"  # as the table's definition names it
PREFIX = "PERSON#"
PSEUDONYM, CREATED_AT = "pseudonym", "created_at"


def person_key(user_id: int) -> "dict[str, AttributeValueTypeDef]":
    """Return the key of a person's row."""
    return {PARTITION_KEY: {"S": f"{PREFIX}{user_id}"}}


def person_row(user_id: int, pseudonym: str, created_at: datetime) -> "dict[str, AttributeValueTypeDef]":
    """Return the row of a person who has no data key."""
    return {**person_key(user_id), PSEUDONYM: {"S": pseudonym}, CREATED_AT: created(created_at)}


def created(moment: datetime) -> "AttributeValueTypeDef":
    """Return a time as ISO 8601 text in UTC with milliseconds."""
    return {"S": moment.astimezone(UTC).isoformat(timespec="milliseconds")}
