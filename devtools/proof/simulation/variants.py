"""Protocols that look good and are not: what the same simulation makes of them shows that it can fail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

from chalicelib.application.booking.place_booking import PlaceBooking
from chalicelib.application.operations import answers
from chalicelib.application.ports import BookingGateway, ClaimAnswer, Claimed, Held, KeyHeld, Resolution
from chalicelib.domain.access import AccessToken
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.booking.booking import BookingRequest
from chalicelib.domain.errors import IdempotencyKeyReusedError, StoreUnavailableError, SwitchboardError
from chalicelib.domain.operation.matching import ReconciliationPolicy
from chalicelib.domain.operation.operation import AnyOperation, AnyOutcome, Operation, OperationState, Outcome
from chalicelib.domain.operation.record import AnyRecord, OperationRecord
from chalicelib.domain.time_budget import Deadline
from chalicelib.edge.problems.new_key import is_new_key_safe
from devtools.memory.store import InMemoryOperationStore
from devtools.proof.simulation.service import RECONCILIATION, paused
from devtools.proof.simulation.world.platform import Platform
from devtools.proof.simulation.world.store import Requests, SimulatedStore

FORGETS_AFTER = timedelta(minutes=10)


class Variant(StrEnum):
    """What is changed; OURS is the protocol as it is."""

    OURS = "ours"
    GUARD_OFF = "guard-off"
    POWERTOOLS = "powertools"
    RECORD_AFTER_SEND = "record-after-send"
    GUARDS_UNDER_SECRET = "guards-under-secret"  # noqa: S105 (a name)
    GUARD_TOO_SHORT = "guard-too-short"
    GUARD_FREED_WHEN_AMBIGUOUS = "guard-freed-when-ambiguous"
    GUARD_FREED_WHEN_EXPIRED = "guard-freed-when-expired"
    FINGERPRINT_IGNORED = "fingerprint-ignored"
    OWNERS_IGNORED = "owners-ignored"
    NOT_SETTLED = "not-settled"
    STANDING_IGNORED = "standing-ignored"
    NEW_KEY_AFTER_REUSE = "new-key-after-reuse"
    NAMES_OVERWRITTEN = "names-overwritten"
    PAUSE_AFTER_CLAIM = "pause-after-claim"


class UnguardedStore(InMemoryOperationStore):
    """Tables whose guards hold nobody up: only the Idempotency-Key keeps a second booking out."""

    def _guard_of(self, one: AnyOperation | AnyRecord) -> str:
        return f"guard of {one.id}"


class SecretlyGuardedStore(InMemoryOperationStore):
    """Tables whose guards stand where a container's HMAC key says, as keyed hashes of what is booked do."""

    def _guard_of(self, one: AnyOperation | AnyRecord) -> str:
        key_id, _, _ = one.fingerprint.partition(":")
        return f"{key_id} {one.guard}"


class ForgetfulStore(InMemoryOperationStore):
    """Tables whose guards hold for a few minutes, as if all that could go wrong went wrong at once."""

    def claim(
        self, operation: Operation, event: AuditEvent, deadline: Deadline, previous: OperationRecord | None = None
    ) -> ClaimAnswer:
        """Record the operation under a guard that is soon over."""
        soon = operation.claimed_at + FORGETS_AFTER
        return super().claim(replace(operation, guard_expires_at=soon), event, deadline, previous)


class LenientStore(InMemoryOperationStore):
    """Tables that free the guard of an operation in the state `frees`, too: nobody knows whether it booked."""

    frees: OperationState

    def _write(self, record: OperationRecord, resolution: Resolution, event: AuditEvent) -> None:
        super()._write(record, resolution, event)
        if resolution.state is self.frees:
            self._guards.pop(self._guard_of(record), None)


class LenientWhenAmbiguous(LenientStore):
    """Frees the guard when several bookings may be the one."""

    frees = OperationState.AMBIGUOUS


class LenientWhenExpired(LenientStore):
    """Frees the guard when nobody came back for a day."""

    frees = OperationState.EXPIRED_UNKNOWN


class IndifferentStore(InMemoryOperationStore):
    """Tables that take every request under a known key for the request that made it."""

    def claim(
        self, operation: Operation, event: AuditEvent, deadline: Deadline, previous: OperationRecord | None = None
    ) -> ClaimAnswer:
        """Record the operation, or say that its own request was here before."""
        answer = super().claim(operation, event, deadline, previous)
        return _alike(operation, answer) if isinstance(answer, KeyHeld) else answer

    def held(self, operation: Operation, deadline: Deadline) -> Held | None:
        """Tell what is held, as if by the operation's own request."""
        held = super().held(operation, deadline)
        return _alike(operation, held) if isinstance(held, KeyHeld) else held


def _alike(operation: Operation, held: KeyHeld[OperationRecord]) -> KeyHeld[OperationRecord]:
    return replace(held, record=held.record and replace(held.record, fingerprint=operation.fingerprint))


