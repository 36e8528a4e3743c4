"""What is open: how many operations have no final state, and since when the oldest has none."""

from datetime import datetime
from typing import Protocol

from chalicelib.application.ports import Clock
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class OpenOperations:
    """How many there are, and the oldest: its id, and when it was claimed (UTC); None where there are none."""

    count: int = 0
    oldest_id: str | None = None
    oldest_claimed_at: datetime | None = None


class CountsOpen(Protocol):
    """The open operations of all accounts, counted."""

    def count_open(self, deadline: Deadline) -> OpenOperations:
        """Count them.

        Raises:
            StoreUnavailableError: they could not be read by the deadline.
        """
        ...


@dataclass(frozen=True, slots=True)
class Standing:
    """How many are open, and the oldest: its id and its age in seconds, 0 where there are none."""

    count: int = 0
    oldest_id: str | None = None
    oldest_seconds: int = 0


@dataclass(frozen=True, slots=True)
class LookAtOpen:
    """The use case. One that is SENDING still counts: its function has ended long before it is old."""

    store: CountsOpen
    clock: Clock

    def execute(self, deadline: Deadline) -> Standing:
        """Tell how operations stand.

        Raises:
            StoreUnavailableError: they could not be read by the deadline.
        """
        found = self.store.count_open(deadline)
        if found.oldest_claimed_at is None:
            return Standing(found.count)
        age = self.clock.now() - found.oldest_claimed_at
        return Standing(found.count, found.oldest_id, max(0, round(age.total_seconds())))
