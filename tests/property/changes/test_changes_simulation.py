"""The short form of the simulation of changes: whatever goes wrong, each is sent once, on record, and told truly."""

import pytest

from chalicelib.domain.changing.changes import CHANGES
from devtools.proof.simulation.changing.__main__ import main
from devtools.proof.simulation.changing.simulation import WISHED, simulate_changes
from devtools.proof.simulation.changing.upstream import TAKES
from devtools.proof.simulation.changing.variants import PARTS, WrongChange

SEEDS = 40
WRONG = {
    WrongChange.GUARD_OFF: "C5 chains verify and tell what may be",
    WrongChange.GUARD_FREED_WHEN_UNKNOWN: "C5 chains verify and tell what may be",
    WrongChange.NOT_SETTLED: "C5 chains verify and tell what may be",
    WrongChange.PAUSE_AFTER_CLAIM: "C7 paused sends nothing",
}


@pytest.mark.parametrize("first", range(0, SEEDS, 10))
def test_every_invariant_holds(first: int) -> None:
    """Crashes, lost answers, late upstreams, ambiguous writes, parallel taps and clocks that are wrong."""
    assert [breach for seed in range(first, first + 10) for breach in simulate_changes(seed).breaches] == []


def test_every_kind_of_change_is_simulated() -> None:
    """One that is declared has to have its rules here too."""
    assert set(WISHED) == set(TAKES) == set(CHANGES)


@pytest.mark.parametrize(("wrong", "invariant"), WRONG.items())
def test_a_wrong_protocol_is_found_out(wrong: WrongChange, invariant: str) -> None:
    """So the oracle can fail."""
    broken = (breach.invariant for seed in range(200) for breach in simulate_changes(seed, PARTS[wrong]).breaches)
    assert invariant in broken


def test_every_wrong_protocol_is_looked_for() -> None:
    """One that is added has to be found."""
    assert WRONG.keys() == set(WrongChange)


def test_equal_seeds_are_equal_runs() -> None:
    """To the last line."""
    first, again = (simulate_changes(7, is_told=True) for _ in range(2))
    assert first == again
    assert first.lines


def test_one_seed_is_told_on_demand(capsys: pytest.CaptureFixture[str]) -> None:
    """`make simulate-changes SEED=7`."""
    assert main(["--seed", "7"]) == 0
    assert "client" in capsys.readouterr().out
