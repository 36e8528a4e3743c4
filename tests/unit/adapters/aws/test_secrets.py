"""Secrets: where they come from, when, and that they never show."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import pytest

from chalicelib.adapters.aws.faults import AwsError
from chalicelib.adapters.aws.secrets import (
    SECRETS_MANAGER,
    Secrets,
    SecretsManager,
    SecretsOnFirstUse,
    fetch_secrets,
    read_secrets,
)
from chalicelib.adapters.http.exchange_failure import ExchangeFailedError
from chalicelib.domain.errors import StoreUnavailableError, Trouble
from chalicelib.domain.keyed_hash import HmacKey
from devtools.local.dynamodb import local_place
from tests.fakes.raw_upstream import RawUpstream, Script, answer, drips, says, says_and_stalls

KEY = "canary-hmac-key-73519, 32 characters or more"
DOCUMENT = {
    "HMAC_KEY": KEY,
    "HMAC_KEY_PREVIOUS": "",
    "ADULTWORK_API_KEY": "canary-api-key",
    "ADULTWORK_API_SECRET": "canary-api-secret",
}


class InMemorySecrets:
    """Implements `KeepsSecrets`; can be told to fail, and counts how often it is asked."""

    def __init__(self, stored: str | None = json.dumps(DOCUMENT)) -> None:
        self.stored = stored
        self.failure: Exception | None = None
        self.asked: list[str] = []
        self.versions: list[str | None] = []

    def get_secret_value(self, name: str, version: str | None) -> Mapping[str, Any]:
        """Return what is stored; a binary secret has no text."""
        self.asked.append(name)
        self.versions.append(version)
        if self.failure is not None:
            raise self.failure
        return {"SecretBinary": b"\0"} if self.stored is None else {"SecretString": self.stored}


def test_a_document_is_read_into_secrets() -> None:
    """Read all three members."""
    secrets = read_secrets(DOCUMENT)
    assert [key.id for key in secrets.hmac_keys] == [HmacKey(KEY.encode()).id]
    assert secrets.key_headers() == {"X-ApiKey": "canary-api-key", "X-ApiSecret": "canary-api-secret"}


@pytest.mark.parametrize(
    ("document", "headers"),
    [
        ({}, {}),
        ({"ADULTWORK_API_KEY": None, "ADULTWORK_API_SECRET": ""}, {}),
        ({"ADULTWORK_API_KEY": "a"}, {"X-ApiKey": "a"}),
        ({"ADULTWORK_API_SECRET": "b"}, {"X-ApiSecret": "b"}),
    ],
)
def test_only_the_headers_that_have_a_value_are_sent(document: dict[str, str | None], headers: dict[str, str]) -> None:
    """Leave one or both out."""
    assert read_secrets({"HMAC_KEY": KEY, **document}).key_headers() == headers


@pytest.mark.parametrize(
    "document", [{}, {"HMAC_KEY": None}, {"HMAC_KEY": "canary, 31 characters or fewer."}, {"HMAC_KEY": 1}]
)
def test_a_key_that_is_missing_or_short_is_refused_without_showing_it(document: dict[str, object]) -> None:
    """Read it; 32 characters are enough."""
    with pytest.raises(ValueError, match="at least 32 characters") as caught:
        read_secrets(document)
    assert "canary" not in str(caught.value)
    assert read_secrets({"HMAC_KEY": "x" * 32})


def test_after_a_rotation_the_new_key_comes_before_the_previous_one() -> None:
    """Read both; the order is what tells which one new records are made with."""
    secrets = read_secrets({"HMAC_KEY": "y" * 32, "HMAC_KEY_PREVIOUS": KEY})
    assert [key.id for key in secrets.hmac_keys] == [HmacKey(b"y" * 32).id, HmacKey(KEY.encode()).id]


@pytest.mark.parametrize("previous", [None, ""])
def test_without_a_rotation_there_is_one_key(previous: str | None) -> None:
    """Leave the previous key out, or empty."""
    assert len(read_secrets({"HMAC_KEY": KEY, "HMAC_KEY_PREVIOUS": previous}).hmac_keys) == 1


@pytest.mark.parametrize("previous", ["canary, 31 characters or fewer.", 1, ["canary"]])
def test_a_previous_key_that_cannot_be_one_is_refused_and_not_passed_over(previous: object) -> None:
    """Cut it short; silently left out, every earlier record would be lost from sight."""
    with pytest.raises(ValueError, match="HMAC_KEY_PREVIOUS needs") as caught:
        read_secrets({"HMAC_KEY": KEY, "HMAC_KEY_PREVIOUS": previous})
    assert "canary" not in str(caught.value)


def test_secrets_do_not_show() -> None:
    """Print them in every way."""
    secrets = read_secrets(DOCUMENT)
    for shown in (repr(secrets), str(secrets), f"{secrets}", repr([secrets]), repr(SecretsOnFirstUse(lambda: secrets))):
        assert "canary" not in shown


def test_a_secret_is_fetched_by_name() -> None:
    """Fetch one."""
    client = InMemorySecrets()
    assert fetch_secrets(client, "switchboard").key_headers()["X-ApiKey"] == "canary-api-key"
    assert (client.asked, client.versions) == (["switchboard"], [None])


def test_the_version_of_a_deployment_is_fetched() -> None:
    """Fetch one, as Secrets Manager is asked for it."""
    with RawUpstream(says(FOUND)) as upstream, manager(upstream.url) as kept:
        assert fetch_secrets(kept, "switchboard", "v-1").key_headers()["X-ApiKey"] == "canary-api-key"
    assert json.loads(upstream.requests[0].body) == {"SecretId": "switchboard", "VersionId": "v-1"}


@pytest.mark.parametrize(
    "failure",
    [
        AwsError("AccessDeniedException", 400, {}),
        ExchangeFailedError("connection-refused", Trouble.UNREACHABLE, is_sent=False, cause="OSError"),
    ],
    ids=["denied", "unreachable"],
)
def test_a_secret_that_cannot_be_fetched_is_our_own_trouble(failure: Exception) -> None:
    """Fail in AWS's ways; nothing foreign comes out."""
    client = InMemorySecrets()
    client.failure = failure
    with pytest.raises(StoreUnavailableError, match="sent nothing") as caught:
        fetch_secrets(client, "switchboard")
    assert caught.value.retry_after_seconds == 5
    assert caught.value.__cause__ is failure


