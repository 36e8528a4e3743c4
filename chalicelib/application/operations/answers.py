"""What the caller learns from an operation, and what may be done next."""

from collections.abc import Callable
from datetime import datetime

from chalicelib.application.ports import RateLimited
from chalicelib.domain.errors import (
    BookingNotCreatedError,
    DuplicateBookingError,
    InvalidTokenError,
    OperationInProgressError,
    OutcomeUnknownError,
    SendingPausedError,
    SwitchboardError,
    TooManyBookingsError,
    Trouble,
    UpstreamRefusedError,
    UpstreamUnavailableError,
)
from chalicelib.domain.operation.matching import ReconciliationPolicy
from chalicelib.domain.operation.operation import AnyOutcome, OperationState, Outcome
from chalicelib.domain.operation.record import AnyRecord, OperationRecord

UNAUTHORIZED = 401
ASK_AGAIN_SECONDS = 5
WAIT_FOR_SETTLING_SECONDS, WAIT_FOR_A_PERSON_SECONDS = 30, 3600
WAIT_FOR_SENDING_SECONDS = 60
NOT_SENT = {  # by the reason of the outcome; every other one is a connection that did not come about
    "late": "Recording it took too long to send it safely",
    "not-prepared": "The request to AdultWork could not be made",
    "breaker-open": "AdultWork has not been answering, so it is not asked for a moment",
}
LATE_REASONS = (
    None,
    "late",
)  # the reasons of an outcome that no answer came for in time; a function that died left none
_EQUAL = "This account already has a booking with this BookUserID at this SessionDate, whatever its other members"
_UNKNOWN = {
    "echo-differs": "AdultWork answered with another booking",
    "booking-id-taken": "AdultWork answered with a booking that was made before",
    "booking-in-doubt": "AdultWork answered with a booking that cannot be told from an earlier one right now",
}


def failure(operation_id: str, outcome: Outcome, decided_by: datetime | None = None) -> SwitchboardError:
    """Return the error of an outcome without a booking.

    InvalidTokenError and UpstreamRefusedError for a refusal, UpstreamUnavailableError when not a byte was sent, and
    OutcomeUnknownError when it was sent and no readable answer came; it says that the outcome will be known `decided_by`, and
    to ask again when AdultWork says so, if it said anything.

    Raises:
        ValueError: it has a booking.
    """
    if outcome.state is OperationState.CONFIRMED:
        raise ValueError("a booking that stands is no failure")
    if outcome.state is OperationState.REJECTED:
        return _refusal(operation_id, outcome)
    if outcome.state is OperationState.NOT_SENT:
        return not_sent(operation_id, outcome)
    wait = outcome.retry_after_seconds or WAIT_FOR_SETTLING_SECONDS
    return _unknown(operation_id, outcome.reason, outcome.trouble or Trouble.UNREADABLE, decided_by, wait)


def wait_for_settling(record: AnyRecord) -> int:
    """Return in how many seconds to ask again about an unknown outcome: soon where reads may tell it, else in an hour."""
    return WAIT_FOR_SETTLING_SECONDS if record.is_provable else WAIT_FOR_A_PERSON_SECONDS


def ask_again(record: AnyRecord, now: datetime) -> int | None:
    """Return in how many seconds to ask again how an operation stands; None where that changes by no call."""
    if record.is_running(now):
        return ASK_AGAIN_SECONDS
    return wait_for_settling(record) if record.is_open(now) else None


def not_sent(operation_id: str, outcome: AnyOutcome) -> SwitchboardError:
    """Return the error of a request of which not a byte went out."""
    return UpstreamUnavailableError(
        f"{NOT_SENT.get(outcome.reason, 'AdultWork could not be reached')}; this request sent nothing. It is safe to try again.",
        trouble=outcome.trouble or Trouble.UNREADABLE,
        operation_id=operation_id,
        retry_after_seconds=ASK_AGAIN_SECONDS,
    )


def _unknown(
    operation_id: str, reason: str, trouble: Trouble, decided_by: datetime | None, wait: int
) -> SwitchboardError:
    """Return the error of a booking that was sent, and whose outcome is not known for a reason; ask again after `wait`."""
    return OutcomeUnknownError(
        f"The booking was sent, but {_UNKNOWN.get(reason, 'no readable answer came back')}, so it may stand. Do not send it "
        "again; ask for the state of the operation instead.",
        trouble=trouble,
        operation_id=operation_id,
        decided_by=decided_by,
        retry_after_seconds=wait,
    )


def _refusal(operation_id: str, outcome: Outcome) -> SwitchboardError:
    """Return the error of a definite refusal."""
    if outcome.upstream_status == UNAUTHORIZED:
        return InvalidTokenError(
            "AdultWork no longer takes this access token; nothing was booked. Refresh it and try again.",
            operation_id=operation_id,
        )
    return UpstreamRefusedError(
        "AdultWork declined the booking; nothing was booked.",
        upstream_status=outcome.upstream_status,
        upstream_message=outcome.message or None,
        operation_id=operation_id,
        retry_after_seconds=outcome.retry_after_seconds,
    )


