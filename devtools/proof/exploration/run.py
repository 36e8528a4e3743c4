"""One run of a scenario under one sequence of choices, from its first call to the verdict."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from itertools import repeat

from chalicelib.domain.operation.operation import OPEN
from devtools.memory.vault import InMemoryVault
from devtools.proof.exploration.choices import Choices, Point, VisitedError
from devtools.proof.exploration.scenarios import Scenario
from devtools.proof.exploration.world.devices import BOOKS, ENDINGS, Device, Ending, World
from devtools.proof.exploration.world.in_full import in_full
from devtools.proof.exploration.world.people import ExploredRegister, ExploredVault, OpenNameCache
from devtools.proof.exploration.world.platform import ExploredPlatform
from devtools.proof.exploration.world.requests import ExploredPlacement, ExploredReads, ExploredRequests
from devtools.proof.exploration.world.stage import Stage
from devtools.proof.exploration.world.state import State
from devtools.proof.exploration.world.upstream import Upstream
from devtools.proof.simulation.intents import ACCOUNTS, CANDIDATES, make_intent
from devtools.proof.simulation.journal import Journal
from devtools.proof.simulation.oracle.evidence import Breach, Evidence, people_of
from devtools.proof.simulation.oracle.history import History
from devtools.proof.simulation.oracle.invariants import INVARIANTS, breaches
from devtools.proof.simulation.powertools import PowertoolsBooking, Row
from devtools.proof.simulation.service import Container, Shared, build_container
from devtools.proof.simulation.variants import Variant, parts_of
from devtools.proof.simulation.world.clock import SimulatedClock
from devtools.proof.simulation.world.gateway import SimulatedGateway
from devtools.proof.simulation.world.keys import RotatingKeys
from devtools.proof.simulation.world.register import WatchedRegister
from devtools.proof.simulation.world.store import SimulatedTrail
from devtools.proof.simulation.world.surroundings import session_time
from devtools.proof.simulation.world.upstream import ELSEWHERE, User

LASTING = (
    "I1 no duplicate",
    "I2 recorded before the send",
    "I4 nothing booked is true",
    "I5 no false answer",
    "I6 one POST an attempt",
    "I7 moves are allowed",
    "I9 nothing personal in clear",
    "I11 one booking a wish",
    "I13 one name a person",
    "I14 no UserID in events",
    "I15 names stop no booking",
    "I16 paused sends nothing",
    "I17 paused answers repeats",
    "no foreign error",
)
START = datetime(2026, 1, 15, 12, tzinfo=UTC)
SESSION_IN_HOURS = 150.0
ACCOUNT = ACCOUNTS[0]
ENOUGH, ENOUGH_FOR_ONE = Decimal(3000), Decimal(40)


class OwnIds:
    """Implements `IdSource`: ids that tell the call that drew them, whoever came first."""

    def __init__(self, platform: ExploredPlatform) -> None:
        self._platform = platform
        self._drawn: dict[int, int] = {}

    def operation_id(self, now: datetime) -> str:
        """Return the next id of the present call."""
        del now
        call = self._platform.running().number
        self._drawn[call] = self._drawn.get(call, 0) + 1
        return f"op_{self._drawn[call]:04}{call:022}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one run; `is_pruned` when it came to a visited state. `end` is the state in which all choosing ended."""

    points: tuple[Point, ...]
    breaches: tuple[Breach, ...] = ()
    is_pruned: bool = False
    end: bytes = b""
    counts: Counter[str] = field(default_factory=Counter)
    lines: tuple[str, ...] = ()


