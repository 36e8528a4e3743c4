"""The breaker under reads: every move that it makes."""

import json
from collections.abc import Callable

import pytest

from chalicelib.domain.errors import SwitchboardError, UpstreamUnavailableError
from chalicelib.domain.operation.operation import OperationState
from chalicelib.watch.call import watched
from tests.builders import NOW, PRINCIPAL, TOKEN
from tests.unit.adapters.breaker.guarded_upstream import (
    DOWN,
    FAILURES,
    LATE,
    NOT_KNOWN,
    NOT_SENT,
    OWN_FAULT,
    REFUSED,
    SECONDS,
    SERVER_ERROR,
    SLOW_DOWN,
    Upstream,
)
from tests.unit.json_lines import configured


@pytest.fixture
def upstream() -> Upstream:
    """Return an upstream that works."""
    return Upstream()


@pytest.fixture
def down(upstream: Upstream) -> Upstream:
    """Return an upstream whose breaker has just opened."""
    upstream.fails(times=FAILURES)
    return upstream


@pytest.mark.parametrize("failure", [DOWN, LATE, SERVER_ERROR], ids=str)
def test_failed_reads_in_a_row_open_it(upstream: Upstream, failure: UpstreamUnavailableError) -> None:
    """The last of them still goes through, the next one does not."""
    upstream.fails(failure, times=FAILURES)
    assert upstream.refuses() == 30


