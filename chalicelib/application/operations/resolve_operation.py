"""A person settles what no read can settle any more, from evidence."""

from chalicelib.application.audit import events
from chalicelib.application.ports import Clock, OperationStore, Resolution
from chalicelib.domain.errors import NotResolvableError
from chalicelib.domain.operation.matching import may_own
from chalicelib.domain.operation.operation import FOR_A_PERSON, OperationState
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class ResolveOperationCommand:
    """What a person has found out: `booking_id` is the upstream booking of the operation, None when it booked nothing.

    `by` says who they are and `why` what it rests on; both stand in the audit event, so neither may hold personal data of
    client or candidate.
    """

    operation_id: str
    booking_id: int | None
    by: str
    why: str
    request_id: str


@dataclass(frozen=True, slots=True)
class ResolveOperation:
    """Settle an operation that is AMBIGUOUS or EXPIRED_UNKNOWN. Nothing is sent, and nothing is read upstream."""

    store: OperationStore
    clock: Clock

    def execute(self, command: ResolveOperationCommand) -> OperationState:
        """Return the state that the operation has from now on: CONFIRMED, or NOT_CREATED, which frees its guard.

        1. Find the operation.
        2. Require a state that is a person's to settle.
        3. Require that the booking belongs to no other operation.
        4. Write the state and the event, on the condition that nothing has changed since.

        Raises:
            NotResolvableError: one of these does not hold.
            StoreUnavailableError: the store cannot be read or written.
        """
        deadline = Deadline.after(self.clock.monotonic, SECONDS)
        # 1
        record = self.store.find(command.operation_id, deadline)
        if record is None:
            raise NotResolvableError(f"There is no operation {command.operation_id}.")
        # 2
        if record.state not in FOR_A_PERSON:
            raise NotResolvableError(
                f"The operation is {record.state}; only AMBIGUOUS and EXPIRED_UNKNOWN ones are settled by a person."
            )
        # 3
        if command.booking_id is not None:
            self._require_free(record, command.booking_id, deadline)
        # 4
        state = OperationState.NOT_CREATED if command.booking_id is None else OperationState.CONFIRMED
        event = events.resolved(
            record, self.clock.now(), command.request_id, state, command.booking_id, command.by, command.why
        )
        if not self.store.resolve(record, Resolution(state, command.booking_id), event, deadline):
            raise NotResolvableError("The operation, or the booking, has changed just now. Look at it again.")
        return state

    def _require_free(self, record: OperationRecord, booking_id: int, deadline: Deadline) -> None:
        """Refuse a booking that another operation has made."""
        owners = self.store.owners([booking_id], deadline)
        if not may_own(record.id, booking_id, owners):
            raise NotResolvableError(f"Booking {booking_id} belongs to the operation {owners[booking_id]}.")
