"""The search: every sequence of choices of one scenario, each by a run from the start."""

import gc
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from devtools.proof.exploration.choices import Budget, Memory, siblings
from devtools.proof.exploration.run import Outcome
from devtools.proof.exploration.runs import Protocol, run_once
from devtools.proof.exploration.scenarios import CHANGING, SCENARIOS, Scenario
from devtools.proof.exploration.sequences import sequence_of
from devtools.proof.simulation.variants import Variant

KEPT_EXAMPLES = 3
LADDER = (Budget(0, 0), Budget(0, 1), Budget(2, 0), Budget(2, 1))
RUNS_BETWEEN_COLLECTIONS = 500


@dataclass(slots=True)
class Figures:
    """What a search has brought so far: `ended` runs came to their end, the other ones to a visited state.

    `examples` name sequences that broke each invariant; `ends` are the states in which all choosing ended.
    """

    runs: int = 0
    ended: int = 0
    states: int = 0
    failing: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    ends: set[bytes] = field(default_factory=set)

    def count(self, outcome: Outcome, sequence: str) -> None:
        """Count one run."""
        self.runs += 1
        self.ended += not outcome.is_pruned
        self.failing += bool(outcome.breaches)
        self.counts += outcome.counts
        if not outcome.is_pruned:
            self.ends.add(outcome.end)
        for name in sorted({breach.invariant for breach in outcome.breaches}):
            self.broken[name] += 1
            self.examples[name] = [*self.examples.get(name, ()), sequence][:KEPT_EXAMPLES]

    def add(self, other: "Figures") -> None:
        """Add the figures of another search."""
        self.runs += other.runs
        self.ended += other.ended
        self.states += other.states
        self.failing += other.failing
        self.broken += other.broken
        self.counts += other.counts
        for name, sequences in other.examples.items():
            self.examples[name] = [*self.examples.get(name, ()), *sequences][:KEPT_EXAMPLES]


def explore(scenario: Scenario, variant: Protocol, budget: Budget, *, is_pruned: bool = True) -> Iterator[Figures]:
    """Run every sequence within a budget; yield the figures so far after each run.

    Those that have spent least come first: then a state is mostly visited with the largest budget at once.
    """
    memory = Memory() if is_pruned else None
    figures = Figures()
    waiting: dict[Budget, list[bytes]] = {budget: [b""]}
    while waiting:
        left = max(waiting)
        prefix = waiting[left].pop()
        if not waiting[left]:
            del waiting[left]
        outcome = run_once(scenario, variant, budget, prefix, memory)
        for still_left, sibling in siblings(outcome.points, len(prefix)):
            waiting.setdefault(still_left, []).append(sibling)
        figures.count(outcome, sequence_of(scenario, budget, [point.taken for point in outcome.points]))
        figures.states = 0 if memory is None else len(memory.visited)
        if not figures.runs % RUNS_BETWEEN_COLLECTIONS:
            gc.collect()
        yield figures


def explore_all(scenario: Scenario, variant: Protocol, budget: Budget) -> Figures:
    """Run every sequence of a scenario within a budget."""
    *_, figures = explore(scenario, variant, budget)
    return figures


def scenarios_for(variant: Protocol) -> Sequence[Scenario]:
    """Return the scenarios that show what a protocol does: of bookings, of changes, or, of our own, all of them."""
    if variant is Variant.OURS:
        return (*SCENARIOS, *CHANGING)
    return SCENARIOS if isinstance(variant, Variant) else CHANGING


def find_out(variant: Protocol, scenarios: Sequence[Scenario] | None = None) -> Figures:
    """Search until something breaks, with ever larger budgets: the same scenarios in the same order for every variant."""
    total = Figures()
    scenarios = scenarios_for(variant) if scenarios is None else scenarios
    for budget in LADDER:
        for scenario in scenarios:
            for figures in explore(scenario, variant, budget):
                if figures.failing:
                    break
            total.add(figures)
            if total.failing:
                return total
    return total
