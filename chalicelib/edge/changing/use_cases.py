"""What the views of changes are given; `composition/changes.py` makes it, at the first call."""

from typing import Protocol

from chalicelib.application.booking.place_booking import Answered
from chalicelib.application.changing.make_change import ChangeCommand
from chalicelib.application.operations.get_operation import GetOperationCommand, OperationView
from chalicelib.domain.changing.operation import ChangeRecord
from chalicelib.edge.container import ExpiresOperations
from chalicelib.values import dataclass


class MakesChanges(Protocol):
    """The use case behind every change: `application.changing.make_change.MakeChange`, or a fake."""

    def execute(self, command: ChangeCommand) -> Answered:
        """Make the change; what is no final answer is a SwitchboardError."""
        ...


class GetsChanges(Protocol):
    """The use case behind the status resource, for changes: `application.operations.get_operation.GetOperation`, or a fake."""

    def execute(self, command: GetOperationCommand) -> OperationView[ChangeRecord]:
        """Return the operation as it stands; every refusal and failure is a SwitchboardError."""
        ...


@dataclass(frozen=True, slots=True)
class Changes:
    """All that changes need."""

    make: MakesChanges
    get: GetsChanges
    housekeeping: ExpiresOperations
