"""Step 9 of the pipeline: what the caller learns from an outcome, and what may be done next."""

from chalicelib.application.ports import BookingHeld, KeyHeld
from chalicelib.domain.booking import Booking
from chalicelib.domain.errors import (
    DuplicateBookingError,
    IdempotencyKeyReusedError,
    InvalidTokenError,
    OperationInProgressError,
    OutcomeUnknownError,
    SwitchboardError,
    Trouble,
    UpstreamRefusedError,
    UpstreamUnavailableError,
)
from chalicelib.domain.operation import Operation, OperationState, Outcome

UNAUTHORIZED = 401


def require_booked(operation: Operation, outcome: Outcome) -> Booking:
    """Return the booking of a confirmed outcome.

    Raises:
        InvalidTokenError: the token ran out between the check and the POST; nothing was booked.
        UpstreamRefusedError: the upstream declined; nothing was booked.
        UpstreamUnavailableError: not a byte was sent; safe to try again.
        OutcomeUnknownError: sent, no readable answer; do not send again.
    """
    if outcome.booking is not None:
        return outcome.booking
    if outcome.state is OperationState.REJECTED:
        raise _refusal(operation, outcome)
    trouble = outcome.trouble or Trouble.UNREADABLE
    if outcome.state is OperationState.NOT_SENT:
        raise UpstreamUnavailableError(
            "AdultWork could not be reached; nothing was sent. It is safe to try again.",
            trouble=trouble,
            operation_id=operation.id,
            retry_after_seconds=5,
        )
    raise OutcomeUnknownError(
        "The booking was sent, but no readable answer came back, so it may stand. Do not send it again; ask for the "
        "state of the operation instead.",
        trouble=trouble,
        operation_id=operation.id,
    )


def _refusal(operation: Operation, outcome: Outcome) -> SwitchboardError:
    """Return the error for a definite refusal."""
    if outcome.upstream_status == UNAUTHORIZED:
        return InvalidTokenError(
            "AdultWork no longer takes this access token; nothing was booked. Refresh it and try again.",
            operation_id=operation.id,
        )
    reason = f" AdultWork says: {outcome.message}" if outcome.message else ""
    return UpstreamRefusedError(
        f"AdultWork declined the booking; nothing was booked.{reason}",
        upstream_status=outcome.upstream_status,
        operation_id=operation.id,
        retry_after_seconds=outcome.retry_after_seconds,
    )


def conflict(operation: Operation, held: KeyHeld | BookingHeld) -> SwitchboardError:
    """Return the error for a claim that an earlier operation stands in the way of."""
    if isinstance(held, BookingHeld):
        return DuplicateBookingError(
            "This account already has a booking with this candidate at this time, open or standing; nothing was sent.",
            operation_id=held.operation_id,
        )
    if held.fingerprint != operation.fingerprint:
        return IdempotencyKeyReusedError(
            "This Idempotency-Key was used for another booking. Send each new booking under a new key."
        )
    if held.state is OperationState.SENDING and held.lease_until > operation.claimed_at:
        left = held.lease_until - operation.claimed_at
        return OperationInProgressError(
            "This booking is being sent right now; nothing was sent again.",
            operation_id=held.operation_id,
            retry_after_seconds=max(1, min(30, int(left.total_seconds()))),
        )
    return DuplicateBookingError(
        "This booking was sent before under the same Idempotency-Key; nothing was sent again.",
        operation_id=held.operation_id,
    )
