"""What a measurement comes to: a figure, its budget, and whether it is kept."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True, slots=True)
class Ratio:
    """The median of the ratios of each round, and the range that its middle half lies in."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, ours: Sequence[float], baseline: Sequence[float]) -> "Ratio":
        """Compare samples that were taken in turn: the machine's speed drifts, a ratio within a round hardly does."""
        ratios = [own / other for own, other in zip(ours, baseline, strict=True)]
        if len(ratios) < 2:
            return cls(ratios[0], ratios[0], ratios[0])
        low, median, high = statistics.quantiles(ratios, n=4, method="inclusive")
        return cls(median, low, high)


@dataclass(frozen=True, slots=True)
class Budget:
    """A limit on the ratio or on our own value, and what is tried for; `is_floor` turns both round."""

    limit: float
    goal: float | None = None
    is_ratio: bool = False
    is_floor: bool = False


@dataclass(frozen=True, slots=True)
class Peer:
    """The same figure of somebody else's: the value and its ratio to the baseline's."""

    name: str
    value: float
    ratio: Ratio | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One row: its number in the list of budgets, what it is, both values, what was allowed, and what the peers reach."""

    number: str
    name: str
    unit: str
    ours: float | None  # None: it could not be measured here
    baseline: float | None
    samples: int
    ratio: Ratio | None = None
    budget: Budget | None = None
    peers: tuple[Peer, ...] = ()

    @property
    def is_within(self) -> bool | None:
        """Tell whether the budget is kept; None without one, or without a value."""
        value = self.ratio.median if self.budget and self.budget.is_ratio and self.ratio else self.ours
        if self.budget is None or value is None:
            return None
        return value >= self.budget.limit if self.budget.is_floor else value <= self.budget.limit

    def document(self) -> dict[str, object]:
        """Return the figure for a JSON file."""
        return {**asdict(self), "within": self.is_within}


def compared(
    number: str, name: str, unit: str, samples: Sequence[Sequence[float]], budget: Budget | None = None
) -> Figure:
    """Return the figure of samples, ours and the baseline's, that were taken in turn: both medians and their ratio."""
    ours, baseline = samples
    medians = (statistics.median(ours), statistics.median(baseline))
    return Figure(number, name, unit, *medians, len(ours), Ratio.of(ours, baseline), budget)


def beside_peers(figure: Figure, baseline: Sequence[float], peers: Sequence[tuple[str, Sequence[float]]]) -> Figure:
    """Return a figure with those of the peers, whose samples were taken in the same turns."""
    told = (Peer(name, statistics.median(samples), Ratio.of(samples, baseline)) for name, samples in peers)
    return replace(figure, peers=tuple(told))
