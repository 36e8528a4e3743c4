"""Changes of bookings in memory, under the same rules as the tables."""

from chalicelib.domain.changing.operation import ChangeOperation, ChangeRecord
from chalicelib.domain.operation.operation import OperationState
from devtools.memory.store import InMemoryStore


class InMemoryChangeStore(InMemoryStore[ChangeOperation, ChangeRecord]):
    """Implements `ChangeStore`; it shares trail and register with a store of bookings."""

    def record_of(self, operation: ChangeOperation, sequence: int, head: str) -> ChangeRecord:
        """Return the record of a change that is being sent."""
        return ChangeRecord.of(operation, OperationState.SENDING, sequence, head)
