"""Windows that are set otherwise than usual: records tell which one they waited for, and whoever verifies them goes by that."""

from datetime import timedelta

from chalicelib.domain.audit.stored_event import StoredEvent
from chalicelib.domain.operation.matching import LEAST_EXPIRY, LEAST_SETTLE, ReconciliationPolicy
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.review.behaviour import first_impossible
from chalicelib.domain.time_budget import TimeBudget
from tests.unit.application.world import World, lost

SHORT = ReconciliationPolicy(settle=timedelta(minutes=LEAST_SETTLE), expiry=timedelta(hours=LEAST_EXPIRY))


def window(world: World, operation_id: str) -> object:
    """Return the window that the newest event tells of, of a chain that nobody finds fault with."""
    chain = [StoredEvent.read(stored) for stored in world.trail.events(operation_id)]
    assert first_impossible(chain) is None
    return chain[-1].document.get("window_s")


def test_nothing_booked_tells_the_settle_window() -> None:
    """Ask when a short one is over."""
    world = World(policy=SHORT)
    operation_id = lost(world)
    assert window(world, operation_id) is None
    world.clock.tick(60)
    assert world.ask(operation_id).record.state is OperationState.NOT_CREATED
    assert window(world, operation_id) == 60


def test_a_found_booking_waits_for_no_window() -> None:
    """Ask at once."""
    world = World(policy=SHORT)
    world.gateway.will_book_and_lose_the_answer()
    operation_id = world.place().operation_id
    assert window(world, operation_id) is None


def test_what_nobody_came_back_for_tells_how_long_that_was() -> None:
    """Sweep after an hour."""
    world = World(policy=SHORT)
    operation_id = lost(world)
    world.clock.tick(3601)
    assert world.expire().flagged == 1
    assert window(world, operation_id) == 3600


def test_a_lease_that_is_over_tells_how_long_it_was() -> None:
    """Let a function of 25 seconds die over its claim."""
    world = World(budget=TimeBudget(function=25))
    world.store.will_apply_claim_then_fail()
    world.refusal()
    operation_id = world.store.claims[-1].id
    world.clock.tick(31)
    world.gateway.will_time_out_after_send()
    world.refusal()
    assert window(world, operation_id) == 30
