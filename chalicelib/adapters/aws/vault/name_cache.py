"""Pseudonyms in memory, for minutes: who books often is not looked up each time.

The age is taken on both clocks, as that of data keys is: who was erased must not be remembered for longer.
"""

from collections import OrderedDict
from datetime import datetime
from threading import Lock

from chalicelib.application.ports import Clock

SECONDS = 300.0
MAXIMUM_NAMES = 10_000


class NameCache:
    """At most 10,000 pseudonyms, each for at most five minutes. Safe to share between threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: OrderedDict[int, tuple[str, datetime, float]] = OrderedDict()  # in the order in which they came
        self._lock = Lock()

    def get(self, user_id: int) -> str | None:
        """Return a pseudonym, if it is young enough."""
        with self._lock:
            entry = self._entries.get(user_id)
        if entry is None:
            return None
        name, wall, since = entry
        age = (self._clock.now() - wall).total_seconds()
        return name if 0 <= age < SECONDS and self._clock.monotonic() - since < SECONDS else None

    def put(self, user_id: int, name: str) -> str:
        """Keep a pseudonym, and return it; the oldest one makes room."""
        with self._lock:
            self._entries[user_id] = (name, self._clock.now(), self._clock.monotonic())
            self._entries.move_to_end(user_id)
            while len(self._entries) > MAXIMUM_NAMES:
                self._entries.popitem(last=False)
        return name

    def drop(self, user_id: int) -> None:
        """Forget a person."""
        with self._lock:
            self._entries.pop(user_id, None)
