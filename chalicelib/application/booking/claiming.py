"""Step 6 of the pipeline: claim the operation, and settle what stands in the way."""

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.application.audit import events
from chalicelib.application.booking.call import Call
from chalicelib.application.booking.earlier import EarlierOperations, Replay
from chalicelib.application.operations import answers
from chalicelib.application.ports import Claimed, OperationStore, RateLimited
from chalicelib.application.register_ports import NamedMeanwhile, PeopleSeal
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.errors import Trouble, UpstreamUnavailableError
from chalicelib.domain.names import Names
from chalicelib.domain.operation.operation import Operation
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.time_budget import Deadline, TimeBudget
from chalicelib.values import dataclass

MAXIMUM_CLAIMS = 3


@dataclass(frozen=True, slots=True)
class Attempt:
    """A claimed attempt to book, and the event that was written with it.

    `ended` holds the BookingIDs of equal bookings that this call found cancelled or rejected: none of them can be its own.
    """

    operation: Operation
    event: AuditEvent
    ended: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Claiming:
    """Claim operations."""

    store: OperationStore
    people: PeopleSeal
    earlier: EarlierOperations
    budget: TimeBudget

    def claim(self, call: Call, operation: Operation, unchecked: Sequence[str]) -> Attempt | Replay:
        """Return the claimed attempt, or the answer that the same request was given before.

        Raises:
            CallerError: an earlier operation stands in the way, or the account books too often.
            OutcomeUnknownError: the same request was sent, and what became of it is still not known.
            UpstreamUnavailableError: too little time is left to send safely; nothing was claimed.
            StoreUnavailableError: the claim could not be written; nothing may be sent.
        """
        previous: OperationRecord | None = None
        ended: set[int] = set()
        for _ in range(MAXIMUM_CLAIMS):
            require_time_to_send(call.deadline, self.budget)
            timings = {"reads": call.milliseconds_since(call.started)}
            event = events.claimed(
                call.subject, operation, call.clock.now(), unchecked, timings, previous, self._sealed(call, operation)
            )
            answer = self.store.claim(operation, event, call.deadline.within(self.budget.claim), previous)
            if isinstance(answer, Claimed):
                return Attempt(operation, event, frozenset(ended))
            if isinstance(answer, RateLimited):
                raise answers.too_many(answer, None if previous is None else previous.id)
            if isinstance(answer, NamedMeanwhile):
                operation = replace(operation, names=Names(operation.names.client, answer.pseudonym))
                continue
            settled = self.earlier.settle(call.caller, operation, answer, call.deadline.within(self.budget.reconcile))
            if isinstance(settled, Replay):
                return settled
            if settled.ended is not None:
                ended.add(settled.ended)
            if settled.previous is not None:
                previous = settled.previous
                operation = operation.as_attempt(previous.attempt + 1, previous.names)
        raise answers.overtaken()

    def _sealed(self, call: Call, operation: Operation) -> bytes | None:
        """Return who the operation is of, for the row of its event."""
        account, candidate = operation.account, operation.request.book_user_id
        return self.people.seal(call.subject.key, operation.id, account, candidate)


def require_time_to_send(deadline: Deadline, budget: TimeBudget) -> None:
    """Refuse while nothing is claimed, when the POST and its conclusion would not get their whole time.

    Raises:
        UpstreamUnavailableError: less than that is left.
    """
    if deadline.remaining() < budget.needed_to_send:
        raise UpstreamUnavailableError(
            "AdultWork answered the checks too slowly to send this safely; this request sent nothing. It is safe to try again.",
            trouble=Trouble.LATE,
            retry_after_seconds=5,
        )
