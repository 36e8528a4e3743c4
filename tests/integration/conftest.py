"""One sandbox, one DynamoDB and one server for the session; every test gets tables and a container of its own."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from devtools.local.dynamodb import create_sealing_key, local_client
from devtools.proof.trials.scene.ground import Ground, standing
from sandbox import SandboxServer
from tests.fakes.certificates import Authority
from tests.integration.service import Service

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


@pytest.fixture(scope="session")
def upstream() -> Iterator[SandboxServer]:
    """Run the simulated upstream."""
    with SandboxServer() as server:
        yield server


@pytest.fixture(scope="session")
def database(dynamodb_endpoint: str) -> Iterator["DynamoDBClient"]:
    """Return a client of the stand-in for DynamoDB that reads behind the app's back."""
    create_sealing_key(dynamodb_endpoint)
    client = local_client(dynamodb_endpoint)
    yield client
    client.close()


@pytest.fixture(scope="session")
def ground(database: "DynamoDBClient") -> Iterator[Ground]:
    """Return the ground of trials, on the session's database; each trial begins it anew."""
    with standing(database.meta.endpoint_url) as ground:
        yield ground


@pytest.fixture(scope="session")
def running(
    upstream: SandboxServer, database: "DynamoDBClient", tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """Run the app's server; it has no container before a test configures one."""
    authority = tmp_path_factory.mktemp("authority") / "authority.pem"
    Authority.create(authority)
    service = Service(upstream, database, authority)
    service.start()
    yield service
    service.stop()


@pytest.fixture
def configured(running: Service) -> Iterator[Callable[..., Service]]:
    """Return the service's `configure`, for tests that need other settings."""
    yield running.configure
    running.tidy()


@pytest.fixture
def service(configured: Callable[..., Service]) -> Service:
    """Return the service under its default settings, with nothing booked."""
    return configured()
