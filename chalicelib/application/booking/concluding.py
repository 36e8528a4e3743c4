"""Step 8 of the pipeline: write the outcome down, whatever it was, and reconcile at once when it is unknown."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import replace

from chalicelib.application.audit import events
from chalicelib.application.booking.call import Call
from chalicelib.application.booking.claiming import Attempt
from chalicelib.application.operations import answers
from chalicelib.application.operations.reconcile import Reconciler, answer_purpose
from chalicelib.application.ports import AccountSeal, AnswerForm, OperationStore
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.booking.booking import Booking, BookingRequest
from chalicelib.domain.errors import BookingTakenError, StoreUnavailableError, SwitchboardError, Trouble
from chalicelib.domain.operation.operation import OperationState, Outcome
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.operation.stored_answer import StoredAnswer
from chalicelib.domain.time_budget import TimeBudget
from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What the caller is told: a final answer or an error; `audit_pending` when it could not be written down."""

    answer: StoredAnswer | SwitchboardError
    booking_id: int | None = None
    audit_pending: bool = False


@dataclass(frozen=True, slots=True)
class Concluding:
    """Conclude attempts. Nothing that goes wrong here hides the outcome from the caller."""

    store: OperationStore
    reconciler: Reconciler
    form: AnswerForm
    budget: TimeBudget

    def conclude(self, call: Call, attempt: Attempt, outcome: Outcome, posted: float) -> Conclusion:
        """Write the outcome of an attempt; `posted` is when its POST began, in monotonic seconds."""
        answer = self._answer(call, attempt, outcome)
        try:
            event = self._write(call, attempt, outcome, posted, answer)
        except BookingTakenError:
            # The same BookingID twice proves nothing about this attempt: reads have to tell.
            return self.conclude(call, attempt, _in_doubt(outcome, "booking-id-taken"), posted)
        except StoreUnavailableError:
            return self._told_unwritten(call, attempt, outcome, answer)
        if outcome.state is OperationState.UNKNOWN:
            return self._reconciled(call, attempt, outcome, event)
        return Conclusion(answer or self._failure(call, attempt, outcome), _booking_id(outcome))

    def _write(
        self, call: Call, attempt: Attempt, outcome: Outcome, posted: float, answer: StoredAnswer | None
    ) -> AuditEvent:
        """Write the conclusion with its event; personal data goes in sealed, or not at all."""
        operation, seal = attempt.operation, call.caller.seal()
        timings = {"post": call.milliseconds_since(posted), "call": call.milliseconds_since(call.started)}
        contact = None if seal is None else sealed_contact(seal, operation.id, _contact(operation.request))
        name = attempt.event.client or call.caller.name()
        event = events.concluded(attempt.event, call.clock.now(), outcome, timings, contact, name)
        sealed = None
        if answer is not None and seal is not None and operation.is_keyed:
            sealed = seal.seal(answer.to_bytes(), answer_purpose(operation.id))
        self.store.conclude(operation, outcome, event, call.deadline.within(self.budget.conclusion), sealed)
        return event

    def _answer(self, call: Call, attempt: Attempt, outcome: Outcome) -> StoredAnswer | None:
        """Return the final answer of an outcome, if it has one: a repeat gets the same."""
        if outcome.booking is not None:
            return self.form.booked(attempt.operation.id, outcome.booking)
        if outcome.state is OperationState.REJECTED and not outcome.is_retryable:
            return self.form.refused(answers.failure(attempt.operation.id, outcome), call.caller.request_id)
        return None

    def _told_unwritten(
        self, call: Call, attempt: Attempt, outcome: Outcome, answer: StoredAnswer | None
    ) -> Conclusion:
        """Return what the caller is told of an outcome that could not be written: unknown, if its booking may be another's.

        An upstream that repeats an old reply is found out by the row of the booking, which the conclusion would have put. A
        refusal that is not on record stands for this call alone.
        """
        if answer is not None and outcome.booking is not None:
            if self._is_vouched_for(call, attempt, outcome.booking):
                return Conclusion(answer, outcome.booking.booking_id, audit_pending=True)
            outcome = _in_doubt(outcome, "booking-in-doubt")
        return Conclusion(self._failure(call, attempt, outcome), audit_pending=True)

    def _is_vouched_for(self, call: Call, attempt: Attempt, booking: Booking) -> bool:
        """Tell whether a booking is surely this attempt's own."""
        is_new = booking.booking_id not in attempt.ended
        end = call.deadline.within(self.budget.margin)
        return is_new and self.reconciler.vouches_for(attempt.operation, booking, end)

    def _failure(self, call: Call, attempt: Attempt, outcome: Outcome) -> SwitchboardError:
        """Return the error of an outcome without a booking; one that is not known says when it will be."""
        record = OperationRecord.of(attempt.operation, OperationState.UNKNOWN, attempt.event.sequence, "")
        decided_by = self.reconciler.policy.decided_by(record, call.clock.now())
        return answers.failure(attempt.operation.id, outcome, decided_by)

    def _reconciled(self, call: Call, attempt: Attempt, outcome: Outcome, event: AuditEvent) -> Conclusion:
        """Read the account's list in the time that is left; often it tells at once."""
        record = OperationRecord.of(attempt.operation, OperationState.UNKNOWN, event.sequence, event.hash)
        record = replace(record, reason=outcome.reason, names=event.names)
        deadline = call.deadline.within(self.budget.reconcile)
        (settled,) = self.reconciler.reconcile(call.caller, [record], deadline)
        if settled.answer is not None:
            return Conclusion(settled.answer, settled.record.booking_id)
        if settled.record.state is OperationState.AMBIGUOUS:
            return Conclusion(answers.unsettled(settled.record, call.clock.now(), self.reconciler.policy))
        return Conclusion(self._failure(call, attempt, outcome))  # at most, another call knows more already


def _booking_id(outcome: Outcome) -> int | None:
    return None if outcome.booking is None else outcome.booking.booking_id


def _in_doubt(outcome: Outcome, reason: str) -> Outcome:
    """Return the outcome of an answer whose booking may be an earlier one's."""
    return Outcome(
        OperationState.UNKNOWN,
        reason,
        outcome.upstream_status,
        named_booking_id=_booking_id(outcome),
        trouble=Trouble.UNREADABLE,
    )


def _contact(request: BookingRequest) -> Mapping[str, str]:
    """Return the contact fields and comments that are there."""
    fields = {
        "PhoneNumber": request.phone_number,
        "SkypeName": request.skype_name,
        "Comments": request.comments,
    }
    return {name: value for name, value in fields.items() if value is not None}


def sealed_contact(seal: AccountSeal, operation_id: str, given: Mapping[str, str]) -> str | None:
    """Return personal texts in full, compressed, sealed for this operation; None when there are none."""
    if not given:
        return None
    document = json.dumps(dict(given), ensure_ascii=False, separators=(",", ":")).encode()
    return seal.seal(zlib.compress(document, zlib.Z_BEST_COMPRESSION), f"contact:{operation_id}")
