"""The breaker under bookings: never a probe, and they count as reads do."""

import pytest

from chalicelib.domain.errors import Trouble
from chalicelib.domain.operation.operation import OperationState, Outcome
from tests.unit.adapters.breaker.guarded_upstream import (
    FAILURES,
    NOT_SENT,
    SECONDS,
    Upstream,
)


@pytest.fixture
def upstream() -> Upstream:
    """Return an upstream that works."""
    return Upstream()


@pytest.fixture
def down(upstream: Upstream) -> Upstream:
    """Return an upstream whose breaker has just opened."""
    upstream.fails(times=FAILURES)
    return upstream


@pytest.mark.parametrize("passed", [0, SECONDS, 10 * SECONDS])
def test_a_booking_is_never_sent_while_it_is_open_and_never_a_probe(down: Upstream, passed: float) -> None:
    """It is NOT_SENT, so the same key may try again; only a read finds out whether the upstream is back."""
    down.clock.tick(passed)
    assert down.book() == NOT_SENT
    assert down.inner.sent == []


def outcome(status: int | None, trouble: Trouble | None, state: OperationState = OperationState.UNKNOWN) -> Outcome:
    """Return an outcome."""
    return Outcome(state, "reason", upstream_status=status, trouble=trouble)


@pytest.mark.parametrize(
    "failed",
    [
        outcome(None, Trouble.LATE),
        outcome(None, Trouble.UNREACHABLE, OperationState.NOT_SENT),
        outcome(500, Trouble.UNREADABLE),
        outcome(599, Trouble.UNREADABLE),
    ],
    ids=str,
)
def test_failed_bookings_open_it_as_reads_do(upstream: Upstream, failed: Outcome) -> None:
    """Late, not reached, or a 5xx; the outcome itself comes through unchanged."""
    upstream.inner.answer = lambda _: failed
    upstream.fails(times=FAILURES - 1)
    assert upstream.book() is failed
    assert upstream.refuses() == 30


@pytest.mark.parametrize(
    "answered",
    [
        outcome(422, None, OperationState.REJECTED),
        outcome(401, None, OperationState.REJECTED),
        outcome(429, None, OperationState.REJECTED),
        outcome(200, Trouble.UNREADABLE),
        outcome(302, Trouble.UNREADABLE),
    ],
    ids=str,
)
def test_answered_bookings_keep_it_closed(upstream: Upstream, answered: Outcome) -> None:
    """A refusal and an odd document are answers."""
    upstream.inner.answer = lambda _: answered
    upstream.fails(times=FAILURES - 1)
    assert upstream.book() is answered
    upstream.fails(times=FAILURES - 1)
    upstream.read()


def test_a_booking_whose_answer_broke_off_says_nothing(upstream: Upstream) -> None:
    """It neither opens it nor wipes out the failures before it."""
    upstream.inner.answer = lambda _: outcome(None, Trouble.UNREADABLE)
    upstream.fails(times=FAILURES - 1)
    for _ in range(FAILURES):
        upstream.book()
    upstream.read()
    upstream.fails(times=FAILURES - 1)
    upstream.book()
    upstream.fails()
    assert upstream.refuses() == 30


def test_a_booking_that_comes_back_after_it_opened_does_not_close_it(upstream: Upstream) -> None:
    """Nor does it count as a probe."""
    upstream.inner.before_send = lambda: upstream.fails(times=FAILURES)
    assert upstream.book().state is OperationState.CONFIRMED
    assert upstream.refuses() == 30
