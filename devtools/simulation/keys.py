"""HMAC keys that are rotated in mid-run, as each container learns of it: at different times.

A new key must be known to every container before the first one writes under it, or two containers could each hold a guard
that the other does not look for. So a rotation has two steps, and the second comes when all have taken the first.
"""

from collections.abc import Sequence

from chalicelib.domain.keyed_hash import HmacKey
from devtools.simulation.scheduler import Scheduler

OLD, NEW = (HmacKey(name.ljust(32, b".")) for name in (b"the old key", b"the new key"))
SLOWEST_CONTAINER_SECONDS = 1800.0
STAGED = ((OLD,), (OLD, NEW), (NEW, OLD))
AT_ONCE = ((OLD,), (NEW, OLD))


class RotatingKeys:
    """Implements `HmacKeys` for one container that is `lag` seconds behind each step."""

    def __init__(
        self, scheduler: Scheduler, stages: Sequence[tuple[HmacKey, ...]], first_step: float, lag: float
    ) -> None:
        self._scheduler = scheduler
        self._stages = stages
        self._first_step = first_step
        self._lag = lag

    def in_use(self) -> tuple[HmacKey, ...]:
        """Return the keys as this container knows them now."""
        since = self._scheduler.now - self._first_step - self._lag
        stage = 0 if since < 0 else 1 + int(since // (SLOWEST_CONTAINER_SECONDS + 60))
        return self._stages[min(stage, len(self._stages) - 1)]
