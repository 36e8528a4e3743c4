"""The moves of the protocol, as events and records tell of them."""

import itertools

import pytest

from chalicelib.domain.audit.event import EventKind
from chalicelib.domain.operation.operation import MOVES, OperationState
from chalicelib.domain.review.moves import REFUSALS, STATES, Standing, is_allowed, is_retryable, standing_of
from tests.unit.domain.review.telling import (
    AMBIGUOUS,
    CLAIMED,
    CONFIRMED,
    EXPIRED,
    NOT_CREATED,
    NOT_SENT,
    REFUSED_TOKEN,
    REJECTED,
    RELEASED,
    UNKNOWN,
    Step,
    claim,
    told,
)


def test_every_kind_of_event_is_a_state_or_a_refusal() -> None:
    """Nothing is both."""
    assert STATES.keys() | REFUSALS == set(EventKind)
    assert not STATES.keys() & REFUSALS
    assert set(STATES.values()) == set(OperationState)


@pytest.mark.parametrize(
    ("step", "standing"),
    [
        (CLAIMED, Standing(OperationState.SENDING, 1)),
        (claim(4), Standing(OperationState.SENDING, 4)),
        (CLAIMED.but(attempt="1"), Standing(OperationState.SENDING, 0)),
        (CONFIRMED, Standing(OperationState.CONFIRMED, 3)),
        (REJECTED, Standing(OperationState.REJECTED, 3)),
        (REFUSED_TOKEN, Standing(OperationState.REJECTED, 3, is_retryable=True)),
        (REFUSED_TOKEN.but(upstream_status=429), Standing(OperationState.REJECTED, 3, is_retryable=True)),
        (NOT_SENT, Standing(OperationState.NOT_SENT, 3, is_retryable=True)),
        (UNKNOWN.but(upstream_status=429), Standing(OperationState.UNKNOWN, 3)),
        (NOT_CREATED, Standing(OperationState.NOT_CREATED, 3)),
        (AMBIGUOUS, Standing(OperationState.AMBIGUOUS, 3)),
        (EXPIRED, Standing(OperationState.EXPIRED_UNKNOWN, 3)),
        (RELEASED, Standing(OperationState.CONFIRMED, 3, is_released=True)),
    ],
)
def test_an_event_tells_how_its_operation_stands(step: Step, standing: Standing) -> None:
    """A claim says which attempt it opens; the others are of the third one."""
    (event,) = told(step)
    assert standing_of(event, Standing(OperationState.SENDING, 3)) == standing
    assert is_retryable(event) is standing.is_retryable


def test_an_event_that_nothing_goes_before_is_of_no_attempt() -> None:
    """Unless it is a claim, which says so itself."""
    (event,) = told(CONFIRMED)
    assert standing_of(event, None) == Standing(OperationState.CONFIRMED, 0)
    (event,) = told(CLAIMED)
    assert standing_of(event, None) == Standing(OperationState.SENDING, 1)


@pytest.mark.parametrize(("before", "after"), [*itertools.product(OperationState, OperationState)])
def test_within_an_attempt_the_moves_are_those_of_the_protocol(before: OperationState, after: OperationState) -> None:
    """Try every pair, whether or not the first may be tried again."""
    for retryable in (False, True):
        assert is_allowed(Standing(before, 2, retryable), Standing(after, 2)) is (after in MOVES[before])


@pytest.mark.parametrize(("state", "attempt"), [*itertools.product(OperationState, [0, 1, 2])])
def test_an_operation_begins_with_its_first_claim(state: OperationState, attempt: int) -> None:
    """And with nothing else."""
    assert is_allowed(None, Standing(state, attempt)) is ((state, attempt) == (OperationState.SENDING, 1))


@pytest.mark.parametrize(
    ("state", "attempt", "retryable"), [*itertools.product(OperationState, [1, 3, 4], [False, True])]
)
def test_a_further_attempt_follows_one_that_may_be_tried_again(
    state: OperationState, attempt: int, *, retryable: bool
) -> None:
    """It is the next one, and it is being sent."""
    before = Standing(OperationState.NOT_SENT, 2, is_retryable=retryable)
    expected = retryable and (state, attempt) == (OperationState.SENDING, 3)
    assert is_allowed(before, Standing(state, attempt)) is expected


@pytest.mark.parametrize("before", OperationState)
def test_only_a_confirmed_booking_is_released_and_once(before: OperationState) -> None:
    """Nothing follows a release."""
    released = Standing(OperationState.CONFIRMED, 2, is_released=True)
    assert is_allowed(Standing(before, 2), released) is (before is OperationState.CONFIRMED)
    assert not is_allowed(released, released)
    assert not is_allowed(released, Standing(before, 2))
    assert not is_allowed(Standing(OperationState.CONFIRMED, 2), Standing(OperationState.REJECTED, 2, is_released=True))
