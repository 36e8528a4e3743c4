"""The package of the stage dev, made once for all tests of it."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.deploy.package import Package, make_package
from devtools.deploy.platform_packages import link_platform
from devtools.local import example
from devtools.local.dynamodb import LocalDynamoDB, create_tables, local_environment
from sandbox.server import SandboxServer
from tests.repo.unpacked_zip import UnpackedZip


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the package is made in."""
    return tmp_path_factory.mktemp("build")


@pytest.fixture(scope="session")
def package(build: Path) -> Package:
    """Make the package; cfn-lint has passed when this returns."""
    return make_package("dev", build)


@pytest.fixture(scope="session")
def unpacked(package: Package, tmp_path_factory: pytest.TempPathFactory) -> Iterator[UnpackedZip]:
    """Unpack the zip, read-only, beside stand-ins for what it calls."""
    task, runtime = (tmp_path_factory.mktemp(name) for name in ("task", "runtime"))
    with zipfile.ZipFile(io.BytesIO(package.zip.read_bytes())) as archive:
        archive.extractall(task)
    link_platform(runtime)
    with LocalDynamoDB() as database, SandboxServer() as sandbox:
        create_tables(database.endpoint_url)
        settings = {
            **local_environment(database.endpoint_url),
            "HMAC_KEY": "k" * 32,
            "ADULTWORK_BASE_URL": sandbox.url,
            "ALLOWED_ORIGINS": example.ORIGIN,
        }
        yield UnpackedZip(task, runtime, settings)
