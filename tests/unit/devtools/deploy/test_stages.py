"""A stage that could not work is refused when it is packaged, with every reason at once."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from devtools.deploy.stages import KINDS, LIVE_UPSTREAM, SANDBOX_UPSTREAM, Stage, StageError, read_stage, stage_faults
from devtools.places import ROOT

SANDBOX = Stage("dev", "sandbox", {"ADULTWORK_BASE_URL": SANDBOX_UPSTREAM}, timeout=26, memory=1024)
LIVE = Stage("live", "live", {"ADULTWORK_BASE_URL": LIVE_UPSTREAM}, timeout=26, memory=1024)


@pytest.mark.parametrize("name", ["dev", "live"])
def test_the_stages_of_the_repository_can_be_deployed(name: str) -> None:
    """Each of the kind that it says."""
    assert read_stage(ROOT, name).kind in KINDS


@pytest.mark.parametrize(
    ("stage", "upstream"),
    [
        (LIVE, SANDBOX_UPSTREAM),
        (LIVE, "http://127.0.0.1:8001"),
        (LIVE, "http://localhost:8001"),
        (LIVE, "https://[::1]"),
        (LIVE, ""),
        (LIVE, f"{LIVE_UPSTREAM}.example.org"),
        (SANDBOX, LIVE_UPSTREAM),
        (SANDBOX, ""),
    ],
)
def test_a_stage_books_at_the_upstream_of_its_kind_only(stage: Stage, upstream: str) -> None:
    """A live booking by mistake costs money, and a test that was meant to be live books nothing."""
    faults = list(stage_faults(replace(stage, variables={"ADULTWORK_BASE_URL": upstream})))
    assert [fault.partition(":")[0] for fault in faults] == ["ADULTWORK_BASE_URL"]


def test_a_stage_says_of_which_kind_it_is() -> None:
    """Neither is the default."""
    assert list(stage_faults(replace(SANDBOX, kind=""))) == ["kind: must be one of sandbox, live"]


def test_the_timeout_is_said_once() -> None:
    """What the function is told is what the platform holds it to."""
    (fault,) = stage_faults(
        replace(SANDBOX, variables={**SANDBOX.variables, "FUNCTION_TIMEOUT_SECONDS": "26"}),
    )
    assert "lambda_timeout" in fault


def test_a_stage_is_called_what_it_is_called() -> None:
    """Its functions are told so, and its alarms look for that name."""
    (fault,) = stage_faults(replace(SANDBOX, variables={**SANDBOX.variables, "STAGE": "live"}))
    assert fault.startswith("STAGE: ")


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """What the function would refuse at its first call, and what only a deployment can see."""
    variables = {
        "ADULTWORK_BASE_URL": LIVE_UPSTREAM,
        "ALLOWED_ORIGINS": "not an origin",
        "BREAKER_FAILURES": "many",
        "CALL_SECONDS": "40",
        "ALOWED_HEADERS": "X-One",
        "HMAC_KEY": "k" * 32,
        "OPERATIONS_TABLE": "another",
        "FUNCTION_TIMEOUT_SECONDS": "26",
    }
    config = {"lambda_timeout": 900, "stages": {"dev": {"kind": "sandbox", "environment_variables": variables}}}
    (tmp_path / ".chalice").mkdir()
    (tmp_path / ".chalice" / "config.json").write_text(json.dumps(config))
    with pytest.raises(StageError) as caught:
        read_stage(tmp_path, "dev")
    told = [line.partition(":")[0] for line in str(caught.value).splitlines()[1:]]
    assert set(told) == variables.keys()
    assert "k" * 32 not in str(caught.value)
