"""The stages of `.chalice/config.json`: of which kind each is, and whether its settings can be deployed at all."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.settings import InvalidSettingsError, read_settings

TIMEOUT = "FUNCTION_TIMEOUT_SECONDS"  # a function is told its own timeout when it is packaged, so the two cannot differ
NAME = "STAGE"  # a function is told the name of its stage, for its metrics
OF_THE_STACK = ("AUDIT_TABLE", "OPERATIONS_TABLE", "SEALING_KEY_ID", "SECRETS_NAME", "SECRETS_VERSION")
SECRET = ("ADULTWORK_API_KEY", "ADULTWORK_API_SECRET", "ADULTWORK_CLIENT_SECRET", "HMAC_KEY", "HMAC_KEY_PREVIOUS")
SANDBOX_UPSTREAM = "https://api-sandbox.adultwork.com"
LIVE_UPSTREAM = "https://api.adultwork.com"  # seen in public code only; AdultWork's documentation shows its sandbox
_LOOPBACK = r"http://127\.0\.0\.1:[0-9]{1,5}"  # the sandbox of the stand-in for AWS

KINDS = {
    "sandbox": f"^({re.escape(SANDBOX_UPSTREAM)}|{_LOOPBACK})$",
    "live": f"^{re.escape(LIVE_UPSTREAM)}$",
}


class StageError(Exception):
    """A stage cannot be deployed as it is described; the message lists all faults."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage as it is described; `timeout` in seconds, `memory` in megabytes."""

    name: str
    kind: str
    variables: Mapping[str, str]
    timeout: float
    memory: int

    @property
    def upstream(self) -> str:
        """Return the upstream's address, empty where none is set: a stage has to say it."""
        return self.variables.get("ADULTWORK_BASE_URL", "")


def upstream_pattern(kind: str) -> str:
    """Return what the upstream of a stage of a kind looks like."""
    return KINDS[kind]


def read_stage(root: Path, name: str) -> Stage:
    """Read a stage of the app below `root`, and check all that is set for it.

    Raises:
        StageError: it is not known, or something about it is wrong.
    """
    config: dict[str, Any] = json.loads((root / ".chalice" / "config.json").read_text())
    if name not in config["stages"]:
        known = ", ".join(sorted(config["stages"]))
        raise StageError(f"There is no stage {name!r} in .chalice/config.json; known: {known}.")
    own = config["stages"][name]
    stage = Stage(
        name=name,
        kind=own.get("kind", ""),
        variables={**config.get("environment_variables", {}), **own.get("environment_variables", {})},
        timeout=own.get("lambda_timeout", config.get("lambda_timeout", 60)),
        memory=own.get("lambda_memory_size", config.get("lambda_memory_size", 128)),
    )
    faults = list(stage_faults(stage))
    if faults:
        raise StageError("\n".join([f"The stage {name} cannot be deployed:", *faults]))
    return stage


def stage_faults(stage: Stage) -> Iterable[str]:
    """Yield what is wrong with a stage, settings that the function would refuse at its first call among it."""
    if stage.kind not in KINDS:
        yield f"kind: must be one of {', '.join(KINDS)}"
    elif not re.fullmatch(KINDS[stage.kind], stage.upstream):
        yield f"ADULTWORK_BASE_URL: a stage of kind {stage.kind} has an upstream that matches {KINDS[stage.kind]}"
    if TIMEOUT in stage.variables:
        yield f"{TIMEOUT}: is taken from lambda_timeout; remove it"
    if NAME in stage.variables:
        yield f"{NAME}: is the stage's own name; remove it"
    yield from (f"{name}: is the stack's own; remove it" for name in OF_THE_STACK if name in stage.variables)
    yield from (f"{name}: belongs into the secret, not into a file" for name in SECRET if name in stage.variables)
    placed = dict.fromkeys(OF_THE_STACK, "from-the-stack")
    plain = {name: value for name, value in stage.variables.items() if name not in SECRET}
    try:
        read_settings({**plain, **placed, TIMEOUT: str(stage.timeout), NAME: stage.name})
    except InvalidSettingsError as error:
        yield from str(error).splitlines()
