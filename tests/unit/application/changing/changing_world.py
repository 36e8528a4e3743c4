"""The use cases of changes, wired as the composition root wires them, beside those of bookings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from chalicelib.application.booking.place_booking import Answered
from chalicelib.application.changing.make_change import ChangeCommand
from chalicelib.application.operations.get_operation import GetOperationCommand, OperationView
from chalicelib.composition.changes import changes_beside
from chalicelib.domain.access import AccessToken
from chalicelib.domain.booking.form import JsonValue
from chalicelib.domain.changing.change import Change
from chalicelib.domain.changing.changes import CANCEL_MADE_BOOKING
from chalicelib.domain.changing.operation import ChangeRecord
from chalicelib.domain.errors import SwitchboardError
from chalicelib.domain.time_budget import Deadline
from chalicelib.edge.changing.use_cases import Changes
from chalicelib.edge.links import Links
from tests.builders import TOKEN
from tests.fakes.store import TroubledChangeStore
from tests.unit.application.changing.fake_changes import BOOKING_ID, InMemoryChanges
from tests.unit.application.world import KEY, World

CANCEL: Mapping[str, JsonValue] = {"BookingID": BOOKING_ID, "Reason": "Something came up"}
SETTLED = timedelta(minutes=15)


@dataclass
class ChangingWorld(World):
    """A world in which bookings are changed as well; its store of changes shares trail and register with that of bookings."""

    changes: InMemoryChanges = field(default_factory=InMemoryChanges)
    limits: Sequence[tuple[int, int]] = ()
    change_store: TroubledChangeStore = field(init=False)

    def __post_init__(self) -> None:
        """Make the store of changes."""
        self.change_store = TroubledChangeStore(self.trail, self.limits, register=self.register)

    def use_cases(self) -> Changes:
        """Return the use cases."""
        return changes_beside(self.place_booking(), self.change_store, self.changes, self.changes, Links())

    def change(
        self,
        document: Mapping[str, JsonValue] = CANCEL,
        *,
        change: Change = CANCEL_MADE_BOOKING,
        idempotency_key: str | None = KEY,
        seconds_left: float = 26,
        token: AccessToken = TOKEN,
    ) -> Answered:
        """Make a change once."""
        command = ChangeCommand(change, token, idempotency_key, document, "request-1", seconds_left)
        return self.use_cases().make.execute(command)

    def trouble(
        self,
        document: Mapping[str, JsonValue] = CANCEL,
        *,
        change: Change = CANCEL_MADE_BOOKING,
        idempotency_key: str | None = KEY,
        seconds_left: float = 26,
    ) -> SwitchboardError:
        """Make a change once and return its error."""
        try:
            answered = self.change(document, change=change, idempotency_key=idempotency_key, seconds_left=seconds_left)
        except SwitchboardError as error:
            return error
        msg = f"it was answered: {answered}"
        raise AssertionError(msg)

    def look(self, operation_id: str | None, token: AccessToken = TOKEN) -> OperationView[ChangeRecord]:
        """Ask how a change stands."""
        return self.use_cases().get.execute(GetOperationCommand(token, operation_id or "", "request-ask", 26))

    def record(self, operation_id: str | None) -> ChangeRecord:
        """Return a change as it stands in the store."""
        record = self.change_store.standing(operation_id or "")
        assert record is not None
        return record

    def expire_changes(self) -> int:
        """Flag changes that nobody came back for; return how many."""
        deadline = Deadline.after(self.clock.monotonic, 20)
        return self.use_cases().housekeeping.expire_operations("request-clean", deadline).flagged
