"""Whose name calls are signed in, and when botocore is asked for it."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chalicelib.adapters.aws.credentials import BotocoreCredentials, EnvironmentCredentials, NoCredentialsError
from chalicelib.adapters.aws.signing import Credentials
from devtools.places import ROOT

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
ASK = """
import json
from chalicelib.adapters.aws.credentials import BotocoreCredentials
source = BotocoreCredentials()
print(json.dumps([[found.access_key, found.token] for found in (source(), source())]))
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


def ask_botocore(environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Ask botocore for credentials, in a process with an environment of its own."""
    command = [sys.executable, "-c", ASK]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 (ours)


def profile(tmp_path: Path, text: str) -> dict[str, str]:
    """Return the environment of somebody who has a profile and nothing else."""
    config = tmp_path / "config"
    config.write_text(f"[default]\n{text}\n")
    nowhere = str(tmp_path / "nowhere")
    return {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": nowhere, "AWS_EC2_METADATA_DISABLED": "true"}


def test_botocore_refreshes_what_it_has_found(tmp_path: Path) -> None:
    """Let a profile name a program whose credentials end soon."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    soon = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    line = f"credential_process = {sys.executable} {program} {tmp_path / 'count'} {soon}"
    done = ask_botocore(profile(tmp_path, line))
    (first, token), (second, _) = json.loads(done.stdout)
    assert (first[:4], token) == ("key-", "t")
    assert first != second


@pytest.mark.parametrize("line", ["", "credential_process = /nowhere/at/all"], ids=["none anywhere", "not to be had"])
def test_without_credentials_there_is_one_error(tmp_path: Path, line: str) -> None:
    """Whatever botocore raises."""
    done = ask_botocore(profile(tmp_path, line))
    assert "credentials.NoCredentialsError" in done.stderr.splitlines()[-1]


def test_botocore_in_this_process_finds_those_of_the_tests() -> None:
    """They are in its environment."""
    assert BotocoreCredentials()() == Credentials("local", "local")
    with pytest.raises(NoCredentialsError):
        raise NoCredentialsError
