"""A run of any scenario, of bookings or of changes, by the sequence of its choices."""

from collections.abc import Sequence
from typing import TypeAlias

from devtools.proof.exploration.changing.run import ChangingRun
from devtools.proof.exploration.choices import Budget, Choices, Memory
from devtools.proof.exploration.run import Outcome, Run
from devtools.proof.exploration.scenarios import Scenario
from devtools.proof.simulation.changing.variants import WrongChange
from devtools.proof.simulation.variants import Variant

Protocol: TypeAlias = Variant | WrongChange


def run_once(  # noqa: PLR0913 (what to run, and how far)
    scenario: Scenario,
    variant: Protocol,
    budget: Budget,
    prefix: Sequence[int] = (),
    memory: Memory | None = None,
    *,
    is_told: bool = False,
) -> Outcome:
    """Run a scenario under one sequence of choices.

    Raises:
        ValueError: the variant is of another kind than the scenario.
    """
    choices = Choices(prefix, budget, lambda: b"", memory)
    if scenario.change is None and isinstance(variant, Variant):
        return Run(scenario, variant, choices, is_told=is_told).go()
    wrong = variant if isinstance(variant, WrongChange) else None
    if scenario.change is None or (wrong is None and variant is not Variant.OURS):
        raise ValueError(f"{scenario.name} is no scenario for {variant}")
    return ChangingRun(scenario, scenario.change, wrong, choices, is_told=is_told).go()


def protocol_of(name: str) -> Protocol:
    """Return the variant of this name."""
    return WrongChange(name) if name in set(WrongChange) else Variant(name)
