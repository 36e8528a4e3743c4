"""What boto3 raises, read in one place: is it worth another try, which conditions failed, and our error for the rest."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from botocore.exceptions import (
    BotoCoreError,
    ChecksumError,
    ClientError,
    ConnectionError,  # noqa: A004 (their name)
    HTTPClientError,
)
from botocore.parsers import ResponseParserError

from chalicelib.adapters.aws.dynamodb.items import Item
from chalicelib.adapters.aws.dynamodb.transactions import Row, Writes
from chalicelib.domain.errors import StoreUnavailableError, SwitchboardError

Answer = TypeVar("Answer", bound=Mapping[str, Any])

RETRY_AFTER_SECONDS = 5

_CONDITION_FAILED = "ConditionalCheckFailed"
_TRANSPORT_ERRORS = (ChecksumError, ConnectionError, HTTPClientError)
_TRANSIENT_CODES = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)
_TRANSIENT_REASONS = frozenset({"ProvisionedThroughputExceeded", "ThrottlingError", "TransactionConflict"})
_SERVER_ERROR = 500


@contextmanager
def store_errors(message: str) -> Iterator[None]:
    """Turn whatever boto3 raises into a StoreUnavailableError with `message`, which is for people.

    Not only its own errors: on odd bytes its parsers raise AttributeError, UnicodeDecodeError, RecursionError and more.
    """
    try:
        yield
    except SwitchboardError:
        raise
    except Exception as error:
        raise StoreUnavailableError(message, retry_after_seconds=RETRY_AFTER_SECONDS) from error


def require_answer(answer: Answer) -> Answer:
    """Return an answer that is DynamoDB's; boto3 takes any 200, an empty one or a page of HTML, for a success.

    Raises:
        ResponseParserError: it has no request id, so nobody knows what became of the request.
    """
    if "RequestId" not in answer["ResponseMetadata"]:
        raise ResponseParserError("This answer did not come from DynamoDB.")
    return answer


def is_transient(error: Exception) -> bool:
    """Tell whether the same call may succeed in a moment: throttled, in conflict, broken off, unreadable, or a 5xx."""
    if isinstance(error, BotoCoreError):
        return isinstance(error, _TRANSPORT_ERRORS)
    if not isinstance(error, ClientError):
        return True
    if _TRANSIENT_REASONS.intersection(reason.get("Code", "") for reason in _reasons(error)):
        return True
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= _SERVER_ERROR or error.response.get("Error", {}).get("Code") in _TRANSIENT_CODES


def refused_rows(error: ClientError, writes: Writes) -> dict[Row, Item]:
    """Return the old item of every write whose condition failed; empty when the transaction failed otherwise."""
    pairs = zip(writes, _reasons(error), strict=False)
    return {row: reason.get("Item", {}) for row, reason in pairs if reason.get("Code") == _CONDITION_FAILED}


def refused_item(error: ClientError) -> "Item | None":
    """Return the old item of a single write whose condition failed, None when the write failed otherwise."""
    if error.response.get("Error", {}).get("Code") != f"{_CONDITION_FAILED}Exception":
        return None
    item: Item = _members(error).get("Item", {})
    return item


def _reasons(error: ClientError) -> list[dict[str, Any]]:
    """Return why each write of a transaction was cancelled, in their order."""
    reasons: list[dict[str, Any]] = _members(error).get("CancellationReasons", [])
    return reasons


def _members(error: ClientError) -> Mapping[str, Any]:
    """Return the whole error document; the type that botocore declares leaves out what each error adds."""
    return error.response
