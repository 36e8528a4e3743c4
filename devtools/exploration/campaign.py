"""The searches of all scenarios, on all processors of the machine."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context

from devtools.exploration.choices import Budget
from devtools.exploration.scenarios import SCENARIOS, Scenario
from devtools.exploration.search import Figures, explore_all, find_out
from devtools.simulation.variants import Variant


@dataclass(frozen=True, slots=True)
class Job:
    """One search: a scenario within a budget, or without one all of them until the variant is found out."""

    variant: Variant
    budget: Budget = Budget(0, 0)
    scenario: Scenario | None = None


def run_job(job: Job) -> tuple[Job, Figures]:
    """Search, and return what it brought."""
    if job.scenario is None:
        figures = find_out(job.variant)
    else:
        figures = explore_all(job.scenario, job.variant, job.budget)
    figures.ends.clear()  # a set of hashes, of no use elsewhere
    return job, figures


def searches(variant: Variant, budget: Budget) -> list[Job]:
    """Return a job for each scenario, the longest first."""
    ordered = sorted(SCENARIOS, key=lambda one: -sum(len(visits) for visits in one.devices))
    return [Job(variant, budget, scenario) for scenario in ordered]


def hunts() -> list[Job]:
    """Return a job for each protocol that only looks good."""
    return [Job(variant) for variant in Variant if variant is not Variant.OURS]


def run_jobs(jobs: Sequence[Job], processes: int | None = None) -> Iterator[tuple[Job, Figures]]:
    """Run searches side by side; yield each when it is over."""
    with get_context("spawn").Pool(min(processes or os.cpu_count() or 1, len(jobs))) as pool:
        yield from pool.imap_unordered(run_job, jobs, chunksize=1)
