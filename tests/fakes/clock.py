"""A clock that stands still until it is told to move."""

from datetime import UTC, datetime, timedelta


class FixedClock:
    """Implements `Clock`; `tick` moves both clocks."""

    def __init__(self, now: datetime = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)) -> None:
        self._now = now
        self._monotonic = 1000.0

    def now(self) -> datetime:
        """Return the time of day."""
        return self._now

    def monotonic(self) -> float:
        """Return the monotonic seconds."""
        return self._monotonic

    def sleep(self, seconds: float) -> None:
        """Let the time pass without waiting."""
        self.tick(seconds)

    def tick(self, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds

    def step_wall_clock(self, seconds: float) -> None:
        """Set the time of day, and leave the monotonic clock alone."""
        self._now += timedelta(seconds=seconds)
