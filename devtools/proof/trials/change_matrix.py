"""The crash matrix of changes: a function dies at every await point of each kind of change, under every fault.

The client books, without trouble. Then somebody changes the booking, repeats at once and when the function is surely dead, asks
how the operation stands, and repeats until it is served. In the first of these calls the function dies. What no read can tell
is handed to a person after a day, who says what AdultWork's own pages show. Afterwards nothing may be lost or stuck, sent
twice, or told untruly.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from chalicelib.domain.changing.proof import is_provable
from chalicelib.domain.operation.operation import FREES_GUARD, OperationState
from devtools.proof.trials import canary
from devtools.proof.trials.changes_tried import Tried
from devtools.proof.trials.crash_matrix import (
    ALL_IS_SETTLED_SECONDS,
    FRESH_TOKEN,
    KEY,
    LAST_KEY,
    LATE_SECONDS,
    LEASE_IS_OVER_SECONDS,
    NEW_KEY,
    SETTINGS,
    TOKEN,
    Weather,
)
from devtools.proof.trials.scene.client import Client
from devtools.proof.trials.scene.death import AwaitPoint, Death, KilledError
from devtools.proof.trials.scene.function import Reply
from devtools.proof.trials.scene.ground import Ground
from devtools.proof.trials.scene.ledger import OPEN
from devtools.proof.trials.scene.throttle import Throttle
from sandbox.adultwork.booking import Booking

OK = 200
PERFORMER, PERFORMERS_TOKEN = 123456, "performer-token"
MORE_THAN_A_DAY_SECONDS = 25 * 3600.0


@dataclass(slots=True)
class ChangeFinding:
    """What one trial came to: the points of its first change, and `wrong`, what must not be.

    `is_handed_over` tells that a person had to say what became of it.
    """

    points: Sequence[AwaitPoint] = ()
    has_died: bool = False
    is_handed_over: bool = False
    wrong: tuple[str, ...] = ()


@dataclass(slots=True)
class ChangeTrial:
    """One wish to change a booking on the ground."""

    ground: Ground
    tried: Tried
    weather: Weather
    death: Death | None = None
    told: list[Reply] = field(default_factory=list)
    finding: ChangeFinding = field(default_factory=ChangeFinding)

    def run(self) -> ChangeFinding:
        """Play it from the booking to the last change."""
        ground = self.ground
        ground.begin(**SETTINGS)
        ground.start()
        booked = Client(ground).book(TOKEN, KEY, BookUserID=PERFORMER, Credits=40)
        before = ground.sandbox.world.move(int(booked.document["BookingID"]), self.tried.prepared)
        throttle = Throttle(*self.weather.throttled)
        if self.weather.fault is not None:
            ground.sandbox.faults.arm(self.tried.change.path, self.weather.fault, **self.weather.settings)
        self._live(lambda: self._change(before, KEY), self.death, throttle)
        self.finding.points = tuple(ground.function.lifeline.points)
        if self.weather.is_late:
            time.sleep(LATE_SECONDS)
        ground.sandbox.faults.clear()
        self._live(lambda: self._change(before, KEY), None, throttle)
        ground.clock.move_on(LEASE_IS_OVER_SECONDS)
        throttle.is_on = False
        self._live(self._ask)
        ground.clock.move_on(ALL_IS_SETTLED_SECONDS)
        self._live(self._ask)
        self._hand_over(before)
        for key in (KEY, NEW_KEY, LAST_KEY):
            if not self._is_served(before):
                self._live(lambda key=key: self._change(before, key, is_fresh=True))  # type: ignore[misc]
                self._hand_over(before)
        self.finding.wrong = tuple(self._wrong(before))
        return self.finding

    def _change(self, before: Booking, key: str, *, is_fresh: bool = False) -> None:
        body = json.dumps(self.tried.members(before.booking_id)).encode()
        headers = canary.headers(self._token(is_fresh=is_fresh), key)
        self.told.append(self.ground.function.call("POST", self.tried.change.path, headers, body))

    def _token(self, *, is_fresh: bool) -> str:
        if self.tried.is_performers:
            return PERFORMERS_TOKEN
        return FRESH_TOKEN if is_fresh else TOKEN

    def _ask(self) -> None:
        """Ask for the change, if there is one."""
        for entry in self.ground.ledger.changes():
            path = f"/v1/operations/{entry.id}"
            self.ground.function.call("GET", path, canary.headers(self._token(is_fresh=True)))

    def _hand_over(self, before: Booking) -> None:
        """Let the hourly function flag what no read can tell, and a person settle it by what AdultWork shows."""
        changes = self.ground.ledger.changes()
        if is_provable(self.tried.change) or not any(entry.state in OPEN for entry in changes):
            return
        self.finding.is_handed_over = True
        self.ground.clock.move_on(MORE_THAN_A_DAY_SECONDS)
        self._live(self.ground.function.run_schedule)
        for entry in self.ground.ledger.changes():
            if entry.state is OperationState.EXPIRED_UNKNOWN:
                self.ground.function.settle_change(entry.id, is_done=self._is_made(before))

    def _is_made(self, before: Booking) -> bool:
        """Tell whether AdultWork has made the change."""
        now = self.ground.sandbox.world.booking(before.booking_id)
        return now is not None and self.tried.is_made(before, now)

    def _is_served(self, before: Booking) -> bool:
        """Tell whether who wanted the change knows that it was made: by an answer, or by what a person found out."""
        if self.finding.is_handed_over and self._is_made(before):
            return True
        return any(reply.status == OK and reply.problem is None for reply in self.told)

    def _live(self, act: Callable[[], None], death: Death | None = None, throttle: Throttle | None = None) -> None:
        """Make one of the client's calls in a life of its own, which ends where fate wants it."""
        self.ground.start(death, throttle=throttle)
        try:
            act()
        except KilledError:
            self.finding.has_died = True

    def _wrong(self, before: Booking) -> Iterator[str]:
        """Tell what must not be when everything had the time to be settled."""
        entries, is_made = self.ground.ledger.changes(), self._is_made(before)
        yield from (f"stuck: {entry.id} is {entry.state}" for entry in entries if entry.state in OPEN)
        yield from (f"the chain of {operation} is broken" for operation in self.ground.ledger.broken_chains())
        yield from self.ground.ledger.impossible_stories()
        if not is_made:
            yield "unserved: the booking is as it was"
        if is_made and all(entry.state in FREES_GUARD for entry in entries):
            yield "lost: the change was made, and no operation says so"
        if not is_made and any(entry.state is OperationState.CONFIRMED for entry in entries):
            yield "untrue: a change is CONFIRMED, and the booking is as it was"
        sent, attempts = self.ground.sandbox.journal.count(self.tried.change.path), sum(one.attempt for one in entries)
        if sent > attempts:
            yield f"sent {sent} times in {attempts} attempts"
        successes = {reply.body for reply in self.told if reply.status == OK}
        if len(successes) > 1:
            yield f"untrue: {len(successes)} different successes"
        texts = {"log": self.ground.function.log.getvalue(), "tables": self.ground.ledger.text()}
        yield from canary.heard_in(texts)
