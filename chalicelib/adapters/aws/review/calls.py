"""Calls to AWS for reviewers: boto3's own retries, within the deadline of the answer, and one error for all that fails."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import boto3
from botocore.config import Config

from chalicelib.domain.errors import SwitchboardError
from chalicelib.domain.reviewer_errors import AuditUnavailableError
from chalicelib.domain.time_budget import Deadline

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

Result = TypeVar("Result")

THREADS = 16  # one for each partition that a day is spread over
SHORTEST_CALL_SECONDS = 0.5
RETRY_AFTER_SECONDS = 5
CLIENT_CONFIG = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"total_max_attempts": 3, "mode": "standard"},
    max_pool_connections=THREADS,
)
NOT_READ = "The audit could not be read. It is safe to try again."


def audit_client(region: str | None = None, endpoint: str | None = None) -> "DynamoDBClient":
    """Return a client with boto3's own chain of credentials; None leaves region and endpoint to the environment."""
    return _session().client("dynamodb", region_name=region, endpoint_url=endpoint, config=CLIENT_CONFIG)


def key_client(region: str | None = None, endpoint: str | None = None) -> Any:  # noqa: ANN401 (KMS needs one method here)
    """Return a client of KMS, in the same way."""
    return _session().client("kms", region_name=region, endpoint_url=endpoint, config=CLIENT_CONFIG)


def digest_client(region: str | None = None, endpoint: str | None = None) -> Any:  # noqa: ANN401 (S3 needs three methods here)
    """Return a client of S3; a stand-in at an address of its own has no name for each bucket."""
    config = CLIENT_CONFIG.merge(Config(s3={"addressing_style": "path" if endpoint else "auto"}))
    return _session().client("s3", region_name=region, endpoint_url=endpoint, config=config)


@cache
def _session() -> boto3.session.Session:
    """Return the process's session: reading the services' descriptions takes 0.1 s, and it keeps what it has read."""
    return boto3.session.Session()


@contextmanager
def audit_errors(message: str = NOT_READ) -> Iterator[None]:
    """Turn whatever boto3 or an odd row raises into an AuditUnavailableError with `message`, which is for people."""
    try:
        yield
    except SwitchboardError:
        raise
    except Exception as error:
        raise AuditUnavailableError(message, retry_after_seconds=RETRY_AFTER_SECONDS) from error


def in_time(call: Callable[[], Result], deadline: Deadline) -> Result:
    """Return what a call returns, if there is time to begin it.

    Raises:
        AuditUnavailableError: there is none.
    """
    if deadline.remaining() < SHORTEST_CALL_SECONDS:
        raise AuditUnavailableError(NOT_READ, retry_after_seconds=RETRY_AFTER_SECONDS)
    return call()
