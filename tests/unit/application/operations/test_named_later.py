"""A client whom no event has named yet, since the vault was down: whoever settles the operation later names them, once."""

import pytest

from chalicelib.domain.operation.operation import OperationState
from tests.builders import booking
from tests.unit.application.world import OTHER_KEY, World

DAY = 24 * 3600


def nameless(world: World, *, is_concluded: bool) -> str:
    """Send a booking whose answer is lost, while the vault is down; return its operation."""
    world.vault.will_fail()
    world.gateway.will_time_out_after_send()
    if not is_concluded:
        world.store.will_fail_conclusion()
    operation_id = world.refusal(idempotency_key=None).operation_id
    world.gateway.will_answer_again()
    world.vault.will_work()
    assert operation_id is not None
    assert {event.client for event in world.store.written} == {None}
    return operation_id


def named(world: World, operation_id: str) -> list[tuple[str, bool]]:
    """Return the kinds of the events that name the client, and which of them is the first to do so."""
    mine = [event for event in world.store.written if event.operation_id == operation_id]
    assert {event.client for event in mine} <= {None, world.register.rows[1001]}
    return [(event.kind.value, event.tells_client) for event in mine if event.client is not None]


def test_whoever_asks_names_them() -> None:
    """The key of the account is there again, and so is its row in the register."""
    world = World()
    operation_id = nameless(world, is_concluded=True)
    world.gateway.bookings[5] = booking(booking_id=5)
    assert world.ask(operation_id).record.state is OperationState.CONFIRMED
    assert named(world, operation_id) == [("confirmed", True)]


@pytest.mark.parametrize("is_concluded", [True, False])
def test_the_clock_names_them(*, is_concluded: bool) -> None:
    """It reads the register; where a function died, the event that says so is the first."""
    world = World()
    operation_id = nameless(world, is_concluded=is_concluded)
    world.register.learn(1001, "p_client")
    world.clock.tick(DAY + 1)
    world.expire()
    if is_concluded:
        assert named(world, operation_id) == [("expired", True)]
        return
    assert named(world, operation_id) == [("unknown", True)]
    world.expire()
    assert named(world, operation_id) == [("unknown", True), ("expired", False)]


def test_whoever_finds_a_lease_over_and_settles_at_once_names_them_once() -> None:
    """Two events by one call."""
    world = World()
    operation_id = nameless(world, is_concluded=False)
    world.gateway.bookings[5] = booking(booking_id=5)
    world.clock.tick(32)
    assert world.ask(operation_id).record.state is OperationState.CONFIRMED
    assert named(world, operation_id) == [("unknown", True), ("confirmed", False)]


def test_an_answer_that_was_lost_and_is_found_at_once_names_them_once() -> None:
    """The claim does not know the name of a client who books for the first time; the conclusion does."""
    world = World()
    world.gateway.will_book_and_lose_the_answer()
    answered = world.place()
    assert named(world, answered.operation_id or "") == [("unknown", True), ("confirmed", False)]


def test_whoever_frees_the_guard_of_a_booking_that_ended_names_them() -> None:
    """It was made while the vault was down."""
    world = World()
    world.vault.will_fail()
    first = world.place()
    world.vault.will_work()
    world.gateway.end_booking(first.booking_id or 0, "Cancelled")
    world.place(idempotency_key=OTHER_KEY)
    assert named(world, first.operation_id or "") == [("released", True)]