class UnownedStore(InMemoryOperationStore):
    """Tables that do not remember which upstream booking belongs to which operation."""

    def _write(self, record: OperationRecord, resolution: Resolution, event: AuditEvent) -> None:
        super()._write(record, resolution, event)
        self._bookings.clear()


class OverwritingStore(InMemoryOperationStore):
    """Tables that put the row of a candidate who was new when it was read, whether or not there is one by now."""

    def _named_meanwhile(self, operation: Operation) -> str | None:  # noqa: ARG002 (it does not ask)
        return None


class LateRecordStore(SimulatedStore):
    """Looks for an earlier record before the send, and writes its own after it."""

    def __init__(self, tables: InMemoryOperationStore, platform: Platform, requests: Requests | None = None) -> None:
        super().__init__(tables, platform, requests)
        self._pending: dict[str, tuple[AuditEvent, OperationRecord | None]] = {}

    def claim(
        self, operation: Operation, event: AuditEvent, deadline: Deadline, previous: OperationRecord | None = None
    ) -> ClaimAnswer:
        """Let the booking be sent if nothing is held yet."""
        if previous is None and (held := self.held(operation, deadline)):
            return held
        self._pending[operation.id] = (event, previous)
        self._platform.running().claimed = (operation.id, operation.attempt)
        return Claimed()

    def conclude(
        self,
        operation: Operation,
        outcome: AnyOutcome,
        event: AuditEvent,
        deadline: Deadline,
        sealed_answer: str | None = None,
    ) -> None:
        """Write the record, now that the booking was sent."""
        claimed, previous = self._pending[operation.id]
        if not isinstance(super().claim(operation, claimed, deadline, previous), Claimed):
            raise StoreUnavailableError("somebody else has the record")
        super().conclude(operation, outcome, event, deadline, sealed_answer)


def called_safe_after_reuse(error: SwitchboardError) -> bool | None:
    """Call a new key safe also where the old one was used for another body: the first request may have booked."""
    return isinstance(error, IdempotencyKeyReusedError) or is_new_key_safe(error)


@dataclass(frozen=True, slots=True)
class RefusingGateway:
    """Implements `BookingGateway`; whoever wants to send is refused."""

    gateway: BookingGateway

    def __getattr__(self, method: str) -> Any:  # noqa: ANN401 (what the port has)
        """Return what is no sending."""
        return getattr(self.gateway, method)

    def create_booking(self, token: AccessToken, request: BookingRequest, deadline: Deadline) -> Outcome:
        """Send nothing."""
        del token, request, deadline
        raise answers.paused()


def paused_at_the_post(place_booking: PlaceBooking) -> PlaceBooking:
    """Return a use case that thinks of the pause when all is ready to be sent, claim included."""
    return replace(place_booking, gateway=RefusingGateway(place_booking.gateway))


@dataclass(frozen=True, slots=True)
class Parts:
    """What a variant is made of; each part is the protocol's own unless it is what the variant gets wrong."""

    tables: type[InMemoryOperationStore] = InMemoryOperationStore
    store: type[SimulatedStore] = SimulatedStore
    policy: ReconciliationPolicy = RECONCILIATION
    hides_what_does_not_match: bool = False
    is_new_key_safe: Callable[[SwitchboardError], bool | None] = is_new_key_safe
    pause: Callable[[PlaceBooking], PlaceBooking] = paused


PARTS: Mapping[Variant, Parts] = {
    Variant.GUARD_OFF: Parts(tables=UnguardedStore),
    Variant.GUARDS_UNDER_SECRET: Parts(tables=SecretlyGuardedStore),
    Variant.RECORD_AFTER_SEND: Parts(store=LateRecordStore),
    Variant.GUARD_TOO_SHORT: Parts(tables=ForgetfulStore),
    Variant.GUARD_FREED_WHEN_AMBIGUOUS: Parts(tables=LenientWhenAmbiguous),
    Variant.GUARD_FREED_WHEN_EXPIRED: Parts(tables=LenientWhenExpired),
    Variant.FINGERPRINT_IGNORED: Parts(tables=IndifferentStore),
    Variant.OWNERS_IGNORED: Parts(tables=UnownedStore),
    Variant.NOT_SETTLED: Parts(policy=replace(RECONCILIATION, settle=timedelta(0))),
    Variant.STANDING_IGNORED: Parts(hides_what_does_not_match=True),
    Variant.NAMES_OVERWRITTEN: Parts(tables=OverwritingStore),
    Variant.PAUSE_AFTER_CLAIM: Parts(pause=paused_at_the_post),
    Variant.NEW_KEY_AFTER_REUSE: Parts(is_new_key_safe=called_safe_after_reuse),
}


def parts_of(variant: Variant) -> Parts:
    """Return the parts of a variant; those that are not named there differ elsewhere, or not at all."""
    return PARTS.get(variant, Parts())
