"""What DynamoDB's refusals say about the rows: which conditions failed, and what stood there."""

from chalicelib.adapters.aws.dynamodb.items import Item
from chalicelib.adapters.aws.dynamodb.transactions import Row, Writes
from chalicelib.adapters.aws.faults import AwsError

_CONDITION_FAILED = "ConditionalCheckFailed"


def refused_rows(error: AwsError, writes: Writes) -> dict[Row, Item]:
    """Return the old item of every write whose condition failed; empty when the transaction failed otherwise."""
    pairs = zip(writes, error.reasons, strict=False)
    return {row: reason.get("Item") or {} for row, reason in pairs if reason.get("Code") == _CONDITION_FAILED}


def refused_item(error: AwsError) -> "Item | None":
    """Return the old item of a single write whose condition failed, None when the write failed otherwise."""
    if error.code != f"{_CONDITION_FAILED}Exception":
        return None
    item: Item = error.members.get("Item") or {}
    return item
