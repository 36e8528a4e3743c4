"""One bundle and one process that drives it, for all tests of the client."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.proof.trials.scene.ground import Ground
from tests.clients.typescript.node import Driver, bundled, driving


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the client as one minified file, and its part for Node."""
    folder = tmp_path_factory.mktemp("typescript-client")
    return bundled("index", folder / "index.mjs"), bundled("node", folder / "node.mjs", platform="node")


@pytest.fixture(scope="session")
def driver(bundles: tuple[Path, Path], stack: tuple[Ground, str]) -> Iterator[Driver]:
    """Return the client in a process of its own; while it sleeps, the clocks of the stack go on."""
    ground, _url = stack
    with driving(bundles, ground.clock.move_on) as running:
        yield running
