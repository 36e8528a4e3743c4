"""The crash matrix of changes: a function dies at every await point of a cancellation, under every fault.

The client books, without trouble. Then it cancels, repeats at once and when the function is surely dead, asks how its operation
stands, and repeats until it is served. In the first of these calls the function dies. Afterwards nothing may be lost or stuck,
sent twice, or told untruly.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from chalicelib.domain.changing.changes import CANCEL_MADE_BOOKING
from chalicelib.domain.operation.operation import FREES_GUARD, OperationState
from devtools.proof.trials import canary
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
from sandbox.adultwork.booking import CANCELLED

OK = 200
CANCEL = CANCEL_MADE_BOOKING.path


@dataclass(slots=True)
class ChangeFinding:
    """What one trial came to: the points of its first cancellation, and `wrong`, what must not be."""

    points: Sequence[AwaitPoint] = ()
    has_died: bool = False
    wrong: tuple[str, ...] = ()


@dataclass(slots=True)
class ChangeTrial:
    """One client and one cancellation on the ground."""

    ground: Ground
    weather: Weather
    death: Death | None = None
    told: list[Reply] = field(default_factory=list)
    finding: ChangeFinding = field(default_factory=ChangeFinding)

    def run(self) -> ChangeFinding:
        """Play it from the booking to the last cancellation."""
        ground = self.ground
        ground.begin(**SETTINGS)
        ground.start()
        booking_id = int(Client(ground).book(TOKEN, KEY).document["BookingID"])
        throttle = Throttle(*self.weather.throttled)
        if self.weather.fault is not None:
            ground.sandbox.faults.arm(CANCEL, self.weather.fault, **self.weather.settings)
        self._live(lambda: self._cancel(booking_id, KEY, TOKEN), self.death, throttle)
        self.finding.points = tuple(ground.function.lifeline.points)
        if self.weather.is_late:
            time.sleep(LATE_SECONDS)
        ground.sandbox.faults.clear()
        self._live(lambda: self._cancel(booking_id, KEY, TOKEN), None, throttle)
        ground.clock.move_on(LEASE_IS_OVER_SECONDS)
        throttle.is_on = False
        self._live(self._ask)
        ground.clock.move_on(ALL_IS_SETTLED_SECONDS)
        self._live(self._ask)
        for key in (KEY, NEW_KEY, LAST_KEY):
            if not any(reply.status == OK and reply.problem is None for reply in self.told):
                self._live(lambda key=key: self._cancel(booking_id, key, FRESH_TOKEN))  # type: ignore[misc]
        self.finding.wrong = tuple(self._wrong(booking_id))
        return self.finding

    def _cancel(self, booking_id: int, key: str, token: str) -> None:
        body = json.dumps({"BookingID": booking_id, "Reason": canary.COMMENTS}).encode()
        self.told.append(self.ground.function.call("POST", CANCEL, canary.headers(token, key), body))

    def _ask(self) -> None:
        """Ask for the change, if there is one."""
        for entry in self.ground.ledger.changes():
            path = f"/v1/operations/{entry.id}"
            self.ground.function.call("GET", path, canary.headers(FRESH_TOKEN))

    def _live(self, act: Callable[[], None], death: Death | None = None, throttle: Throttle | None = None) -> None:
        """Make one of the client's calls in a life of its own, which ends where fate wants it."""
        self.ground.start(death, throttle=throttle)
        try:
            act()
        except KilledError:
            self.finding.has_died = True

    def _wrong(self, booking_id: int) -> Iterator[str]:
        """Tell what must not be when everything had the time to be settled."""
        entries = self.ground.ledger.changes()
        booking = self.ground.sandbox.world.booking(booking_id)
        is_cancelled = booking is not None and booking.status == CANCELLED
        yield from (f"stuck: {entry.id} is {entry.state}" for entry in entries if entry.state in OPEN)
        yield from (f"the chain of {operation} is broken" for operation in self.ground.ledger.broken_chains())
        if not is_cancelled:
            yield "unserved: the booking stands"
        if is_cancelled and all(entry.state in FREES_GUARD for entry in entries):
            yield "lost: the booking was cancelled, and no change says so"
        if not is_cancelled and any(entry.state is OperationState.CONFIRMED for entry in entries):
            yield "untrue: a change is CONFIRMED, and the booking stands"
        sent, attempts = self.ground.sandbox.journal.count(CANCEL), sum(entry.attempt for entry in entries)
        if sent > attempts:
            yield f"sent {sent} times in {attempts} attempts"
        successes = {reply.body for reply in self.told if reply.status == OK}
        if len(successes) > 1:
            yield f"untrue: {len(successes)} different successes"
        texts = {"log": self.ground.function.log.getvalue(), "tables": self.ground.ledger.text()}
        yield from canary.heard_in(texts)
