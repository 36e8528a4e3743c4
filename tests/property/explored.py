"""What must hold of explorations of bookings and of changes alike."""

from devtools.proof.exploration.choices import Budget
from devtools.proof.exploration.runs import Protocol, run_once
from devtools.proof.exploration.scenarios import Scenario
from devtools.proof.exploration.search import explore, explore_all, find_out
from devtools.proof.exploration.sequences import read_sequence
from devtools.proof.simulation.variants import Variant


def require_no_order_breaks(scenario: Scenario) -> None:
    """Take the steps of both devices in every order with up to two preemptions."""
    figures = explore_all(scenario, Variant.OURS, Budget(2, 0))
    assert figures.runs > 1
    assert not figures.failing, figures.examples


def require_found_out(variant: Protocol, invariant: str, scenario: Scenario) -> None:
    """Find a wrong protocol in a scenario, and see the same sequence break the same invariant again."""
    figures = find_out(variant, [scenario])
    assert invariant in figures.broken
    shown, budget, taken = read_sequence(figures.examples[invariant][0])
    again = run_once(shown, variant, budget, taken)
    assert invariant in {breach.invariant for breach in again.breaches}


def require_nothing_lost_by_pruning(scenario: Scenario, variant: Protocol, budget: Budget) -> None:
    """Run every sequence without looking at states: the same ends are come to, and the same invariants break."""
    *_, whole = explore(scenario, variant, budget, is_pruned=False)
    pruned = explore_all(scenario, variant, budget)
    assert pruned.runs <= whole.runs
    assert pruned.ends == whole.ends
    assert pruned.broken.keys() == whole.broken.keys()
