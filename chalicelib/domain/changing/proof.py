"""What a read of the booking says about a change of it whose outcome is not known."""

from datetime import datetime

from chalicelib.domain.changing.change import Change
from chalicelib.domain.changing.changes import BY_NAME
from chalicelib.domain.operation.matching import ReconciliationPolicy
from chalicelib.domain.operation.operation import OperationState


def is_provable(change: Change) -> bool:
    """Tell whether any read can settle a change."""
    return bool(change.done or change.not_done)


def provable(name: str) -> Change | None:
    """Return the change of this name if any read can settle it; no read can of one that this version does not know."""
    change = BY_NAME.get(name)
    return change if change is not None and is_provable(change) else None


def judged(
    change: Change, status: str | None, claimed_at: datetime, read_at: datetime, policy: ReconciliationPolicy
) -> OperationState:
    """Return what the status of the booking, in a reading that began at `read_at`, says about a change of it.

    CONFIRMED where it shows the change, NOT_CREATED where it shows, once the settle window is over, that nothing came of it, and
    UNKNOWN where it cannot tell.
    """
    if status in change.done:
        return OperationState.CONFIRMED
    if status in change.not_done and read_at >= claimed_at + policy.settle:
        return OperationState.NOT_CREATED
    return OperationState.UNKNOWN