class Run:
    """The parts of one run."""

    def __init__(self, scenario: Scenario, variant: Variant, choices: Choices, *, is_told: bool = False) -> None:
        self.scenario = scenario
        self.choices = choices
        self.stage = Stage(choices)
        self.journal = Journal(self.stage, is_told=is_told)
        self.stage.say = lambda what: self.journal.say("choice", what)
        self.history = History()
        self.platform = ExploredPlatform(self.stage, choices, self.journal, self.history)
        self.upstream = self._upstream()
        self.parts = parts_of(variant)
        self.register = WatchedRegister(self.history)
        self.tables = self.parts.tables(clock=SimulatedClock(self.stage, START), register=self.register)
        if not scenario.are_people_new:  # who is known is looked up by nobody, so that there is less to choose
            for person in (ACCOUNT, *CANDIDATES):
                self.register.put(person, self.register.draw())
        self.caches: list[OpenNameCache] = []
        self.rows: dict[str, Row] = {}
        self.requests = ExploredRequests(self.platform)
        first = make_intent(1, ACCOUNT, CANDIDATES[0], session_time(START, SESSION_IN_HOURS), uses_skype=False)
        intents = [first, *(first.on_another_device(2 + n) for n in range(len(scenario.devices) - 1))]
        containers = self._containers(variant)
        is_safe = self.parts.is_new_key_safe
        self.world = World(self.platform, self.upstream, self.tables, containers, intents, is_safe)
        self.devices = [Device(self.world, number, visits) for number, visits in enumerate(scenario.devices, start=1)]
        choices.state = self.state = State(self.platform, self.upstream, self.requests, self._stored, self._remembered)
        self.end = b""

    def go(self) -> Outcome:
        """Let everything happen, and judge it."""
        self._begin()
        try:
            self.stage.run()
        except VisitedError:
            return self._outcome(self._lasting(), is_pruned=True)
        else:
            return self._outcome(self._found(), is_pruned=False)
        finally:
            self.choices.is_over = True
            self.stage.close()

    def evidence(self) -> Evidence:
        """Return what the oracle looks at."""
        records = self.tables.records()
        ids = [*(record.id for record in records), *(event.operation_id for event in self.tables.trail.refusals)]
        known = {record.id for record in records} | self.rows.keys()
        chains = {id_: self.tables.trail.events(id_) for id_ in ids}
        people = people_of(records, self.tables.trail.refusals, self.history)
        return Evidence(self.history, records, known, chains, self.tables.rows(), self.world.intents, people)

    def _outcome(self, found: Sequence[Breach], *, is_pruned: bool) -> Outcome:
        journal = self.journal
        return Outcome(
            tuple(self.choices.points), tuple(found), is_pruned, self.end, journal.counts, tuple(journal.lines)
        )

    def _found(self) -> Sequence[Breach]:
        """Return what is broken when all is over."""
        return breaches(self.evidence())

    def _lasting(self) -> list[Breach]:
        """Return what is broken already and stays so; what the rest of the run would show, the visited state has shown."""
        evidence = self.evidence()
        return [Breach(name, what) for name in LASTING for what in INVARIANTS[name](evidence)]

    def _begin(self) -> None:
        """Let the devices come, and the ending when all are gone."""
        self._alive = len(self.devices)
        for device in self.devices:
            self.platform.device(partial(self._live, device))

    def _live(self, device: Device) -> None:
        device.live()
        self._alive -= 1
        if not self._alive:
            self.end = self.state()
            ways = len(ENDINGS) if self._is_open() else 1
            if ways == 1:
                self.choices.look()
            waits = ENDINGS[self.choices.pick(ways)]
            self.journal.say("choice", "everybody comes back after", " and ".join(f"{wait:,.0f} s" for wait in waits))
            self.choices.is_over = True
            self._end(waits)

    def _end(self, waits: Sequence[float]) -> None:
        """Let everybody come back, after so many seconds, and everything end."""
        Ending(self.world, self.devices, BOOKS, self.tables.records).happen(waits)

    def _is_open(self) -> bool:
        """Tell whether anything is unsettled, so that it matters when they come back."""
        return bool(self.stage.moves) or any(record.state in OPEN for record in self.tables.records())

    def _stored(self) -> str:
        return f"{self.tables.rows()}{in_full(self.tables.records())}{sorted(self.register.rows.items())}{self.rows}"

    def _remembered(self) -> object:
        return [cache.content() for cache in self.caches]

    def _upstream(self) -> Upstream:
        """Return the upstream with its one user."""
        upstream = Upstream(self.stage, START, self.platform.weather, self.journal, self.history)
        if self.scenario.is_elsewhere:
            upstream.zone = ELSEWHERE
        short = self.scenario.is_short_of_credits
        upstream.users[ACCOUNT] = User(
            account=ACCOUNT,
            balance=ENOUGH_FOR_ONE if short else ENOUGH,
            may_book=True,
            tells_balance=short,
            page_size=100,
            newer=[],
            older=[],
        )
        return upstream

    def _containers(self, variant: Variant) -> list[Container]:
        """Wire the service, in a container for each device."""
        reads = ExploredReads(self.platform, self.upstream)
        placement = ExploredPlacement(self.platform, self.upstream, self._has_claim)
        shared = Shared(
            platform=self.platform,
            start=START,
            reads=reads,
            gateway=SimulatedGateway(reads, placement, self.parts.hides_what_does_not_match),
            requests=self.requests,
            store=self.parts.store(self.tables, self.platform, self.requests),
            trail=SimulatedTrail(self.tables.trail, self.requests),
            people=partial(self._people, InMemoryVault(repeat(0))),
            ids=OwnIds(self.platform),
            policy=self.parts.policy,
            pause=self.parts.pause,
            breaker_failures=0,
            breaker_seconds=0.0,
        )
        keys = [RotatingKeys(self.stage, [(0.0, known)]) for known in self.scenario.keys]
        containers = [build_container(shared, one) for one in keys]
        if variant is not Variant.POWERTOOLS:
            return containers
        bookers = [PowertoolsBooking(shared, one.clock, self.rows) for one in containers]
        return [replace(one, place_booking=two, paused=two) for one, two in zip(containers, bookers, strict=True)]

    def _people(self, keys: InMemoryVault, clock: SimulatedClock) -> tuple[ExploredRegister, ExploredVault]:
        """Return what one container knows people by."""
        self.caches.append(OpenNameCache(clock))
        is_all_known = not self.scenario.are_people_new
        register = ExploredRegister(
            self.register, self.caches[-1], self.requests, self.platform, is_all_known=is_all_known
        )
        return register, ExploredVault(self.platform, register, keys)

    def _has_claim(self, operation_id: str, attempt: int) -> bool:
        return operation_id in self.rows or any(
            (one.id, one.attempt) == (operation_id, attempt) for one in self.tables.records()
        )
