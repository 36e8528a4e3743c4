"""What was learnt about tokens in the last minute, in memory, under a keyed hash of the token.

The age is taken on both clocks: the monotonic one may stand still while the function is frozen, and the wall clock may be
set back. An entry is used only while both say that it is young.
"""

import hashlib
import hmac
from collections import OrderedDict
from datetime import datetime
from threading import Lock

from chalicelib.application.ports import Clock
from chalicelib.domain.access import AccessToken, Principal
from chalicelib.values import dataclass

MAXIMUM_ENTRIES = 1000


@dataclass(frozen=True, slots=True)
class _Entry:
    principal: Principal
    wall: datetime
    monotonic: float


class PermissionCache:
    """At most 1,000 principals, each for at most `seconds`; 0 seconds keep nothing. Safe to share between threads."""

    def __init__(self, clock: Clock, seconds: float, secret: bytes) -> None:
        self._clock = clock
        self._seconds = seconds
        self._secret = secret
        self._entries: OrderedDict[bytes, _Entry] = OrderedDict()
        self._lock = Lock()

    def get(self, token: AccessToken) -> Principal | None:
        """Return what is known about a token, if it is young enough."""
        with self._lock:
            entry = self._entries.get(self._key(token))
        if entry is None:
            return None
        wall_age = (self._clock.now() - entry.wall).total_seconds()
        is_young = 0 <= wall_age < self._seconds and self._clock.monotonic() - entry.monotonic < self._seconds
        return entry.principal if is_young else None

    def put(self, token: AccessToken, principal: Principal) -> None:
        """Keep a principal; the oldest entry makes room."""
        entry = _Entry(principal, self._clock.now(), self._clock.monotonic())
        with self._lock:
            self._entries[self._key(token)] = entry
            self._entries.move_to_end(self._key(token))
            while len(self._entries) > MAXIMUM_ENTRIES:
                self._entries.popitem(last=False)

    def drop(self, token: AccessToken) -> None:
        """Forget a token."""
        with self._lock:
            self._entries.pop(self._key(token), None)

    def _key(self, token: AccessToken) -> bytes:
        return hmac.digest(self._secret, token.reveal().encode(), hashlib.sha256)
