"""What goes wrong with calls to AWS, for all of its services: is it worth another try, and our own error for the rest."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from chalicelib.adapters.aws.credentials import NoCredentialsError
from chalicelib.domain.errors import StoreUnavailableError, SwitchboardError

RETRY_AFTER_SECONDS = 5

_SERVER_ERROR = 500
_THROTTLING_CODES = frozenset({"ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"})
_THROTTLING_REASONS = frozenset({"ProvisionedThroughputExceeded", "ThrottlingError"})
_TRANSIENT_CODES = _THROTTLING_CODES | {"DependencyTimeoutException", "TransactionInProgressException"}
_TRANSIENT_REASONS = _THROTTLING_REASONS | {"TransactionConflict"}


class AwsError(Exception):
    """A service has refused a call; `code` is the name of its error, `members` the whole error document.

    Its text is the code and the status: what AWS says beside them may quote what was sent.
    """

    def __init__(self, code: str, status: int, members: Mapping[str, Any]) -> None:
        super().__init__(f"{code or 'an error without a name'} ({status})")
        self.code = code
        self.status = status
        self.members = members

    @property
    def reasons(self) -> list[Mapping[str, Any]]:
        """Return why each write of a transaction was cancelled, in their order; empty for any other error."""
        reasons: list[Mapping[str, Any]] = self.members.get("CancellationReasons") or []
        return reasons


def is_throttled(error: AwsError) -> bool:
    """Tell whether a call, or a write of its transaction, was one too many for the service."""
    reasons = {str(reason.get("Code")) for reason in error.reasons}
    return error.code in _THROTTLING_CODES or bool(reasons & _THROTTLING_REASONS)


def is_transient(error: Exception) -> bool:
    """Tell whether the same call may succeed in a moment: throttled, in conflict, broken off, unreadable, or a 5xx."""
    if not isinstance(error, AwsError):
        return not isinstance(error, NoCredentialsError)
    if _TRANSIENT_REASONS.intersection(str(reason.get("Code")) for reason in error.reasons):
        return True
    return error.status >= _SERVER_ERROR or error.code in _TRANSIENT_CODES


@contextmanager
def store_errors(message: str) -> Iterator[None]:
    """Turn whatever is raised into a StoreUnavailableError with `message`, which is for people.

    Not only AWS's own errors: an answer may be a sound document of another shape, and raise KeyError, TypeError and more.
    """
    try:
        yield
    except SwitchboardError:
        raise
    except Exception as error:
        raise StoreUnavailableError(message, retry_after_seconds=RETRY_AFTER_SECONDS) from error