@pytest.mark.parametrize(
    "stored", [None, "", "canary", "[]", '"canary"', "1", "null", "{}", '{"HMAC_KEY": "canary"}', '{"HMAC_KEY": 1}']
)
def test_a_secret_of_another_form_is_our_own_trouble(stored: str | None) -> None:
    """Store something else; the error does not show it."""
    with pytest.raises(StoreUnavailableError) as caught:
        fetch_secrets(InMemorySecrets(stored), "switchboard")
    assert "canary" not in f"{caught.value} {caught.value.__cause__}"


@contextmanager
def manager(url: str) -> Iterator[SecretsManager]:
    """Give the calls of production at an address."""
    place = local_place(url)
    yield SecretsManager(replace(place.service(SECRETS_MANAGER), endpoint=url), sleep)
    place.transport.close()


FOUND = answer(json.dumps({"SecretString": json.dumps(DOCUMENT)}).encode(), "200 OK", "x-amzn-RequestId: 1")


@pytest.mark.parametrize(
    "slow", [says_and_stalls(b""), drips(FOUND, seconds_between_bytes=0.1)], ids=["stalls", "drips"]
)
def test_a_secrets_manager_that_is_slow_is_our_own_trouble_in_time(slow: Script) -> None:
    """Let it take the request and say nothing, or a byte now and then: two tries of 1.5 s each."""
    with RawUpstream(slow) as upstream, manager(upstream.url) as kept:
        begun = monotonic()
        with pytest.raises(StoreUnavailableError) as caught:
            fetch_secrets(kept, "switchboard")
        assert monotonic() - begun < 4
        assert isinstance(caught.value.__cause__, ExchangeFailedError)
        assert caught.value.__cause__.reason == "late"
        assert len(upstream.requests) == 2


