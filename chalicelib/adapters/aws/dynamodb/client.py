"""The DynamoDB client: short timeouts and no tries of its own, because the library's could outlive the deadline."""

from typing import TYPE_CHECKING

from botocore.config import Config

from chalicelib.adapters.aws.session import session_for

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

CLIENT_CONFIG = Config(
    connect_timeout=1,
    read_timeout=1,
    # `tries.py` tries again, under the call's own deadline. The legacy mode is the one that verifies checksums.
    retries={"total_max_attempts": 1, "mode": "legacy"},
    tcp_keepalive=True,
    max_pool_connections=4,  # one call at a time, and the reads beside it
    parameter_validation=False,  # mypy has checked the items against the service's own types; saves CPU in every call
)


def dynamodb_client(region: str | None = None, endpoint: str | None = None) -> "DynamoDBClient":
    """Return a client with boto3's own chain of credentials; None leaves region and endpoint to the environment."""
    return session_for("dynamodb").client("dynamodb", region_name=region, endpoint_url=endpoint, config=CLIENT_CONFIG)
