"""Step 5 of the pipeline: claim the change, and settle what stands in its way."""

from chalicelib.application.audit import events
from chalicelib.application.booking.call import Call
from chalicelib.application.booking.claiming import MAXIMUM_CLAIMS, require_time_to_send
from chalicelib.application.booking.earlier import Replay
from chalicelib.application.changing import answers
from chalicelib.application.changing.earlier import EarlierChanges
from chalicelib.application.changing.ports import ChangeStore
from chalicelib.application.ports import Claimed, RateLimited
from chalicelib.application.register_ports import NamedMeanwhile, PeopleSeal
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.changing.operation import ChangeOperation, ChangeRecord
from chalicelib.domain.time_budget import TimeBudget
from chalicelib.values import dataclass

NOBODY = 0  # who is sealed as the candidate: a change names its bookings, and not their people


@dataclass(frozen=True, slots=True)
class ChangeAttempt:
    """A claimed attempt to change something, and the event that was written with it."""

    operation: ChangeOperation
    event: AuditEvent


@dataclass(frozen=True, slots=True)
class ChangeClaiming:
    """Claim changes."""

    store: ChangeStore
    people: PeopleSeal
    earlier: EarlierChanges
    budget: TimeBudget

    def claim(self, call: Call, operation: ChangeOperation) -> ChangeAttempt | Replay:
        """Return the claimed attempt, or the answer that the same request was given before.

        Raises:
            SwitchboardError: as `booking.claiming.Claiming.claim`.
        """
        previous: ChangeRecord | None = None
        for _ in range(MAXIMUM_CLAIMS):
            require_time_to_send(call.deadline, self.budget)
            people = self.people.seal(call.subject.key, operation.id, operation.account, NOBODY)
            timings = {"reads": call.milliseconds_since(call.started)}
            event = events.claimed(call.subject, operation, call.clock.now(), (), timings, previous, people)
            answer = self.store.claim(operation, event, call.deadline.within(self.budget.claim), previous)
            if isinstance(answer, Claimed):
                return ChangeAttempt(operation, event)
            if isinstance(answer, RateLimited):
                raise answers.too_many(answer, None if previous is None else previous.id)
            if isinstance(answer, NamedMeanwhile):  # a change names nobody new; whatever this is, nothing was written
                continue
            end = call.deadline.within(self.budget.reconcile)
            settled = self.earlier.settle(call.caller, operation, answer, end)
            if isinstance(settled, Replay):
                return settled
            if settled.previous is not None:
                previous = settled.previous
                operation = operation.as_attempt(previous.attempt + 1, previous.names)
        raise answers.overtaken()
