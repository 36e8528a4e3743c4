"""The crash matrix: a function dies at every await point, under every fault, and a client that lost its answer goes on.

The client's calls are always the same: it books; it repeats at once, and when the function is surely dead; it asks how its
operation stands, before and after the window in which a late booking may turn up; and it repeats until it is served. In
one of these calls the function dies. Afterwards nothing may be lost, doubled or stuck, and nothing untrue may have been
said.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from chalicelib.domain.operation.operation import OperationState
from devtools.proof.trials import canary
from devtools.proof.trials.scene.client import CREATE, Client
from devtools.proof.trials.scene.death import AwaitPoint, Death, KilledError
from devtools.proof.trials.scene.ground import Ground
from devtools.proof.trials.scene.throttle import Step, Throttle
from devtools.proof.trials.verdict import CREATED, wrong_at_the_end
from sandbox.faults.table import FAULTS

TOKEN, FRESH_TOKEN = "client-token", "refreshed-client-token"
KEY, NEW_KEY, LAST_KEY = (f"{canary.KEY}-{number}" for number in ("first", "second", "third"))
SETTINGS = {"POST_SECONDS": "0.25"}
LEASE_IS_OVER_SECONDS = 40.0
ALL_IS_SETTLED_SECONDS = 20 * 60.0
LATE_SECONDS = 0.2  # until the sandbox has done what it does after its answer was given up
SIDES: tuple[Literal["before", "after"], ...] = ("before", "after")


@dataclass(frozen=True, slots=True)
class Weather:
    """What the upstream does to the first attempt; `is_late` when it goes on after its answer was given up.

    `throttled` are the steps whose transactions a hot index refuses, until the lease of that attempt is over.
    """

    fault: str | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    is_late: bool = False
    throttled: tuple[Step, ...] = ()

    def __str__(self) -> str:
        """Return how reports name it."""
        settings = (f"{name}={value}" for name, value in self.settings.items())
        return " ".join([self.fault or "fine", *settings, *(f"throttled={step}" for step in self.throttled)])


_PACED = (
    Weather("latency", {"seconds": 0.35}, is_late=True),
    Weather("slow-answer", {"seconds": 0.4}),
    Weather("drop-then-commit", {"seconds": 0.1}, is_late=True),
    Weather("connect-refuse", {"after_requests": 4, "seconds": 0.1}, is_late=True),
)
WEATHERS = (
    Weather(),
    *_PACED,
    *(Weather(name) for name in FAULTS if name not in {weather.fault for weather in _PACED}),
    *(Weather("status", {"status": status}) for status in (401, 402, 429, 503)),
    Weather("status", {"commit": True}),
    Weather("html", {"commit": True}),
    *(Weather(throttled=(step,)) for step in (Step.CLAIM, Step.CONCLUDE)),
    *(Weather("commit-then-drop", throttled=steps) for steps in ((Step.RESOLVE,), (Step.CONCLUDE, Step.RESOLVE))),
    Weather("reset-before-commit", throttled=(Step.CONCLUDE, Step.RESOLVE)),
)


@dataclass(frozen=True, slots=True)
class Fate:
    """In which of the client's calls (from 0) the function dies, and where."""

    call: int
    death: Death

    def __str__(self) -> str:
        """Return how reports name it."""
        return f"call {self.call}, {self.death}"


@dataclass(slots=True)
class Finding:
    """What one trial came to: the points of each call, and `wrong`, what must not be."""

    points: list[tuple[AwaitPoint, ...]] = field(default_factory=list)
    has_died: bool = False
    is_flagged: bool = False
    wrong: tuple[str, ...] = ()


def fates_in(call: int, points: Sequence[AwaitPoint]) -> list[Fate]:
    """Return every death that the function can die in one call."""
    return [Fate(call, Death(point, side)) for point in sorted(set(points)) for side in SIDES]


def planned(dry_runs: Mapping[str, Finding]) -> dict[str, list[Fate]]:
    """Return the fates to try in each weather, by its name.

    In every weather the function dies at each point of the first call. What follows differs by what was left to do only, so
    the deaths of later calls are tried once for each course that these calls took.
    """
    plan: dict[str, list[Fate]] = {}
    courses = set()
    for name, dry_run in dry_runs.items():
        plan[name] = fates_in(0, dry_run.points[0])
        course = tuple(tuple(sorted(points)) for points in dry_run.points[1:])
        if course not in courses:
            plan[name] += [fate for call, points in enumerate(dry_run.points[1:], 1) for fate in fates_in(call, points)]
            courses.add(course)
    return plan


class Trial:
    """One client and one booking on the ground; `throttle` tells what was throttled."""

    def __init__(self, ground: Ground, weather: Weather, fate: Fate | None = None) -> None:
        self._ground = ground
        self._client = Client(ground)
        self._weather = weather
        self._fate = fate
        self._finding = Finding()
        self.throttle = Throttle(*weather.throttled)

    def run(self) -> Finding:
        """Play it from the first call to the last."""
        ground = self._ground
        ground.begin(**SETTINGS)
        if self._weather.fault is not None:
            ground.sandbox.faults.arm(CREATE, self._weather.fault, **self._weather.settings)
        self._book(KEY, TOKEN)
        if self._weather.is_late:
            time.sleep(LATE_SECONDS)
        ground.sandbox.faults.clear()
        self._book(KEY, TOKEN)
        ground.clock.move_on(LEASE_IS_OVER_SECONDS)
        self._book(KEY, FRESH_TOKEN)
        self.throttle.is_on = False
        self._ask()
        ground.clock.move_on(ALL_IS_SETTLED_SECONDS)
        self._ask()
        # The first key is done with when its booking was refused or provably not made; so may the second be, by a death.
        is_served = any(self._settled_and_booked(key) for key in (KEY, KEY, NEW_KEY, NEW_KEY, LAST_KEY))
        states = [entry.state for entry in ground.ledger.operations()]
        self._finding.is_flagged = OperationState.AMBIGUOUS in states
        unserved = () if is_served or self._finding.is_flagged else ("unserved: the client never got its booking",)
        self._finding.wrong = (*wrong_at_the_end(ground, self._client.told), *unserved)
        return self._finding

    def _settled_and_booked(self, key: str) -> bool:
        """Book again when everything had time to settle; tell whether the client has its booking now."""
        before = len(self._client.told)
        self._book(key, FRESH_TOKEN)
        self._ground.clock.move_on(ALL_IS_SETTLED_SECONDS)
        return any(reply.status == CREATED for reply in self._client.told[before:])

    def _book(self, key: str, token: str) -> None:
        self._live(lambda: self._client.book(token, key))

    def _ask(self) -> None:
        """Ask for the newest operation, if there is one."""
        entries = self._ground.ledger.operations()
        if entries:
            self._live(lambda: self._client.ask(FRESH_TOKEN, entries[-1].id))

    def _live(self, act: Callable[[], object]) -> None:
        """Make one of the client's calls in a life of its own, which ends where fate wants it."""
        fate = self._fate
        is_the_one = fate is not None and fate.call == len(self._finding.points)
        self._ground.start(fate.death if fate is not None and is_the_one else None, throttle=self.throttle)
        try:
            act()
        except KilledError:
            self._finding.has_died = True
        self._finding.points.append(tuple(self._ground.function.lifeline.points))
