"""The stage whose outages are rehearsed: the zip, unpacked, beside stand-ins for AWS and AdultWork."""

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from decimal import Decimal
from itertools import count

import pytest

from devtools.deploy.package import Package
from devtools.deploy.platform_packages import PLATFORM, link_platform
from devtools.local.dynamodb import LocalDynamoDB, create_tables, local_client, local_environment
from devtools.local.review.digests import create_digest_store, local_service
from devtools.local.review.identity import AUDIENCE, IdentityProvider
from sandbox.server import SandboxServer
from tests.outages.cloudwatch import CloudWatch
from tests.outages.relay import Relay
from tests.outages.stage import API, CUSTODY, DIGEST, ERRANDS, HOUR, HOURLY, REVIEW, Json, Recording, Running, Stage

RUNTIME = (*PLATFORM, "awslambdaric", "snapshot-restore-py")
NAMES = {
    "OperationsTable": "rehearsed-operations",
    "AuditTable": "rehearsed-audit",
    "ApiSecret": "rehearsed-secret",
    "SealingKey": "alias/switchboard",
    "DigestBucket": "rehearsed-digests",
    "DigestKey": "alias/rehearsed-digests",
}
UNSET = ("ReviewJwksUrl", "ReviewRolesClaim", "ReviewClientId", "ReviewConsoleUrl", "ReviewScope")  # parameters
CLIENT = 1001  # who the token of the example speaks for
numbers = count(1)  # of bookings: none is equal to another


@pytest.fixture(scope="module")
def stage(package: Package, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Unpack the zip, and make what its functions use."""
    task, runtime = (tmp_path_factory.mktemp(name) for name in ("task", "runtime"))
    with zipfile.ZipFile(io.BytesIO(package.zip.read_bytes())) as archive:
        archive.extractall(task)
    link_platform(runtime, RUNTIME)
    with LocalDynamoDB() as database, SandboxServer() as sandbox, IdentityProvider() as identity, ExitStack() as end:
        for account in sandbox.world.accounts:
            sandbox.world.set_credits(account.user_id, Decimal(1_000_000))  # no outage is for lack of money
        relay = end.enter_context(Relay(database.endpoint_url))
        furnish(database.endpoint_url)
        surroundings = {
            **local_environment(database.endpoint_url),
            "AWS_ENDPOINT_URL_DYNAMODB": relay.url,
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": database.endpoint_url,
            # Bookings of one account come quickly here, and one that is in another's way is no outage.
            "BOOKINGS_PER_MINUTE": "0",
            "BOOKINGS_PER_DAY": "0",
        }
        names = {**NAMES, **dict.fromkeys(UNSET, ""), "ReviewIssuer": identity.url, "ReviewAudience": AUDIENCE}
        template = json.loads(package.template.read_text())
        client = end.enter_context(closing(local_client(database.endpoint_url)))
        yield Stage(template, task, runtime, names, surroundings, sandbox, identity, relay, client, end)


def furnish(endpoint: str) -> None:
    """Make tables, keys, a secret and a bucket on the stand-in for AWS."""
    create_tables(endpoint, NAMES["OperationsTable"], NAMES["AuditTable"])
    create_digest_store(endpoint, NAMES["DigestBucket"], NAMES["DigestKey"])
    secrets = local_service("secretsmanager", endpoint)
    for name, text in ((NAMES["ApiSecret"], json.dumps({"HMAC_KEY": "k" * 64})), ("mistyped", "{'HMAC_KEY': ")):
        secrets.create_secret(Name=name, SecretString=text)
    secrets.close()


@pytest.fixture(scope="module")
def cloudwatch(stage: Stage) -> CloudWatch:
    """Return the alarms of the template."""
    return CloudWatch.of(stage.template)


@pytest.fixture(scope="module")
def healthy(stage: Stage) -> Recording:
    """Return an hour of healthy traffic: of people who book, of reviewers, of a custodian, and what the clock asks for."""
    recording = Recording()
    with stage.running(recording) as running:
        for minute in range(0, 60, 10):
            book_and_read(running, minute * 60.0)
        running.request(HOUR / 2, "OPTIONS", "/v1/PhoneChat/CreateBooking")
        look(running, 1200.0)
        for function, second in ((HOURLY, 300), (DIGEST, 1500), (ERRANDS, 2100)):
            running.tick(function, second)
    assert {name for name, _ in recording.told} == {API, HOURLY, DIGEST, REVIEW, CUSTODY, ERRANDS}
    return recording


def book_and_read(running: Running, second: float) -> None:
    """Book, break a rule, and read."""
    answered(running.book(second, next(numbers)), 201)
    for path in ("/health", "/v1/PhoneChat/GetSettings"):
        answered(running.request(second + 5, "GET", path), 200)
    answered(running.book(second + 7, next(numbers), Duration=3), 422)


def look(running: Running, second: float) -> None:
    """Search, look at one operation and verify it, as a reviewer; look at a person, as a custodian."""
    page = json.loads(answered(running.ask(second, "rita", "/v1/audit/operations", "limit=5"), 200)["body"])
    (operation_id, *_) = (each["operation_id"] for each in page["operations"])
    answered(running.ask(second + 5, "rita", f"/v1/audit/operations/{operation_id}"), 200)
    answered(running.ask(second + 9, "rita", "/v1/audit/verification", f"operation={operation_id}"), 200)
    answered(running.ask(second + 20, "carl", f"/v1/audit/persons/{CLIENT}"), 200)


def answered(answer: Json | None, status: int) -> Json:
    """Return an answer that has a status."""
    assert answer is not None
    assert answer["statusCode"] == status, answer
    return answer
