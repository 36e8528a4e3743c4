"""The stage whose outages are rehearsed: the zip, unpacked, beside stand-ins for AWS and AdultWork."""

import io
import json
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest

from devtools.deploy.package import Package
from devtools.deploy.platform_packages import PLATFORM, link_platform
from devtools.local.dynamodb import LocalDynamoDB, create_tables, local_environment
from devtools.local.review.digests import create_digest_store, local_service
from sandbox.server import SandboxServer
from tests.outages.cloudwatch import CloudWatch
from tests.outages.stage import API, DIGEST, HOUR, HOURLY, Recording, Stage

RUNTIME = (*PLATFORM, "awslambdaric", "snapshot-restore-py")
NAMES = {
    "OperationsTable": "rehearsed-operations",
    "AuditTable": "rehearsed-audit",
    "ApiSecret": "rehearsed-secret",
    "SealingKey": "alias/switchboard",
    "DigestBucket": "rehearsed-digests",
    "DigestKey": "alias/rehearsed-digests",
}
numbers = count(1)  # of bookings: none is equal to another


@pytest.fixture(scope="module")
def stage(package: Package, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Unpack the zip, and make what its functions use."""
    task, runtime = (tmp_path_factory.mktemp(name) for name in ("task", "runtime"))
    with zipfile.ZipFile(io.BytesIO(package.zip.read_bytes())) as archive:
        archive.extractall(task)
    link_platform(runtime, RUNTIME)
    with LocalDynamoDB() as database, SandboxServer() as sandbox:
        for account in sandbox.world.accounts:
            sandbox.world.set_credits(account.user_id, Decimal(1_000_000))  # no outage is for lack of money
        yield furnished(json.loads(package.template.read_text()), task, runtime, database.endpoint_url, sandbox)


def furnished(template: dict[str, object], task: Path, runtime: Path, endpoint: str, sandbox: SandboxServer) -> Stage:
    """Return the stage, with tables, keys, a secret and a bucket on the stand-in for AWS."""
    create_tables(endpoint, NAMES["OperationsTable"], NAMES["AuditTable"])
    create_digest_store(endpoint, NAMES["DigestBucket"], NAMES["DigestKey"])
    secrets = local_service("secretsmanager", endpoint)
    for name, text in ((NAMES["ApiSecret"], json.dumps({"HMAC_KEY": "k" * 64})), ("mistyped", "{'HMAC_KEY': ")):
        secrets.create_secret(Name=name, SecretString=text)
    secrets.close()
    surroundings = {**local_environment(endpoint), "AWS_ENDPOINT_URL_SECRETS_MANAGER": endpoint}
    # Bookings of one account come quickly here, and one that is in another's way is no outage.
    limits = {"BOOKINGS_PER_MINUTE": "0", "BOOKINGS_PER_DAY": "0"}
    return Stage(template, task, runtime, NAMES, surroundings | limits, sandbox)


@pytest.fixture(scope="module")
def cloudwatch(stage: Stage) -> CloudWatch:
    """Return the alarms of the template."""
    return CloudWatch.of(stage.template)


@pytest.fixture(scope="module")
def healthy(stage: Stage) -> Recording:
    """Return an hour of healthy traffic: bookings, broken rules, reads, preflights, and what the clock asks for."""
    recording = Recording()
    with stage.running(recording) as running:
        for minute in range(0, 60, 10):
            second = minute * 60.0
            answer = running.book(second, next(numbers))
            assert answer is not None
            assert answer["statusCode"] == 201, answer
            for path in ("/health", "/v1/PhoneChat/GetSettings"):
                read = running.request(second + 5, "GET", path)
                assert read is not None
                assert read["statusCode"] == 200, read
            refused = running.book(second + 7, next(numbers), Duration=3)
            assert refused is not None
            assert refused["statusCode"] == 422, refused
        running.request(HOUR / 2, "OPTIONS", "/v1/PhoneChat/CreateBooking")
        running.tick(HOURLY, 300)
        running.tick(DIGEST, 1500)
    assert {name for name, _ in recording.told} == {API, HOURLY, DIGEST}
    return recording
