"""A repeat of a booking whose client or candidate was erased: told, neither sent nor answered again."""

import pytest

from chalicelib.domain.booking.form import JsonValue
from chalicelib.domain.errors import DuplicateBookingError, NotFoundError
from chalicelib.domain.operation.operation import OperationState
from tests.builders import members
from tests.unit.application.world import OTHER_KEY, World


def erased(world: World) -> str:
    """Book, erase, and return the operation's id."""
    operation_id = world.place().operation_id
    assert operation_id is not None
    world.store.strip(operation_id)
    return operation_id


@pytest.mark.parametrize("document", [members(), members(Duration=20), members(SessionDate="2026-01-21 21:30")])
def test_its_key_is_told_to_be_used_whatever_is_asked_for(document: dict[str, JsonValue]) -> None:
    """409 with the operation: what was asked for is known no more, so it is no replay, and no send."""
    world = World()
    operation_id = erased(world)
    error = world.refusal(document)
    assert isinstance(error, DuplicateBookingError)
    assert (error.operation_id, len(world.gateway.sent)) == (operation_id, 1)


def test_a_key_that_could_have_tried_again_cannot_any_more() -> None:
    """Nothing was sent for it before, and nothing is after."""
    world = World()
    world.gateway.will_refuse_connections()
    operation_id = str(world.refusal().operation_id)
    assert world.state_of(operation_id) is OperationState.NOT_SENT
    sent = len(world.gateway.sent)
    world.store.strip(operation_id)
    world.gateway.will_answer_again()
    error = world.refusal()
    assert isinstance(error, DuplicateBookingError)
    assert (error.operation_id, len(world.gateway.sent)) == (operation_id, sent)


def test_nobody_is_told_how_it_stands() -> None:
    """Whose it was cannot be known."""
    world = World()
    operation_id = erased(world)
    with pytest.raises(NotFoundError):
        world.ask(operation_id)


def test_an_equal_booking_under_a_new_key_is_a_booking_of_its_own() -> None:
    """Its guard was over before anybody could be erased."""
    world = World()
    erased(world)
    assert world.place(idempotency_key=OTHER_KEY).answer.status == 201
    assert len(world.gateway.sent) == 2
