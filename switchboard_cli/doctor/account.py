"""The AWS account that a stage is in: boto3's clients, the stage's two stacks, and where its API is reached.

`AWS_ENDPOINT_URL` leads everything to a stand-in, as it does for boto3 itself.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

Result = TypeVar("Result")

CONFIG = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 4, "mode": "standard"})


@dataclass(frozen=True, slots=True)
class Front:
    """Where an API is reached: the address without a slash at its end, and the headers that lead there."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)


def front_of(endpoint_url: str, stand_in: str | None) -> Front:
    """Return where the API of an output `EndpointURL` is reached; a stand-in tells APIs apart by their host."""
    if stand_in is None:
        return Front(endpoint_url.rstrip("/"))
    parts = urlsplit(endpoint_url)
    api = (parts.hostname or "").partition(".")[0]
    return Front(stand_in + parts.path.rstrip("/"), {"Host": f"{api}.execute-api.localhost"})


class Account:
    """The account of the credentials at hand, and one stage in it; whatever goes wrong is raised as boto3 raises it.

    `clients` are those of an earlier look, which take longer to make than to use.
    """

    def __init__(self, stage: str, clients: dict[str, Any] | None = None) -> None:
        self.stage = stage
        self.stand_in = os.environ.get("AWS_ENDPOINT_URL")
        self._session = boto3.session.Session()
        self.clients: dict[str, Any] = {} if clients is None else clients
        self._read: dict[Callable[[Account], Any], Any] = {}

    def client(self, service: Any) -> Any:  # noqa: ANN401 (boto3 has a type for each service)
        """Return the client of a service, always the same."""
        if service not in self.clients:
            self.clients[service] = self._session.client(service, config=CONFIG)
        return self.clients[service]

    def once(self, read: Callable[["Account"], Result]) -> Result:
        """Return what a reading tells of this account; it is read at the first time only."""
        if read not in self._read:
            self._read[read] = read(self)
        told: Result = self._read[read]
        return told

    @property
    def kept_name(self) -> str:
        """Return the name of the stack that is kept."""
        return f"switchboard-{self.stage}-kept"

    @property
    def app_name(self) -> str:
        """Return the name of the stack of the app."""
        return f"switchboard-{self.stage}"

    def described(self, stack: str) -> Mapping[str, Any] | None:
        """Return what CloudFormation tells of a stack, None where there is none."""
        try:
            found: Mapping[str, Any] = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return found

    @cached_property
    def kept(self) -> Mapping[str, str]:
        """Return the outputs of what is kept: `OperationsTable`, `SealingKeyArn` and others."""
        return self._outputs(self.kept_name)

    @cached_property
    def resources(self) -> Mapping[str, Mapping[str, str]]:
        """Return what the app is made of: by type, what each resource of the template is called in the account."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self.app_name)
        found: dict[str, dict[str, str]] = {}
        for page in pages:
            for one in page["StackResourceSummaries"]:
                found.setdefault(one["ResourceType"], {})[one["LogicalResourceId"]] = one.get("PhysicalResourceId", "")
        return found

    def front(self) -> Front:
        """Return where the app is reached."""
        return front_of(self._outputs(self.app_name)["EndpointURL"], self.stand_in)

    def _outputs(self, stack: str) -> Mapping[str, str]:
        found = self.described(stack) or {}
        return {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", ())}


def date_of(headers: Mapping[str, str]) -> datetime | None:
    """Return the time that an answer of HTTP tells, None where it tells none or one that cannot be read."""
    try:
        return parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return None
