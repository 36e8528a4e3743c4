"""How much goes wrong in one run: each kind of trouble has a probability of its own, drawn from the seed."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")

LEVELS = (0.0, 0.05, 0.25, 0.6)
PLACEMENT_LEVELS = (0.1, 0.3, 0.6, 0.9)
LEVEL_WEIGHTS = (35, 25, 25, 15)
SLOW_SECONDS = (0.4, 4.0)
QUICK_SECONDS = (0.001, 0.08)


class Weather:
    """Draws faults and latencies. `rng` is the only randomness of a run; `clear_up` ends all trouble."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.crash = self._level()
        self.store_write = self._level()
        self.store_read = self._level()
        self.hot_index = self._level() / 5
        self.is_clear = False
        self.stale_index = self._level()
        self.vault = self._level()
        self.placement = rng.choices(PLACEMENT_LEVELS, LEVEL_WEIGHTS)[0]  # what everything else is there for
        self.upstream_read = self._level() / 2  # a call makes several, and one that fails ends it
        self.moving_list = self._level()
        self.odd_entries = self._level() / 2
        self.lost_answer = self._level()
        self.slow = self._level() / 4
        self.pause = self._level() / 20

    def _level(self) -> float:
        return self.rng.choices(LEVELS, LEVEL_WEIGHTS)[0]

    def clear_up(self) -> None:
        """Let nothing go wrong from now on."""
        self.is_clear = True
        self.hot_index = 0.0
        self.crash = self.store_write = self.store_read = self.stale_index = self.vault = 0.0
        self.placement = self.upstream_read = self.moving_list = self.lost_answer = self.slow = self.pause = 0.0
        self.odd_entries = 0.0

    def strikes(self, probability: float) -> bool:
        """Tell whether something happens this time."""
        return self.rng.random() < probability

    def pick(self, choices: Sequence[T], weights: Sequence[float] | None = None) -> T:
        """Return one of several."""
        return self.rng.choices(choices, weights)[0]

    def latency(self) -> float:
        """Return how long a message is under way, in seconds."""
        return self.rng.uniform(*(SLOW_SECONDS if self.strikes(self.slow) else QUICK_SECONDS))
