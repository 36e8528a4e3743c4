"""HMAC keys that are rotated in mid-run, forwards and back, at any speed, as each container learns of it: at its own times.

A container knows one key, or two in either order; nothing is promised about what the others know meanwhile.
"""

from collections.abc import Sequence

from chalicelib.domain.keyed_hash import HmacKey
from devtools.proof.simulation.world.scheduler import Scheduler
from devtools.proof.simulation.world.weather import Weather

OLD, NEW = (HmacKey(name.ljust(32, b".")) for name in (b"the old key", b"the new key"))
STAGES = ((OLD,), (OLD, NEW), (NEW, OLD), (NEW,))
MOST_CHANGES = (0, 1, 3, 6)
CHANGES_WITHIN_SECONDS = (1.0, 60.0, 3600.0, 150_000.0)


class RotatingKeys:
    """Implements `HmacKeys` for one container; `changes` are the seconds at which it learns of other keys, in order."""

    def __init__(self, scheduler: Scheduler, changes: Sequence[tuple[float, tuple[HmacKey, ...]]]) -> None:
        self._scheduler = scheduler
        self._changes = changes

    def in_use(self) -> tuple[HmacKey, ...]:
        """Return the keys as this container knows them now."""
        known = (keys for second, keys in reversed(self._changes) if second <= self._scheduler.now)
        return next(known, STAGES[0])


def rotating_keys(scheduler: Scheduler, weather: Weather) -> RotatingKeys:
    """Draw what one container learns of keys in a run."""
    seconds = sorted(
        weather.pick(CHANGES_WITHIN_SECONDS) * weather.rng.random() for _ in range(weather.pick(MOST_CHANGES))
    )
    return RotatingKeys(scheduler, [(second, weather.pick(STAGES)) for second in seconds])
