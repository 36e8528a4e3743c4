"""What the caller learns from an outcome or a conflict."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.application.answers import conflict, require_booked
from chalicelib.application.ports import BookingHeld, KeyHeld
from chalicelib.domain.errors import (
    DuplicateBookingError,
    IdempotencyKeyReusedError,
    InvalidTokenError,
    OperationInProgressError,
    OutcomeUnknownError,
    Trouble,
    UpstreamRefusedError,
    UpstreamUnavailableError,
)
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.operation import Operation, OperationState, Outcome, new_operation
from tests.builders import LONDON, NOW, booking_request
from tests.fakes.upstream import InMemoryGateway

OPERATION: Operation = new_operation(
    operation_id="op_1",
    account=1001,
    request=booking_request(),
    idempotency_key="0123456789abcdef",
    key=HmacKey(b"a key for tests, 32 bytes or more"),
    now=NOW,
    function_seconds=26,
    zone=LONDON,
)
HELD = KeyHeld("op_0", OPERATION.fingerprint, OperationState.SENDING, NOW + timedelta(seconds=12))


def test_a_confirmed_outcome_is_its_booking() -> None:
    """Ask the gateway for one."""
    outcome = InMemoryGateway().answer(booking_request())
    assert require_booked(OPERATION, outcome) is outcome.booking


@pytest.mark.parametrize("status", [400, 402, 403, 404, 409, 413, 414, 422, 429, 431])
@pytest.mark.parametrize(
    ("message", "sentence"), [(None, "nothing was booked."), ("Too dear.", "AdultWork says: Too dear.")]
)
def test_a_refusal_says_that_nothing_was_booked_and_what_adultwork_says(
    status: int, message: str | None, sentence: str
) -> None:
    """Refuse with each documented status, with and without a message."""
    outcome = Outcome(
        OperationState.REJECTED, "refused", upstream_status=status, message=message, retry_after_seconds=7
    )
    with pytest.raises(UpstreamRefusedError) as caught:
        require_booked(OPERATION, outcome)
    error = caught.value
    assert (error.upstream_status, error.operation_id, error.retry_after_seconds) == (status, "op_1", 7)
    assert "nothing was booked" in error.message
    assert error.message.endswith(sentence)


def test_a_token_that_ran_out_before_the_post_is_an_invalid_token() -> None:
    """Refuse with 401; what AdultWork says about it is not passed on."""
    outcome = Outcome(OperationState.REJECTED, "refused", upstream_status=401, message="secret detail")
    with pytest.raises(InvalidTokenError, match="nothing was booked") as caught:
        require_booked(OPERATION, outcome)
    assert caught.value.operation_id == "op_1"
    assert "secret" not in caught.value.message


@pytest.mark.parametrize("trouble", list(Trouble))
def test_what_was_not_sent_may_be_tried_again(trouble: Trouble) -> None:
    """Let no byte out."""
    with pytest.raises(UpstreamUnavailableError, match="nothing was sent") as caught:
        require_booked(OPERATION, Outcome(OperationState.NOT_SENT, "refused-connection", trouble=trouble))
    error = caught.value
    assert (error.trouble, error.operation_id, error.retry_after_seconds) == (trouble, "op_1", 5)


@pytest.mark.parametrize(
    ("trouble", "told"),
    [(Trouble.LATE, Trouble.LATE), (Trouble.UNREADABLE, Trouble.UNREADABLE), (None, Trouble.UNREADABLE)],
)
def test_an_unknown_outcome_must_not_be_sent_again(trouble: Trouble | None, told: Trouble) -> None:
    """Lose the answer, or get one that cannot be read."""
    with pytest.raises(OutcomeUnknownError, match="Do not send it again") as caught:
        require_booked(OPERATION, Outcome(OperationState.UNKNOWN, "late", trouble=trouble))
    assert (caught.value.trouble, caught.value.operation_id) == (told, "op_1")


def test_an_equal_booking_under_another_key_is_a_duplicate() -> None:
    """Hold the guard; the caller learns its own earlier operation."""
    error = conflict(OPERATION, BookingHeld("op_0"))
    assert isinstance(error, DuplicateBookingError)
    assert (error.operation_id, error.retry_after_seconds) == ("op_0", None)


@pytest.mark.parametrize("state", list(OperationState))
def test_a_key_that_belongs_to_another_booking_discloses_nothing(state: OperationState) -> None:
    """Hold the key with another fingerprint, in every state."""
    error = conflict(OPERATION, replace(HELD, fingerprint="another", state=state))
    assert isinstance(error, IdempotencyKeyReusedError)
    assert error.operation_id is None
    assert "op_0" not in error.message


@pytest.mark.parametrize(
    ("lease_seconds", "retry"), [(0.1, 1), (1, 1), (12, 12), (12.9, 12), (30, 30), (31, 30), (900, 30)]
)
def test_a_booking_under_way_may_be_asked_for_again_when_its_lease_is_over(lease_seconds: float, retry: int) -> None:
    """Hold the key with the same booking; the wait is one to thirty seconds."""
    error = conflict(OPERATION, replace(HELD, lease_until=NOW + timedelta(seconds=lease_seconds)))
    assert isinstance(error, OperationInProgressError)
    assert (error.operation_id, error.retry_after_seconds) == ("op_0", retry)


@pytest.mark.parametrize(
    "held",
    [
        replace(HELD, lease_until=NOW),
        replace(HELD, lease_until=NOW - timedelta(seconds=1)),
        *(replace(HELD, state=state) for state in OperationState if state is not OperationState.SENDING),
    ],
    ids=lambda held: f"{held.state} {held.lease_until:%S}",
)
def test_a_booking_that_nobody_works_on_any_more_is_not_sent_again(held: KeyHeld) -> None:
    """Hold the key with the same booking, its lease over or its outcome known."""
    error = conflict(OPERATION, held)
    assert isinstance(error, DuplicateBookingError)
    assert (error.operation_id, error.retry_after_seconds) == ("op_0", None)
