"""One request and its answer, as the connection that carries it must know it."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from chalicelib.domain.time_budget import Deadline


class WallClock(Protocol):
    """The time of day, which goes on while the function is frozen."""

    def __call__(self) -> float:
        """Return POSIX seconds."""
        ...


@dataclass(slots=True)
class Exchange:
    """What holds for one exchange.

    `oldest_answer` (POSIX seconds): a pooled connection whose last answer is older is not used, because it may have sat
    idle across a freeze of the function. `is_sent` turns true just before the first byte leaves: while it is false, the
    upstream has provably seen nothing.
    """

    deadline: Deadline
    wall_clock: WallClock
    oldest_answer: float
    is_sent: bool = False


CURRENT: ContextVar[Exchange] = ContextVar("exchange")
