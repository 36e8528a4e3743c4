"""Calls to AWS: a second try for what passes, within a deadline, and our own error for all that fails."""

from collections.abc import Callable, Iterator, Mapping
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

from chalicelib.domain.errors import StoreUnavailableError, SwitchboardError
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

Answer = TypeVar("Answer", bound=Mapping[str, Any])

RETRY_AFTER_SECONDS = 5
PAUSE_SECONDS = 0.05
# A try that has begun ends by its own timeouts (connect 1 s, read 1 s): later than this it would outlive the deadline
# by more than the function can spare.
SHORTEST_TRY_SECONDS = 0.5

_SERVER_ERROR = 500
_TRANSPORT_ERRORS = (ChecksumError, ConnectionError, HTTPClientError)
_THROTTLED = frozenset(
    {
        "DependencyTimeoutException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
    }
)


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls that can be made twice without harm; `sleep` waits for that many seconds between the two tries."""

    sleep: Callable[[float], None]

    def run(self, call: Callable[[], Answer], deadline: Deadline) -> Answer:
        """Return the answer of `call`, which is tried once more if its failure may pass and there is time.

        Raises:
            StoreUnavailableError: no time was left for the first try.
            Exception: what the last try raised.
        """
        if deadline.remaining() < SHORTEST_TRY_SECONDS:
            message = "The time of this call ran out before the account's data key could be had."
            raise StoreUnavailableError(message, retry_after_seconds=RETRY_AFTER_SECONDS)
        try:
            return _require_answer(call())
        except Exception as error:
            if not _is_transient(error) or deadline.remaining() < PAUSE_SECONDS + SHORTEST_TRY_SECONDS:
                raise
        self.sleep(PAUSE_SECONDS)
        return _require_answer(call())


@contextmanager
def store_errors(message: str) -> Iterator[None]:
    """Turn whatever is raised into a StoreUnavailableError with `message`: boto3's parsers raise all sorts of things."""
    try:
        yield
    except SwitchboardError:
        raise
    except Exception as error:
        raise StoreUnavailableError(message, retry_after_seconds=RETRY_AFTER_SECONDS) from error


def _require_answer(answer: Answer) -> Answer:
    """Return an answer that is AWS's own.

    boto3 takes any 200 for a success, a page of HTML too; a put that only seems to have succeeded would leave data
    sealed under a key that nobody keeps.
    """
    if "RequestId" not in answer["ResponseMetadata"]:
        raise ResponseParserError("This answer did not come from AWS.")
    return answer


def _is_transient(error: Exception) -> bool:
    """Tell whether the same call may succeed in a moment: throttled, broken off, unreadable, or a 5xx."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status >= _SERVER_ERROR or error.response.get("Error", {}).get("Code") in _THROTTLED
    # What is not botocore's own comes out of its parsers, on odd bytes.
    return isinstance(error, _TRANSPORT_ERRORS) or not isinstance(error, BotoCoreError)
