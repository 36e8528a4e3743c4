"""An upstream behind a breaker, and the ways in which it fails."""

from collections.abc import Callable

import pytest

from chalicelib.adapters.breaker import Breaker, BreakingGateway, BreakingIntrospector
from chalicelib.application.ports import BookingGateway, TokenIntrospector
from chalicelib.domain.errors import (
    InvalidTokenError,
    StoreUnavailableError,
    SwitchboardError,
    Trouble,
    UpstreamRefusedError,
    UpstreamUnavailableError,
)
from chalicelib.domain.operation.operation import OperationState, Outcome
from chalicelib.domain.time_budget import Deadline
from tests.builders import TOKEN, booking_request
from tests.fakes.clock import FixedClock
from tests.fakes.upstream import InMemoryGateway, InMemoryIntrospector

FAILURES, SECONDS = 3, 30.0
DOWN = UpstreamUnavailableError("down", trouble=Trouble.UNREACHABLE)
LATE = UpstreamUnavailableError("late", trouble=Trouble.LATE)
SERVER_ERROR = UpstreamUnavailableError("503", trouble=Trouble.UNREACHABLE, upstream_status=503)
SLOW_DOWN = UpstreamUnavailableError("429", trouble=Trouble.UNREADABLE, upstream_status=429)
NOT_KNOWN = InvalidTokenError("unknown token")
REFUSED = UpstreamRefusedError("forbidden", upstream_status=403)
OWN_FAULT = StoreUnavailableError("no secrets")
NOT_SENT = Outcome(OperationState.NOT_SENT, "breaker-open", trouble=Trouble.UNREACHABLE)


class Upstream:
    """An upstream behind one breaker, with the fakes that count what reaches it."""

    def __init__(self, failures: int = FAILURES, seconds: float = SECONDS) -> None:
        self.clock = FixedClock()
        self.breaker = Breaker(self.clock, failures, seconds)
        self.inner = InMemoryGateway()
        self.inner_introspector = InMemoryIntrospector()
        self.gateway: BookingGateway = BreakingGateway(self.inner, self.breaker)
        self.introspector: TokenIntrospector = BreakingIntrospector(self.inner_introspector, self.breaker)
        self.deadline = Deadline.after(self.clock.monotonic, 6.0)

    def read(self, failure: SwitchboardError | None = None) -> None:
        """Read once; the upstream answers, or fails so."""
        self.inner.read_failure = failure
        self.gateway.requirements(TOKEN, 123456, self.deadline)

    def fails(self, failure: SwitchboardError = DOWN, times: int = 1) -> None:
        """Read so often while the upstream fails so; the caller gets the very error."""
        for _ in range(times):
            with pytest.raises(type(failure)) as caught:
                self.read(failure)
            assert caught.value is failure

    def book(self, answer: Callable[[], None] | None = None) -> Outcome:
        """Send a booking; `answer` prepares the upstream for it."""
        if answer is not None:
            answer()
        return self.gateway.create_booking(TOKEN, booking_request(), self.deadline)

    def refuses(self) -> int:
        """Read while the breaker does not let it through; return the seconds to wait."""
        calls = len(self.inner.reads)
        with pytest.raises(UpstreamUnavailableError, match="sent nothing") as caught:
            self.read()
        assert caught.value.trouble is Trouble.UNREACHABLE
        assert caught.value.upstream_status is None
        assert len(self.inner.reads) == calls
        assert caught.value.retry_after_seconds is not None
        return caught.value.retry_after_seconds
