"""A person settles a change that no read can settle, from evidence."""

from chalicelib.application.audit import events
from chalicelib.application.changing.ports import ChangeStore
from chalicelib.application.operations.resolve_operation import SECONDS
from chalicelib.application.ports import Clock, Resolution
from chalicelib.domain.errors import NotResolvableError
from chalicelib.domain.operation.operation import FOR_A_PERSON, OperationState
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class ResolveChangeCommand:
    """What a person has found out: whether the change was made. For `by` and `why`, see `ResolveOperationCommand`."""

    operation_id: str
    is_done: bool
    by: str
    why: str
    request_id: str


@dataclass(frozen=True, slots=True)
class ResolveChange:
    """Settle a change that is EXPIRED_UNKNOWN. Nothing is sent, and nothing is read upstream."""

    store: ChangeStore
    clock: Clock

    def execute(self, command: ResolveChangeCommand) -> OperationState:
        """Return the state that the change has from now on: CONFIRMED, or NOT_CREATED where nothing came of it.

        1. Find the change.
        2. Require a state that is a person's to settle.
        3. Write the state and the event, on the condition that nothing has changed since.

        Raises:
            NotResolvableError: one of these does not hold.
            StoreUnavailableError: the store cannot be read or written.
        """
        deadline = Deadline.after(self.clock.monotonic, SECONDS)
        # 1
        record = self.store.find(command.operation_id, deadline)
        if record is None:
            raise NotResolvableError(f"There is no change {command.operation_id}.")
        # 2
        if record.state not in FOR_A_PERSON:
            raise NotResolvableError(
                f"The change is {record.state}; only EXPIRED_UNKNOWN ones are settled by a person."
            )
        # 3
        state = OperationState.CONFIRMED if command.is_done else OperationState.NOT_CREATED
        event = events.resolved(record, self.clock.now(), command.request_id, state, None, command.by, command.why)
        if not self.store.resolve(record, Resolution(state), event, deadline):
            raise NotResolvableError("The change has moved on just now. Look at it again.")
        return state
