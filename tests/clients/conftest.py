"""One stack whose time the tests move, for all tests of the clients."""

from collections.abc import Iterator

import pytest

from devtools.local.dynamodb import create_sealing_key
from devtools.local.server import LocalGateway
from devtools.proof.trials.scene.ground import Ground, standing


@pytest.fixture(scope="session")
def stack(dynamodb_endpoint: str) -> Iterator[tuple[Ground, str]]:
    """Return the ground and the address of the function on it, behind the local gateway."""
    create_sealing_key(dynamodb_endpoint)
    with standing(dynamodb_endpoint) as ground, LocalGateway(ground.function.app) as gateway:
        yield ground, gateway.url
