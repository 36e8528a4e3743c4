"""A circuit breaker in front of the upstream: while it is down, bookings end before their claim, at once.

Its state is in memory, one for each process: a healthy path writes nothing anywhere, and a process learns by itself.

CLOSED     calls go through; `failures` failed ones in a row open it
OPEN       nothing goes through for `seconds`
HALF_OPEN  as many reads as one booking makes go through; an answer closes it, a failure opens it again
"""

import logging
import math
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from threading import Lock
from typing import TypeVar

from chalicelib import log
from chalicelib.application.ports import BookingGateway, Clock, TokenIntrospector
from chalicelib.domain.access import AccessToken, Principal
from chalicelib.domain.booking.booking import Booking, BookingRequest, ListEntry
from chalicelib.domain.booking.facts import BookingRequirements
from chalicelib.domain.errors import (
    InvalidTokenError,
    SwitchboardError,
    Trouble,
    UpstreamRefusedError,
    UpstreamUnavailableError,
)
from chalicelib.domain.operation.operation import AnyOutcome, OperationState, Outcome
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass
from chalicelib.watch.call import note

T = TypeVar("T")
OutcomeT = TypeVar("OutcomeT", bound=AnyOutcome)

SERVER_ERRORS = range(500, 600)
TOO_MANY_REQUESTS = 429
NOT_SENT = Outcome(OperationState.NOT_SENT, "breaker-open", trouble=Trouble.UNREACHABLE)
READS_OF_A_BOOKING = 3  # introspection, requirements and balance, side by side: a single probe would refuse the others


class _Verdict(Enum):
    """What a call says about the upstream: it answers, it does not, or (a fault of our own) nothing at all."""

    ANSWERED = "answered"
    FAILED = "failed"
    UNDECIDED = "undecided"


class Breaker:
    """The state that all wrappers of one upstream share. Safe to share between threads.

    It opens after `failures` failed calls in a row, 0 switches it off; it stays open for `seconds`, on whichever clock
    is ahead: a process that is frozen between calls would else stay open for hours, one that is set back as well.
    """

    def __init__(self, clock: Clock, failures: int, seconds: float) -> None:
        self._clock = clock
        self._failures = failures
        self._seconds = seconds
        self._in_a_row = 0
        self._opened: tuple[datetime, float] | None = None
        self._probes = 0
        self._generation = 0  # counts the moves; what a call says about an earlier generation is out of date
        self._lock = Lock()

    def guard(self, call: Callable[[], T]) -> T:
        """Make a read, and learn from it.

        Raises:
            UpstreamUnavailableError: the breaker is open and the read was not made; or the read raised it.
            SwitchboardError: what the read raised.
        """
        generation = self._admit_read()
        verdict, trouble = _Verdict.UNDECIDED, None
        try:
            result = call()
            verdict = _Verdict.ANSWERED
        except SwitchboardError as error:
            verdict, trouble = _verdict_on_error(error), getattr(error, "trouble", None)
            raise
        finally:
            self._settle(generation, verdict, trouble)
        return result

    def guard_send(self, call: Callable[[], OutcomeT], not_sent: OutcomeT) -> OutcomeT:
        """Send something, and learn from its outcome. A POST is never a probe: while open, it is `not_sent`."""
        with self._lock:
            if self._opened is not None:
                note("BreakerRefused")
                return not_sent
            generation = self._generation
        outcome = call()
        self._settle(generation, _verdict_on_outcome(outcome), outcome.trouble)
        return outcome

    def _admit_read(self) -> int:
        """Return the generation that a read belongs to.

        Raises:
            UpstreamUnavailableError: the breaker is open, or enough reads are on their way to find out.
        """
        with self._lock:
            if self._opened is not None:
                left = self._seconds_left(*self._opened)
                if left > 0 or self._probes >= READS_OF_A_BOOKING:
                    note("BreakerRefused")
                    raise _unavailable(left)
                self._probes += 1
            return self._generation

    def _settle(self, generation: int, verdict: _Verdict, trouble: Trouble | None) -> None:
        """Take in what a call said, and say so where that opens it: a person may want to know that AdultWork is left alone."""
        if self._take_in(generation, verdict):
            log.event("breaker.opened", level=logging.WARNING, metric="BreakerOpened", reason=trouble)

    def _take_in(self, generation: int, verdict: _Verdict) -> bool:
        """Take in what a call said; return whether the breaker opens for it, again or anew."""
        with self._lock:
            if generation != self._generation:
                return False
            self._probes = max(0, self._probes - 1)
            if verdict is _Verdict.ANSWERED:
                self._in_a_row = 0
                if self._opened is not None:
                    self._move(None)
            elif verdict is _Verdict.FAILED:
                self._in_a_row += 1
                if 0 < self._failures <= self._in_a_row:  # a failed probe goes on counting
                    self._move((self._clock.now(), self._clock.monotonic()))
                    return True
            return False

    def _move(self, opened: tuple[datetime, float] | None) -> None:
        self._opened = opened
        self._probes = 0
        self._generation += 1

    def _seconds_left(self, wall: datetime, monotonic: float) -> float:
        wall_age = (self._clock.now() - wall).total_seconds()
        return self._seconds - max(wall_age, self._clock.monotonic() - monotonic)


