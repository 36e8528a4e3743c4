"""Rows by key, a hundred at a time."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from chalicelib.adapters.aws.review.calls import NOT_READ, RETRY_AFTER_SECONDS, in_time
from chalicelib.domain.reviewer_errors import AuditUnavailableError
from chalicelib.domain.time_budget import Deadline

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

Item = TypeVar("Item")

LARGEST_BATCH = 100
ROUNDS = 4  # DynamoDB may leave some rows for another try


def pieces(whole: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Yield a sequence in pieces of a size; the last one may be shorter."""
    for start in range(0, len(whole), size):
        yield whole[start : start + size]


def read_rows(
    client: "DynamoDBClient",
    table: str,
    keys: Sequence[Mapping[str, Any]],
    deadline: Deadline,
    projection: Mapping[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """Return the rows that exist of at most a hundred, as they stand.

    Raises:
        AuditUnavailableError: no time was left, or DynamoDB left rows unread again and again.
    """
    asked: Any = {table: {"Keys": keys, "ConsistentRead": True, **(projection or {})}}
    found: list[dict[str, Any]] = []
    for _ in range(ROUNDS):
        request = asked
        answer = in_time(lambda: client.batch_get_item(RequestItems=request), deadline)  # noqa: B023 (called at once)
        found += answer["Responses"].get(table, [])
        asked = answer.get("UnprocessedKeys")
        if not asked:
            return found
    raise AuditUnavailableError(NOT_READ, retry_after_seconds=RETRY_AFTER_SECONDS)
