"""Whose name calls are signed in, and when botocore is asked for it."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chalicelib.adapters.aws.credentials import BotocoreCredentials, EnvironmentCredentials, NoCredentialsError
from chalicelib.adapters.aws.signing import Credentials

IN_LAMBDA = {"AWS_ACCESS_KEY_ID": "ASIA1", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token"}
ELSEWHERE = Credentials("AKIA2", "another secret")
# Answers like a program that a profile names, with credentials that are new at each call and end in a minute: so they are
# refreshed at each use.
PROGRAM = """
import json, sys, pathlib
counted = pathlib.Path(sys.argv[1])
number = len(counted.read_text()) if counted.exists() else 0
counted.write_text("x" * (number + 1))
print(json.dumps({"Version": 1, "AccessKeyId": f"key-{number}", "SecretAccessKey": "s", "SessionToken": "t",
                  "Expiration": sys.argv[2]}))
"""


def test_they_are_read_from_the_environment_as_it_is_now() -> None:
    """Lambda may change them while a function lives."""
    environment = dict(IN_LAMBDA)
    source = EnvironmentCredentials(environment)
    assert source() == Credentials("ASIA1", "secret", "token")
    environment["AWS_SESSION_TOKEN"] = "next token"
    assert source() == Credentials("ASIA1", "secret", "next token")
    environment["AWS_SESSION_TOKEN"] = ""
    assert source() == Credentials("ASIA1", "secret")


@pytest.mark.parametrize("missing", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_what_the_environment_does_not_have_is_looked_for_elsewhere(missing: str) -> None:
    """Half of them is none."""
    assert EnvironmentCredentials({**IN_LAMBDA, missing: ""}, lambda: ELSEWHERE)() == ELSEWHERE


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Leave somebody nothing but a profile; return its file."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "nowhere"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    return tmp_path / "config"


def test_botocore_refreshes_what_it_has_found(profile: Path) -> None:
    """Let a profile name a program whose credentials end soon."""
    program = profile.with_name("program.py")
    program.write_text(PROGRAM)
    soon = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    command = f"{sys.executable} {program} {profile.with_name('count')} {soon}"
    profile.write_text(f"[default]\ncredential_process = {command}\n")
    source = BotocoreCredentials()
    first, second = source(), source()
    assert (first.access_key[:4], first.secret_key, first.token) == ("key-", "s", "t")
    assert first.access_key != second.access_key


def test_without_credentials_anywhere_there_is_one_error(profile: Path) -> None:
    """Nothing is in the profile either."""
    profile.write_text("[default]\n")
    with pytest.raises(NoCredentialsError, match="nor anywhere else"):
        BotocoreCredentials()()


def test_credentials_that_cannot_be_had_are_the_same_error(profile: Path) -> None:
    """Whatever botocore raises, here of a program that is not there."""
    profile.write_text("[default]\ncredential_process = /nowhere/at/all\n")
    with pytest.raises(NoCredentialsError) as caught:
        BotocoreCredentials()()
    assert caught.value.__cause__ is not None


def test_botocore_finds_those_of_the_tests() -> None:
    """They are in the environment of this process."""
    assert BotocoreCredentials()() == Credentials("local", "local")
