"""What the caller learns from an outcome, or from an earlier operation, in words and in members."""

from datetime import datetime, timedelta

import pytest

from chalicelib.application.booking.claiming import require_time_to_send
from chalicelib.application.operations import answers
from chalicelib.application.ports import RateLimited
from chalicelib.domain.errors import (
    BookingNotCreatedError,
    DuplicateBookingError,
    InvalidTokenError,
    OperationInProgressError,
    OutcomeUnknownError,
    SwitchboardError,
    TooManyBookingsError,
    Trouble,
    UpstreamRefusedError,
    UpstreamUnavailableError,
)
from chalicelib.domain.operation.matching import ReconciliationPolicy
from chalicelib.domain.operation.operation import OperationState, Outcome
from chalicelib.domain.time_budget import Deadline, TimeBudget
from tests.builders import NOW, booking, operation_record
from tests.fakes.clock import FixedClock
from tests.sentences import require_sentences

POLICY = ReconciliationPolicy()
LEASE_OVER = NOW + timedelta(seconds=31, microseconds=1)


@pytest.mark.parametrize("status", [400, 402, 403, 404, 409, 413, 414, 422, 429, 431])
@pytest.mark.parametrize(("message", "told"), [(None, None), ("", None), ("Too dear.", "Too dear.")])
def test_a_refusal_says_that_nothing_was_booked_and_what_adultwork_says(
    status: int, message: str | None, told: str | None
) -> None:
    """Refuse with each documented status, with and without a message, which stands apart from our own words."""
    outcome = Outcome(
        OperationState.REJECTED, "refused", upstream_status=status, message=message, retry_after_seconds=7
    )
    error = answers.failure("op_1", outcome)
    assert isinstance(error, UpstreamRefusedError)
    assert (error.upstream_status, error.operation_id, error.retry_after_seconds) == (status, "op_1", 7)
    assert error.message == "AdultWork declined the booking; nothing was booked."
    assert error.upstream_message == told


def test_a_token_that_ran_out_before_the_post_is_an_invalid_token() -> None:
    """Refuse with 401; what AdultWork says about it is not passed on."""
    outcome = Outcome(OperationState.REJECTED, "refused", upstream_status=401, message="secret detail")
    error = answers.failure("op_1", outcome)
    assert isinstance(error, InvalidTokenError)
    assert error.operation_id == "op_1"
    assert "nothing was booked" in error.message
    assert "secret" not in error.message


@pytest.mark.parametrize(
    ("state", "reason", "told"),
    [
        (OperationState.NOT_SENT, "connection-refused", "could not be reached"),
        (OperationState.NOT_SENT, "late", "took too long to send it safely"),
        (OperationState.NOT_SENT, "not-prepared", "could not be made"),
        (OperationState.NOT_SENT, "breaker-open", "is not asked for a moment"),
        (OperationState.UNKNOWN, "server-error", "no readable answer came back"),
        (OperationState.UNKNOWN, "echo-differs", "answered with another booking"),
        (OperationState.UNKNOWN, "booking-id-taken", "a booking that was made before"),
        (OperationState.UNKNOWN, "booking-in-doubt", "cannot be told from an earlier one"),
    ],
)
def test_the_caller_is_told_what_really_happened(state: OperationState, reason: str, told: str) -> None:
    """Fail for each reason; "could not be reached" is no word for our own slowness, nor "no answer" for an odd one."""
    error = answers.failure("op_1", Outcome(state, reason, trouble=Trouble.LATE))
    assert told in error.message
    assert ("sent nothing" in error.message) is (state is OperationState.NOT_SENT)
    assert ("Do not send it again" in error.message) is (state is OperationState.UNKNOWN)


@pytest.mark.parametrize(
    ("trouble", "told"), [*((trouble, trouble) for trouble in Trouble), (None, Trouble.UNREADABLE)]
)
def test_what_was_not_sent_may_be_tried_again(trouble: Trouble | None, told: Trouble) -> None:
    """Let no byte out."""
    error = answers.failure("op_1", Outcome(OperationState.NOT_SENT, "refused-connection", trouble=trouble))
    assert isinstance(error, UpstreamUnavailableError)
    assert (error.trouble, error.operation_id, error.retry_after_seconds) == (told, "op_1", 5)
    assert "sent nothing" in error.message
    assert "safe to try again" in error.message


