"""Audit events in memory."""

from threading import RLock

from chalicelib.domain.audit import AuditEvent
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.time_budget import Deadline
from tests.fakes.punctuality import require_deadline


class InMemoryAuditTrail:
    """Implements `AuditTrail`; `appended` holds what was written by `append`, in order."""

    def __init__(self) -> None:
        self.appended: list[AuditEvent] = []
        self._lock = RLock()
        self._rows: dict[tuple[str, int], bytes] = {}
        self._failing_appends = 0

    def will_fail_append(self, times: int = 1) -> None:
        """Let the next appends fail."""
        self._failing_appends = times

    def append(self, event: AuditEvent, deadline: Deadline) -> None:
        """Add an event, or fail as told."""
        require_deadline(deadline)
        with self._lock:
            if self._failing_appends:
                self._failing_appends -= 1
                raise StoreUnavailableError("told to fail")
            if not self.has_room_for(event):
                raise StoreUnavailableError("another event has its place")
            self.write(event)
            self.appended.append(event)

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
