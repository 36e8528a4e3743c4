"""How a sequence of choices is written: `scenario:2+1:5=4,8=1` is the fourth other way at choice 5, the first at choice 8.

Choices that take the first way, the one without trouble, are left out. `2+1` is the budget, which decides what is offered.
"""

from collections.abc import Sequence

from devtools.proof.exploration.choices import Budget
from devtools.proof.exploration.scenarios import Scenario, scenario_of

NOTHING = "-"


def sequence_of(scenario: Scenario, budget: Budget, taken: Sequence[int]) -> str:
    """Return a sequence in short."""
    chosen = ",".join(f"{number}={way}" for number, way in enumerate(taken) if way)
    return f"{scenario.name}:{budget.preemptions}+{budget.faults}:{chosen or NOTHING}"


def read_sequence(text: str) -> tuple[Scenario, Budget, tuple[int, ...]]:
    """Return what a sequence in short stands for.

    Raises:
        ValueError: it is none.
    """
    name, budget, chosen = text.split(":")
    preemptions, faults = (int(number) for number in budget.split("+"))
    ways = dict(_pair(part) for part in chosen.split(",") if part != NOTHING)
    taken = tuple(ways.get(number, 0) for number in range(1 + max(ways, default=-1)))
    return scenario_of(name), Budget(preemptions, faults), taken


def _pair(text: str) -> tuple[int, int]:
    number, way = text.split("=")
    return int(number), int(way)
