"""The breaker under any sequence of calls, and under threads."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chalicelib.adapters.breaker import READS_OF_A_BOOKING
from chalicelib.domain.errors import SwitchboardError, UpstreamUnavailableError
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


def test_of_many_threads_a_few_probe() -> None:
    """All others are refused at once while they are on their way, and let through afterwards."""
    upstream = Upstream(failures=1)
    upstream.fails()
    upstream.clock.tick(SECONDS)
    started, refused_all = Barrier(READS_OF_A_BOOKING + 1), Event()
    calls: list[str] = []

    def call() -> str:
        calls.append("call")
        if not refused_all.is_set():
            started.wait(5)
            assert refused_all.wait(5)
        return "answer"

    def attempt(_: int) -> str:
        try:
            return upstream.breaker.guard(call)
        except UpstreamUnavailableError:
            return "refused"

    with ThreadPoolExecutor(8) as threads:
        probes = [threads.submit(attempt, number) for number in range(READS_OF_A_BOOKING)]
        started.wait(5)
        others = list(threads.map(attempt, range(50)))
        refused_all.set()
        assert [probe.result() for probe in probes] == ["answer"] * READS_OF_A_BOOKING
        assert others == ["refused"] * 50
        assert calls == ["call"] * READS_OF_A_BOOKING
        assert list(threads.map(attempt, range(50))) == ["answer"] * 50


def test_failures_of_many_threads_are_all_counted() -> None:
    """None is lost: a hundred open what opens at a hundred, ninety-nine do not."""
    upstream = Upstream(failures=100)

    def fail(_: int) -> None:
        def call() -> None:
            raise DOWN

        with pytest.raises(UpstreamUnavailableError):
            upstream.breaker.guard(call)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(fail, range(99)))
        upstream.fails()
    assert upstream.refuses() == 30


class BreakerMachine(RuleBasedStateMachine):
    """Any sequence of reads, bookings and waits, beside a model that is a count and a time."""

    def __init__(self) -> None:
        super().__init__()
        self.upstream = Upstream()
        self.in_a_row = 0
        self.closed_at: float | None = None  # when it may be probed; None while it is closed

    @property
    def is_refusing(self) -> bool:
        """Tell whether a read is refused now."""
        return self.closed_at is not None and self.upstream.clock.monotonic() < self.closed_at

    def failed(self) -> None:
        """Tell the model of a failure."""
        self.in_a_row += 1
        if self.closed_at is not None or self.in_a_row >= FAILURES:
            self.closed_at = self.upstream.clock.monotonic() + SECONDS

    def answered(self) -> None:
        """Tell the model of an answer."""
        self.in_a_row, self.closed_at = 0, None

    @precondition(lambda self: not self.is_refusing)
    @rule(failure=st.sampled_from([DOWN, LATE, SERVER_ERROR]))
    def read_fails(self, failure: UpstreamUnavailableError) -> None:
        """Read from an upstream that is down."""
        self.upstream.fails(failure)
        self.failed()

    @precondition(lambda self: not self.is_refusing)
    @rule(refusal=st.sampled_from([None, NOT_KNOWN, REFUSED, SLOW_DOWN]))
    def read_is_answered(self, refusal: SwitchboardError | None) -> None:
        """Read from an upstream that is up."""
        if refusal is None:
            self.upstream.read()
        else:
            self.upstream.fails(refusal)
        self.answered()

    @precondition(lambda self: not self.is_refusing)
    @rule()
    def read_never_gets_out(self) -> None:
        """Fail before the upstream is asked."""
        self.upstream.fails(OWN_FAULT)

    @rule(is_answered=st.booleans())
    def book(self, *, is_answered: bool) -> None:
        """Send a booking, which goes out only while the breaker is closed."""
        sent = len(self.upstream.inner.sent)
        inner = self.upstream.inner
        outcome = self.upstream.book(
            lambda: inner.will_decline(422) if is_answered else inner.will_refuse_connections()
        )
        assert len(inner.sent) - sent == (self.closed_at is None)
        if self.closed_at is not None:
            assert outcome == NOT_SENT
        elif is_answered:
            self.answered()
        else:
            self.failed()

    @rule(seconds=st.sampled_from([0.5, 7.0, SECONDS]))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.upstream.clock.tick(seconds)

    @invariant()
    def refuses_exactly_as_the_model_says(self) -> None:
        """While it is open, reads are refused, with what is left."""
        if self.closed_at is not None and self.is_refusing:
            left = self.closed_at - self.upstream.clock.monotonic()
            assert left <= self.upstream.refuses() < left + 1


BreakerMachine.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestBreakerMachine = BreakerMachine.TestCase
