"""The zip of the stage dev, unpacked once for all tests of it."""

import io
import zipfile
from collections.abc import Iterator

import pytest

from devtools.deploy.package import Package
from devtools.deploy.platform_packages import link_platform
from devtools.local import example
from devtools.local.dynamodb import LocalDynamoDB, create_tables, local_environment
from sandbox.server import SandboxServer
from tests.repo.unpacked_zip import UnpackedZip


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
        yield UnpackedZip(task, runtime, settings, database.endpoint_url)
