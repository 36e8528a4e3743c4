"""Audit events in memory."""

from collections import Counter
from threading import RLock

from chalicelib.application.audit import events
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.time_budget import Deadline
from devtools.memory.punctuality import require_deadline


class InMemoryAuditTrail:
    """Implements `AuditTrail`; `refusals` holds the events that were written as such, in order."""

    def __init__(self, refusals_per_hour: int = 60) -> None:
        self.refusals: list[AuditEvent] = []
        self.refusals_per_hour = refusals_per_hour
        self._counts: Counter[tuple[int, str]] = Counter()
        self._lock = RLock()
        self._rows: dict[tuple[str, int], bytes] = {}

    def record_refusal(self, event: AuditEvent, deadline: Deadline) -> None:
        """Add the event of a refusal, or count it."""
        require_deadline(deadline)
        with self._lock:
            hour = (event.account, event.at.strftime("%Y-%m-%dT%H"))
            self._counts[hour] += 1
            over = self._counts[hour] - self.refusals_per_hour
            if over > 0:
                if over.bit_count() > 1:
                    return
                event = events.refusals_counted(event, over)
            if not self.has_room_for(event):
                raise StoreUnavailableError("another event has its place")
            self.write(event)
            self.refusals.append(event)

    def events(self, operation_id: str) -> list[bytes]:
        """Return the stored bytes, in order."""
        with self._lock:
            return [self._rows[place] for place in sorted(self._rows) if place[0] == operation_id]

    def has_room_for(self, event: AuditEvent) -> bool:
        """Tell whether the event's place is free, or holds this very event."""
        return self._rows.get((event.operation_id, event.sequence), event.canonical()) == event.canonical()

    def write(self, event: AuditEvent) -> None:
        """Store an event, as part of a transaction that has checked its conditions."""
        self._rows[(event.operation_id, event.sequence)] = event.canonical()

    def rows(self) -> str:
        """Return everything that is stored, as text."""
        return repr(self._rows)
