"""The clocks of one container: the monotonic one is right, the wall clock wanders within known bounds."""

from datetime import datetime, timedelta

from devtools.proof.simulation.world.scheduler import Scheduler

LARGEST_ERROR_SECONDS = 60.0


class SimulatedClock:
    """Implements `Clock`; `step` sets the wall clock, never further from the truth than LARGEST_ERROR_SECONDS."""

    def __init__(self, scheduler: Scheduler, start: datetime) -> None:
        self._scheduler = scheduler
        self._start = start
        self._error = 0.0

    def now(self) -> datetime:
        """Return what the wall clock shows."""
        return self._start + timedelta(seconds=self._scheduler.now + self._error)

    def monotonic(self) -> float:
        """Return the monotonic seconds."""
        return self._scheduler.now

    def step(self, seconds: float) -> None:
        """Set the wall clock to another error."""
        self._error = min(max(seconds, -LARGEST_ERROR_SECONDS), LARGEST_ERROR_SECONDS)
