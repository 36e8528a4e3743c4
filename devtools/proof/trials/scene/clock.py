"""The real clocks, with a time of day that trials move on, for the app and the sandbox alike."""

from datetime import datetime, timedelta

from chalicelib.adapters.system import SystemClock


class MovableClock(SystemClock):
    """Implements `Clock`: deadlines run in earnest, and hours pass at once."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Return the time of day, as far ahead as it was moved."""
        return super().now() + self._ahead

    def move_on(self, seconds: float) -> None:
        """Let time pass."""
        self._ahead += timedelta(seconds=seconds)

    def reset(self) -> None:
        """Return to the machine's own time of day."""
        self._ahead = timedelta()
