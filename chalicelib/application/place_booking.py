"""The main job: place one booking, at most once, with a record before the send and a truthful answer after it."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.application import answers, events
from chalicelib.application.ports import AuditTrail, BookingGateway, Claimed, Clock, HmacKeys, IdSource, OperationStore
from chalicelib.application.reads import Reads
from chalicelib.domain.access import AccessToken, Scope
from chalicelib.domain.audit import AuditEvent
from chalicelib.domain.booking import Booking, BookingRequest
from chalicelib.domain.errors import (
    BookingRejectedError,
    CallerError,
    InsufficientScopeError,
    StoreUnavailableError,
    SwitchboardError,
    Trouble,
    UpstreamUnavailableError,
)
from chalicelib.domain.form import Form, JsonValue
from chalicelib.domain.operation import Operation, OperationState, Outcome, new_operation
from chalicelib.domain.policy import BookingPolicy
from chalicelib.domain.rules import facts as fact_rules
from chalicelib.domain.rules import form as form_rules
from chalicelib.domain.time_budget import Deadline, TimeBudget

TOKEN_REFUSED = (401, 403)


@dataclass(frozen=True, slots=True)
class PlaceBookingCommand:
    """What the edge read: `members` is the JSON object of the body, `seconds_left` what the platform still grants."""

    token: AccessToken
    idempotency_key: str | None
    members: Mapping[str, JsonValue]
    request_id: str
    seconds_left: float


@dataclass(frozen=True, slots=True)
class Placed:
    """A booking that stands; `audit_pending` is true when its conclusion could not be written."""

    operation_id: str
    booking: Booking
    audit_pending: bool


@dataclass(frozen=True, slots=True)
class PlaceBooking:
    """Place a booking."""

    reads: Reads
    gateway: BookingGateway
    store: OperationStore
    trail: AuditTrail
    clock: Clock
    ids: IdSource
    keys: HmacKeys
    policy: BookingPolicy
    budget: TimeBudget

    def execute(self, command: PlaceBookingCommand) -> Placed:
        """Place the booking of one request.

        1. Read the request. Its syntax was read at the edge; here the rules that need no call run, so that a wrong body
           never costs one.
        2. Introspect the token: permissions and account, in parallel with step 4's reads.
        3. Require the scope. A refusal is an audit event.
        4. Gather the facts: the candidate's requirements and the client's balance.
        5. Check all rules that need facts, at the instant of step 1. A refusal is an audit event.
        6. Claim the operation, before the first byte goes out.
        7. Place the booking upstream, once.
        8. Conclude the operation, whatever the outcome was.
        9. Answer with the booking, or with an error that says what the caller may do next.

        Raises:
            CallerError: the caller can mend it; see `domain/errors.py` for the leaves.
            UpstreamError: AdultWork did not do it, or may have done it (OutcomeUnknownError).
            StoreUnavailableError: our record could not be written; nothing was sent.
        """
        started = self.clock.monotonic()
        deadline = Deadline.after(self.clock.monotonic, min(self.budget.call, command.seconds_left))
        # 1
        now = self.clock.now()
        form = Form(command.members, self.policy, now)
        if broken := form_rules.violations(form):
            raise BookingRejectedError(broken)
        request = form_rules.read_request(form)
        # 2
        reads_end = deadline.within(self.budget.reads)
        principal, pending_facts = self.reads.start(command.token, request.book_user_id, reads_end)
        subject = events.Subject(
            self.ids.operation_id(now), command.request_id, principal, request, self.keys.current()
        )
        # 3
        if not principal.has_scope(Scope.PHONECHAT_BOOKINGS):
            self.reads.introspector.forget(command.token)  # who grants it now need not wait for the cache
            raise self._refused_for_scope(subject, deadline)
        # 4
        facts = pending_facts.read()
        # 5
        check = fact_rules.check_facts(request, facts)
        if check.violations:
            raise self._refused_for_rules(subject, check, deadline)
        # 6
        self._require_time_to_send(deadline)
        operation = self._operation(subject, command.idempotency_key)
        timings = {"reads": self._milliseconds_since(started)}
        claim_event = events.claimed(subject, self.clock.now(), check.unchecked, timings)
        claim = self.store.claim(operation, claim_event, deadline.within(self.budget.claim))
        if not isinstance(claim, Claimed):
            raise answers.conflict(operation, claim)
        # 7
        posted = self.clock.monotonic()
        outcome = self._send(command.token, request, deadline)
        # 8
        timings = {"post": self._milliseconds_since(posted), "call": self._milliseconds_since(started)}
        conclusion_event = events.concluded(claim_event, self.clock.now(), outcome, timings)
        audit_pending = self._conclude(operation, outcome, conclusion_event, deadline)
        # 9
        try:
            return Placed(operation.id, answers.require_booked(operation, outcome), audit_pending)
        except SwitchboardError as error:
            error.audit_pending = audit_pending
            raise

    def _refused_for_scope(self, subject: events.Subject, deadline: Deadline) -> CallerError:
        """Record a refusal for a missing scope; return the error."""
        scope = Scope.PHONECHAT_BOOKINGS.value
        error = InsufficientScopeError(
            f"The user has not granted this access token the scope {scope}. Ask for it and sign in again.",
            scope=scope,
            operation_id=subject.operation_id,
        )
        return self._record(error, events.refused_for_scope(subject, self.clock.now(), scope), deadline)

    def _refused_for_rules(
        self, subject: events.Subject, check: fact_rules.FactCheck, deadline: Deadline
    ) -> CallerError:
        """Record a refusal for broken rules; return the error."""
        error = BookingRejectedError(check.violations, operation_id=subject.operation_id)
        event = events.refused_for_rules(subject, self.clock.now(), check.violations, check.unchecked)
        return self._record(error, event, deadline)

    def _record(self, error: CallerError, event: AuditEvent, deadline: Deadline) -> CallerError:
        """Write the event of a refusal; when that fails, the caller still learns the truth and the edge an alarm."""
        try:
            self.trail.append(event, deadline.within(self.budget.conclusion))
        except StoreUnavailableError:
            error.audit_pending = True
        return error

    def _require_time_to_send(self, deadline: Deadline) -> None:
        """Refuse while nothing is claimed, when the POST and its conclusion would not get their whole time."""
        if deadline.remaining() < self.budget.needed_to_send:
            raise UpstreamUnavailableError(
                "AdultWork answered the checks too slowly to book safely; nothing was sent. It is safe to try again.",
                trouble=Trouble.LATE,
                retry_after_seconds=5,
            )

    def _operation(self, subject: events.Subject, idempotency_key: str | None) -> Operation:
        """Return the record that the claim writes."""
        return new_operation(
            operation_id=subject.operation_id,
            account=subject.principal.account,
            request=subject.request,
            idempotency_key=idempotency_key,
            key=subject.key,
            now=self.clock.now(),
            function_seconds=self.budget.function,
            zone=self.policy.zone,
        )

    def _send(self, token: AccessToken, request: BookingRequest, deadline: Deadline) -> Outcome:
        """Send the booking, unless the claim took so long that the POST would start late."""
        if deadline.remaining() < self.budget.needed_to_send:
            return Outcome(OperationState.NOT_SENT, "late", trouble=Trouble.LATE)
        outcome = self.gateway.create_booking(token, request, deadline.within(self.budget.post))
        if outcome.upstream_status in TOKEN_REFUSED:
            self.reads.introspector.forget(token)
        return outcome

    def _conclude(self, operation: Operation, outcome: Outcome, event: AuditEvent, deadline: Deadline) -> bool:
        """Write the conclusion; return True when it could not be written, which never hides the outcome."""
        try:
            self.store.conclude(operation, outcome, event, deadline.within(self.budget.conclusion))
        except StoreUnavailableError:
            return True
        return False

    def _milliseconds_since(self, start: float) -> int:
        return round((self.clock.monotonic() - start) * 1000)
