"""The time budget of one call, and absolute deadlines: a read timeout is none, an upstream that drips outlives it."""

import math
from collections.abc import Callable
from dataclasses import replace

from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class TimeBudget:
    """How long each step may take, in seconds. Source: docs/adr/0004-time-budget.md.

    API Gateway ends a call at 29 s and Lambda the function at `function`; we end it ourselves at `call`.
    """

    call: float = 24.0
    function: float = 26.0
    read: float = 3.0
    reads: float = 6.0
    claim: float = 4.0
    post: float = 12.0
    conclusion: float = 4.0
    reconcile: float = 5.0
    margin: float = 1.0

    @property
    def needed_to_send(self) -> float:
        """Return what must be left before a POST starts: its own time, the conclusion's, and a margin."""
        return self.post + self.conclusion + self.margin


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of a step: `at` is in seconds of `monotonic()`; `since` is when the whole call began, on the same clock."""

    monotonic: Callable[[], float]
    since: float
    at: float

    @classmethod
    def after(cls, monotonic: Callable[[], float], seconds: float) -> "Deadline":
        """Return the deadline of a call that begins now and may take `seconds`."""
        now = monotonic()
        return cls(monotonic, now, now + seconds)

    def remaining(self) -> float:
        """Return the seconds that are left, never less than 0."""
        return max(0.0, self.at - self.monotonic())

    def within(self, seconds: float) -> "Deadline":
        """Return the earlier of this deadline and `seconds` from now."""
        return Deadline(self.monotonic, self.since, min(self.at, self.monotonic() + seconds))


class Leash:
    """Ends what goes on beside something else when that ends: from then on, no time is left of the deadlines on it."""

    def __init__(self) -> None:
        self.is_over = False

    def hold(self, deadline: Deadline) -> Deadline:
        """Return a deadline that passes when this is over, if it has not passed before."""

        def monotonic() -> float:
            return math.inf if self.is_over else deadline.monotonic()

        return replace(deadline, monotonic=monotonic)
