"""The package of the stage dev, made once for all tests of it."""

from pathlib import Path

import pytest

from devtools.deploy.package import Package, make_package


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the package is made in."""
    return tmp_path_factory.mktemp("build")


@pytest.fixture(scope="session")
def package(build: Path) -> Package:
    """Make the package; cfn-lint has passed when this returns."""
    return make_package("dev", build)
