"""A person settles what no read can: with who and why on record, and never over somebody else's booking."""

from collections.abc import Callable

import pytest

from chalicelib.application.operations.resolve_operation import ResolveOperation, ResolveOperationCommand
from chalicelib.domain.audit.event import told_request_id
from chalicelib.domain.errors import DuplicateBookingError, NotResolvableError, StoreUnavailableError
from chalicelib.domain.operation.operation import OperationState
from tests.builders import booking, members
from tests.unit.application.world import OTHER_KEY, World, lost

A_DAY = 24 * 3600 + 1


def expired(world: World) -> str:
    """Lose the answer of a booking, and let nobody come back for it."""
    operation_id = lost(world)
    world.clock.tick(A_DAY)
    world.expire()
    return operation_id


def ambiguous(world: World) -> str:
    """Lose the answer of a booking, and find two that could be it."""
    world.gateway.will_time_out_after_send()
    for booking_id in (1, 2):
        world.gateway.bookings[booking_id] = booking(booking_id=booking_id)
    operation_id = world.refusal().operation_id
    world.gateway.will_answer_again()
    return str(operation_id)


def resolve(world: World, operation_id: str, booking_id: int | None) -> OperationState:
    """Settle an operation as an operator does."""
    command = ResolveOperationCommand(operation_id, booking_id, "ada", "ticket 4711", "resolve-1")
    return ResolveOperation(world.store, world.clock).execute(command)


@pytest.mark.parametrize("lost", [expired, ambiguous])
def test_a_booking_that_a_person_found_confirms_the_operation(lost: Callable[[World], str]) -> None:
    """Name it: the state, its owner and the event follow."""
    world = World()
    operation_id = lost(world)
    world.gateway.bookings[77] = booking(booking_id=77)
    assert resolve(world, operation_id, 77) is OperationState.CONFIRMED
    assert world.state_of(operation_id) is OperationState.CONFIRMED
    assert world.ask(operation_id).record.booking_id == 77
    event = world.events(operation_id)[-1]
    assert (event["kind"], event["booking_id"], event["resolved_by"], event["why"], event["request_id"]) == (
        "confirmed",
        77,
        "ada",
        "ticket 4711",
        told_request_id("resolve-1"),
    )
    assert isinstance(world.refusal(idempotency_key=OTHER_KEY), DuplicateBookingError)


@pytest.mark.parametrize("lost", [expired, ambiguous])
def test_an_operation_that_booked_nothing_lets_an_equal_booking_in(lost: Callable[[World], str]) -> None:
    """Name none; the same may be booked under a new key, where its dates are still ahead."""
    world = World()
    operation_id = lost(world)
    assert resolve(world, operation_id, None) is OperationState.NOT_CREATED
    event = world.events(operation_id)[-1]
    assert (event["kind"], event.get("booking_id"), event["resolved_by"]) == ("not-created", None, "ada")
    world.gateway.bookings.clear()
    assert world.place(idempotency_key=OTHER_KEY).booking_id is not None


def test_what_reads_can_still_settle_is_not_a_person_s_to_settle() -> None:
    """Try it on an operation that is confirmed, and on one that is unknown."""
    world = World()
    confirmed = world.place().operation_id
    world.gateway.will_time_out_after_send()
    world.gateway.bookings.clear()
    unknown = world.refusal(members(SessionDate="2026-01-22 21:30"), idempotency_key=OTHER_KEY).operation_id
    for operation_id, state in ((confirmed, "CONFIRMED"), (str(unknown), "UNKNOWN")):
        with pytest.raises(NotResolvableError, match=f"The operation is {state}; only AMBIGUOUS"):
            resolve(world, operation_id, None)
        assert world.state_of(operation_id) is OperationState(state)


def test_a_booking_of_another_operation_is_not_given_away() -> None:
    """Name the booking that another one made."""
    world = World()
    owner = world.place(members(SessionDate="2026-01-22 21:30"), idempotency_key=OTHER_KEY)
    operation_id = expired(world)
    with pytest.raises(NotResolvableError, match=f"Booking 1 belongs to the operation {owner.operation_id}"):
        resolve(world, operation_id, 1)
    assert world.state_of(operation_id) is OperationState.EXPIRED_UNKNOWN


def test_an_operation_that_nobody_made_is_not_found() -> None:
    """Name one that is not there."""
    with pytest.raises(NotResolvableError, match="There is no operation op_0"):
        resolve(World(), "op_0", None)


def test_whoever_is_faster_is_not_written_over() -> None:
    """Let another person settle it between the look and the write."""
    world = World()
    operation_id = expired(world)

    def come_first() -> None:
        world.store.before_write = lambda: None
        resolve(world, operation_id, 78)

    world.store.before_write = come_first
    with pytest.raises(
        NotResolvableError, match=r"^The operation, or the booking, has changed just now\. Look at it again\.$"
    ):
        resolve(world, operation_id, None)
    assert world.events(operation_id)[-1]["booking_id"] == 78


def test_a_store_that_cannot_be_read_is_told() -> None:
    """Fail the look."""
    world = World()
    operation_id = expired(world)
    world.store.will_fail_reads()
    with pytest.raises(StoreUnavailableError):
        resolve(world, operation_id, None)


def test_a_booking_that_is_the_operation_s_already_may_be_named() -> None:
    """Its row was written, and what followed was not."""
    world = World()
    operation_id = expired(world)
    world.store.own(77, operation_id)
    assert resolve(world, operation_id, 77) is OperationState.CONFIRMED
