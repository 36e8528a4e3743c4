"""The choices of one run: a sequence of numbers decides everything that is left open, so it can be enumerated and replayed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum


class VisitedError(BaseException):
    """The run has come to a state that another one went on from; no product code may catch it."""


@dataclass(frozen=True, slots=True, order=True)
class Budget:
    """How much may still happen: preemptions (another call goes on although this one could) and faults."""

    preemptions: int
    faults: int

    def covers(self, other: "Budget") -> bool:
        """Tell whether everything that `other` allows is allowed here, too."""
        return self.preemptions >= other.preemptions and self.faults >= other.faults

    def less(self, price: "Price") -> "Budget":
        """Return what is left when a price was paid."""
        preemptions, faults = price.value
        return Budget(self.preemptions - preemptions, self.faults - faults)


@dataclass(slots=True)
class Memory:
    """The states that were visited, each with the largest budgets it was visited with."""

    visited: dict[bytes, list[Budget]] = field(default_factory=dict)

    def knows(self, state: bytes, budget: Budget) -> bool:
        """Tell whether all that can follow was seen already; remember the state if not."""
        known = self.visited.get(state, [])
        if any(one.covers(budget) for one in known):
            return True
        self.visited[state] = [*(one for one in known if not budget.covers(one)), budget]
        return False


class Price(Enum):
    """What it costs to take another way than the first."""

    NOTHING = (0, 0)
    PREEMPTION = (1, 0)
    FAULT = (0, 1)


@dataclass(frozen=True, slots=True)
class Point:
    """One place where something was left open: how many ways there were, which was taken, and what was left before it."""

    ways: int
    taken: int
    price: Price
    budget: Budget


@dataclass(slots=True)
class Choices:
    """Takes the ways of `prefix`, then the first one everywhere, which is always the one without trouble.

    With a `memory`, a run ends where it comes to a visited state behind its prefix. `is_over` ends all choosing.
    """

    prefix: Sequence[int]
    budget: Budget
    state: Callable[[], bytes]
    memory: Memory | None = None
    points: list[Point] = field(default_factory=list)
    is_over: bool = False

    def pick(self, ways: int, price: Price = Price.NOTHING) -> int:
        """Return which of several ways is taken; all but the first have a price."""
        if ways < 2 or self.is_over:
            return 0
        number = len(self.points)
        self.look()
        taken = self.prefix[number] if number < len(self.prefix) else 0
        if taken >= ways:
            raise ValueError(f"choice {number} has {ways} ways, and way {taken} was asked for")
        self.points.append(Point(ways, taken, price, self.budget))
        if taken:
            self.budget = self.budget.less(price)
        return taken

    def look(self) -> None:
        """End the run if it has come to a visited state, behind its prefix.

        Raises:
            VisitedError: it has.
        """
        is_behind = len(self.points) >= len(self.prefix) and not self.is_over
        if is_behind and self.memory is not None and self.memory.knows(self.state(), self.budget):
            raise VisitedError


def siblings(points: Sequence[Point], trodden: int) -> Iterator[tuple[Budget, bytes]]:
    """Yield the prefixes that differ from a run in their last choice behind the first `trodden`, and what they leave."""
    taken = bytes(point.taken for point in points)
    for number in range(trodden, len(points)):
        point = points[number]
        for way in range(1, point.ways):
            yield point.budget.less(point.price), taken[:number] + bytes((way,))
