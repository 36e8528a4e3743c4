"""What settles operations by hand, for those that book and for those that change a booking."""

from dataclasses import dataclass

from chalicelib.application.changing.resolve_change import ResolveChange
from chalicelib.application.operations.resolve_operation import ResolveOperation
from chalicelib.application.review.door import LONGEST_SECONDS
from chalicelib.domain.time_budget import Deadline


@dataclass(frozen=True, slots=True)
class Settling:
    """What settles operations that book, and what settles those that change a booking."""

    bookings: ResolveOperation
    changes: ResolveChange

    def is_change(self, operation_id: str) -> bool:
        """Tell whether an operation changes a booking."""
        deadline = Deadline.after(self.changes.clock.monotonic, LONGEST_SECONDS)
        return self.changes.store.find(operation_id, deadline) is not None
