"""One run: a world made from a seed, its clients, and what the oracle says when it is over."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random

from chalicelib.adapters.aws.vault.name_cache import NameCache
from devtools.memory.ids import CountingIds
from devtools.memory.vault import InMemoryVault
from devtools.proof.simulation.clients import Client, World
from devtools.proof.simulation.intents import ACCOUNTS, CANDIDATES, Intent, make_intent
from devtools.proof.simulation.journal import Journal
from devtools.proof.simulation.obedience import ObedientClient
from devtools.proof.simulation.oracle.evidence import Breach, Evidence, people_of
from devtools.proof.simulation.oracle.history import History
from devtools.proof.simulation.oracle.invariants import breaches
from devtools.proof.simulation.powertools import PowertoolsBooking, Row
from devtools.proof.simulation.service import Container, Shared, build_container
from devtools.proof.simulation.variants import Variant, parts_of
from devtools.proof.simulation.world.clock import SimulatedClock
from devtools.proof.simulation.world.gateway import SimulatedGateway, UpstreamReads
from devtools.proof.simulation.world.keys import rotating_keys
from devtools.proof.simulation.world.placement import Placement
from devtools.proof.simulation.world.platform import Platform
from devtools.proof.simulation.world.register import SimulatedRegister, WatchedRegister
from devtools.proof.simulation.world.scheduler import Scheduler
from devtools.proof.simulation.world.store import Requests, SimulatedTrail
from devtools.proof.simulation.world.surroundings import Surroundings, session_time
from devtools.proof.simulation.world.upstream import FIRST_NEWER_ID, AdultWork, User, crowd
from devtools.proof.simulation.world.vault import SimulatedVault
from devtools.proof.simulation.world.weather import Weather

STARTS = (
    datetime(2026, 1, 15, 12, tzinfo=UTC),
    datetime(2026, 7, 1, 22, 30, tzinfo=UTC),
    datetime(2026, 3, 28, 22, 30, tzinfo=UTC),  # the clocks go forward in the night
    datetime(2026, 10, 24, 23, 50, tzinfo=UTC),  # the clocks go back within the hour
)
SESSIONS_IN_HOURS = (3.0, 50.0, 150.0)
CONTAINERS = 2
OBEDIENT = 0.3
FIRST_TIME = 0.6
CROWDS = ((0, 0), (3, 0), (4, 2), (100, 20))
CROWD_WEIGHTS = (60, 20, 18, 2)
LIMITS = ((1, 60), (4, 86_400))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one seed; `lines` tell the whole run when that was asked for."""

    seed: int
    breaches: tuple[Breach, ...]
    counts: Counter[str]
    lines: tuple[str, ...] = ()


def simulate(seed: int, variant: Variant = Variant.OURS, *, is_told: bool = False) -> Outcome:
    """Run one seed to its end; equal arguments give equal outcomes, to the last line."""
    run = Run(seed, variant, is_told=is_told)
    run.go()
    evidence = run.evidence()
    found = tuple(breaches(evidence))
    run.count(evidence)
    return Outcome(seed, found, run.journal.counts, tuple(run.journal.lines))


