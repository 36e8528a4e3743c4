"""How a sequence of choices is written: `scenario:2+1:5=4,8=1` is the fourth other way at choice 5, the first at choice 8.

Choices that take the first way, the one without trouble, are left out. `2+1` is the budget, which decides what is offered.
"""

from collections.abc import Sequence

from devtools.exploration.choices import Budget
from devtools.exploration.scenarios import SCENARIOS, Scenario

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
    scenarios = [scenario for scenario in SCENARIOS if scenario.name == name]
    if not scenarios:
        raise ValueError(f"there is no scenario {name}; there are {', '.join(one.name for one in SCENARIOS)}")
    preemptions, faults = (int(number) for number in budget.split("+"))
    ways = dict(_pair(part) for part in chosen.split(",") if part != NOTHING)
    taken = tuple(ways.get(number, 0) for number in range(1 + max(ways, default=-1)))
    return scenarios[0], Budget(preemptions, faults), taken


def _pair(text: str) -> tuple[int, int]:
    number, way = text.split("=")
    return int(number), int(way)
