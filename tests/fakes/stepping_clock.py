"""The real clocks, with a time of day that can be set."""

from datetime import datetime, timedelta

from chalicelib.adapters.system import SystemClock


class SteppingClock(SystemClock):
    """Implements `Clock` for tests that wait in earnest and still jump."""

    def __init__(self) -> None:
        self._step = timedelta()

    def now(self) -> datetime:
        """Return the time of day, as it was set."""
        return super().now() + self._step

    def step_wall_clock(self, seconds: float) -> None:
        """Set the time of day, and leave the monotonic clock alone: what a freeze of the function looks like."""
        self._step += timedelta(seconds=seconds)
