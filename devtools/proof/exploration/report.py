"""What an exploration says at the end, and a failing sequence in full."""

from collections.abc import Mapping

from devtools.proof.exploration.campaign import Job
from devtools.proof.exploration.choices import Budget
from devtools.proof.exploration.run import Outcome
from devtools.proof.exploration.runs import Protocol
from devtools.proof.exploration.search import Figures
from devtools.proof.simulation.changing.variants import WrongChange
from devtools.proof.simulation.variants import Variant


def search_told(job: Job, figures: Figures) -> str:
    """Return one scenario's search."""
    return f"{job.scenario:<30}{_numbers(figures)}, {figures.failing} broken"


def figures_told(figures: Figures, budget: Budget) -> str:
    """Return the sum."""
    scope = f"{budget.preemptions} preemptions, {budget.faults} {'fault' if budget.faults == 1 else 'faults'}"
    return f"{'all, up to ' + scope:<30}: {_numbers(figures).strip()}"


def breaches_told(figures: Figures, variant: Protocol) -> list[str]:
    """Return which invariants broke, in how many runs, and how to see one."""
    if not figures.failing:
        return [f"{figures.runs:,} runs, 0 broken invariants"]
    lines = [f"{figures.runs:,} runs, {figures.failing:,} of them broke an invariant:"]
    for name, number in figures.broken.most_common():
        lines.append(f"{number:>12,}  {name}")
        lines += [f"{'':>14}{replay_command(sequence, variant)}" for sequence in figures.examples[name]]
    return lines


def hunts_told(hunts: Mapping[Protocol, Figures]) -> list[str]:
    """Return after how many runs each wrong protocol was found, by what, and how to see it."""
    lines = ["wrong protocols, each searched in the same order until the first breach:"]
    for variant in (*Variant, *WrongChange):
        if variant not in hunts:
            continue
        figures = hunts[variant]
        broken = ", ".join(sorted(figures.broken)) or "NOT FOUND"
        lines.append(f"{variant:<34}{figures.runs:>8,} runs  {broken}")
        first = sorted(figures.broken)[:1]
        lines += [f"{'':>30}{replay_command(figures.examples[name][0], variant)}" for name in first]
    return lines


def run_told(sequence: str, outcome: Outcome, variant: Protocol) -> list[str]:
    """Return one run, line by line, and how it ended."""
    title = sequence + ("" if variant is Variant.OURS else f", variant {variant}")
    verdict = [f"BROKEN  {breach}" for breach in outcome.breaches] or ["every invariant holds"]
    return [title, *outcome.lines, *verdict, f"replay: {replay_command(sequence, variant)}"]


def replay_command(sequence: str, variant: Protocol) -> str:
    """Return the command that shows a run again."""
    return f"make explore SEQUENCE={sequence}" + ("" if variant is Variant.OURS else f" VARIANT={variant}")


def _numbers(figures: Figures) -> str:
    return f"{figures.runs:>9,} runs, {figures.ended:>7,} to the end, {figures.states:>8,} states"