@pytest.mark.parametrize(
    ("trouble", "told"), [*((trouble, trouble) for trouble in Trouble), (None, Trouble.UNREADABLE)]
)
def test_an_unknown_outcome_must_not_be_sent_again(trouble: Trouble | None, told: Trouble) -> None:
    """Lose the answer, or get one that cannot be read."""
    error = answers.failure("op_1", Outcome(OperationState.UNKNOWN, "late", trouble=trouble))
    assert isinstance(error, OutcomeUnknownError)
    assert (error.trouble, error.operation_id, error.state) == (told, "op_1", "UNKNOWN")
    assert error.retry_after_seconds == 30
    assert "Do not send it again" in error.message


def test_an_unknown_outcome_tells_how_long_the_upstream_wants_to_be_left_alone() -> None:
    """Let AdultWork name its wait; it is shorter or longer than ours."""
    outcome = Outcome(OperationState.UNKNOWN, "server-error", trouble=Trouble.UNREADABLE, retry_after_seconds=90)
    assert answers.failure("op_1", outcome).retry_after_seconds == 90


def test_a_confirmed_outcome_is_no_failure() -> None:
    """Ask for the error of a booking that stands: a fault of ours, and no sentence to the caller."""
    with pytest.raises(ValueError, match=r"^a booking that stands is no failure$"):
        answers.failure("op_1", Outcome(OperationState.CONFIRMED, "booked", 200, booking()))


def test_a_repeat_of_what_is_being_sent_is_told_to_ask_again_soon() -> None:
    """Repeat while the first try's function may be alive, to the last instant of its lease."""
    for now in (NOW, NOW + timedelta(seconds=31)):
        error = answers.unsettled(operation_record(state=OperationState.SENDING), now, POLICY)
        assert isinstance(error, OperationInProgressError)
        assert (error.operation_id, error.retry_after_seconds) == ("op_1", 5)
        assert "nothing was sent again" in error.message


@pytest.mark.parametrize(
    ("state", "now"),
    [(OperationState.UNKNOWN, NOW), (OperationState.UNKNOWN, LEASE_OVER), (OperationState.SENDING, LEASE_OVER)],
)
def test_a_repeat_of_what_is_not_known_yet_is_told_so(state: OperationState, now: datetime) -> None:
    """Repeat what was sent and never answered; what nobody works on any more is as unknown as that."""
    error = answers.unsettled(operation_record(state=state), now, POLICY)
    assert isinstance(error, OutcomeUnknownError)
    assert (error.operation_id, error.state, error.trouble) == ("op_1", "UNKNOWN", Trouble.LATE)
    assert (error.retry_after_seconds, error.decided_by) == (30, NOW + timedelta(minutes=15))
    assert "not known yet" in error.message


@pytest.mark.parametrize("state", [OperationState.UNKNOWN, OperationState.AMBIGUOUS])
@pytest.mark.parametrize(
    ("reason", "trouble"),
    [
        ("late", Trouble.LATE),
        ("server-error", Trouble.UNREADABLE),
        ("echo-differs", Trouble.UNREADABLE),
        ("booking-id-taken", Trouble.UNREADABLE),
        ("booking-in-doubt", Trouble.UNREADABLE),
    ],
)
def test_a_repeat_of_an_answer_that_is_still_true_says_the_same(
    state: OperationState, reason: str, trouble: Trouble
) -> None:
    """Repeat what ended in doubt for a reason: its trouble stays, and so do its words while reads may settle it."""
    decided_by = NOW + timedelta(minutes=15)
    first = answers.failure("op_1", Outcome(OperationState.UNKNOWN, reason, trouble=trouble), decided_by)
    again = answers.unsettled(operation_record(state=state, reason=reason), NOW, POLICY)
    assert isinstance(first, OutcomeUnknownError)
    assert isinstance(again, OutcomeUnknownError)
    assert again.trouble is first.trouble is trouble
    if state is OperationState.UNKNOWN:
        assert vars(again) == vars(first)


@pytest.mark.parametrize("state", [OperationState.AMBIGUOUS, OperationState.EXPIRED_UNKNOWN])
def test_a_repeat_of_what_people_have_to_find_out_is_not_told_to_wait(state: OperationState) -> None:
    """Repeat what reads cannot settle any more."""
    error = answers.unsettled(operation_record(state=state), NOW, POLICY)
    assert isinstance(error, OutcomeUnknownError)
    assert (error.operation_id, error.state, error.retry_after_seconds) == ("op_1", state.value, None)
    assert error.decided_by is None
    assert "a person has to find out" in error.message


def test_a_repeat_of_what_was_not_created_is_told_to_take_a_new_key() -> None:
    """Repeat what reads have shown not to be there."""
    error = answers.not_created("op_1")
    assert isinstance(error, BookingNotCreatedError)
    assert error.operation_id == "op_1"
    assert "new key" in error.message


