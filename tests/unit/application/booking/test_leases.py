"""A function that died between its claim and its conclusion: found out by the first call after its lease."""

from chalicelib.domain.audit.event import event_hash, told_request_id
from chalicelib.domain.errors import OutcomeUnknownError, Trouble, UpstreamUnavailableError
from chalicelib.domain.operation.operation import OperationState
from tests.builders import booking
from tests.unit.application.world import World, body

LATE = UpstreamUnavailableError("late", trouble=Trouble.LATE)
SETTLE_SECONDS, LEASE_SECONDS = 15 * 60, 31


def died(world: World) -> str:
    """Claim a booking and die before the send, as far as the record shows; return its operation."""
    world.store.will_apply_claim_then_fail()
    world.refusal()
    return world.store.claims[-1].id


def test_a_function_that_died_is_found_out_after_its_lease() -> None:
    """Repeat after the lease: unknown from then on, not created after the settle window."""
    world = World()
    operation_id = died(world)
    world.clock.tick(LEASE_SECONDS + 1)
    error = world.refusal(request_id="request-2")
    assert isinstance(error, OutcomeUnknownError)
    assert error.operation_id == operation_id
    assert world.kinds(operation_id) == ["claimed", "unknown"]
    over = world.events(operation_id)[1]
    assert (over["reason"], over["request_id"]) == ("lease-over", told_request_id("request-2"))
    assert (over["client"], over["candidate"], "booking_id" in over) == (
        world.register.rows[1001],
        world.register.rows[123456],
        False,
    )
    world.clock.tick(SETTLE_SECONDS)
    assert body(world.place())["type"] == "/problems/booking-not-created"
    assert world.gateway.sent == []


def test_a_function_that_died_after_the_send_is_found_out_in_one_step() -> None:
    """Find the booking at the first repeat after the lease: two events at once, one chain."""
    world = World()
    operation_id = died(world)
    world.gateway.bookings[5] = booking(booking_id=5)
    world.clock.tick(LEASE_SECONDS + 1)
    assert world.place().answer.status == 201
    events = world.events(operation_id)
    assert [(event["kind"], event["sequence"]) for event in events] == [
        ("claimed", 1),
        ("unknown", 2),
        ("confirmed", 3),
    ]
    assert events[2]["previous_hash"] == event_hash(world.trail.events(operation_id)[1])


def test_that_a_lease_is_over_is_on_record_though_the_list_cannot_be_read() -> None:
    """Fail the list: nobody is told that the booking is being sent right now."""
    world = World()
    operation_id = died(world)
    world.clock.tick(LEASE_SECONDS + 1)
    world.gateway.list_failure = LATE
    error = world.refusal()
    assert isinstance(error, OutcomeUnknownError)
    assert error.state == "UNKNOWN"
    assert world.state_of(operation_id) is OperationState.UNKNOWN
