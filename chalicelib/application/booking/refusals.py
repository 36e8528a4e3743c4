"""What ends before its claim is on record as well: each request of a known account that asked for a booking or a change."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

from chalicelib.application.audit import events
from chalicelib.application.ports import AuditTrail, Clock
from chalicelib.application.register_ports import Register
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.canonical import Canonical
from chalicelib.domain.errors import (
    BookingRejectedError,
    ChangeRejectedError,
    DuplicateBookingError,
    DuplicateChangeError,
    IdempotencyKeyReusedError,
    InsufficientScopeError,
    InvalidTokenError,
    OperationInProgressError,
    SendingPausedError,
    StoreUnavailableError,
    SwitchboardError,
    TooManyBookingsError,
    TooManyChangesError,
    UpstreamError,
    UpstreamRefusedError,
    UpstreamUnavailableError,
)
from chalicelib.domain.names import Names
from chalicelib.domain.time_budget import Deadline, TimeBudget
from chalicelib.domain.violation import Violation
from chalicelib.values import dataclass

LONGEST_VIOLATIONS = 320  # characters: an event has to stay below the kilobyte that its row is paid by
# The names that callers read in a problem's type. What is missing here ends before its account is known, is told of an
# operation that has events already, or means that the store cannot be written.
REASONS: Mapping[type[SwitchboardError], str] = {
    BookingRejectedError: "booking-rejected",
    ChangeRejectedError: "change-rejected",
    DuplicateBookingError: "duplicate-booking",
    DuplicateChangeError: "duplicate-change",
    IdempotencyKeyReusedError: "idempotency-key-reused",
    InsufficientScopeError: "insufficient-scope",
    InvalidTokenError: "invalid-token",
    OperationInProgressError: "operation-in-progress",
    SendingPausedError: "sending-paused",
    TooManyBookingsError: "too-many-bookings",
    TooManyChangesError: "too-many-changes",
    UpstreamRefusedError: "upstream-refused",
    UpstreamUnavailableError: "upstream-unavailable",
}


@dataclass(frozen=True, slots=True)
class Refusals:
    """Write refusals down."""

    trail: AuditTrail
    register: Register
    clock: Clock
    budget: TimeBudget

    @contextmanager
    def recorded(self, subject: events.Subject, deadline: Deadline) -> Iterator[None]:
        """Write the event of whatever refusal ends the block; when that fails, the caller still learns the truth.

        A repeat of a request is none: nothing was attempted, and the operation that it repeats has events of its own.
        """
        try:
            yield
        except SwitchboardError as error:
            reason = REASONS.get(type(error))
            if reason is not None and not error.is_repeat:
                end = deadline.within(self.budget.conclusion)
                named = replace(subject, names=self._names(subject, deadline.within(self.budget.conclusion / 2)))
                event = events.refused(named, self.clock.now(), reason, _details(error))
                self._write(event, error, end)
            raise

    def _names(self, subject: events.Subject, deadline: Deadline) -> Names:
        """Return what the event calls client and candidate; who has no row yet gets one, and who cannot be named is not.

        The name of a candidate who is new is nobody's: the claim that would have put its row was not made. A register that
        does not answer leaves the time that the event takes.
        """
        client, candidate = subject.names.client, None if subject.names.is_candidate_new else subject.names.candidate
        with suppress(StoreUnavailableError):
            client = client or self.register.make(subject.principal.account, deadline)
        with suppress(StoreUnavailableError):
            if subject.candidate is not None:
                candidate = candidate or self.register.make(subject.candidate, deadline)
        return Names(client, candidate)

    def _write(self, event: AuditEvent, error: SwitchboardError, deadline: Deadline) -> None:
        """Write an event; an error that can be about no other operation gets its id, by which the reviewer finds it."""
        if isinstance(error, BookingRejectedError | InsufficientScopeError):
            error.operation_id = event.operation_id
        try:
            self.trail.record_refusal(event, deadline)
        except StoreUnavailableError:
            error.audit_pending = True


def _details(error: SwitchboardError) -> dict[str, Canonical]:
    """Return what an event tells of a refusal beside its reason: rules and members, never values."""
    match error:
        case BookingRejectedError(violations=violations, unchecked=unchecked):
            return {**_broken(violations), "unchecked": list(unchecked)}
        case InsufficientScopeError(scope=scope):
            return {"missing_scope": scope}
        case TooManyBookingsError(limit=limit, window_seconds=window_seconds):
            return {"limit": limit, "window_seconds": window_seconds}
        case UpstreamError(upstream_status=status):
            return {"trouble": getattr(error, "trouble", None), "upstream_status": status}
        case DuplicateBookingError(operation_id=earlier):
            return {"earlier": earlier}
        case _:
            return {}


def _broken(violations: Sequence[Violation]) -> dict[str, Canonical]:
    """Return which rules were broken where, each once, as `duration-minimum/Duration`; what there is no room for is counted.

    The pointer of a member that nobody knows is the caller's own text, and is not told.
    """
    named = dict.fromkeys(f"{one.rule}{'' if one.rule == 'unknown-member' else one.pointer}" for one in violations)
    told: list[str] = []
    for name in named:
        if len("".join(told)) + len(name) <= LONGEST_VIOLATIONS:
            told.append(name)
    left_out = len(named) - len(told)
    return {"violations": told} | ({"violations_left_out": left_out} if left_out else {})
