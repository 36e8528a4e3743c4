"""The account that is deployed to: boto3's clients for the services that a deployment takes, and where its API is reached.

`AWS_ENDPOINT_URL` leads everything to a stand-in, as it does for boto3 itself.
"""

import os
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from switchboard_cli.doctor.account import Front, front_of


class DeployError(Exception):
    """The deployment cannot go on; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Cloud:
    """An account in a region."""

    account: str
    region: str
    s3: Any
    cloudformation: Any
    secrets: Any
    functions: Any
    stand_in: str | None = None

    @property
    def patience_seconds(self) -> float:
        """Return how long to wait between two looks at what goes on."""
        return 0.2 if self.stand_in else 3.0

    def front(self, endpoint_url: str) -> Front:
        """Return where the API of an output `EndpointURL` is reached; the stand-in tells APIs apart by their host."""
        return front_of(endpoint_url, self.stand_in)


def open_cloud() -> Cloud:
    """Return the account of the credentials at hand.

    Raises:
        DeployError: there are no credentials or no region, or they are not taken.
    """
    session = boto3.Session()
    if session.region_name is None:
        raise DeployError("No region is set: export AWS_DEFAULT_REGION, for example eu-west-2.")
    try:
        account = session.client("sts").get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise DeployError(f"AWS does not take the credentials at hand: {error}") from error
    return Cloud(
        account=account,
        region=session.region_name,
        s3=session.client("s3"),
        cloudformation=session.client("cloudformation"),
        secrets=session.client("secretsmanager"),
        functions=session.client("lambda"),
        stand_in=os.environ.get("AWS_ENDPOINT_URL"),
    )
