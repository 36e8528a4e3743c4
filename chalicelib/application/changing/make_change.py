"""Change a booking, at most once, with a record before the send and a truthful answer after it."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import field
from datetime import timedelta
from functools import partial

from chalicelib.application.audit.events import Subject
from chalicelib.application.booking.call import Call
from chalicelib.application.booking.earlier import Replay
from chalicelib.application.booking.place_booking import TOKEN_REFUSED, Answered, concluded, replayed
from chalicelib.application.booking.refusals import Refusals
from chalicelib.application.changing import answers
from chalicelib.application.changing.claiming import ChangeAttempt, ChangeClaiming
from chalicelib.application.changing.concluding import ChangeConcluding
from chalicelib.application.changing.ports import ChangeGateway
from chalicelib.application.operations.caller import Caller
from chalicelib.application.operations.housekeeping import Housekeeping
from chalicelib.application.ports import Clock, Concurrency, HmacKeys, IdSource, TokenIntrospector, Vault
from chalicelib.application.register_ports import Register
from chalicelib.application.scope import require_scope
from chalicelib.domain.access import AccessToken, Principal
from chalicelib.domain.audit.event import CHANGE
from chalicelib.domain.booking.form import JsonValue
from chalicelib.domain.changing.change import Change
from chalicelib.domain.changing.form import ChangeForm
from chalicelib.domain.changing.operation import (
    ChangeOperation,
    ChangeOutcome,
    ChangeRecord,
    described,
    new_change,
)
from chalicelib.domain.changing.request import ChangeRequest
from chalicelib.domain.errors import ChangeRejectedError, Trouble
from chalicelib.domain.names import Names
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.time_budget import Deadline, TimeBudget
from chalicelib.domain.violation import Violation
from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class ChangeCommand:
    """What the edge read: `members` is the JSON object of the body, `seconds_left` what the platform still grants."""

    change: Change
    token: AccessToken
    idempotency_key: str | None
    members: Mapping[str, JsonValue] = field(repr=False)
    request_id: str
    seconds_left: float


@dataclass(frozen=True, slots=True)
class MakeChange:
    """Make any change that is declared; unless `is_sending`, nothing is claimed or sent.

    `longest_text` is in characters; `guard_holds` is for how long an equal change is kept out while nobody knows what became of
    one.
    """

    introspector: TokenIntrospector
    register: Register
    gateway: ChangeGateway
    claiming: ChangeClaiming
    concluding: ChangeConcluding
    housekeeping: Housekeeping[ChangeRecord]
    refusals: Refusals
    vault: Vault
    concurrency: Concurrency
    clock: Clock
    ids: IdSource
    keys: HmacKeys
    budget: TimeBudget
    longest_text: int
    guard_holds: timedelta
    is_sending: bool = True

    def execute(self, command: ChangeCommand) -> Answered:
        """Make the change of one request.

        1. Read the form: every rule of its members.
        2. Introspect the token: permissions and account. From here on, whatever refusal ends the request is an audit event.
        3. Require the scope.
        4. Refuse a form that breaks rules, with every violation at once. While sending is paused, a request that is known
           already gets the answer that it got, and nothing else is sent.
        5. Claim the operation, before the first byte goes out. An earlier one in the way is settled first. From here to the
           end of step 7, the other open changes of an account that was not here lately are settled beside it.
        6. Send the change, once.
        7. Conclude the operation, whatever the outcome was; reconcile at once when it is unknown.
        8. Answer with what AdultWork told, or with an error that says what the caller may do next.

        Raises:
            CallerError: the caller can mend it; see `domain/errors.py` for the leaves.
            UpstreamError: AdultWork did not do it, or may have done it (OutcomeUnknownError).
            StoreUnavailableError: our record could not be written; nothing was sent.
            SendingPausedError: whoever operates Switchboard has stopped sending; nothing was claimed.
        """
        started = self.clock.monotonic()
        deadline = Deadline.after(self.clock.monotonic, min(self.budget.call, command.seconds_left))
        # 1
        form = ChangeForm(command.change, command.members, self.longest_text).read()
        # 2
        known = self.introspector.recall(command.token)
        principal = known or self.introspector.introspect(command.token, deadline.within(self.budget.reads))
        subject = self._subject(command, principal, form)
        with self.refusals.recorded(subject, deadline):
            # 3
            require_scope(self.introspector, principal, command.token, command.change.scope)
            # 4
            if isinstance(form, tuple):
                raise ChangeRejectedError(form)
            call = self._call(command, subject, deadline, started)
            operation = self._operation(call, form, command.idempotency_key)
            if not self.is_sending:
                return self._as_before(call, operation)
        with self._housekeeping(call, operation, is_new_caller=known is None):
            # 5
            with self.refusals.recorded(subject, deadline):
                claim = self.claiming.claim(call, operation)
            if isinstance(claim, Replay):
                return replayed(claim)
            # 6
            posted = self.clock.monotonic()
            outcome = self._send(call, claim)
            # 7
            conclusion = self.concluding.conclude(call, claim, outcome, posted)
        # 8
        return concluded(conclusion, claim.operation.id)

    def _subject(
        self, command: ChangeCommand, principal: Principal, form: ChangeRequest | tuple[Violation, ...]
    ) -> Subject:
        """Return what the events of this call tell of it; of a form that breaks rules, only what it would change."""
        return Subject(
            operation_id=self.ids.operation_id(self.clock.now()),
            request_id=command.request_id,
            principal=principal,
            request=None,
            key=self.keys.in_use()[0],
            names=Names(self.register.recall(principal.account)),
            about={CHANGE: command.change.name} if isinstance(form, tuple) else described(form),
        )

    def _call(self, command: ChangeCommand, subject: Subject, deadline: Deadline, started: float) -> Call:
        """Return what the later steps share; the account's seal is fetched beside them from here on."""
        account = subject.principal.account
        end = deadline.within(self.budget.claim)
        seal = self.concurrency.start(lambda: self.vault.unlock(account, end), end)
        caller = Caller(command.token, account, command.request_id, seal, partial(self.register.recall, account))
        return Call(caller, subject, self.clock, started, deadline)

    def _operation(self, call: Call, request: ChangeRequest, idempotency_key: str | None) -> ChangeOperation:
        """Return the record that the claim writes."""
        return new_change(
            call_id=call.subject.operation_id,
            account=call.subject.principal.account,
            request=request,
            idempotency_key=idempotency_key,
            key=call.subject.key,
            now=self.clock.now(),
            function_seconds=self.budget.function,
            guard_holds=self.guard_holds,
            names=call.subject.names,
        )

    def _as_before(self, call: Call, operation: ChangeOperation) -> Answered:
        """Answer a request, while sending is paused, as it was answered before.

        Raises:
            SendingPausedError: it was not.
        """
        held = self.claiming.store.held(operation, call.deadline.within(self.budget.claim))
        if held is not None:
            end = call.deadline.within(self.budget.reconcile)
            settled = self.claiming.earlier.settle(call.caller, operation, held, end)
            if isinstance(settled, Replay):
                return replayed(settled)
        raise answers.paused()

    def _housekeeping(
        self, call: Call, operation: ChangeOperation, *, is_new_caller: bool
    ) -> AbstractContextManager[None]:
        """Return what goes on beside claim, POST and conclusion: nothing, for a caller who was here lately."""
        if not is_new_caller:
            return nullcontext()
        return self.housekeeping.beside(call.caller, operation.id, call.deadline)

    def _send(self, call: Call, attempt: ChangeAttempt) -> ChangeOutcome:
        """Send the change, unless the claim took so long that the POST would start late."""
        if call.deadline.remaining() < self.budget.needed_to_send:
            return ChangeOutcome(OperationState.NOT_SENT, "late", trouble=Trouble.LATE)
        end = call.deadline.within(self.budget.post)
        outcome = self.gateway.send(call.caller.token, attempt.operation.request, end)
        if outcome.upstream_status in TOKEN_REFUSED:
            self.introspector.forget(call.caller.token)
        return outcome
