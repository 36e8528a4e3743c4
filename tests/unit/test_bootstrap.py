"""The composition root: everything is wired from the environment alone."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from chalicelib import bootstrap
from chalicelib.application.booking.place_booking import PlaceBooking
from chalicelib.bootstrap import HANDLER, HOURLY, INIT_PHASE, build, prepare
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.edge.container import Container
from chalicelib.settings import InvalidSettingsError

KEY_ID = HmacKey(b"a secret of more than thirty-two characters").id
KEY = "a secret of more than thirty-two characters"
AWS = {"AWS_REGION": "eu-west-2", "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}


def key_id(container: Container) -> str:
    """Return the id of the key that the use case hashes with."""
    assert isinstance(container.place_booking, PlaceBooking)
    return container.place_booking.keys.in_use()[0].id


def test_a_deployed_stage_fetches_its_secrets_by_name() -> None:
    """Build with a name only, and find the key that Secrets Manager holds."""
    with mock_aws():
        boto3.client("secretsmanager").create_secret(Name="stage-secrets", SecretString=json.dumps({"HMAC_KEY": KEY}))
        container = build({"SECRETS_NAME": "stage-secrets", **AWS})
        assert key_id(container) == KEY_ID


def test_a_deployed_stage_goes_on_with_the_version_that_it_was_deployed_with() -> None:
    """Change the secret meanwhile: a container that starts later agrees with those that are there."""
    with mock_aws():
        client = boto3.client("secretsmanager")
        version = client.create_secret(Name="stage-secrets", SecretString=json.dumps({"HMAC_KEY": KEY}))["VersionId"]
        client.put_secret_value(SecretId="stage-secrets", SecretString=json.dumps({"HMAC_KEY": "n" * 64}))
        assert key_id(build({"SECRETS_NAME": "stage-secrets", "SECRETS_VERSION": version, **AWS})) == KEY_ID
        assert key_id(build({"SECRETS_NAME": "stage-secrets", **AWS})) != KEY_ID


def test_the_hourly_function_asks_for_no_secret() -> None:
    """Its role could not read it: the secret that is made afterwards is the first one that is asked for."""
    with mock_aws():
        container = build({"SECRETS_NAME": "secrets-made-later", HANDLER: HOURLY, **AWS})
        boto3.client("secretsmanager").create_secret(
            Name="secrets-made-later", SecretString=json.dumps({"HMAC_KEY": KEY})
        )
        assert key_id(container) == KEY_ID


def test_a_local_run_is_given_its_secrets() -> None:
    """Build with the key itself."""
    container = build({"HMAC_KEY": KEY, "ALLOWED_ORIGINS": "http://localhost:5173", **AWS})
    assert container.settings.allowed_origins == {"http://localhost:5173"}
    assert key_id(container) == KEY_ID


def test_an_environment_that_cannot_be_used_builds_nothing() -> None:
    """Leave the secrets out."""
    with pytest.raises(InvalidSettingsError, match="HMAC_KEY"):
        build({})


def test_an_environment_without_a_region_builds_nothing() -> None:
    """Lambda always names it; where it is missing, nobody knows where the tables are."""
    with pytest.raises(InvalidSettingsError, match="AWS_REGION"):
        build({"HMAC_KEY": KEY})


def test_what_is_read_beside_a_booking_opens_no_breaker_before_it() -> None:
    """Everything else is read behind the breaker; housekeeping asks AdultWork itself."""
    container = build({"HMAC_KEY": KEY, **AWS})
    placing: Any = container.place_booking
    assert placing.housekeeping.reconciler.gateway is placing.gateway.gateway
    assert placing.concluding.reconciler.gateway is placing.claiming.earlier.reconciler.gateway is placing.gateway


def test_calls_that_wait_for_further_calls_leave_them_threads_of_their_own() -> None:
    """What goes on beside a booking never waits for a thread that waits as well."""
    placing: Any = build({"HMAC_KEY": KEY, **AWS}).place_booking
    assert placing.concurrency is placing.reads.concurrency is placing.housekeeping.concurrency
    assert placing.housekeeping.reconciler.concurrency is placing.claiming.store.concurrency
    assert placing.claiming.store.concurrency is not placing.concurrency


@pytest.fixture
def no_container() -> Iterator[None]:
    """Let this process have none, before and after."""
    bootstrap._containers.clear()  # noqa: SLF001 (one for each process)
    yield
    bootstrap._containers.clear()  # noqa: SLF001 (the same)


@pytest.mark.usefixtures("no_container")
@pytest.mark.parametrize(("environment", "built"), [({INIT_PHASE: "on-demand"}, 1), ({}, 0)])
def test_the_container_is_built_while_lambda_starts_the_process(
    environment: dict[str, str], built: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not where the app is only looked at."""
    monkeypatch.setenv("HMAC_KEY", KEY)
    prepare(environment)
    assert len(bootstrap._containers) == built  # noqa: SLF001 (one for each process)


@pytest.mark.usefixtures("no_container")
def test_a_process_has_one_container(monkeypatch: pytest.MonkeyPatch) -> None:
    """Built at the first call, where the init phase has not."""
    monkeypatch.setenv("HMAC_KEY", KEY)
    monkeypatch.setenv("AWS_REGION", AWS["AWS_REGION"])
    assert bootstrap.container() is bootstrap.container()


@pytest.mark.usefixtures("no_container")
def test_settings_that_are_wrong_are_told_by_the_first_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that cannot start answers nothing."""
    monkeypatch.delenv("HMAC_KEY", raising=False)
    prepare({INIT_PHASE: "on-demand"})
    with pytest.raises(InvalidSettingsError):
        bootstrap.container()


def test_reads_use_what_bookings_use_and_are_made_when_somebody_reads() -> None:
    """The same connections, and the same breaker."""
    container = build({"HMAC_KEY": KEY, **AWS})
    reading: Any = container.read_endpoint()
    placing: Any = container.place_booking
    assert reading.introspector is placing.reads.introspector
    assert reading.reader.client is placing.gateway.gateway.client
    assert reading.reader.guard == placing.gateway.breaker.guard


def test_changes_use_what_bookings_use_and_are_made_when_somebody_changes() -> None:
    """The same store and the same breaker; what goes on beside them asks AdultWork itself."""
    container = build({"HMAC_KEY": KEY, **AWS})
    changes, placing = container.changes(), container.place_booking
    assert isinstance(placing, PlaceBooking)
    assert changes is container.changes()
    assert changes.make.introspector is placing.reads.introspector
    assert changes.make.gateway.reads is placing.gateway
    assert changes.housekeeping.reconciler.gateway.reads is placing.gateway.gateway
    assert container.also_expires() is changes.housekeeping


def test_sign_in_is_made_of_the_settings_when_somebody_signs_in() -> None:
    """A page signs in at its own address alone, a native app at its scheme."""
    page, app = "https://app.example/signed-in", "com.example.app:/signed-in"
    environment = {
        "HMAC_KEY": KEY,
        "SIGN_IN": "1",
        "ADULTWORK_CLIENT_ID": "project",
        "ADULTWORK_CLIENT_SECRET": "secret",
        "ALLOWED_ORIGINS": "https://app.example",
        "SIGN_IN_REDIRECT_URIS": page,
        "SIGN_IN_NATIVE_REDIRECT_URIS": app,
        **AWS,
    }
    container = build(environment)
    signs_in = container.sign_in()
    assert signs_in is container.sign_in()
    assert signs_in.redirect_uris == {("https://app.example", page), (None, app)}
    assert signs_in.login.client_id == "project"
