"""What a campaign says at the end, and a failing seed in full."""

from collections.abc import Sequence

from devtools.proof.simulation.campaign import Figures
from devtools.proof.simulation.simulation import Outcome
from devtools.proof.simulation.variants import Variant

FIRST = ("runs", "intents", "calls", "calls killed", "operations", "POSTs", "bookings made")


def figures_told(figures: Figures) -> list[str]:
    """Return the figures, what matters first."""
    counts = figures.counts
    rest = sorted(name for name in counts if name not in FIRST)
    return [f"{counts[name]:>12,}  {name}" for name in (*FIRST, *rest)]


def breaches_told(figures: Figures, variant: Variant) -> list[str]:
    """Return which invariants broke, in how many runs, and how to see one."""
    if not figures.failing_seeds:
        return [f"{figures.counts['runs']:,} runs, 0 broken invariants"]
    lines = [f"{figures.counts['runs']:,} runs, {figures.failing_seeds:,} of them broke an invariant:"]
    for name, number in figures.broken.most_common():
        seeds = figures.examples[name]
        lines.append(f"{number:>12,}  {name}; seeds {', '.join(map(str, seeds))}")
    first = min(seed for seeds in figures.examples.values() for seed in seeds)
    return [*lines, f"replay one: {replay_command(first, variant)}"]


def run_told(outcome: Outcome, variant: Variant) -> list[str]:
    """Return one run, line by line, and how it ended."""
    title = f"seed {outcome.seed}" + ("" if variant is Variant.OURS else f", variant {variant}")
    verdict = [f"BROKEN  {breach}" for breach in outcome.breaches] or ["every invariant holds"]
    return [title, *outcome.lines, *verdict, f"replay: {replay_command(outcome.seed, variant)}"]


def replay_command(seed: int, variant: Variant) -> str:
    """Return the command that shows a run again."""
    return f"make simulate SEED={seed}" + ("" if variant is Variant.OURS else f" VARIANT={variant}")


def comparison_told(rows: Sequence[tuple[Variant, Figures]]) -> list[str]:
    """Return the variants beside each other: duplicates and lost bookings in as many runs."""
    lines = [f"{'variant':<20}{'runs':>8}{'bookings':>10}{'duplicates':>12}{'lost':>8}{'runs broken':>13}"]
    for variant, figures in rows:
        counts = figures.counts
        numbers = f"{counts['runs']:>8,}{counts['bookings made']:>10,}{counts['duplicates']:>12,}{counts['lost']:>8,}"
        lines.append(f"{variant:<20}{numbers}{figures.failing_seeds:>13,}")
    return lines
