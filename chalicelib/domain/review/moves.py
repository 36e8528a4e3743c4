"""The moves of an operation, whoever tells of them: its record in the store, or the events of its chain."""

from collections.abc import Mapping

from chalicelib.domain.audit.event import EventKind
from chalicelib.domain.audit.stored_event import StoredEvent
from chalicelib.domain.operation.operation import MOVES, RETRYABLE_STATUSES, OperationState
from chalicelib.values import dataclass

STATES: Mapping[EventKind, OperationState] = {
    EventKind.CLAIMED: OperationState.SENDING,
    EventKind.CONFIRMED: OperationState.CONFIRMED,
    EventKind.REJECTED: OperationState.REJECTED,
    EventKind.NOT_SENT: OperationState.NOT_SENT,
    EventKind.UNKNOWN: OperationState.UNKNOWN,
    EventKind.NOT_CREATED: OperationState.NOT_CREATED,
    EventKind.AMBIGUOUS: OperationState.AMBIGUOUS,
    EventKind.EXPIRED: OperationState.EXPIRED_UNKNOWN,
    EventKind.RELEASED: OperationState.CONFIRMED,
}
REFUSALS = frozenset({EventKind.REFUSED, EventKind.REFUSALS_COUNTED})  # what ends before its claim has no state


@dataclass(frozen=True, slots=True)
class Standing:
    """How an operation stands: `is_retryable` tells whether its key may start another attempt, `is_released` of its guard."""

    state: OperationState
    attempt: int
    is_retryable: bool = False
    is_released: bool = False


def standing_of(event: StoredEvent, before: Standing | None) -> Standing:
    """Return how an operation stands after an event of its chain; a claim says itself which attempt it opens."""
    attempt = 0 if before is None else before.attempt
    if event.kind is EventKind.CLAIMED:
        told = event.document.get("attempt")
        attempt = told if isinstance(told, int) else 0
    return Standing(STATES[event.kind], attempt, is_retryable(event), event.kind is EventKind.RELEASED)


def is_retryable(event: StoredEvent) -> bool:
    """Tell whether the key of an operation may start another attempt after an event."""
    if event.kind is EventKind.NOT_SENT:
        return True
    return event.kind is EventKind.REJECTED and event.document.get("upstream_status") in tuple(RETRYABLE_STATUSES)


def is_allowed(before: Standing | None, after: Standing) -> bool:
    """Tell whether a change is a move of the protocol, a further attempt, or the release of a guard."""
    if before is None:
        return after.state is OperationState.SENDING and after.attempt == 1
    if before.is_released:
        return False
    if after.attempt != before.attempt:
        is_next = after.state is OperationState.SENDING and after.attempt == before.attempt + 1
        return before.is_retryable and is_next
    if after.is_released:
        return before.state is after.state is OperationState.CONFIRMED
    return after.state in MOVES[before.state]