@pytest.mark.parametrize(("failure", "trouble"), [(DOWN, "unreachable"), (LATE, "late")], ids=["down", "late"])
def test_that_it_opens_is_told_and_counted(
    upstream: Upstream, failure: UpstreamUnavailableError, trouble: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once for each time, with how the upstream failed; and so are the calls that it does not make, which have no line."""
    with configured(), watched() as call:
        upstream.fails(failure, times=FAILURES)
        upstream.refuses()
        assert upstream.book() == NOT_SENT
    (line,) = [json.loads(each) for each in capsys.readouterr().out.splitlines()]
    assert (line["event"], line["level"], line["reason"]) == ("breaker.opened", "WARNING", trouble)
    assert line["BreakerOpened"] == 1
    assert call.measures() == {"BreakerRefused": 2}


@pytest.mark.parametrize("answer", [None, NOT_KNOWN, REFUSED, SLOW_DOWN], ids=str)
def test_an_answer_between_failures_keeps_it_closed(upstream: Upstream, answer: SwitchboardError | None) -> None:
    """Refusals are answers: callers with bad tokens cannot open it, nor can one who was told to slow down."""
    upstream.fails(times=FAILURES - 1)
    if answer is None:
        upstream.read()
    else:
        upstream.fails(answer)
    upstream.fails(times=FAILURES - 1)
    upstream.read()


@pytest.mark.parametrize("error", [OWN_FAULT, RuntimeError("a bug")], ids=str)
def test_a_fault_of_our_own_says_nothing_about_the_upstream(upstream: Upstream, error: Exception) -> None:
    """It is neither a failure nor an answer."""

    def fail() -> None:
        raise error

    for _ in range(FAILURES):
        with pytest.raises(type(error)):
            upstream.breaker.guard(fail)
    upstream.fails(times=FAILURES - 1)
    with pytest.raises(type(error)):
        upstream.breaker.guard(fail)
    upstream.fails()
    assert upstream.refuses() == 30


def test_all_reads_share_one_breaker(upstream: Upstream) -> None:
    """What one learns holds for the others; and while it is open no read goes out."""
    upstream.inner_introspector.failure = DOWN
    for _ in range(FAILURES):
        with pytest.raises(UpstreamUnavailableError):
            upstream.introspector.introspect(TOKEN, upstream.deadline)
    upstream.inner_introspector.failure = None
    with pytest.raises(UpstreamUnavailableError):
        upstream.introspector.introspect(TOKEN, upstream.deadline)
    with pytest.raises(UpstreamUnavailableError):
        upstream.gateway.balance(TOKEN, upstream.deadline)
    assert upstream.inner_introspector.calls == FAILURES
    assert upstream.inner.reads == []


def test_what_is_read_and_known_comes_through_unchanged(upstream: Upstream) -> None:
    """The wrappers add nothing to an upstream that works."""
    assert upstream.introspector.recall(TOKEN) is None
    assert upstream.introspector.introspect(TOKEN, upstream.deadline) == PRINCIPAL
    assert upstream.gateway.requirements(TOKEN, 1, upstream.deadline) is upstream.inner.facts
    assert upstream.gateway.balance(TOKEN, upstream.deadline) == upstream.inner.credits
    booked = upstream.book()
    assert booked.state is OperationState.CONFIRMED
    assert upstream.gateway.made_bookings(TOKEN, NOW.date(), 1, upstream.deadline) == (booked.booking,)
    assert upstream.gateway.made_bookings(TOKEN, NOW.date(), 2, upstream.deadline) == ()
    assert upstream.gateway.booking_details(TOKEN, 1, upstream.deadline) is booked.booking
    assert upstream.inner.listed == [(TOKEN, NOW.date(), 1), (TOKEN, NOW.date(), 2)]


def test_the_reads_of_reconciliation_count_and_are_held_back_as_others_are(upstream: Upstream) -> None:
    """Fail the list and the details until it opens; then neither goes out, also when the upstream is back."""
    upstream.inner.list_failure = DOWN
    reads: list[Callable[[], object]] = [
        lambda: upstream.gateway.made_bookings(TOKEN, NOW.date(), 1, upstream.deadline),
        lambda: upstream.gateway.booking_details(TOKEN, 1, upstream.deadline),
    ]
    for read in (reads[0], reads[1], reads[0]):
        with pytest.raises(UpstreamUnavailableError) as caught:
            read()
        assert caught.value is DOWN
    upstream.inner.list_failure = None
    for read in reads:
        with pytest.raises(UpstreamUnavailableError, match="not asked"):
            read()
    assert upstream.inner.reads == ["made_bookings", "booking_details", "made_bookings"]


def test_what_is_known_without_a_call_is_known_while_it_is_open(down: Upstream) -> None:
    """Recalling and forgetting ask nobody."""
    down.inner_introspector.known[TOKEN] = PRINCIPAL
    assert down.introspector.recall(TOKEN) == PRINCIPAL
    down.introspector.forget(TOKEN)
    assert down.introspector.recall(TOKEN) is None


@pytest.mark.parametrize(("passed", "left"), [(0, 30), (0.5, 30), (1, 29), (29.5, 1), (29.999, 1)])
def test_while_it_is_open_the_caller_learns_what_is_left(down: Upstream, passed: float, left: int) -> None:
    """In whole seconds, rounded up, and at least one."""
    down.clock.tick(passed)
    assert down.refuses() == left


def test_an_answer_to_the_probe_closes_it(down: Upstream) -> None:
    """And the failures before it are forgotten."""
    down.clock.tick(SECONDS)
    down.read()
    down.fails(times=FAILURES - 1)
    down.read()


def test_a_refusal_is_an_answer_to_the_probe_too(down: Upstream) -> None:
    """The upstream is back, whatever it thinks of the token."""
    down.clock.tick(SECONDS)
    down.fails(NOT_KNOWN)
    down.read()


def test_a_failed_probe_opens_it_for_the_whole_time_again(down: Upstream) -> None:
    """One is enough; then the next probe."""
    down.clock.tick(SECONDS)
    down.fails()
    assert down.refuses() == 30
    down.clock.tick(SECONDS)
    down.read()
    down.read()


def test_a_probe_that_said_nothing_makes_room_for_the_next(down: Upstream) -> None:
    """A fault of our own must not keep it open for ever."""
    down.clock.tick(SECONDS)
    down.fails(OWN_FAULT)
    down.read()
    down.read()


def test_the_reads_of_one_booking_probe_together(down: Upstream) -> None:
    """While they are on their way, other reads are refused, and bookings too; the first answer closes it."""
    down.clock.tick(SECONDS)

    def third() -> None:
        assert down.refuses() == 1
        assert down.book() == NOT_SENT

    down.breaker.guard(lambda: down.breaker.guard(lambda: down.breaker.guard(third)))
    down.read()
    assert down.book() != NOT_SENT


def test_a_probe_that_said_nothing_makes_room_for_another(down: Upstream) -> None:
    """Let probes end with a fault of our own, more of them than may be on their way at once."""
    down.clock.tick(SECONDS)
    down.fails(OWN_FAULT, times=4)
    down.read()
    assert down.book() != NOT_SENT


def test_an_answer_that_comes_after_it_opened_does_not_close_it(upstream: Upstream) -> None:
    """The read went out earlier, and says nothing about now."""
    upstream.breaker.guard(lambda: upstream.fails(times=FAILURES))
    assert upstream.refuses() == 30


def test_a_failure_that_comes_after_it_closed_again_does_not_count() -> None:
    """The read went out before the upstream went down and came back."""
    upstream = Upstream(failures=1)

    def be_overtaken() -> None:
        upstream.fails()
        upstream.clock.tick(SECONDS)
        upstream.read()
        raise LATE

    with pytest.raises(UpstreamUnavailableError):
        upstream.breaker.guard(be_overtaken)
    upstream.read()


def test_zero_failures_switch_it_off() -> None:
    """Nothing ever opens it."""
    upstream = Upstream(failures=0)
    upstream.fails(times=100)
    upstream.read()
    assert upstream.book(upstream.inner.will_refuse_connections).reason == "connection-refused"


@pytest.mark.parametrize("step", [SECONDS, 10_000, -10_000])
def test_a_freeze_ends_it_and_a_clock_that_was_set_back_does_not_prolong_it(down: Upstream, step: float) -> None:
    """Whichever clock is ahead counts: the monotonic one may stand still between the calls of a function."""
    down.clock.step_wall_clock(step)
    if step < 0:
        assert down.refuses() == 30
        down.clock.tick(SECONDS)
    down.read()
    down.read()
