"""The functions of bookings are allowed the calls that they make, each one, and no other."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from chalicelib import bootstrap
from chalicelib.application.operations.housekeeping import Housekeeping
from chalicelib.bootstrap import HANDLER, HOURLY
from chalicelib.domain.time_budget import Deadline
from devtools.deploy.calls import allowed
from devtools.deploy.package import Package
from devtools.local.dynamodb import SEALING_KEY, local_environment
from devtools.local.review.digests import LaterClock, local_service
from devtools.proof.trials.scene import wiring
from tests.integration.bookings import CREATE, MADE_BOOKINGS, later, members
from tests.integration.recorder import Recorder, recording
from tests.integration.service import FOREVER, Service

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

SECRET = "secret-of-the-policies"
HMAC_KEY = "a key for the policies, of 32 characters"
KEYS = tuple(f"the-key-of-policies-{number}" for number in range(9))


@pytest.fixture(scope="module")
def recorder(database: "DynamoDBClient") -> Iterator[Recorder]:
    """Stand before the stand-in, which has the secret of a stage."""
    with closing(local_service("secretsmanager", database.meta.endpoint_url)) as secrets:
        secrets.create_secret(Name=SECRET, SecretString=json.dumps({"HMAC_KEY": HMAC_KEY}))
        with recording(database.meta.endpoint_url) as recorder:
            yield recorder
        secrets.delete_secret(SecretId=SECRET, ForceDeleteWithoutRecovery=True)


@pytest.fixture
def observed(running: Service, recorder: Recorder) -> Iterator[Service]:
    """Return the service as it is deployed, with nothing seen yet."""
    recorder.seen.clear()
    service = running.configure(**recorder.environment(), HMAC_KEY="", SECRETS_NAME=SECRET)
    recorder.names = {
        service.records.operations_table: "OperationsTable",
        service.records.audit_table: "AuditTable",
        SEALING_KEY: "SealingKey",
        SECRET: "ApiSecret",
    }
    yield service
    running.tidy()


def lose_an_answer(service: Service, minutes: int, key: str) -> None:
    """Leave an operation whose outcome is not known."""
    service.arm(CREATE, "commit-then-drop")
    service.arm(MADE_BOOKINGS, "status", FOREVER, status=503)
    assert service.book(later(minutes), key=key).kind == (502, "outcome-unknown")
    service.sandbox.faults.clear()


def test_the_api_is_allowed_what_it_calls(observed: Service, recorder: Recorder, package: Package) -> None:
    """Over bookings, repeats, refusals, unknown outcomes and what settles them, in two containers."""
    first = observed.book(members(), key=KEYS[0])
    assert first.status == 201
    assert observed.book(members(), key=KEYS[0]).body == first.body
    assert observed.book(members(), key=KEYS[1]).status == 409
    assert observed.book(later(10) | {"Duration": 3}, key=KEYS[2]).status == 422
    observed.arm(CREATE, "status", status=402)
    assert observed.book(later(20), key=KEYS[3]).status == 402
    lose_an_answer(observed, 30, KEYS[4])
    observed.restart()
    assert observed.book(later(30), key=KEYS[4]).status == 201
    assert observed.send("GET", first.header("Location") or "").status == 200
    assert recorder.seen == allowed(role(package, "ApiHandlerRole"))


def test_the_hourly_function_is_allowed_what_it_calls(observed: Service, recorder: Recorder, package: Package) -> None:
    """It finds, flags and records; it never asks for the secret, nor for any key of an account."""
    lose_an_answer(observed, 40, KEYS[5])
    recorder.seen.clear()
    tables = {"OPERATIONS_TABLE": observed.records.operations_table, "AUDIT_TABLE": observed.records.audit_table}
    environment = {**local_environment(recorder.url), **recorder.environment(), **tables, "SECRETS_NAME": SECRET}
    container = bootstrap.build({**environment, HANDLER: HOURLY, "EXPIRY_HOURS": "1"})
    assert isinstance(container.housekeeping, Housekeeping)
    clock = LaterClock()
    housekeeping = replace(container.housekeeping, clock=clock)
    assert housekeeping.expire_operations("request-hourly", Deadline.after(clock.monotonic, 60)).flagged == 1
    wiring.close(container)
    assert recorder.seen == allowed(role(package, "ExpireOperationsRole"))


def role(package: Package, name: str) -> dict[str, object]:
    """Return a role of the template."""
    found: dict[str, object] = json.loads(package.template.read_text())["Resources"][name]
    return found
