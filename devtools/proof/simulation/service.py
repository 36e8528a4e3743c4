"""Switchboard as it is wired in production, on simulated ports; several containers of it run side by side."""

from collections.abc import Callable
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
from chalicelib.application.ports import HmacKeys, IdSource, OperationStore, Vault
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
    """What all containers share; `people` makes the register and the vault of a container, which remember by its clock."""

    platform: Platform
    start: datetime
    reads: UpstreamReads
    gateway: SimulatedGateway
    requests: Requests
    store: OperationStore
    trail: SimulatedTrail
    people: Callable[[SimulatedClock], tuple[Register, Vault]]
    ids: IdSource
    policy: ReconciliationPolicy
    pause: Callable[[PlaceBooking], PlaceBooking]
    breaker_failures: int
    breaker_seconds: float


@dataclass(slots=True)
class Container:
    """One running copy of the function, with a clock and caches of its own: of permissions, of names and of keys.

    `paused` takes the place of `place_booking` while the container may not send.
    """

    clock: SimulatedClock
    place_booking: Booker
    paused: Booker
    get_operation: GetOperation[OperationRecord]
    housekeeping: Housekeeping[OperationRecord]
    is_sending: bool = True

    def book(self, command: PlaceBookingCommand) -> Answered:
        """Place the booking of one request, if that is not paused."""
        return (self.place_booking if self.is_sending else self.paused).execute(command)


def build_container(shared: Shared, keys: HmacKeys) -> Container:
    """Wire one container."""
    clock = SimulatedClock(shared.platform.scheduler, shared.start)
    concurrency = SimulatedConcurrency(shared.platform)
    register, vault = shared.people(clock)
    breaker = Breaker(clock, shared.breaker_failures, shared.breaker_seconds)
    cache = PermissionCache(clock, CACHE_SECONDS, b"cache")
    introspector = BreakingIntrospector(SimulatedIntrospector(shared.reads, cache), breaker)
    gateway = BreakingGateway(shared.gateway, breaker)
    reconciler = Reconciler(gateway, shared.store, FORM, clock, concurrency, LONDON, shared.policy)
    quietly = replace(reconciler, gateway=shared.gateway)
    earlier = EarlierOperations(shared.store, gateway, reconciler, clock, keys)
    housekeeping = Housekeeping(shared.store, register, quietly, clock, concurrency, shared.policy, BUDGET)
    place_booking = PlaceBooking(
        reads=Reads(introspector, gateway, concurrency),
        naming=Naming(register, PEOPLE, concurrency),
        gateway=gateway,
        claiming=Claiming(shared.store, PEOPLE, earlier, BUDGET),
        concluding=Concluding(shared.store, reconciler, FORM, BUDGET),
        housekeeping=housekeeping,
        refusals=Refusals(shared.trail, register, clock, BUDGET),
        vault=vault,
        concurrency=concurrency,
        clock=clock,
        ids=shared.ids,
        keys=keys,
        policy=POLICY,
        budget=BUDGET,
    )
    return Container(
        clock=clock,
        place_booking=place_booking,
        paused=shared.pause(place_booking),
        get_operation=GetOperation(
            introspector=introspector,
            store=shared.store,
            vault=vault,
            register=register,
            reconciler=reconciler,
            concurrency=concurrency,
            clock=clock,
            budget=BUDGET,
        ),
        housekeeping=housekeeping,
    )


def paused(place_booking: PlaceBooking) -> PlaceBooking:
    """Return the use case as SENDING=0 has it."""
    return replace(place_booking, is_sending=False)


def longest_open() -> timedelta:
    """Return how long an operation may stay open: a day, and the hourly sweeps that it takes to flag it."""
    return RECONCILIATION.expiry + timedelta(hours=4)
