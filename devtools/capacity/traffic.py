"""Bookings as they come in: at random moments, by accounts that each book a few times, for candidates of whom some are stars."""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chalicelib.settings import Settings

FEWEST_ACCOUNTS = 100_000


@dataclass(frozen=True, slots=True)
class Arrival:
    """A booking that comes in: seconds since the start, its number, who books and whom."""

    at: float
    number: int
    account: int
    candidate: int


@dataclass(frozen=True, slots=True)
class Traffic:
    """`rate` bookings a second; the candidate of rank n is booked in proportion to n to the power of minus `exponent` (Zipf).

    There are as many accounts as the limit of an account needs, ten times over, and at least FEWEST_ACCOUNTS.
    """

    rate: float
    candidates: int = 10_000
    exponent: float = 1.0
    seed: int = 1

    @property
    def accounts(self) -> int:
        """Return how many accounts share the bookings."""
        a_second = Settings().bookings_per_minute / 60
        return max(FEWEST_ACCOUNTS, round(10 * self.rate / a_second))

    @property
    def weights(self) -> Sequence[float]:
        """Return how often each candidate is booked, the star first, in no particular unit."""
        return [rank**-self.exponent for rank in range(1, self.candidates + 1)]

    @property
    def star(self) -> float:
        """Return the share of all bookings that are for the star."""
        weights = self.weights
        return weights[0] / sum(weights)

    def arrivals(self, seconds: float) -> Iterator[Arrival]:
        """Yield what comes in during some seconds, in the order of time; the same for the same seed."""
        draw = random.Random(self.seed)  # noqa: S311 (a model is repeatable)
        cumulated = list(itertools.accumulate(self.weights))
        at = draw.expovariate(self.rate)
        for number in itertools.count():
            if at >= seconds:
                return
            (candidate,) = draw.choices(range(self.candidates), cum_weights=cumulated)
            yield Arrival(at, number, draw.randrange(self.accounts), candidate)
            at += draw.expovariate(self.rate)
