"""The searches of all scenarios, on all processors of the machine."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass

from devtools.proof.exploration.choices import Budget
from devtools.proof.exploration.runs import Protocol
from devtools.proof.exploration.scenarios import Scenario, scenario_of
from devtools.proof.exploration.search import LADDER, Figures, explore_all, find_out, scenarios_for
from devtools.proof.simulation.changing.variants import WrongChange
from devtools.proof.simulation.variants import Variant
from devtools.proof.workers import workers


@dataclass(frozen=True, slots=True)
class Job:
    """One search: of a named scenario, or without a name of all of them, with growing budgets, until the variant is found."""

    variant: Protocol
    budget: Budget
    scenario: str | None = None


def run_job(job: Job) -> tuple[Job, Figures]:
    """Search, and return what it brought."""
    name = job.scenario
    figures = find_out(job.variant) if name is None else explore_all(scenario_of(name), job.variant, job.budget)
    figures.ends.clear()  # a set of hashes, of no use elsewhere
    return job, figures


def searches(variant: Protocol, budget: Budget, only: str | None = None) -> list[Job]:
    """Return a job for each scenario, the longest first; for one alone, if it is named."""
    wanted = [scenario for scenario in scenarios_for(variant) if only in {None, scenario.name}]
    return [Job(variant, budget, scenario.name) for scenario in sorted(wanted, key=_size, reverse=True)]


def _size(scenario: Scenario) -> tuple[bool, int]:
    """Tell what makes a search long: people who are new, whom every call has to look up, then the number of visits."""
    return scenario.are_people_new, sum(len(visits) for visits in scenario.devices)


def hunts() -> list[Job]:
    """Return a job for each protocol that only looks good."""
    return [Job(wrong, LADDER[-1]) for wrong in (*Variant, *WrongChange) if wrong is not Variant.OURS]


def run_jobs(jobs: Sequence[Job], processes: int | None = None) -> Iterator[tuple[Job, Figures]]:
    """Run searches side by side; yield each when it is over."""
    with workers(min(processes or os.cpu_count() or 1, len(jobs))) as pool:
        for done in as_completed([pool.submit(run_job, job) for job in jobs]):
            yield done.result()
