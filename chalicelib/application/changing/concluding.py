"""Step 7 of the pipeline: write the outcome down, whatever it was, and reconcile at once when it is unknown."""

from dataclasses import replace

from chalicelib.application.audit import events
from chalicelib.application.booking.call import Call
from chalicelib.application.booking.concluding import Conclusion, sealed_contact
from chalicelib.application.changing import answers
from chalicelib.application.changing.claiming import ChangeAttempt
from chalicelib.application.changing.ports import ChangeAnswers, ChangeStore
from chalicelib.application.changing.reconcile import ChangeReconciler
from chalicelib.application.operations.reconcile import sealed
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.changing.operation import ChangeOutcome, ChangeRecord
from chalicelib.domain.errors import StoreUnavailableError, SwitchboardError
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.operation.stored_answer import StoredAnswer
from chalicelib.domain.time_budget import TimeBudget
from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class ChangeConcluding:
    """Conclude attempts. Nothing that goes wrong here hides the outcome from the caller."""

    store: ChangeStore
    reconciler: ChangeReconciler
    form: ChangeAnswers
    budget: TimeBudget

    def conclude(self, call: Call, attempt: ChangeAttempt, outcome: ChangeOutcome, posted: float) -> Conclusion:
        """Write the outcome of an attempt; `posted` is when its POST began, in monotonic seconds."""
        answer = self._answer(call, attempt, outcome)
        try:
            event = self._write(call, attempt, outcome, posted, answer)
        except StoreUnavailableError:
            # A refusal that is not on record stands for this call alone; what was made is made.
            told = answer if outcome.state is OperationState.CONFIRMED else None
            return Conclusion(told or self._failure(call, attempt, outcome), audit_pending=True)
        if outcome.state is OperationState.UNKNOWN:
            return self._reconciled(call, attempt, outcome, event)
        return Conclusion(answer or self._failure(call, attempt, outcome))

    def _write(
        self, call: Call, attempt: ChangeAttempt, outcome: ChangeOutcome, posted: float, answer: StoredAnswer | None
    ) -> AuditEvent:
        """Write the conclusion with its event; texts for people go in sealed, or not at all."""
        operation, seal = attempt.operation, call.caller.seal()
        timings = {"post": call.milliseconds_since(posted), "call": call.milliseconds_since(call.started)}
        words = None if seal is None else sealed_contact(seal, operation.id, operation.request.words)
        name = attempt.event.client or call.caller.name()
        event = events.concluded(attempt.event, call.clock.now(), outcome, timings, words, name, outcome.facts)
        kept = sealed(call.caller, self._record(attempt, attempt.event), answer)
        self.store.conclude(operation, outcome, event, call.deadline.within(self.budget.conclusion), kept)
        return event

    def _answer(self, call: Call, attempt: ChangeAttempt, outcome: ChangeOutcome) -> StoredAnswer | None:
        """Return the final answer of an outcome, if it has one: a repeat gets the same."""
        operation = attempt.operation
        if outcome.state is OperationState.CONFIRMED:
            return self.form.made(operation.id, outcome.told)
        if outcome.state is OperationState.REJECTED and not outcome.is_retryable:
            error = self._failure(call, attempt, outcome)
            return self.form.refused(error, call.caller.request_id, operation.request.change)
        return None

    def _failure(self, call: Call, attempt: ChangeAttempt, outcome: ChangeOutcome) -> SwitchboardError:
        """Return the error of an outcome that is no success; one that is not known says when it will be."""
        record = self._record(attempt, attempt.event)
        return answers.failure(record, outcome, self.reconciler.policy.decided_by(record, call.clock.now()))

    def _reconciled(self, call: Call, attempt: ChangeAttempt, outcome: ChangeOutcome, event: AuditEvent) -> Conclusion:
        """Read the booking in the time that is left; often it tells at once."""
        record = replace(self._record(attempt, event), reason=outcome.reason, names=event.names)
        (settled,) = self.reconciler.reconcile(call.caller, [record], call.deadline.within(self.budget.reconcile))
        return Conclusion(settled.answer or self._failure(call, attempt, outcome))

    @staticmethod
    def _record(attempt: ChangeAttempt, event: AuditEvent) -> ChangeRecord:
        """Return the operation of an attempt whose outcome is not known, as its newest event leaves it."""
        return ChangeRecord.of(attempt.operation, OperationState.UNKNOWN, event.sequence, event.hash)
