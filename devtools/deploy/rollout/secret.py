"""Changing the secret of a stage: everything is checked before anything is written, and no value is ever shown.

A change is a new version of the secret, and the functions go on with the one that they were deployed with, until a deployment
names the new one: this is the last step here, with a change set like any other.

`python -m devtools.deploy.rollout.secret STAGE`, with the names of the members in `SET`; their values are asked for, or read a
line each from standard input, and stand in no command line.
"""

import getpass
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.aws.secrets import MINIMUM_KEY_LENGTH, read_secrets
from devtools.deploy.rollout.cloud import DeployError, open_cloud
from devtools.deploy.rollout.deployment import Deployment, ask_on_terminal
from devtools.deploy.rollout.secret_version import current_version
from devtools.deploy.rollout.stacks import Stack, Tell

KEY, PREVIOUS = "HMAC_KEY", "HMAC_KEY_PREVIOUS"
MEMBERS = (KEY, PREVIOUS, "ADULTWORK_API_KEY", "ADULTWORK_API_SECRET", "ADULTWORK_CLIENT_SECRET")
_SOUND = re.compile(r"[\x21-\x7e]{1,512}")  # the developer key's two go into headers


def change_secret(client: Any, name: str, given: Mapping[str, str], tell: Tell) -> str:  # noqa: ANN401 (three methods of boto3's)
    """Write members into a secret; an empty value takes one away, and a new HMAC_KEY makes the old one HMAC_KEY_PREVIOUS.

    Returns the VersionId of what is written in it then.

    Raises:
        DeployError: a member or a value cannot be used; the message lists all faults, and no value.
    """
    if faults := list(_faults(given)):
        raise DeployError("\n".join(["The secret was left as it is:", *faults]))
    before = json.loads(client.get_secret_value(SecretId=name)["SecretString"])
    after = {member: value for member, value in {**before, **_with_previous(before, given)}.items() if value}
    if after == before:
        tell("The secret has these values already.")
        return current_version(client, name)
    read_secrets(after)
    version: str = client.put_secret_value(SecretId=name, SecretString=json.dumps(after))["VersionId"]
    tell(f"Version {version} of the secret has {', '.join(after)}.")
    return version


def _with_previous(before: Mapping[str, str], given: Mapping[str, str]) -> Mapping[str, str]:
    """Return what is given, and the key that repeats of earlier bookings are compared under, unless that was said.

    Raises:
        DeployError: there is an older one yet, which this would lose.
    """
    if given.get(KEY, before.get(KEY)) == before.get(KEY) or PREVIOUS in given:
        return given
    if PREVIOUS in before:
        raise DeployError(
            f"{PREVIOUS} is still there from the last change, and repeats may need it: take it away first, 31 days after the "
            "last session that was booked under it."
        )
    return {**given, PREVIOUS: before.get(KEY, "")}


def _faults(given: Mapping[str, str]) -> Iterator[str]:
    if not given:
        yield f"SET: name at least one of {', '.join(MEMBERS)}"
    for member, value in given.items():
        if member not in MEMBERS:
            yield f"{member}: there is no such member; known: {', '.join(MEMBERS)}"
        elif member == KEY and not value:
            yield f"{KEY}: cannot be taken away"
        elif value and not _SOUND.fullmatch(value):
            yield f"{member}: must be 1 to 512 visible ASCII characters without a gap"
        elif value and member in {KEY, PREVIOUS} and len(value) < MINIMUM_KEY_LENGTH:
            yield f"{member}: needs at least {MINIMUM_KEY_LENGTH} characters"


def asked_for(names: Iterable[str]) -> dict[str, str]:
    """Return a value for each name, from a terminal unseen, else from standard input a line each.

    Raises:
        DeployError: a name has its value beside it, where the shell's history keeps it.
    """
    wanted = list(names)
    if any("=" in name for name in wanted):
        raise DeployError("SET names members alone: a value in a command line is kept by the shell's history.")
    if sys.stdin.isatty():
        return {name: getpass.getpass(f"{name} (empty takes it away): ") for name in wanted}
    return {name: sys.stdin.readline().rstrip("\n") for name in wanted}


def _name_of(stack: Stack) -> str:
    """Return the name of the secret in the stack that is kept.

    Raises:
        DeployError: the stack is not there.
    """
    name = stack.values("Outputs").get("ApiSecret")
    if name is None:
        raise DeployError(f"{stack.name} is not deployed, so it has no secret.")
    return name


def main() -> None:
    """Change the secret of the stage that the argument names."""
    if len(sys.argv) != 2:
        sys.exit('Name one stage, for example: make secret STAGE=dev SET="ADULTWORK_API_KEY ADULTWORK_API_SECRET"')
    try:
        deployment = Deployment(open_cloud(), sys.argv[1], print, ask_on_terminal)
        name = _name_of(deployment.kept)
        version = change_secret(deployment.cloud.secrets, name, asked_for(os.environ.get("SET", "").split()), print)
        deployment.use_secret(version)
    except (BotoCoreError, ClientError, DeployError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
