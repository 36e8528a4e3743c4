"""Plaintext data keys in memory, for minutes.

The age is taken on both clocks: the monotonic one may stand still while the function is frozen, and the wall clock may be
set back. A key is used only while both say that it is young, and the old ones are dropped at every use of the cache.
"""

from collections import OrderedDict
from datetime import datetime
from threading import Lock

from chalicelib.adapters.aws.vault.data_key import DataKey
from chalicelib.application.ports import Clock
from chalicelib.values import dataclass

LONGEST_SECONDS = 300.0
MAXIMUM_KEYS = 1000


@dataclass(frozen=True, slots=True)
class _Entry:
    key: DataKey
    wall: datetime
    monotonic: float


class KeyCache:
    """At most 1,000 keys, each for at most five minutes. Safe to share between threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: OrderedDict[int, _Entry] = OrderedDict()  # in the order in which they came
        self._lock = Lock()

    def get(self, account: int) -> DataKey | None:
        """Return the key of an account, if it is young enough."""
        with self._lock:
            self._drop_old()
            entry = self._entries.get(account)
        return entry.key if entry is not None and self._is_young(entry) else None

    def put(self, account: int, key: DataKey) -> None:
        """Keep a key; the oldest one makes room."""
        entry = _Entry(key, self._clock.now(), self._clock.monotonic())
        with self._lock:
            self._entries[account] = entry
            self._entries.move_to_end(account)
            self._drop_old()
            while len(self._entries) > MAXIMUM_KEYS:
                self._entries.popitem(last=False)

    def drop(self, account: int) -> None:
        """Forget the key of an account."""
        with self._lock:
            self._entries.pop(account, None)

    def __len__(self) -> int:
        """Return how many keys are in memory."""
        return len(self._entries)

    def _drop_old(self) -> None:
        while self._entries and not self._is_young(next(iter(self._entries.values()))):
            self._entries.popitem(last=False)

    def _is_young(self, entry: _Entry) -> bool:
        wall_age = (self._clock.now() - entry.wall).total_seconds()
        return 0 <= wall_age < LONGEST_SECONDS and self._clock.monotonic() - entry.monotonic < LONGEST_SECONDS