@dataclass(frozen=True, slots=True)
class BreakingGateway:
    """A BookingGateway behind a breaker."""

    gateway: BookingGateway
    breaker: Breaker

    def requirements(self, token: AccessToken, candidate: int, deadline: Deadline) -> BookingRequirements:
        """Read what a booking of `candidate` asks for, unless the breaker is open."""
        return self.breaker.guard(lambda: self.gateway.requirements(token, candidate, deadline))

    def balance(self, token: AccessToken, deadline: Deadline) -> Decimal | None:
        """Read the client's credits, unless the breaker is open."""
        return self.breaker.guard(lambda: self.gateway.balance(token, deadline))

    def made_bookings(self, token: AccessToken, start: date, page: int, deadline: Deadline) -> tuple[ListEntry, ...]:
        """Read one page of the made bookings, unless the breaker is open."""
        return self.breaker.guard(lambda: self.gateway.made_bookings(token, start, page, deadline))

    def booking_details(self, token: AccessToken, booking_id: int, deadline: Deadline) -> Booking:
        """Read one made booking, unless the breaker is open."""
        return self.breaker.guard(lambda: self.gateway.booking_details(token, booking_id, deadline))

    def create_booking(self, token: AccessToken, request: BookingRequest, deadline: Deadline) -> Outcome:
        """Send the booking, once; NOT_SENT if the breaker opened since the reads."""
        return self.breaker.guard_send(lambda: self.gateway.create_booking(token, request, deadline), NOT_SENT)


@dataclass(frozen=True, slots=True)
class BreakingIntrospector:
    """A TokenIntrospector behind a breaker; what is known without a call is known while it is open, too."""

    introspector: TokenIntrospector
    breaker: Breaker

    def recall(self, token: AccessToken) -> Principal | None:
        """Return what was learnt about this token, without a call."""
        return self.introspector.recall(token)

    def introspect(self, token: AccessToken, deadline: Deadline) -> Principal:
        """Ask the upstream, unless the breaker is open."""
        return self.breaker.guard(lambda: self.introspector.introspect(token, deadline))

    def forget(self, token: AccessToken) -> None:
        """Drop what was learnt."""
        self.introspector.forget(token)


def _verdict_on_error(error: SwitchboardError) -> _Verdict:
    """Judge a failed read: a refusal is an answer, and so is being told to slow down."""
    if isinstance(error, InvalidTokenError | UpstreamRefusedError):
        return _Verdict.ANSWERED
    if not isinstance(error, UpstreamUnavailableError):
        return _Verdict.UNDECIDED
    return _Verdict.ANSWERED if error.upstream_status == TOO_MANY_REQUESTS else _Verdict.FAILED


def _verdict_on_outcome(outcome: AnyOutcome) -> _Verdict:
    """Judge a booking that was sent; an answer that could not be read to its end says nothing."""
    if outcome.trouble in (Trouble.UNREACHABLE, Trouble.LATE) or outcome.upstream_status in SERVER_ERRORS:
        return _Verdict.FAILED
    return _Verdict.UNDECIDED if outcome.upstream_status is None else _Verdict.ANSWERED


def _unavailable(seconds_left: float) -> UpstreamUnavailableError:
    return UpstreamUnavailableError(
        "AdultWork has not been answering, so it is not asked for a moment; this request sent nothing. It is safe to try again.",
        trouble=Trouble.UNREACHABLE,
        retry_after_seconds=max(1, math.ceil(seconds_left)),
    )
