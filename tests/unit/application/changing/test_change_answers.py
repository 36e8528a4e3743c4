"""What the caller learns from the outcome of a change, or from an earlier one, in words and in members."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib.application.changing import answers
from chalicelib.application.ports import RateLimited
from chalicelib.domain.changing.operation import ChangeOutcome
from chalicelib.domain.errors import (
    ChangeNotMadeError,
    DuplicateChangeError,
    InvalidTokenError,
    OperationInProgressError,
    OutcomeUnknownError,
    SendingPausedError,
    TooManyChangesError,
    Trouble,
    UpstreamRefusedError,
    UpstreamUnavailableError,
)
from chalicelib.domain.operation.matching import ReconciliationPolicy
from chalicelib.domain.operation.operation import OperationState
from tests.builders import NOW, change_record
from tests.sentences import require_sentences

POLICY = ReconciliationPolicy()
DECIDED_BY = NOW + timedelta(minutes=15)
LEASE_OVER = NOW + timedelta(seconds=31, microseconds=1)
SENDING = change_record(state=OperationState.SENDING, sequence=1)
REFUSED = ChangeOutcome(
    OperationState.REJECTED, "refused", upstream_status=409, message="Too late.", retry_after_seconds=7
)
TOKEN_REFUSED = replace(REFUSED, upstream_status=401, message="secret detail")


@pytest.mark.parametrize(("message", "told"), [(None, None), ("", None), ("Too late.", "Too late.")])
def test_a_refusal_says_what_adultwork_says_apart_from_our_own_words(message: str | None, told: str | None) -> None:
    """With its status, and with the wait that it asks for."""
    error = answers.failure(SENDING, replace(REFUSED, message=message), DECIDED_BY)
    assert isinstance(error, UpstreamRefusedError)
    assert (error.upstream_status, error.operation_id, error.retry_after_seconds) == (409, "op_1", 7)
    assert error.upstream_message == told
    assert "nothing was changed" in error.message


def test_a_token_that_ran_out_before_the_post_is_an_invalid_token() -> None:
    """What AdultWork says about it is not passed on."""
    error = answers.failure(SENDING, TOKEN_REFUSED, DECIDED_BY)
    assert isinstance(error, InvalidTokenError)
    assert error.operation_id == "op_1"
    assert "secret" not in error.message


@pytest.mark.parametrize("trouble", [*Trouble, None])
def test_what_was_not_sent_may_be_tried_again(trouble: Trouble | None) -> None:
    """As with a booking."""
    outcome = ChangeOutcome(OperationState.NOT_SENT, "connection-refused", trouble=trouble)
    error = answers.failure(SENDING, outcome, DECIDED_BY)
    assert isinstance(error, UpstreamUnavailableError)
    assert (error.trouble, error.operation_id) == (trouble or Trouble.UNREADABLE, "op_1")


@pytest.mark.parametrize("trouble", [*Trouble, None])
@pytest.mark.parametrize(("wait", "told"), [(None, 30), (7, 7)])
def test_an_unknown_outcome_must_not_be_sent_again(trouble: Trouble | None, wait: int | None, told: int) -> None:
    """It says when it will be known, and how long AdultWork wants to be left alone."""
    outcome = ChangeOutcome(OperationState.UNKNOWN, "late", trouble=trouble, retry_after_seconds=wait)
    error = answers.failure(SENDING, outcome, DECIDED_BY)
    assert isinstance(error, OutcomeUnknownError)
    assert (error.trouble, error.operation_id, error.state) == (trouble or Trouble.UNREADABLE, "op_1", "UNKNOWN")
    assert (error.decided_by, error.retry_after_seconds) == (DECIDED_BY, told)
    assert "Do not send it again" in error.message


def test_what_only_a_person_can_tell_is_asked_for_once_an_hour() -> None:
    """At once, by a repeat, by an equal one, and as long as nobody knows; an upstream that says so is asked when it wants."""
    lost = change_record(state=OperationState.UNKNOWN, change="ReInvite")
    untold = change_record(state=OperationState.UNKNOWN, change="ReInvite", reason="late")
    outcome = ChangeOutcome(OperationState.UNKNOWN, "late")
    errors = [
        answers.failure(lost, outcome, DECIDED_BY),
        *(answers.unsettled(each, NOW, POLICY) for each in (lost, untold)),
        answers.duplicate(lost, NOW, POLICY),
    ]
    assert [error.retry_after_seconds for error in errors] == [3600] * 4
    assert answers.failure(lost, replace(outcome, retry_after_seconds=7), DECIDED_BY).retry_after_seconds == 7


@pytest.mark.parametrize(
    ("reason", "told"), [("late", "no readable answer came back"), ("echo-differs", "something else than this change")]
)
def test_the_caller_is_told_why_it_is_not_known(reason: str, told: str) -> None:
    """At once, and by a repeat while it is still true."""
    first = answers.failure(SENDING, ChangeOutcome(OperationState.UNKNOWN, reason, trouble=Trouble.LATE), DECIDED_BY)
    again = answers.unsettled(replace(SENDING, state=OperationState.UNKNOWN, reason=reason), NOW, POLICY)
    assert told in first.message
    assert again.message == first.message
    assert (again.operation_id, again.retry_after_seconds) == ("op_1", 30)
    assert isinstance(again, OutcomeUnknownError)
    assert again.decided_by == DECIDED_BY


def test_a_repeat_of_what_is_being_sent_says_that_it_is_a_change() -> None:
    """And to ask again soon."""
    error = answers.unsettled(SENDING, NOW, POLICY)
    assert isinstance(error, OperationInProgressError)
    assert error.message.startswith("This change is being sent")


@pytest.mark.parametrize(
    ("state", "now", "wait", "told", "decided_by"),
    [
        (OperationState.SENDING, NOW, 5, OperationState.SENDING, None),
        (OperationState.SENDING, LEASE_OVER, 30, OperationState.UNKNOWN, DECIDED_BY),
        (OperationState.UNKNOWN, NOW, 30, OperationState.UNKNOWN, DECIDED_BY),
        (OperationState.EXPIRED_UNKNOWN, NOW, None, OperationState.EXPIRED_UNKNOWN, None),
    ],
)
def test_a_duplicate_names_the_earlier_change_and_says_when_that_may_change(
    state: OperationState, now: datetime, wait: int | None, told: OperationState, decided_by: datetime | None
) -> None:
    """While it is being sent, while nobody knows, and when a person has it."""
    error = answers.duplicate(replace(SENDING, state=state), now, POLICY)
    assert isinstance(error, DuplicateChangeError)
    assert (error.operation_id, error.retry_after_seconds, error.state) == ("op_1", wait, told)
    assert error.decided_by == decided_by


@pytest.mark.parametrize(("is_kept", "wait", "told"), [(True, 5, "right now"), (False, None, "was not kept")])
def test_a_repeat_whose_first_answer_cannot_be_read_names_its_operation(
    *, is_kept: bool, wait: int | None, told: str
) -> None:
    """Where it is lost for good, waiting changes nothing."""
    error = answers.unreadable_repeat("op_1", is_kept=is_kept)
    assert isinstance(error, DuplicateChangeError)
    assert (error.operation_id, error.retry_after_seconds) == ("op_1", wait)
    assert f"{told}; nothing was sent again" in error.message


def test_what_needs_another_key_or_another_time_says_so() -> None:
    """What was not made, what cannot be compared, what others came before, a pause, and a limit."""
    not_made, incomparable = answers.not_made("op_1"), answers.incomparable_repeat("op_1")
    assert isinstance(not_made, ChangeNotMadeError)
    assert isinstance(incomparable, DuplicateChangeError)
    assert (not_made.operation_id, incomparable.operation_id) == ("op_1", "op_1")
    overtaken, paused = answers.overtaken(), answers.paused()
    assert isinstance(overtaken, OperationInProgressError)
    assert isinstance(paused, SendingPausedError)
    assert (overtaken.retry_after_seconds, paused.retry_after_seconds) == (5, 60)
    limited = answers.too_many(RateLimited(5, 60, 17), "op_1")
    assert isinstance(limited, TooManyChangesError)
    assert (limited.limit, limited.window_seconds, limited.retry_after_seconds) == (5, 60, 17)
    assert limited.operation_id == "op_1"
    assert "5 changes in 60 seconds" in limited.message


def test_every_answer_is_whole_sentences() -> None:
    """Read them all: this is what an app shows to its user."""
    unknown = [ChangeOutcome(OperationState.UNKNOWN, reason) for reason in ("late", "echo-differs")]
    every = [
        *(answers.failure(SENDING, outcome, None) for outcome in (REFUSED, TOKEN_REFUSED, *unknown)),
        answers.unsettled(SENDING, NOW, POLICY),
        answers.not_made("op_1"),
        answers.duplicate(SENDING, NOW, POLICY),
        answers.overtaken(),
        *(answers.unreadable_repeat("op_1", is_kept=is_kept) for is_kept in (True, False)),
        answers.incomparable_repeat("op_1"),
        answers.paused(),
        answers.too_many(RateLimited(5, 60, 17), "op_1"),
    ]
    for error in every:
        require_sentences(error.message)
