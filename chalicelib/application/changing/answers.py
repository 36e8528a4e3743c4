"""What the caller learns from a change, and what may be done next."""

from datetime import datetime

from chalicelib.application.operations import answers as operations
from chalicelib.application.operations.answers import ASK_AGAIN_SECONDS, UNAUTHORIZED, WAIT_FOR_SENDING_SECONDS
from chalicelib.application.ports import RateLimited
from chalicelib.domain.changing.operation import ChangeOutcome, ChangeRecord
from chalicelib.domain.errors import (
    ChangeNotMadeError,
    DuplicateChangeError,
    InvalidTokenError,
    OperationInProgressError,
    OutcomeUnknownError,
    SendingPausedError,
    SwitchboardError,
    TooManyChangesError,
    Trouble,
    UpstreamRefusedError,
)
from chalicelib.domain.operation.matching import ReconciliationPolicy
from chalicelib.domain.operation.operation import OperationState

_UNKNOWN = {"echo-differs": "AdultWork answered with something else than this change"}


def failure(record: ChangeRecord, outcome: ChangeOutcome, decided_by: datetime | None) -> SwitchboardError:
    """Return the error of an outcome that is no success; see `operations.answers.failure`."""
    if outcome.state is OperationState.REJECTED:
        return _refusal(record.id, outcome)
    if outcome.state is OperationState.NOT_SENT:
        return operations.not_sent(record.id, outcome)
    trouble = outcome.trouble or Trouble.UNREADABLE
    wait = outcome.retry_after_seconds or operations.wait_for_settling(record)
    return _unknown(record.id, outcome.reason, trouble, decided_by, wait)


def _refusal(operation_id: str, outcome: ChangeOutcome) -> SwitchboardError:
    if outcome.upstream_status == UNAUTHORIZED:
        return InvalidTokenError(
            "AdultWork no longer takes this access token; nothing was changed. Refresh it and try again.",
            operation_id=operation_id,
        )
    return UpstreamRefusedError(
        "AdultWork declined the change; nothing was changed.",
        upstream_status=outcome.upstream_status,
        upstream_message=outcome.message or None,
        operation_id=operation_id,
        retry_after_seconds=outcome.retry_after_seconds,
    )


def _unknown(
    operation_id: str, reason: str, trouble: Trouble, decided_by: datetime | None, wait: int
) -> SwitchboardError:
    return OutcomeUnknownError(
        f"The change was sent, but {_UNKNOWN.get(reason, 'no readable answer came back')}, so it may have been made. Do not send "
        "it again; ask for the state of the operation instead.",
        trouble=trouble,
        operation_id=operation_id,
        decided_by=decided_by,
        retry_after_seconds=wait,
    )


def unsettled(record: ChangeRecord, now: datetime, policy: ReconciliationPolicy) -> SwitchboardError:
    """Return the error of a repeat whose first try is running, or has an outcome that is still not known."""
    return operations.unsettled(record, now, policy, "change", _unknown)


def not_made(operation_id: str) -> SwitchboardError:
    """Return the error of a request that changed nothing, as a read of the booking has shown since."""
    return ChangeNotMadeError(
        "This change was sent before, and the booking shows that nothing came of it. Send it again under a new key.",
        operation_id=operation_id,
    )


def duplicate(record: ChangeRecord, now: datetime, policy: ReconciliationPolicy) -> SwitchboardError:
    """Return the error of a change that an equal one is in the way of: being sent, or with an outcome that is not known."""
    return DuplicateChangeError(
        "This account is making the same change already, or made it and nobody knows what came of it; nothing was sent.",
        operation_id=record.id,
        state=OperationState.UNKNOWN if record.is_open(now) else record.state,
        decided_by=policy.decided_by(record, now),
        retry_after_seconds=operations.ask_again(record, now),
    )


def overtaken() -> SwitchboardError:
    """Return the error of a claim that others came before, each time that the way was clear."""
    return OperationInProgressError(
        "Other requests for this change are being worked on; this one sent nothing.",
        retry_after_seconds=ASK_AGAIN_SECONDS,
    )


def unreadable_repeat(operation_id: str, *, is_kept: bool = True) -> SwitchboardError:
    """Return the error of a repeat whose first answer cannot be read right now; or ever, if it was erased or never kept."""
    why = "its answer cannot be read right now" if is_kept else "its answer was not kept"
    return DuplicateChangeError(
        f"This change was sent before, and {why}; nothing was sent again. Ask for the operation.",
        operation_id=operation_id,
        retry_after_seconds=ASK_AGAIN_SECONDS if is_kept else None,
    )


def incomparable_repeat(operation_id: str) -> SwitchboardError:
    """Return the error of a key whose earlier request cannot be compared with this one: what it was is known no more."""
    return DuplicateChangeError(
        "This Idempotency-Key was used before, and whether it was for this change cannot be told any more; nothing was sent. "
        "Ask for the operation.",
        operation_id=operation_id,
    )


def paused() -> SwitchboardError:
    """Return the error of a change that may not be sent now, because whoever operates Switchboard has stopped sending."""
    return SendingPausedError(
        "Bookings and changes of them are paused for a while; this request sent nothing. Try again later.",
        retry_after_seconds=WAIT_FOR_SENDING_SECONDS,
    )


def too_many(limited: RateLimited, operation_id: str | None) -> SwitchboardError:
    """Return the error of an account that changes too often; `operation_id` is of the request's earlier attempts, if any."""
    return TooManyChangesError(
        f"This account may make {limited.limit} changes in {limited.window_seconds} seconds; nothing was sent. Try again later.",
        limit=limited.limit,
        window_seconds=limited.window_seconds,
        operation_id=operation_id,
        retry_after_seconds=limited.reset_seconds,
    )
