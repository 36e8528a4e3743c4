"""The audit trail in memory with the troubles of unit tests."""

from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.errors import StoreUnavailableError
from chalicelib.domain.time_budget import Deadline
from devtools.memory.trail import InMemoryAuditTrail


class TroubledTrail(InMemoryAuditTrail):
    """Implements `AuditTrail`; it can be told to fail."""

    def __init__(self) -> None:
        super().__init__()
        self._failures = 0

    def will_fail_to_record(self, times: int = 1) -> None:
        """Let the next refusals fail to be recorded."""
        self._failures = times

    def record_refusal(self, event: AuditEvent, deadline: Deadline) -> None:
        """Add the event of a refusal, count it, or fail as told."""
        if self._failures:
            self._failures -= 1
            raise StoreUnavailableError("told to fail")
        super().record_refusal(event, deadline)
