"""The main job: place one booking, at most once, with a record before the send and a truthful answer after it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chalicelib.application import events
from chalicelib.application.call import Call
from chalicelib.application.caller import Caller
from chalicelib.application.claiming import Attempt, Claiming
from chalicelib.application.concluding import Concluding
from chalicelib.application.earlier import Replay
from chalicelib.application.housekeeping import Housekeeping
from chalicelib.application.ports import AuditTrail, BookingGateway, Clock, Concurrency, HmacKeys, IdSource, Vault
from chalicelib.application.reads import Reads
from chalicelib.domain.access import AccessToken, Principal, Scope
from chalicelib.domain.audit import AuditEvent
from chalicelib.domain.booking import BookingRequest
from chalicelib.domain.errors import (
    BookingRejectedError,
    CallerError,
    InsufficientScopeError,
    StoreUnavailableError,
    SwitchboardError,
    Trouble,
    UpstreamError,
)
from chalicelib.domain.form import Form, JsonValue
from chalicelib.domain.operation import Operation, OperationState, Outcome, new_operation
from chalicelib.domain.policy import BookingPolicy
from chalicelib.domain.rules import facts as fact_rules
from chalicelib.domain.rules import form as form_rules
from chalicelib.domain.stored_answer import StoredAnswer
from chalicelib.domain.time_budget import Deadline, TimeBudget
from chalicelib.domain.violation import Violation

TOKEN_REFUSED = (401, 403)


@dataclass(frozen=True, slots=True)
class PlaceBookingCommand:
    """What the edge read: `members` is the JSON object of the body, `seconds_left` what the platform still grants."""

    token: AccessToken
    idempotency_key: str | None
    members: Mapping[str, JsonValue] = field(repr=False)
    request_id: str
    seconds_left: float


@dataclass(frozen=True, slots=True)
class Answered:
    """A final answer: the booking, or a refusal that stands.

    `is_replayed` tells that it was given before; `audit_pending` that its conclusion could not be written.
    """

    answer: StoredAnswer
    operation_id: str
    booking_id: int | None = None
    is_replayed: bool = False
    audit_pending: bool = False


@dataclass(frozen=True, slots=True)
class PlaceBooking:
    """Place a booking."""

    reads: Reads
    gateway: BookingGateway
    claiming: Claiming
    concluding: Concluding
    housekeeping: Housekeeping
    trail: AuditTrail
    vault: Vault
    concurrency: Concurrency
    clock: Clock
    ids: IdSource
    keys: HmacKeys
    policy: BookingPolicy
    budget: TimeBudget

    def execute(self, command: PlaceBookingCommand) -> Answered:
        """Place the booking of one request.

        1. Read the request. Its syntax was read at the edge; here the rules that need no call run, so that a wrong body
           never costs one. Only a request with a key whose dates have passed goes on: it may be a repeat.
        2. Introspect the token: permissions and account, in parallel with step 4's reads.
        3. Require the scope. A refusal is an audit event.
        4. Gather the facts: the candidate's requirements and the client's balance.
        5. Check all rules that need facts, at the instant of step 1. A refusal is an audit event. Where the facts cannot be
           read or a rule is broken, and the same request or booking is known already, that earlier operation is the answer.
        6. Claim the operation, before the first byte goes out. An earlier operation in the way is settled first.
        7. Place the booking upstream, once.
        8. Conclude the operation, whatever the outcome was; reconcile at once when it is unknown.
        9. Answer with the booking, or with an error that says what the caller may do next.

        Raises:
            CallerError: the caller can mend it; see `domain/errors.py` for the leaves.
            UpstreamError: AdultWork did not do it, or may have done it (OutcomeUnknownError).
            StoreUnavailableError: our record could not be written; nothing was sent.
        """
        started = self.clock.monotonic()
        deadline = Deadline.after(self.clock.monotonic, min(self.budget.call, command.seconds_left))
        # 1
        form = Form(command.members, self.policy, self.clock.now())
        broken = form_rules.violations(form)
        if broken and not _may_be_a_repeat(command, broken):
            raise self._refused_at_once(command, form, broken, deadline)
        request = form_rules.read_request(form)
        # 2
        reads_end = deadline.within(self.budget.reads)
        principal, pending_facts = self.reads.start(command.token, request.book_user_id, reads_end)
        call = self._call(command, principal, request, deadline, started)
        # 3
        if not principal.has_scope(Scope.PHONECHAT_BOOKINGS):
            self.reads.introspector.forget(command.token)  # who grants it now need not wait for the cache
            raise self._refused_for_scope(call)
        operation = self._operation(call, command.idempotency_key)
        # 4
        try:
            facts = pending_facts.read()
        except UpstreamError:
            if before := self._as_before(call, operation):
                return before
            raise
        # 5
        check = fact_rules.check_facts(request, facts)
        if violations := (*broken, *check.violations):
            if before := self._as_before(call, operation):
                return before
            raise self._refused(call, violations, check.unchecked)
        # 6
        claim = self.claiming.claim(call, operation, check.unchecked)
        if isinstance(claim, Replay):
            return _replayed(claim)
        # 7
        posted = self.clock.monotonic()
        outcome = self._send(call, claim)
        # 8
        conclusion = self.concluding.conclude(call, claim, outcome, posted)
        if pending_facts.is_new_caller:
            self.housekeeping.settle_open_operations(call.caller, claim.operation.id, deadline)
        # 9
        if isinstance(conclusion.answer, SwitchboardError):
            conclusion.answer.audit_pending = conclusion.audit_pending
            raise conclusion.answer
        return Answered(
            conclusion.answer, claim.operation.id, conclusion.booking_id, audit_pending=conclusion.audit_pending
        )

    def _refused_at_once(
        self, command: PlaceBookingCommand, form: Form, broken: Sequence[Violation], deadline: Deadline
    ) -> CallerError:
        """Return the error of a form that breaks rules; where the account is known without a call, it is an event."""
        error = BookingRejectedError(broken)
        known = self.reads.introspector.recall(command.token)
        if known is None:
            return error
        error.operation_id = self.ids.operation_id(form.now)
        is_sound = all(violation.pointer != "/BookUserID" for violation in broken)
        candidate = form.integer("BookUserID") if is_sound else None
        event = events.refused_form(error.operation_id, command.request_id, known, candidate, form.now, broken)
        return self._record(error, event, deadline)

    def _call(
        self,
        command: PlaceBookingCommand,
        principal: Principal,
        request: BookingRequest,
        deadline: Deadline,
        started: float,
    ) -> Call:
        """Return what the later steps share; the account's seal is fetched beside them from here on."""
        end = deadline.within(self.budget.claim)  # a slow vault must not eat the time of the conclusion
        seal = self.concurrency.start(lambda: self.vault.unlock(principal.account, end), end)
        operation_id = self.ids.operation_id(self.clock.now())
        subject = events.Subject(operation_id, command.request_id, principal, request, self.keys.in_use()[0])
        caller = Caller(command.token, principal.account, command.request_id, seal)
        return Call(caller, subject, self.clock, started, deadline)

    def _refused_for_scope(self, call: Call) -> CallerError:
        """Record a refusal for a missing scope; return the error."""
        scope = Scope.PHONECHAT_BOOKINGS.value
        error = InsufficientScopeError(
            f"The user has not granted this access token the scope {scope}. Ask for it and sign in again.",
            scope=scope,
            operation_id=call.subject.operation_id,
        )
        return self._record(error, events.refused_for_scope(call.subject, self.clock.now(), scope), call.deadline)

    def _as_before(self, call: Call, operation: Operation) -> Answered | None:
        """Answer a request that cannot be booked now as it was answered before; None when it was not, or in vain.

        A repeat often breaks rules: the first try has spent the balance, or its dates have passed since. Nor does it need
        the facts of a candidate that AdultWork cannot tell right now.
        """
        held = self.claiming.store.held(operation, call.deadline.within(self.budget.claim))
        if held is None:
            return None
        settled = self.claiming.earlier.settle(
            call.caller, operation, held, call.deadline.within(self.budget.reconcile)
        )
        return _replayed(settled) if isinstance(settled, Replay) else None

    def _refused(self, call: Call, violations: Sequence[Violation], unchecked: Sequence[str]) -> CallerError:
        """Record a refusal for broken rules; return the error."""
        error = BookingRejectedError(violations, operation_id=call.subject.operation_id)
        event = events.refused_for_rules(call.subject, self.clock.now(), violations, unchecked)
        return self._record(error, event, call.deadline)

    def _record(self, error: CallerError, event: AuditEvent, deadline: Deadline) -> CallerError:
        """Write the event of a refusal; when that fails, the caller still learns the truth and the edge an alarm."""
        try:
            self.trail.append(event, deadline.within(self.budget.conclusion))
        except StoreUnavailableError:
            error.audit_pending = True
        return error

    def _operation(self, call: Call, idempotency_key: str | None) -> Operation:
        """Return the record that the claim writes."""
        return new_operation(
            call_id=call.subject.operation_id,
            account=call.subject.principal.account,
            request=call.subject.request,
            idempotency_key=idempotency_key,
            key=call.subject.key,
            now=self.clock.now(),
            function_seconds=self.budget.function,
            zone=self.policy.zone,
        )

    def _send(self, call: Call, attempt: Attempt) -> Outcome:
        """Send the booking, unless the claim took so long that the POST would start late."""
        if call.deadline.remaining() < self.budget.needed_to_send:
            return Outcome(OperationState.NOT_SENT, "late", trouble=Trouble.LATE)
        end = call.deadline.within(self.budget.post)
        outcome = self.gateway.create_booking(call.caller.token, attempt.operation.request, end)
        if outcome.upstream_status in TOKEN_REFUSED:
            self.reads.introspector.forget(call.caller.token)
        return outcome


def _may_be_a_repeat(command: PlaceBookingCommand, broken: Sequence[Violation]) -> bool:
    """Tell whether only time has gone by: a request with a key may have been answered while its dates were ahead."""
    return command.idempotency_key is not None and all(violation.rule in form_rules.TIME_RULES for violation in broken)


def _replayed(replay: Replay) -> Answered:
    return Answered(replay.answer, replay.operation_id, is_replayed=True)
