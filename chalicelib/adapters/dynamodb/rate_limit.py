"""How often an account may book, counted in fixed windows of time."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `limit` bookings of an account in each window of `window_seconds`."""

    limit: int
    window_seconds: int

    def window(self, now: datetime) -> int:
        """Return the number of the window that `now` is in."""
        return int(now.timestamp()) // self.window_seconds

    def reset_seconds(self, now: datetime) -> int:
        """Return in how many seconds the next window begins."""
        return (self.window(now) + 1) * self.window_seconds - int(now.timestamp())