def unsettled(
    record: AnyRecord,
    now: datetime,
    policy: ReconciliationPolicy,
    what: str = "booking",
    unknown: Callable[[str, str, Trouble, datetime | None, int], SwitchboardError] = _unknown,
) -> SwitchboardError:
    """Return the error of a repeat whose first try is running, or has an outcome that is still not known.

    As long as it is true, a repeat is told what the first try was told. `what` was asked for, and `unknown` returns the error
    of such a one whose outcome is not known for a reason.
    """
    if record.is_running(now):
        return OperationInProgressError(
            f"This {what} is being sent right now; nothing was sent again.",
            operation_id=record.id,
            retry_after_seconds=ASK_AGAIN_SECONDS,
        )
    trouble = Trouble.LATE if record.reason in LATE_REASONS else Trouble.UNREADABLE
    if not record.is_open(now):
        return OutcomeUnknownError(
            f"This {what} was sent, and a person has to find out what became of it. Do not send it again.",
            trouble=trouble,
            operation_id=record.id,
            state=record.state.value,
        )
    decided_by, wait = policy.decided_by(record, now), wait_for_settling(record)
    if record.reason is not None:
        return unknown(record.id, record.reason, trouble, decided_by, wait)
    return OutcomeUnknownError(
        f"This {what} was recorded before and may have been sent; what became of it is not known yet. Nothing was sent again.",
        trouble=trouble,
        operation_id=record.id,
        decided_by=decided_by,
        retry_after_seconds=wait,
    )


def not_created(operation_id: str) -> SwitchboardError:
    """Return the error of a request that booked nothing, as reads have shown since."""
    return BookingNotCreatedError(
        "This booking was sent before, and AdultWork's own list shows that it was not made. Send it again under a new key.",
        operation_id=operation_id,
    )


def duplicate(
    record: OperationRecord, now: datetime, policy: ReconciliationPolicy, *, is_read: bool
) -> SwitchboardError:
    """Return the error of a booking that an earlier one of the same account stands in the way of.

    It says when to ask again where that may change by itself: the earlier one is being sent, its outcome is not known yet, or
    whether it still stands could not be read (`is_read` is false).
    """
    return DuplicateBookingError(
        f"{_EQUAL}, open or standing; nothing was sent."
        if is_read
        else f"{_EQUAL}, and whether it still stands cannot be read right now; nothing was sent.",
        operation_id=record.id,
        state=OperationState.UNKNOWN if record.is_open(now) else record.state,
        decided_by=policy.decided_by(record, now),
        retry_after_seconds=ask_again(record, now) if is_read else ASK_AGAIN_SECONDS,
    )


def overtaken() -> SwitchboardError:
    """Return the error of a claim that others came before, each time that the way was clear."""
    return OperationInProgressError(
        "Other requests for this booking are being worked on; this one sent nothing.",
        retry_after_seconds=ASK_AGAIN_SECONDS,
    )


def unreadable_repeat(operation_id: str, *, is_kept: bool = True) -> SwitchboardError:
    """Return the error of a repeat whose first answer cannot be read right now; or ever, if it was erased or never kept."""
    why = "its answer cannot be read right now" if is_kept else "its answer was not kept"
    return DuplicateBookingError(
        f"This booking was sent before, and {why}; nothing was sent again. Ask for the operation.",
        operation_id=operation_id,
        retry_after_seconds=ASK_AGAIN_SECONDS if is_kept else None,
    )


def incomparable_repeat(operation_id: str) -> SwitchboardError:
    """Return the error of a key whose earlier request cannot be compared with this one: what it was is known no more.

    The secret that its fingerprint was made with is gone or not here yet, or only its events are left.
    """
    return DuplicateBookingError(
        "This Idempotency-Key was used before, and whether it was for this booking cannot be told any more; nothing was sent. "
        "Ask for the operation.",
        operation_id=operation_id,
    )


def paused() -> SwitchboardError:
    """Return the error of a booking that may not be sent now, because whoever operates Switchboard has stopped sending."""
    return SendingPausedError(
        "Bookings are paused for a while; this request sent nothing. Try again later.",
        retry_after_seconds=WAIT_FOR_SENDING_SECONDS,
    )


def too_many(limited: RateLimited, operation_id: str | None) -> SwitchboardError:
    """Return the error of an account that books too often; `operation_id` is of the request's earlier attempts, if any."""
    return TooManyBookingsError(
        f"This account may make {limited.limit} bookings in {limited.window_seconds} seconds; nothing was sent. Try again later.",
        limit=limited.limit,
        window_seconds=limited.window_seconds,
        operation_id=operation_id,
        retry_after_seconds=limited.reset_seconds,
    )
