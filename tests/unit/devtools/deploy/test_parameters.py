"""What whoever deploys may say is checked before anything is deployed."""

import pytest

from devtools.deploy.options import hourly
from devtools.deploy.parameters import chosen, parameters
from devtools.deploy.stages import KINDS, LIVE_UPSTREAM, SANDBOX_UPSTREAM, Stage

UPSTREAMS = {"sandbox": SANDBOX_UPSTREAM, "live": LIVE_UPSTREAM}


def stage(kind: str) -> Stage:
    """Return a stage of a kind."""
    return Stage("one", kind, {"ADULTWORK_BASE_URL": UPSTREAMS[kind]}, timeout=26, memory=1024)


@pytest.mark.parametrize("kind", KINDS)
def test_every_default_is_one_that_may_be_said(kind: str) -> None:
    """Else CloudFormation would refuse the first deployment."""
    known = parameters(stage(kind))
    said = [f"{name}={one['Default']}" for name, one in known.items()]
    assert chosen(said, known) == {name: one["Default"] for name, one in known.items()}


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("live", f"AdultworkBaseUrl={SANDBOX_UPSTREAM}"),
        ("live", "AdultworkBaseUrl=http://127.0.0.1:8001"),
        ("sandbox", f"AdultworkBaseUrl={LIVE_UPSTREAM}"),
        ("sandbox", "AllowedOrigins=*"),
        ("sandbox", "AllowedOrigins=https://app.example/path"),
        ("sandbox", "MemoryMegabytes=64"),
        ("sandbox", "ReservedConcurrency=0"),
        ("sandbox", "HourlyConcurrency=0"),
        ("sandbox", "AlarmEmail=nobody"),
    ],
)
def test_a_wrong_value_is_refused_by_name(kind: str, said: str) -> None:
    """The pattern is told along with it, and is the one that CloudFormation holds it against."""
    with pytest.raises(ValueError, match=said.partition("=")[0]):
        chosen([said], parameters(stage(kind)))


def test_all_faults_of_what_is_said_are_told_at_once() -> None:
    """A name that is not known lists those that are."""
    with pytest.raises(ValueError, match=r"Memory: there is no such parameter; known: .*\nAlarmEmail: must match"):
        chosen(["Memory=1", "AlarmEmail=nobody"], parameters(stage("sandbox")))


@pytest.mark.parametrize(
    ("clock", "api", "unreserved", "wanted"),
    [
        ("1", "", 10, 3),
        ("1", "", 102, 3),
        ("1", "", 103, None),
        ("1", "897", 1000, None),
        ("1", "898", 1000, 901),
        ("", "", 10, None),
        ("", "5", 104, 5),
        ("", "5", 105, None),
    ],
)
def test_what_cannot_be_reserved_is_told_before_anything_is_made(
    clock: str, api: str, unreserved: int, wanted: int | None
) -> None:
    """Lambda keeps the last 100 of an account for all functions; what reserves nothing has room in any."""
    values = {"HourlyConcurrency": clock, "ReservedConcurrency": api}
    told = list(hourly.faults(values, unreserved))
    assert [fault.partition(" ")[0] for fault in told] == ([] if wanted is None else [str(wanted)])
    assert all('SET="HourlyConcurrency= ReservedConcurrency="' in fault for fault in told)
