"""A run of mutmut, judged: how many mutants were killed, and is each of the others on the list?"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from devtools.proof.mutation.mutants import Change, Fate, Mutant
from devtools.proof.mutation.survivors import Survivor, as_entry

WANTED_PERCENT = 98.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a run came to. `unlisted` are mutants that lived and may not, `outlived` entries of the list without a mutant."""

    counts: Counter[Fate]
    unlisted: tuple[Mutant, ...]
    outlived: tuple[Change, ...]

    @property
    def percent(self) -> float:
        """Return the share of mutants that a failing test killed; timeouts and mutants without a test are not among them."""
        return 100 * self.counts[Fate.KILLED] / (self.counts.total() or 1)

    @property
    def is_good(self) -> bool:
        """Tell whether enough were killed and every other one is on the list."""
        return self.percent >= WANTED_PERCENT and not self.unlisted


def judge(mutants: Iterable[Mutant], listed: Sequence[Survivor]) -> Judgement:
    """Compare a run with the list. A change that is listed once may live once, where a function has it more often."""
    counts: Counter[Fate] = Counter()
    unlisted: list[Mutant] = []
    open_entries = Counter(survivor.change for survivor in listed)
    for mutant in mutants:
        counts[mutant.fate] += 1
        if mutant.fate is Fate.KILLED:
            continue
        if open_entries[mutant.change]:
            open_entries[mutant.change] -= 1
        else:
            unlisted.append(mutant)
    return Judgement(counts, tuple(unlisted), tuple(open_entries.elements()))


def told(judgement: Judgement) -> Iterator[str]:
    """Yield the lines that a person reads."""
    for fate in Fate:
        yield f"{fate:>10} {judgement.counts[fate]:>6,}"
    yield f"{judgement.percent:.1f} % of {judgement.counts.total():,} mutants killed; {WANTED_PERCENT:.0f} % are wanted"
    for change in judgement.outlived:
        yield f"listed, but killed or gone by now; take it off the list: {change.function}: {change.old} -> {change.new}"
    if judgement.unlisted:
        yield "These lived and are not on the list. Write the test that kills them, or list them with the reason:"
    for mutant in judgement.unlisted:
        yield f"\n# {mutant.fate}\n{as_entry(mutant.change)}"
