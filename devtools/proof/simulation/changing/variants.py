"""Protocols of changes that look good and are not: what simulation and exploration make of them shows that both can fail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

from chalicelib.application.changing import answers
from chalicelib.application.changing.ports import ChangeGateway, ChangeStore
from chalicelib.application.ports import Resolution
from chalicelib.composition.changes import changes_beside
from chalicelib.domain.access import AccessToken
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.booking.booking import Booking
from chalicelib.domain.changing.operation import ChangeOutcome, ChangeRecord
from chalicelib.domain.changing.request import ChangeRequest
from chalicelib.domain.operation.matching import ReconciliationPolicy
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.time_budget import Deadline
from chalicelib.edge.changing.use_cases import Changes
from chalicelib.edge.links import Links
from devtools.memory.changes import InMemoryChangeStore
from devtools.proof.simulation.changing.wishes import ChangingContainer
from devtools.proof.simulation.service import RECONCILIATION, Container

LINKS = Links(problem_type_base="about:")


class WrongChange(StrEnum):
    """What is done wrong."""

    GUARD_OFF = "changes-guard-off"
    GUARD_FREED_WHEN_UNKNOWN = "changes-guard-freed-when-unknown"
    NOT_SETTLED = "changes-not-settled"
    PAUSE_AFTER_CLAIM = "changes-pause-after-claim"


class UnguardedChanges(InMemoryChangeStore):
    """Tables whose guards hold nobody up."""

    def _guard_of(self, one: object) -> str:
        return f"guard of {getattr(one, 'id', '')}"


class LenientChanges(InMemoryChangeStore):
    """Tables that free the guard of a change whose outcome nobody knows."""

    def _write(self, record: ChangeRecord, resolution: Resolution, event: AuditEvent) -> None:
        super()._write(record, resolution, event)
        if resolution.state is OperationState.UNKNOWN:
            self._guards.pop(self._guard_of(record), None)


@dataclass(frozen=True, slots=True)
class RefusingChanges:
    """Implements `ChangeGateway`; whoever wants to send is refused."""

    gateway: ChangeGateway

    def send(self, token: AccessToken, request: ChangeRequest, deadline: Deadline) -> ChangeOutcome:
        """Send nothing."""
        del token, request, deadline
        raise answers.paused()

    def booking_details(self, token: AccessToken, booking_id: int, deadline: Deadline) -> Booking:
        """Read one booking."""
        return self.gateway.booking_details(token, booking_id, deadline)


def _paused(changes: Changes) -> Changes:
    """Return the use cases as SENDING=0 has them."""
    make: Any = changes.make
    return replace(changes, make=replace(make, is_sending=False))


def _paused_at_the_post(changes: Changes) -> Changes:
    """Return use cases that think of the pause when all is ready to be sent, claim included."""
    make: Any = changes.make
    return replace(changes, make=replace(make, gateway=RefusingChanges(make.gateway)))


@dataclass(frozen=True, slots=True)
class ChangeParts:
    """What a protocol of changes is made of; each part is our own unless it is what a variant gets wrong."""

    tables: type[InMemoryChangeStore] = InMemoryChangeStore
    policy: ReconciliationPolicy = RECONCILIATION
    pause: Callable[[Changes], Changes] = _paused

    def wired(self, container: Container, store: ChangeStore, gateway: ChangeGateway) -> ChangingContainer:
        """Return the use cases of changes beside those of bookings in a container."""
        booking: Any = container.place_booking
        reconciler = replace(booking.concluding.reconciler, policy=self.policy)
        booking = replace(booking, concluding=replace(booking.concluding, reconciler=reconciler))
        sending = changes_beside(booking, store, gateway, gateway, LINKS)
        return ChangingContainer(container, sending, self.pause(sending))


OURS = ChangeParts()
PARTS: Mapping[WrongChange, ChangeParts] = {
    WrongChange.GUARD_OFF: ChangeParts(tables=UnguardedChanges),
    WrongChange.GUARD_FREED_WHEN_UNKNOWN: ChangeParts(tables=LenientChanges),
    WrongChange.NOT_SETTLED: ChangeParts(policy=replace(RECONCILIATION, settle=timedelta(0))),
    WrongChange.PAUSE_AFTER_CLAIM: ChangeParts(pause=_paused_at_the_post),
}
