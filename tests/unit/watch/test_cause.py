"""What a log line says of a fault's cause: types and codes, never texts."""

import pytest
from botocore.exceptions import ClientError

from chalicelib.adapters.aws.faults import AwsError
from chalicelib.domain.errors import StoreUnavailableError, Trouble, UpstreamUnavailableError
from chalicelib.watch.cause import cause_of

DENIED = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "07700900123"}}, "Query")


def raised(error: Exception, cause: BaseException | None) -> Exception:
    """Return an error as one that was raised from another."""
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (ValueError("07700900123"), "ValueError"),
        (raised(StoreUnavailableError("m"), TimeoutError("07700900123")), "TimeoutError"),
        (raised(StoreUnavailableError("m"), AwsError("ThrottlingException", 400, {})), "AwsError:ThrottlingException"),
        (raised(StoreUnavailableError("m"), AwsError("", 500, {})), "AwsError"),
        (raised(StoreUnavailableError("m"), DENIED), "ClientError:AccessDeniedException"),
        (UpstreamUnavailableError("m", trouble=Trouble.LATE), "UpstreamUnavailableError:late"),
    ],
)
def test_the_innermost_type_and_its_code_are_told(error: Exception, cause: str) -> None:
    """From our own errors down to whatever a library raised."""
    assert cause_of(error) == cause


def test_a_ring_of_causes_has_an_end() -> None:
    """Walk for a few steps, and tell whatever is there."""
    error = ValueError()
    error.__cause__ = KeyError()
    error.__cause__.__cause__ = error
    assert cause_of(error) in {"KeyError", "ValueError"}
