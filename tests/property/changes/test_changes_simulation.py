"""The short form of the simulation of changes: whatever goes wrong, each is sent once, on record, and told truly."""

import pytest

from devtools.proof.simulation.changing.__main__ import main
from devtools.proof.simulation.changing.simulation import UnguardedChanges, simulate_changes

SEEDS = 40


@pytest.mark.parametrize("first", range(0, SEEDS, 10))
def test_every_invariant_holds(first: int) -> None:
    """Crashes, lost answers, late upstreams, ambiguous writes, parallel taps and clocks that are wrong."""
    assert [breach for seed in range(first, first + 10) for breach in simulate_changes(seed).breaches] == []


def test_without_guards_two_equal_changes_are_under_way_at_once() -> None:
    """So the oracle can fail."""
    broken = [breach.invariant for seed in range(30) for breach in simulate_changes(seed, UnguardedChanges).breaches]
    assert "C5 chains verify and tell what may be" in broken


def test_equal_seeds_are_equal_runs() -> None:
    """To the last line."""
    first, again = (simulate_changes(7, is_told=True) for _ in range(2))
    assert first == again
    assert first.lines


def test_one_seed_is_told_on_demand(capsys: pytest.CaptureFixture[str]) -> None:
    """`make simulate-changes SEED=7`."""
    assert main(["--seed", "7"]) == 0
    assert "client" in capsys.readouterr().out
