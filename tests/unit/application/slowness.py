"""An upstream and a store that take their time on a fixed clock, and note what is `left` of each deadline they get."""

from datetime import date
from decimal import Decimal

from chalicelib.application.ports import ClaimAnswer
from chalicelib.domain.access import AccessToken
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.booking.booking import BookingRequest, ListEntry
from chalicelib.domain.booking.facts import BookingRequirements
from chalicelib.domain.operation.operation import AnyOutcome, Operation, Outcome
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.time_budget import Deadline
from tests.fakes.clock import FixedClock
from tests.fakes.store import TroubledStore
from tests.fakes.upstream import InMemoryGateway


class TickingGateway(InMemoryGateway):
    """Each of the two reads takes `read` seconds, the POST `post`."""

    def __init__(self, clock: FixedClock, *, read: float = 0, post: float = 0) -> None:
        super().__init__()
        self._clock, self._read, self._post = clock, read, post
        self.left: dict[str, float] = {}

    def requirements(self, token: AccessToken, candidate: int, deadline: Deadline) -> BookingRequirements:
        """Take the time of a read."""
        self._take("requirements", deadline, self._read)
        return super().requirements(token, candidate, deadline)

    def balance(self, token: AccessToken, deadline: Deadline) -> Decimal | None:
        """Take the time of a read."""
        self._take("balance", deadline, self._read)
        return super().balance(token, deadline)

    def create_booking(self, token: AccessToken, request: BookingRequest, deadline: Deadline) -> Outcome:
        """Take the time of a POST."""
        self._take("post", deadline, self._post)
        return super().create_booking(token, request, deadline)

    def made_bookings(self, token: AccessToken, start: date, page: int, deadline: Deadline) -> tuple[ListEntry, ...]:
        """Note the deadline."""
        self._take("list", deadline, 0)
        return super().made_bookings(token, start, page, deadline)

    def _take(self, step: str, deadline: Deadline, seconds: float) -> None:
        self.left[step] = deadline.remaining()
        self._clock.tick(seconds)


class TickingStore(TroubledStore):
    """A claim takes `claim` seconds."""

    def __init__(self, clock: FixedClock, *, claim: float = 0) -> None:
        super().__init__()
        self._ticking, self._claim_seconds = clock, claim
        self.left: dict[str, float] = {}

    def claim(
        self, operation: Operation, event: AuditEvent, deadline: Deadline, previous: OperationRecord | None = None
    ) -> ClaimAnswer:
        """Take the time of a claim."""
        self.left["claim"] = deadline.remaining()
        self._ticking.tick(self._claim_seconds)
        return super().claim(operation, event, deadline, previous)

    def conclude(
        self,
        operation: Operation,
        outcome: AnyOutcome,
        event: AuditEvent,
        deadline: Deadline,
        sealed_answer: str | None = None,
    ) -> None:
        """Note the deadline."""
        self.left["conclusion"] = deadline.remaining()
        super().conclude(operation, outcome, event, deadline, sealed_answer)
