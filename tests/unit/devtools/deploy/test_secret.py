"""The secret of a stage is changed as a whole or not at all, and nothing of it is told."""

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from moto import mock_aws

from devtools.deploy.rollout.cloud import DeployError
from devtools.deploy.rollout.secret import asked_for, change_secret

Keeper = Any  # boto3 has a type for each service

OLD, NEW = "o" * 64, "n" * 64
NAME = "secret-of-a-stage"


@pytest.fixture
def client() -> Iterator[Keeper]:
    """Give Secrets Manager with the secret as CloudFormation draws it."""
    with mock_aws():
        client = boto3.client("secretsmanager")
        client.create_secret(Name=NAME, SecretString=json.dumps({"HMAC_KEY": OLD}))
        yield client


def members(client: Keeper) -> dict[str, str]:
    """Return the members of the secret."""
    found: dict[str, str] = json.loads(client.get_secret_value(SecretId=NAME)["SecretString"])
    return found


@contextmanager
def typed(text: str) -> Iterator[None]:
    """Let standard input say a text."""
    before, sys.stdin = sys.stdin, io.StringIO(text)
    try:
        yield
    finally:
        sys.stdin = before


def test_members_are_added_and_taken_away(client: Keeper) -> None:
    """The others stay, and lines name members alone."""
    told: list[str] = []
    change_secret(client, NAME, {"ADULTWORK_API_KEY": "developer-key", "ADULTWORK_API_SECRET": "hush"}, told.append)
    assert members(client) == {"HMAC_KEY": OLD, "ADULTWORK_API_KEY": "developer-key", "ADULTWORK_API_SECRET": "hush"}
    change_secret(client, NAME, {"ADULTWORK_API_SECRET": ""}, told.append)
    assert members(client) == {"HMAC_KEY": OLD, "ADULTWORK_API_KEY": "developer-key"}
    assert not any(value in line for line in told for value in (OLD, "developer-key", "hush"))


def test_a_new_key_keeps_the_old_one_for_repeats(client: Keeper) -> None:
    """Nobody has to remember it, which they could not: nobody has seen it."""
    change_secret(client, NAME, {"HMAC_KEY": NEW}, print)
    assert members(client) == {"HMAC_KEY": NEW, "HMAC_KEY_PREVIOUS": OLD}
    with pytest.raises(DeployError, match="still there"):
        change_secret(client, NAME, {"HMAC_KEY": "x" * 64}, print)
    change_secret(client, NAME, {"HMAC_KEY_PREVIOUS": ""}, print)
    assert members(client) == {"HMAC_KEY": NEW}


def test_what_is_so_already_makes_no_version(client: Keeper) -> None:
    """Say the same again."""
    told: list[str] = []
    change_secret(client, NAME, {"HMAC_KEY": OLD}, told.append)
    assert told == ["The secret has these values already."]
    assert len(client.list_secret_version_ids(SecretId=NAME)["Versions"]) == 1


def test_all_faults_are_told_at_once_and_nothing_is_written(client: Keeper) -> None:
    """By member and without the values."""
    wrong = {"HMAC_KEY": "too-short", "ADULTWORK_API_KEY": "two words", "PASSWORD": "hush", "HMAC_KEY_PREVIOUS": NEW}
    with pytest.raises(DeployError) as caught:
        change_secret(client, NAME, wrong, print)
    told = str(caught.value)
    assert [line.partition(":")[0] for line in told.splitlines()[1:]] == ["HMAC_KEY", "ADULTWORK_API_KEY", "PASSWORD"]
    assert not any(value in told for value in ("too-short", "two words", "hush"))
    assert members(client) == {"HMAC_KEY": OLD}


@pytest.mark.parametrize(("given", "fault"), [({}, "name at least one"), ({"HMAC_KEY": ""}, "cannot be taken away")])
def test_a_change_says_something_and_leaves_a_key(client: Keeper, given: dict[str, str], fault: str) -> None:
    """Without HMAC_KEY the function answers nothing."""
    with pytest.raises(DeployError, match=fault):
        change_secret(client, NAME, given, print)


def test_values_come_from_standard_input_and_never_from_the_command_line() -> None:
    """A line each, in the order of the names."""
    with typed("developer-key\n\n"):
        assert asked_for(["ADULTWORK_API_KEY", "ADULTWORK_API_SECRET"]) == {
            "ADULTWORK_API_KEY": "developer-key",
            "ADULTWORK_API_SECRET": "",
        }
    with pytest.raises(DeployError, match="history"):
        asked_for(["ADULTWORK_API_KEY=hush"])
