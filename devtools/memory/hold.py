"""What holds until it expires."""

import math
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """A guard: whose it is, and the second after which it no longer holds; or an operation, and its last second."""

    operation_id: str
    expires_at: int

    def holds(self, now: datetime) -> bool:
        """Tell whether it stands in the way at `now`."""
        return self.expires_at >= math.floor(now.timestamp())
