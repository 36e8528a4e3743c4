"""Secrets: where they come from, when, and that they never show."""

import json
from collections.abc import Mapping
from threading import Event, Thread
from time import monotonic
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from chalicelib.adapters.aws.secrets import (
    Secrets,
    SecretsOnFirstUse,
    fetch_secrets,
    read_secrets,
    secrets_client,
)
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.keyed_hash import HmacKey
from tests.fakes.raw_upstream import RawUpstream, answer, says, says_and_stalls

KEY = "canary-hmac-key-73519, 32 characters or more"
DOCUMENT = {
    "HMAC_KEY": KEY,
    "HMAC_KEY_PREVIOUS": "",
    "ADULTWORK_API_KEY": "canary-api-key",
    "ADULTWORK_API_SECRET": "canary-api-secret",
}


class InMemorySecrets:
    """Implements `SecretsClient`; can be told to fail, and counts how often it is asked."""

    def __init__(self, stored: str | None = json.dumps(DOCUMENT)) -> None:
        self.stored = stored
        self.failure: Exception | None = None
        self.asked: list[str] = []

    def get_secret_value(self, *, SecretId: str) -> Mapping[str, Any]:  # noqa: N803 (AWS's name)
        """Return what is stored; a binary secret has no text."""
        self.asked.append(SecretId)
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
    assert client.asked == ["switchboard"]


@pytest.mark.parametrize(
    "failure",
    [
        ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetSecretValue"),
        EndpointConnectionError(endpoint_url="https://secrets.example"),
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


def test_the_client_tries_twice_and_waits_a_second_at_most() -> None:
    """Its defaults, several tries of 60 s each, would outlive the function."""
    client = cast("Any", secrets_client(region="eu-west-2"))
    config = client.meta.config
    assert (config.connect_timeout, config.read_timeout) == (1, 1)
    assert config.retries == {"total_max_attempts": 2, "mode": "standard"}
    assert client.meta.region_name == "eu-west-2"
    client.close()


def test_a_secrets_manager_that_stalls_is_our_own_trouble_in_time() -> None:
    """Let it take the request and say nothing: two tries of a second, and at most a second between them."""
    with RawUpstream(says_and_stalls(b"")) as stalled:
        client = cast("Any", secrets_client(endpoint=stalled.url))
        begun = monotonic()
        with pytest.raises(StoreUnavailableError) as caught:
            fetch_secrets(client, "switchboard")
        assert monotonic() - begun < 6
        assert isinstance(caught.value.__cause__, ReadTimeoutError)
        assert len(stalled.requests) == 2
        client.close()


def test_a_secrets_manager_that_stalls_once_is_asked_again() -> None:
    """A cold start should not fail over one lost packet."""
    found = answer(json.dumps({"SecretString": json.dumps(DOCUMENT)}).encode())
    with RawUpstream(says_and_stalls(b""), says(found)) as stalled:
        client = cast("Any", secrets_client(endpoint=stalled.url))
        assert fetch_secrets(client, "switchboard").key_headers()["X-ApiKey"] == "canary-api-key"
        client.close()


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