def test_a_secrets_manager_that_stalls_once_is_asked_again() -> None:
    """A cold start should not fail over one lost packet."""
    with RawUpstream(says_and_stalls(b""), says(FOUND)) as stalled, manager(stalled.url) as kept:
        assert fetch_secrets(kept, "switchboard").key_headers()["X-ApiKey"] == "canary-api-key"
    asked = stalled.requests[-1]
    assert asked.headers["x-amz-target"] == "secretsmanager.GetSecretValue"
    assert json.loads(asked.body) == {"SecretId": "switchboard"}


def test_secrets_are_loaded_once_at_their_first_use() -> None:
    """Use them twice in both ways."""
    client = InMemorySecrets()
    secrets = SecretsOnFirstUse(lambda: fetch_secrets(client, "switchboard"))
    assert client.asked == []
    for _ in range(2):
        assert [key.id for key in secrets.in_use()] == [HmacKey(KEY.encode()).id]
        assert set(secrets.key_headers()) == {"X-ApiKey", "X-ApiSecret"}
    assert client.asked == ["switchboard"]


def test_a_load_that_failed_is_tried_again() -> None:
    """Fail twice, then not."""
    client = InMemorySecrets(None)
    secrets = SecretsOnFirstUse(lambda: fetch_secrets(client, "switchboard"))
    for use in (secrets.in_use, secrets.key_headers):
        with pytest.raises(StoreUnavailableError):
            use()
    client.stored = json.dumps(DOCUMENT)
    assert secrets.in_use()
    assert len(client.asked) == 3


class SlowLoad:
    """A load that waits until it is let go; it counts."""

    def __init__(self, failure: StoreUnavailableError | None = None) -> None:
        self.begun, self.go, self.count = Event(), Event(), 0
        self.failure = failure

    def __call__(self) -> Secrets:
        """Wait, then load or fail once."""
        self.count += 1
        self.begun.set()
        self.go.wait(2)
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure
        return read_secrets(DOCUMENT)


def test_a_prefetch_does_not_wait_and_whoever_needs_the_secrets_does() -> None:
    """Begin early, use them while they are on their way, and load them once all the same."""
    load = SlowLoad()
    secrets = SecretsOnFirstUse(load)
    secrets.prefetch()
    assert load.begun.wait(2)
    used: list[HmacKey] = []
    user = Thread(target=lambda: used.extend(secrets.in_use()))
    user.start()
    load.go.set()
    user.join(2)
    assert [key.id for key in used] == [HmacKey(KEY.encode()).id]
    assert load.count == 1


def test_a_prefetch_that_fails_leaves_the_trouble_to_the_first_use() -> None:
    """Fail early; the first use tries again and succeeds."""
    load = SlowLoad(StoreUnavailableError("out of reach"))
    secrets = SecretsOnFirstUse(load)
    secrets.prefetch()
    assert load.begun.wait(2)
    load.go.set()
    assert secrets.in_use()
    assert load.count == 2


def test_the_secret_of_sign_in_is_one_of_them() -> None:
    """Where it is missing, nobody can sign in, and the text says what to put where."""
    complete = SecretsOnFirstUse(lambda: read_secrets({**DOCUMENT, "ADULTWORK_CLIENT_SECRET": "canary-client-secret"}))
    assert complete.client_secret() == "canary-client-secret"
    with pytest.raises(StoreUnavailableError, match="ADULTWORK_CLIENT_SECRET"):
        SecretsOnFirstUse(lambda: read_secrets(DOCUMENT)).client_secret()