class Run:
    """The parts of one run."""

    def __init__(self, seed: int, variant: Variant = Variant.OURS, *, is_told: bool = False) -> None:
        self.weather = Weather(Random(seed))  # noqa: S311 (a run must be repeatable, not secret)
        self.scheduler = Scheduler()
        self.journal = Journal(self.scheduler, is_told=is_told)
        self.history = History()
        self.start = self.weather.pick(STARTS)
        self.platform = Platform(self.scheduler, self.weather, self.journal, self.history)
        self.upstream = AdultWork(self.scheduler, self.start, self.weather, self.journal, self.history)
        limits = LIMITS if self.weather.strikes(0.2) else ()
        self.parts = parts_of(variant)
        self.register = WatchedRegister(self.history)
        clock = SimulatedClock(self.scheduler, self.start)
        self.tables = self.parts.tables(limits=limits, clock=clock, register=self.register)
        self.keys = InMemoryVault()
        for person in (*ACCOUNTS, *CANDIDATES):
            if not self.weather.strikes(FIRST_TIME):
                self.register.put(person, self.register.draw())
        self.rows: dict[str, Row] = {}
        self.world = World(self.platform, self.upstream, self.tables, self._containers(variant))
        self.intents = self._intents()

    def go(self) -> None:
        """Let everything happen."""
        surroundings = Surroundings(self.world)
        for intent in self.intents:
            surroundings.clients.append(self.scheduler.spawn(self._client(intent).live))
        self.scheduler.spawn(surroundings.sweep)
        self.scheduler.spawn(surroundings.step_clocks)
        self.scheduler.spawn(surroundings.pause_and_resume)
        if self.weather.strikes(0.15):
            self.scheduler.spawn(partial(surroundings.book_elsewhere, self.weather.pick(self.intents)))
        if self.weather.strikes(0.1):
            account = self.weather.pick(self.intents).account
            self.scheduler.spawn(partial(surroundings.erase_a_key, account, self.keys))
        self.scheduler.run()

    def _client(self, intent: Intent) -> Client | ObedientClient:
        """Draw whose app it is: one that obeys, or one that thinks for itself, with more or less care."""
        if self.weather.strikes(OBEDIENT):
            return ObedientClient(self.world, intent, self.parts.is_new_key_safe)
        return Client(self.world, intent, is_careful=self.weather.strikes(0.6))

    def evidence(self) -> Evidence:
        """Return what the oracle looks at."""
        records = self.tables.records()
        refused = [event.operation_id for event in self.tables.trail.refusals]
        ids = [*(record.id for record in records), *refused]
        chains = {id_: self.tables.trail.events(id_) for id_ in ids}
        known = {record.id for record in records} | self.rows.keys()
        ended_at = self.start + timedelta(seconds=self.scheduler.now)
        people = people_of(records, self.tables.trail.refusals, self.history)
        return Evidence(self.history, records, known, chains, self.tables.rows(), self.intents, people, ended_at)

    def count(self, evidence: Evidence) -> None:
        """Add up the figures."""
        counts = self.journal.counts
        counts["runs"] += 1
        counts["intents"] += len(self.intents)
        counts["calls"] += self.platform.calls
        counts["POSTs"] += len(self.history.posts)
        counts["operations"] += len(evidence.records)
        counts["duplicates"] += len(self.history.doubled)
        counts["lost"] += len(evidence.lost())
        for record in evidence.records:
            counts[f"ended {record.state}"] += 1

    def _containers(self, variant: Variant) -> list[Container]:
        """Wire the service in several containers."""
        reads = UpstreamReads(self.platform, self.upstream)
        requests = Requests(self.platform)
        placement = Placement(self.platform, self.upstream, self._has_claim)
        shared = Shared(
            platform=self.platform,
            start=self.start,
            reads=reads,
            gateway=SimulatedGateway(reads, placement, self.parts.hides_what_does_not_match),
            requests=requests,
            store=self.parts.store(self.tables, self.platform, requests),
            trail=SimulatedTrail(self.tables.trail, requests),
            people=partial(self._people, requests),
            ids=CountingIds(),
            policy=self.parts.policy,
            pause=self.parts.pause,
            breaker_failures=self.weather.pick((0, 1, 3), (70, 15, 15)),
            breaker_seconds=self.weather.pick((5.0, 30.0, 300.0)),
        )
        containers = [build_container(shared, rotating_keys(self.scheduler, self.weather)) for _ in range(CONTAINERS)]
        if variant is not Variant.POWERTOOLS:
            return containers
        bookers = [PowertoolsBooking(shared, one.clock, self.rows) for one in containers]  # no pause is known to it
        return [replace(one, place_booking=two, paused=two) for one, two in zip(containers, bookers, strict=True)]

    def _people(self, requests: Requests, clock: SimulatedClock) -> tuple[SimulatedRegister, SimulatedVault]:
        """Return what one container knows people by."""
        register = SimulatedRegister(self.register, NameCache(clock), requests, self.platform)
        return register, SimulatedVault(self.platform, register, self.keys)

    def _has_claim(self, operation_id: str, attempt: int) -> bool:
        return operation_id in self.rows or any(
            (one.id, one.attempt) == (operation_id, attempt) for one in self.tables.records()
        )

    def _intents(self) -> list[Intent]:
        """Draw the users and what they want; some want the same twice, on two devices."""
        weather = self.weather
        accounts = ACCOUNTS[: weather.pick((1, 2, 3), (70, 20, 10))]
        for account in accounts:
            newer, older = weather.pick(CROWDS, CROWD_WEIGHTS)
            self.upstream.users[account] = User(
                account=account,
                balance=Decimal(weather.pick((300, 300, 40))),
                may_book=weather.strikes(0.97),
                tells_balance=weather.strikes(0.8),
                page_size=weather.pick((100, 3)),
                newer=crowd(self.start, range(FIRST_NEWER_ID, FIRST_NEWER_ID + newer)),
                older=crowd(self.start, range(1, 1 + older)),
            )
        intents: list[Intent] = []
        for number in range(1, 1 + max(len(accounts), weather.pick((1, 2, 3), (60, 30, 10)))):
            if intents and weather.strikes(0.6):
                intents.append(weather.pick(intents).on_another_device(number))
                continue
            session = session_time(self.start, weather.pick(SESSIONS_IN_HOURS))
            account, candidate = weather.pick(accounts), weather.pick(CANDIDATES)
            uses_skype = weather.strikes(0.4)
            intents.append(make_intent(number, account, candidate, session, uses_skype=uses_skype))
        return intents
