"""Many seeds, on all processors of the machine: figures, and what broke."""

import gc
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import as_completed
from dataclasses import dataclass, field

from devtools.proof.simulation.simulation import simulate
from devtools.proof.simulation.variants import Variant
from devtools.proof.workers import workers

SEEDS_IN_A_BATCH = 200
KEPT_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Batch:
    """Some seeds of one campaign."""

    first: int
    count: int
    variant: Variant


@dataclass(slots=True)
class Figures:
    """What a campaign has brought: `broken` counts the runs that broke each invariant, `examples` name some of them."""

    counts: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[int]] = field(default_factory=dict)
    failing_seeds: int = 0

    def add(self, other: "Figures") -> None:
        """Add the figures of further seeds."""
        self.counts += other.counts
        self.broken += other.broken
        self.failing_seeds += other.failing_seeds
        for name, seeds in other.examples.items():
            self.examples[name] = sorted({*self.examples.get(name, ()), *seeds})[:KEPT_EXAMPLES]


def run_batch(batch: Batch) -> Figures:
    """Run some seeds, one after the other."""
    figures = Figures()
    for seed in range(batch.first, batch.first + batch.count):
        outcome = simulate(seed, batch.variant)
        figures.counts += outcome.counts
        broken = {breach.invariant for breach in outcome.breaches}
        figures.failing_seeds += bool(broken)
        for name in sorted(broken):
            figures.broken[name] += 1
            figures.examples.setdefault(name, []).append(seed)
    gc.collect()
    return figures


def run_campaign(first: int, count: int, variant: Variant, processes: int | None = None) -> Iterator[Figures]:
    """Run seeds from `first` on; yield the figures so far after each batch."""
    batches = [
        Batch(start, min(SEEDS_IN_A_BATCH, first + count - start), variant)
        for start in range(first, first + count, SEEDS_IN_A_BATCH)
    ]
    total = Figures()
    with workers(min(processes or os.cpu_count() or 1, len(batches))) as pool:
        for done in as_completed([pool.submit(run_batch, batch) for batch in batches]):
            total.add(done.result())
            yield total
