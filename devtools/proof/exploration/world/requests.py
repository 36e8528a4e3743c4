"""Requests to the store and to the upstream, each one step with the faults that it may meet."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import NoReturn, TypeVar

from chalicelib.domain.access import AccessToken
from chalicelib.domain.booking.booking import BookingRequest
from chalicelib.domain.errors import SwitchboardError, Trouble, UpstreamUnavailableError
from chalicelib.domain.operation.operation import Outcome
from chalicelib.domain.time_budget import Deadline
from devtools.proof.exploration.world.platform import ExploredPlatform
from devtools.proof.exploration.world.stage import Move
from devtools.proof.exploration.world.upstream import Upstream
from devtools.proof.simulation.oracle.history import Post
from devtools.proof.simulation.world.gateway import UpstreamReads
from devtools.proof.simulation.world.placement import Fate, Placement
from devtools.proof.simulation.world.store import LATEST_WRITE_SECONDS, Requests, WriteFault
from devtools.proof.simulation.world.upstream import LATEST_COMMIT_SECONDS, User

T = TypeVar("T")

INDEX_READS = ("open_operations", "overdue_operations")


class StoreFault(StrEnum):
    """What else becomes of a request to the store. A throttled index refuses all that is written in the same moment."""

    READ_LOST = "store read lost"
    STALE = "index read is stale"
    THROTTLED = "index throttled"


class ReadFault(StrEnum):
    """What becomes of a read of the upstream. A list that is behind stays so for a while."""

    LOST = "upstream read lost or garbled"
    BEHIND = "list behind its bookings"


WRITE_FAULTS = (*WriteFault, StoreFault.THROTTLED)


class ExploredRequests(Requests):
    """Requests to the store."""

    def __init__(self, platform: ExploredPlatform) -> None:
        super().__init__(platform)
        self._explored = platform
        self.throttled_at: float | None = None
        self.applied = 0

    def read(self, what: str, deadline: Deadline, read: Callable[[], T]) -> T:
        """Return what is read, or fail."""
        faults = (StoreFault.READ_LOST, StoreFault.STALE) if what in INDEX_READS else (StoreFault.READ_LOST,)
        fault = self._explored.step(what, faults, is_shared=True)
        self.require_time(what, deadline)
        if fault == StoreFault.READ_LOST:
            self._explored.doze(deadline)
            self.fail(what, fault)
        weather = self._explored.weather
        weather.stale_index = float(fault == StoreFault.STALE)
        value = read()
        weather.stale_index = 0.0
        self._explored.learn(value)
        self._explored.say(what, value)
        return value

    def write(self, what: str, deadline: Deadline, apply: Callable[[], T]) -> T:
        """Return what a transaction answers, or fail: whether it was applied is then anybody's guess."""
        fault = self._explored.step(what, WRITE_FAULTS, is_shared=True)
        self.require_time(what, deadline)
        now = self._explored.scheduler.now
        if fault == StoreFault.THROTTLED:
            self.throttled_at = now
        if self.throttled_at == now:
            self.fail(what, StoreFault.THROTTLED)
        if fault == WriteFault.LATE:
            identity = f"{self._explored.running().name}: {what} lands"
            self._explored.stage.may_happen(
                Move(identity, now, now + LATEST_WRITE_SECONDS, partial(self.land, what, apply))
            )
        if fault in {WriteFault.LOST, WriteFault.LATE}:
            self._explored.doze(deadline)
            self.fail(what, fault)
        answer = self._applied(apply)
        self._explored.say(what, answer)
        if fault is not None:
            self._explored.doze(deadline)
            self.fail(what, fault)
        return answer

    def fail(self, what: str, how: str) -> NoReturn:
        """Let the present task know that its request failed."""
        self._explored.learn(how)
        super().fail(what, how)

    def land(self, what: str, apply: Callable[[], object]) -> None:
        """Apply a transaction that nobody waits for any more."""
        self.applied += 1
        super().land(what, apply)

    def _applied(self, apply: Callable[[], T]) -> T:
        """Apply a transaction."""
        self.applied += 1
        try:
            answer = apply()
        except Exception as error:
            self._explored.learn(repr(error))
            raise
        self._explored.learn(answer)
        return answer


class ExploredReads(UpstreamReads):
    """Reads of the upstream; only those that bookings change are shared."""

    def __init__(self, platform: ExploredPlatform, upstream: Upstream) -> None:
        super().__init__(platform, upstream)
        self._explored = platform
        self._upstream = upstream

    def get(self, what: str, token: AccessToken, deadline: Deadline, read: Callable[[User], T]) -> T:
        """Return what is read, or fail as the adapter's reads do."""
        is_list = what.startswith("made_bookings")
        is_told = what == "balance" and any(user.tells_balance for user in self._upstream.users.values())
        is_shared = is_list or is_told or what == "booking_details"
        faults = (ReadFault.LOST, ReadFault.BEHIND) if is_list else (ReadFault.LOST,)
        fault = self._explored.step(what, faults, is_shared=is_shared)
        if fault == ReadFault.BEHIND:
            self._upstream.fall_behind()
        if fault == ReadFault.LOST or not deadline.remaining():
            self._explored.doze(deadline)
            self._explored.say(what, "fails")
            raise UpstreamUnavailableError("told to fail", trouble=Trouble.LATE)
        value = self._read(what, token, read)
        self._explored.learn(value)
        return value

    def _read(self, what: str, token: AccessToken, read: Callable[[User], T]) -> T:
        try:
            value = read(self._upstream.user_of(token))
        except SwitchboardError as error:
            self._explored.learn(repr(error))
            raise
        self._explored.say(what, "reads", value)
        return value


@dataclass(slots=True)
class ExploredPlacement(Placement):
    """Sends bookings; each fate of a POST is a fault."""

    def fate(self) -> Fate | None:
        """Choose what goes wrong with the present POST."""
        fault = self._explored.step("POST", tuple(Fate), is_shared=True)
        return None if fault is None else Fate(fault)

    def create_booking(self, token: AccessToken, request: BookingRequest, deadline: Deadline) -> Outcome:
        """Send a booking and return what is known then."""
        outcome = Placement.create_booking(self, token, request, deadline)
        self._explored.learn(outcome)
        return outcome

    def book_later(self, post: Post, after: float) -> None:
        """Let the booking come about when nobody waits for the reply any more, at the latest when it can."""
        now = self._explored.scheduler.now
        latest = max(now + after, post.sent_at + LATEST_COMMIT_SECONDS)
        identity = f"call {post.call}: its booking comes about"
        self._explored.stage.may_happen(Move(identity, now + after, latest, partial(self.upstream.commit, post)))

    @property
    def _explored(self) -> ExploredPlatform:
        """Return the platform as what it is here."""
        assert isinstance(self.platform, ExploredPlatform)  # noqa: S101 (it was built with one)
        return self.platform
