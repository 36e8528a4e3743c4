"""The policy of Powertools for AWS Lambda's idempotency decorator, on the same platform, store and upstream.

A record is put before the handler runs, deleted when the handler raises, and taken over when its function must have timed
out. Source: the decorator's documentation, "Idempotency", version 3.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

from chalicelib.application.booking.place_booking import Answered, PlaceBookingCommand
from chalicelib.application.operations import answers
from chalicelib.domain.booking.booking import BookingRequest
from chalicelib.domain.booking.form import Form
from chalicelib.domain.booking.rules import form as form_rules
from chalicelib.domain.errors import BookingRejectedError
from chalicelib.domain.operation.stored_answer import StoredAnswer
from chalicelib.domain.time_budget import Deadline
from devtools.proof.simulation.service import BUDGET, FORM, POLICY, Shared
from devtools.proof.simulation.world.clock import SimulatedClock
from devtools.proof.simulation.world.platform import FUNCTION_SECONDS

KEEPS_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Row:
    """A record: until when it is in progress, and what was answered."""

    ends_at: float
    answer: StoredAnswer | None = None


@dataclass(frozen=True, slots=True)
class PowertoolsBooking:
    """Takes the place of PlaceBooking; `rows` are those of all containers."""

    shared: Shared
    clock: SimulatedClock
    rows: dict[str, Row]

    def execute(self, command: PlaceBookingCommand) -> Answered:
        """Run the handler unless the record says otherwise."""
        deadline = Deadline.after(self.clock.monotonic, min(BUDGET.call, command.seconds_left))
        form = Form(command.members, POLICY, self.clock.now())
        if broken := form_rules.violations(form):
            raise BookingRejectedError(broken)
        request = form_rules.read_request(form)
        account = self.shared.reads.get("introspect", command.token, deadline, lambda user: user.account)
        name = f"{account} {command.idempotency_key or sha256(repr(request).encode()).hexdigest()}"
        standing = self._write(deadline, partial(self._put, name))
        if standing is not None:
            if standing.answer is None:
                raise answers.overtaken()
            return Answered(standing.answer, name, is_replayed=True)
        self.shared.platform.running().claimed = (name, 1)
        try:
            answered = self._handle(command, request, name, deadline)
        except Exception:
            self._write(deadline, lambda: self.rows.pop(name, None))
            raise
        self._write(deadline, lambda: self.rows.update({name: Row(self._now() + KEEPS_SECONDS, answered.answer)}))
        return answered

    def _handle(self, command: PlaceBookingCommand, request: BookingRequest, name: str, deadline: Deadline) -> Answered:
        """Send the booking; raise whenever there is none to show."""
        outcome = self.shared.gateway.create_booking(command.token, request, deadline.within(BUDGET.post))
        if outcome.booking is None:
            raise answers.failure(name, outcome)
        return Answered(FORM.booked(name, outcome.booking), name, outcome.booking.booking_id)

    def _put(self, name: str) -> Row | None:
        """Put a record in progress; return the one that stands in the way."""
        standing = self.rows.get(name)
        if standing is not None and standing.ends_at > self._now():
            return standing
        self.rows[name] = Row(self._now() + FUNCTION_SECONDS)
        return None

    def _write(self, deadline: Deadline, apply: Callable[[], Row | None]) -> Row | None:
        return self.shared.requests.write("record", deadline.within(BUDGET.claim), apply)

    def _now(self) -> float:
        return self.clock.monotonic()
