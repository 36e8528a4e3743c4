"""The main job: place one booking, at most once, with a record before the send and a truthful answer after it."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import field
from functools import partial

from chalicelib.application.audit.events import Subject
from chalicelib.application.booking import checks
from chalicelib.application.booking.call import Call
from chalicelib.application.booking.claiming import Attempt, Claiming
from chalicelib.application.booking.concluding import Concluding, Conclusion
from chalicelib.application.booking.earlier import Replay
from chalicelib.application.booking.naming import Naming
from chalicelib.application.booking.reads import PendingFacts, Reads
from chalicelib.application.booking.refusals import Refusals
from chalicelib.application.operations import answers
from chalicelib.application.operations.caller import Caller
from chalicelib.application.operations.housekeeping import Housekeeping
from chalicelib.application.ports import BookingGateway, Clock, Concurrency, HmacKeys, IdSource, Vault
from chalicelib.application.scope import require_scope
from chalicelib.domain.access import AccessToken, Principal
from chalicelib.domain.booking.booking import BookingRequest
from chalicelib.domain.booking.form import Form, JsonValue
from chalicelib.domain.booking.policy import BookingPolicy
from chalicelib.domain.booking.rules import facts as fact_rules
from chalicelib.domain.booking.rules import form as form_rules
from chalicelib.domain.booking.rules.facts import FactCheck
from chalicelib.domain.errors import BookingRejectedError, SwitchboardError, Trouble
from chalicelib.domain.names import Names
from chalicelib.domain.operation.operation import Operation, OperationState, Outcome, new_operation
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.operation.stored_answer import StoredAnswer
from chalicelib.domain.time_budget import Deadline, TimeBudget
from chalicelib.domain.violation import Violation
from chalicelib.values import dataclass

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
    """Place a booking; unless `is_sending`, nothing is claimed or sent, and what was answered before is answered again."""

    reads: Reads
    naming: Naming
    gateway: BookingGateway
    claiming: Claiming
    concluding: Concluding
    housekeeping: Housekeeping[OperationRecord]
    refusals: Refusals
    vault: Vault
    concurrency: Concurrency
    clock: Clock
    ids: IdSource
    keys: HmacKeys
    policy: BookingPolicy
    budget: TimeBudget
    is_sending: bool = True

    def execute(self, command: PlaceBookingCommand) -> Answered:
        """Place the booking of one request.

        1. Read the request. Its syntax was read at the edge; here its members are looked at, and the rules that need no
           call run.
        2. Introspect the token: permissions and account, in parallel with step 4's reads and with that of what the audit calls
           the candidate. From here on, whatever refusal ends the request is an audit event.
        3. Require the scope.
        4. Gather the facts that the sound members make use of: the candidate's requirements and the client's balance.
        5. Check all rules that need facts, at the instant of step 1, and refuse with every violation at once. Where the facts
           cannot be read, a rule is broken or sending is paused, and the same request or booking is known already, that
           operation is the answer.
        6. Claim the operation, before the first byte goes out. An earlier operation in the way is settled first. From here to
           the end of step 8, the other open operations of an account that was not here lately are settled beside it.
        7. Place the booking upstream, once.
        8. Conclude the operation, whatever the outcome was; reconcile at once when it is unknown.
        9. Answer with the booking, or with an error that says what the caller may do next.

        Raises:
            CallerError: the caller can mend it; see `domain/errors.py` for the leaves.
            UpstreamError: AdultWork did not do it, or may have done it (OutcomeUnknownError).
            StoreUnavailableError: our record could not be written; nothing was sent.
            SendingPausedError: whoever operates Switchboard has stopped sending; nothing was claimed.
        """
        started = self.clock.monotonic()
        deadline = Deadline.after(self.clock.monotonic, min(self.budget.call, command.seconds_left))
        # 1, 2
        form = Form(command.members, self.policy, self.clock.now())
        candidate = form.candidate()
        pending_name = self.naming.ask(candidate, deadline.within(self.budget.reads))
        begun = checks.begin(self.reads, form, command.token, deadline.within(self.budget.reads))
        principal, broken, pending = begun.principal, begun.broken, begun.pending
        named = self.naming.named(principal.account, candidate, pending_name)
        subject = self._subject(command, principal, form, broken, named.names)
        with self.refusals.recorded(subject, deadline):
            # 3
            require_scope(self.reads.introspector, principal, command.token)
            # 4, 5
            if subject.request is None:
                facts, _ = pending.read()
                raise _rejected(broken, fact_rules.check_facts(form, facts))
            call = self._call(command, subject, deadline, started)
            operation = self._operation(call, subject.request, command.idempotency_key)
            check = self._check(call, operation, form, broken, pending)
            if isinstance(check, Answered):
                return check
            named.require_candidate()
        with self._housekeeping(call, operation, pending):
            # 6
            with self.refusals.recorded(subject, deadline):
                claim = self.claiming.claim(call, operation, check.unchecked)
            if isinstance(claim, Replay):
                return replayed(claim)
            self.naming.claimed(claim.operation.request.book_user_id, claim.operation.names)
            # 7
            posted = self.clock.monotonic()
            outcome = self._send(call, claim)
            # 8
            conclusion = self.concluding.conclude(call, claim, outcome, posted)
        # 9
        return concluded(conclusion, claim.operation.id)

    def _subject(
        self,
        command: PlaceBookingCommand,
        principal: Principal,
        form: Form,
        broken: Sequence[Violation],
        names: Names,
    ) -> Subject:
        """Return what the events of this call tell of it; a form that breaks rules is told as far as it is sound."""
        return Subject(
            operation_id=self.ids.operation_id(form.now),
            request_id=command.request_id,
            principal=principal,
            request=form_rules.read_request(form) if _is_readable(broken) else None,
            key=self.keys.in_use()[0],
            candidate=form.candidate(),
            names=names,
        )

    def _call(self, command: PlaceBookingCommand, subject: Subject, deadline: Deadline, started: float) -> Call:
        """Return what the later steps share; the account's seal is fetched beside them from here on."""
        account = subject.principal.account
        end = deadline.within(self.budget.claim)  # a slow vault must not eat the time of the conclusion
        seal = self.concurrency.start(lambda: self.vault.unlock(account, end), end)
        caller = Caller(command.token, account, command.request_id, seal, partial(self.naming.register.recall, account))
        return Call(caller, subject, self.clock, started, deadline)

    def _housekeeping(self, call: Call, operation: Operation, pending: PendingFacts) -> AbstractContextManager[None]:
        """Return what goes on beside claim, POST and conclusion: nothing, for a caller who was here lately."""
        if not pending.is_new_caller:
            return nullcontext()
        return self.housekeeping.beside(call.caller, operation.id, call.deadline)

    def _check(
        self, call: Call, operation: Operation, form: Form, broken: Sequence[Violation], pending: PendingFacts
    ) -> FactCheck | Answered:
        """Return what the rules say of a booking that may be sent, or the answer that the same request got before.

        Raises:
            BookingRejectedError: it breaks rules.
            SendingPausedError: nothing is sent for now.
            UpstreamError: the facts cannot be read.
        """
        facts, failure = pending.read()
        check = fact_rules.check_facts(form, facts)
        error: SwitchboardError | None = failure if self.is_sending else answers.paused()
        if broken or check.violations:
            error = _rejected(broken, check)
        if error is None:
            return check
        if before := self._as_before(call, operation):
            return before
        raise error

    def _as_before(self, call: Call, operation: Operation) -> Answered | None:
        """Answer a request that cannot be booked now as it was answered before; None when it was not, or in vain.

        A repeat often breaks rules: the first try has spent the balance, or its dates have passed since. Nor does it need
        the facts of a candidate that AdultWork cannot tell right now, and while sending is paused it sends nothing.
        """
        held = self.claiming.store.held(operation, call.deadline.within(self.budget.claim))
        if held is None:
            return None
        settled = self.claiming.earlier.settle(
            call.caller, operation, held, call.deadline.within(self.budget.reconcile)
        )
        return replayed(settled) if isinstance(settled, Replay) else None

    def _operation(self, call: Call, request: BookingRequest, idempotency_key: str | None) -> Operation:
        """Return the record that the claim writes."""
        return new_operation(
            call_id=call.subject.operation_id,
            account=call.subject.principal.account,
            request=request,
            idempotency_key=idempotency_key,
            key=call.subject.key,
            now=self.clock.now(),
            function_seconds=self.budget.function,
            zone=self.policy.zone,
            names=call.subject.names,
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


def _is_readable(broken: Sequence[Violation]) -> bool:
    """Tell whether a form says what is wanted: it is sound, or has grown old, as that of a repeat may."""
    return all(violation.rule in form_rules.TIME_RULES for violation in broken)


def _rejected(broken: Sequence[Violation], check: FactCheck) -> BookingRejectedError:
    """Return the error of a booking that breaks rules: all of them."""
    return BookingRejectedError((*broken, *check.violations), unchecked=check.unchecked)


def concluded(conclusion: Conclusion, operation_id: str) -> Answered:
    """Return the answer of a request that was sent, or raise the error that it ends with."""
    if isinstance(conclusion.answer, SwitchboardError):
        conclusion.answer.audit_pending = conclusion.audit_pending
        raise conclusion.answer
    return Answered(conclusion.answer, operation_id, conclusion.booking_id, audit_pending=conclusion.audit_pending)


def replayed(replay: Replay) -> Answered:
    """Return the answer of a request that was answered before."""
    return Answered(replay.answer, replay.operation_id, is_replayed=True)
