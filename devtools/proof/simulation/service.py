"""Switchboard as it is wired in production, on simulated ports; several containers of it run side by side."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from chalicelib.adapters.adultwork.permission_cache import PermissionCache
from chalicelib.adapters.breaker import Breaker, BreakingGateway, BreakingIntrospector
from chalicelib.application.booking.claiming import Claiming
from chalicelib.application.booking.concluding import Concluding
from chalicelib.application.booking.earlier import EarlierOperations
from chalicelib.application.booking.naming import Naming
from chalicelib.application.booking.place_booking import Answered, PlaceBooking, PlaceBookingCommand
from chalicelib.application.booking.reads import Reads
from chalicelib.application.booking.refusals import Refusals
from chalicelib.application.operations.get_operation import GetOperation
from chalicelib.application.operations.housekeeping import Housekeeping
from chalicelib.application.operations.reconcile import Reconciler
from chalicelib.application.ports import HmacKeys, IdSource, OperationStore
from chalicelib.application.register_ports import Register
from chalicelib.domain.booking.policy import BookingPolicy
from chalicelib.domain.operation.matching import ReconciliationPolicy
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.time_budget import TimeBudget
from chalicelib.edge.answer_form import HttpAnswers
from chalicelib.edge.links import Links
from devtools.memory.register import OpenPeopleSeal
from devtools.proof.simulation.intents import LONDON
from devtools.proof.simulation.world.clock import SimulatedClock
from devtools.proof.simulation.world.gateway import SimulatedGateway, SimulatedIntrospector, UpstreamReads
from devtools.proof.simulation.world.platform import Platform, SimulatedConcurrency
from devtools.proof.simulation.world.store import Requests, SimulatedTrail
from devtools.proof.simulation.world.vault import SimulatedVault

PEOPLE = OpenPeopleSeal()
FORM = HttpAnswers(Links(problem_type_base="about:"))
POLICY = BookingPolicy(LONDON)
RECONCILIATION = ReconciliationPolicy()
BUDGET = TimeBudget()
CACHE_SECONDS = 60.0


class Booker(Protocol):
    """What takes the place of PlaceBooking."""

    def execute(self, command: PlaceBookingCommand) -> Answered:
        """Place the booking of one request."""
        ...


@dataclass(frozen=True, slots=True)
class Shared:
    """What all containers share."""

    platform: Platform
    start: datetime
    reads: UpstreamReads
    gateway: SimulatedGateway
    requests: Requests
    store: OperationStore
    trail: SimulatedTrail
    vault: SimulatedVault
    register: Register
    ids: IdSource
    policy: ReconciliationPolicy
    breaker_failures: int
    breaker_seconds: float


@dataclass(frozen=True, slots=True)
class Container:
    """One running copy of the function, with a clock and a permission cache of its own."""

    clock: SimulatedClock
    place_booking: Booker
    get_operation: GetOperation[OperationRecord]
    housekeeping: Housekeeping[OperationRecord]


def build_container(shared: Shared, keys: HmacKeys) -> Container:
    """Wire one container."""
    clock = SimulatedClock(shared.platform.scheduler, shared.start)
    concurrency = SimulatedConcurrency(shared.platform)
    breaker = Breaker(clock, shared.breaker_failures, shared.breaker_seconds)
    cache = PermissionCache(clock, CACHE_SECONDS, b"cache")
    introspector = BreakingIntrospector(SimulatedIntrospector(shared.reads, cache), breaker)
    gateway = BreakingGateway(shared.gateway, breaker)
    reconciler = Reconciler(gateway, shared.store, FORM, clock, concurrency, LONDON, shared.policy)
    quietly = replace(reconciler, gateway=shared.gateway)
    earlier = EarlierOperations(shared.store, gateway, reconciler, clock, keys)
    housekeeping = Housekeeping(shared.store, shared.register, quietly, clock, concurrency, shared.policy, BUDGET)
    return Container(
        clock=clock,
        place_booking=PlaceBooking(
            reads=Reads(introspector, gateway, concurrency),
            naming=Naming(shared.register, PEOPLE, concurrency),
            gateway=gateway,
            claiming=Claiming(shared.store, PEOPLE, earlier, BUDGET),
            concluding=Concluding(shared.store, reconciler, FORM, BUDGET),
            housekeeping=housekeeping,
            refusals=Refusals(shared.trail, shared.register, clock, BUDGET),
            vault=shared.vault,
            concurrency=concurrency,
            clock=clock,
            ids=shared.ids,
            keys=keys,
            policy=POLICY,
            budget=BUDGET,
        ),
        get_operation=GetOperation(
            introspector=introspector,
            store=shared.store,
            vault=shared.vault,
            register=shared.register,
            reconciler=reconciler,
            concurrency=concurrency,
            clock=clock,
            budget=BUDGET,
        ),
        housekeeping=housekeeping,
    )


def longest_open() -> timedelta:
    """Return how long an operation may stay open: a day, and the hourly sweeps that it takes to flag it."""
    return RECONCILIATION.expiry + timedelta(hours=4)