@pytest.mark.parametrize(
    ("state", "later", "is_read", "wait", "told"),
    [
        (OperationState.SENDING, 0, True, 5, OperationState.SENDING),
        (OperationState.SENDING, 32, True, 30, OperationState.UNKNOWN),
        (OperationState.UNKNOWN, 0, True, 30, OperationState.UNKNOWN),
        (OperationState.AMBIGUOUS, 0, True, None, OperationState.AMBIGUOUS),
        (OperationState.CONFIRMED, 0, True, None, OperationState.CONFIRMED),
        (OperationState.CONFIRMED, 0, False, 5, OperationState.CONFIRMED),
    ],
)
def test_a_duplicate_names_the_earlier_operation_and_says_when_that_may_change(
    state: OperationState,
    later: int,
    is_read: bool,  # noqa: FBT001 (a row)
    wait: int | None,
    told: OperationState,
) -> None:
    """Book the same while the first is being sent, is unknown, stands, or cannot be looked up."""
    error = answers.duplicate(operation_record(state=state), NOW + timedelta(seconds=later), POLICY, is_read=is_read)
    assert isinstance(error, DuplicateBookingError)
    assert (error.operation_id, error.retry_after_seconds, error.state) == ("op_1", wait, told)
    assert "nothing was sent" in error.message
    assert ("cannot be read right now" in error.message) is not is_read
    assert error.message.startswith("This account already has a booking with this BookUserID at this SessionDate")
    is_open = told is OperationState.UNKNOWN
    assert error.decided_by == (NOW + timedelta(minutes=15) if is_open else None)


@pytest.mark.parametrize(("is_kept", "wait"), [(True, 5), (False, None)])
def test_a_repeat_whose_first_answer_cannot_be_read_never_says_that_nothing_was_booked(
    *, is_kept: bool, wait: int | None
) -> None:
    """Lose the answer that was kept, for a moment or for good: then waiting changes nothing."""
    error = answers.unreadable_repeat("op_0", is_kept=is_kept)
    assert isinstance(error, DuplicateBookingError)
    assert (error.operation_id, error.retry_after_seconds) == ("op_0", wait)
    assert "was sent before" in error.message
    assert ("its answer cannot be read right now;" in error.message) is is_kept
    assert ("its answer was not kept;" in error.message) is not is_kept
    assert "nothing was sent again" in error.message
    assert "nothing was booked" not in error.message


def test_a_claim_that_others_came_before_may_be_tried_again() -> None:
    """Lose every race."""
    error = answers.overtaken()
    assert isinstance(error, OperationInProgressError)
    assert (error.operation_id, error.retry_after_seconds) == (None, 5)
    assert "sent nothing" in error.message


def test_an_account_that_books_too_often_learns_its_limit() -> None:
    """Go over it."""
    error = answers.too_many(RateLimited(5, 60, 17), "op_1")
    assert isinstance(error, TooManyBookingsError)
    assert (error.limit, error.window_seconds, error.retry_after_seconds) == (5, 60, 17)
    assert error.operation_id == "op_1"
    assert "5 bookings in 60 seconds" in error.message


def too_late() -> SwitchboardError:
    """Return the error of a call with no time to send in."""
    with pytest.raises(UpstreamUnavailableError) as caught:
        require_time_to_send(Deadline.after(FixedClock().monotonic, 16), TimeBudget())
    return caught.value


def test_a_call_without_time_to_send_may_be_made_again() -> None:
    """Answer too slowly: the caller learns that it sent nothing, and that it is safe."""
    error = too_late()
    assert "sent nothing" in error.message
    assert "safe to try again" in error.message


def test_every_answer_is_whole_sentences() -> None:
    """Read them all: this is what an app shows to its user."""
    refused = [Outcome(OperationState.REJECTED, "refused", upstream_status=status) for status in (400, 401)]
    others = [
        Outcome(state, reason)
        for state in (OperationState.NOT_SENT, OperationState.UNKNOWN)
        for reason in ("late", "connection-refused", "not-prepared", "breaker-open", "echo-differs", "booking-in-doubt")
    ]
    every = [
        *(answers.failure("op_1", outcome) for outcome in (*refused, *others)),
        *(answers.unsettled(operation_record(state=state), NOW, POLICY) for state in OperationState),
        answers.not_created("op_1"),
        *(answers.duplicate(operation_record(), NOW, POLICY, is_read=is_read) for is_read in (True, False)),
        answers.overtaken(),
        *(answers.unreadable_repeat("op_1", is_kept=is_kept) for is_kept in (True, False)),
        answers.incomparable_repeat("op_1"),
        answers.paused(),
        answers.too_many(RateLimited(5, 60, 17), "op_1"),
        too_late(),
    ]
    for error in every:
        require_sentences(error.message)
