"""One call of the pipeline: what all its later steps share."""

from chalicelib.application.audit.events import Subject
from chalicelib.application.operations.caller import Caller
from chalicelib.application.ports import Clock
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """`started` is when the call began, in monotonic seconds; `deadline` is when it has to be answered."""

    caller: Caller
    subject: Subject
    clock: Clock
    started: float
    deadline: Deadline

    def milliseconds_since(self, start: float) -> int:
        """Return how long ago a monotonic time was, in milliseconds."""
        return round((self.clock.monotonic() - start) * 1000)
