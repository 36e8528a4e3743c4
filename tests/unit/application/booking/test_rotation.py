"""The key of the keyed hashes is rotated between a try and its repeat: everything is still found, and nothing sent twice."""

import pytest

from chalicelib.domain.booking.form import JsonValue
from chalicelib.domain.errors import DuplicateBookingError, IdempotencyKeyReusedError, OutcomeUnknownError
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.operation.operation import OperationState
from tests.builders import members
from tests.fakes.system import FixedKeys
from tests.unit.application.world import KEY, OTHER_KEY, World

OLD, NEW = HmacKey(b"the old key for tests, 32 bytes or more"), HmacKey(b"the new key for tests, 32 bytes or more")


def rotate(world: World, *keys: HmacKey) -> None:
    """Put a new key before the old one, or let the container know these keys."""
    world.keys = FixedKeys(*(keys or (NEW, OLD)))


@pytest.fixture(name="world")
def world_with_the_old_key() -> World:
    """Return a world before the rotation."""
    return World(keys=FixedKeys(OLD))


def test_a_repeat_is_found(world: World) -> None:
    """Book, rotate and repeat."""
    first = world.place()
    rotate(world)
    again = world.place()
    assert (again.answer, again.is_replayed) == (first.answer, True)
    assert len(world.gateway.sent) == 1


def test_another_request_under_the_same_key_is_told_apart(world: World) -> None:
    """Book, rotate and reuse the key: the fingerprint was made with the old one."""
    world.place()
    rotate(world)
    assert isinstance(world.refusal(members(Duration=16)), IdempotencyKeyReusedError)


@pytest.mark.parametrize("key", [OTHER_KEY, None])
def test_an_equal_booking_is_kept_out(world: World, key: str | None) -> None:
    """Book, rotate and tap again."""
    first = world.place()
    rotate(world)
    error = world.refusal(idempotency_key=key)
    assert isinstance(error, DuplicateBookingError)
    assert error.operation_id == first.operation_id


def test_a_further_attempt_is_of_the_same_operation(world: World) -> None:
    """Fail, rotate and try again: one operation, and a repeat finds it."""
    world.gateway.will_refuse_connections()
    failed = world.refusal()
    rotate(world)
    world.gateway.will_answer_again()
    answered = world.place()
    (record,) = world.store.records()
    assert answered.operation_id == failed.operation_id == record.id
    assert NEW.made(record.fingerprint)
    assert world.place().answer == answered.answer
    assert isinstance(world.refusal(idempotency_key=OTHER_KEY), DuplicateBookingError)
    assert len(world.gateway.sent) == 2


@pytest.mark.parametrize("key", [KEY, OTHER_KEY, None])
@pytest.mark.parametrize(
    "document", [members(), members(Duration=16)], ids=["the same booking", "another of the same time"]
)
def test_a_container_that_knows_only_another_key_neither_sends_nor_replays(
    world: World, key: str | None, document: dict[str, JsonValue]
) -> None:
    """Book, take the old key away, and tap again: whether it is the same request cannot be told."""
    first = world.place()
    rotate(world, NEW)
    error = world.refusal(document, idempotency_key=key)
    assert isinstance(error, DuplicateBookingError)
    assert (error.operation_id, error.retry_after_seconds) == (first.operation_id, None)
    assert ("cannot be told any more" in error.message) is (key == KEY)
    assert len(world.gateway.sent) == 1


def test_a_booking_that_may_try_again_is_not_tried_by_a_container_that_cannot_compare(world: World) -> None:
    """Fail to send, and come back to a container with the other key; then to one that knows both."""
    world.gateway.will_refuse_connections()
    failed = world.refusal()
    world.gateway.will_answer_again()
    sent = len(world.gateway.sent)
    rotate(world, NEW)
    assert isinstance(world.refusal(), DuplicateBookingError)
    assert len(world.gateway.sent) == sent
    rotate(world, NEW, OLD)
    assert world.place().operation_id == failed.operation_id


def test_a_guard_of_before_is_freed_and_the_next_one_keeps_out(world: World) -> None:
    """Book, rotate, cancel upstream and book again."""
    world.place()
    rotate(world)
    world.gateway.end_booking(1, "Cancelled")
    second = world.place(idempotency_key=OTHER_KEY)
    assert second.booking_id == 2
    assert NEW.made(world.store.records()[1].fingerprint)
    assert isinstance(world.refusal(idempotency_key=None), DuplicateBookingError)


def test_an_unknown_outcome_of_before_is_settled_and_answered(world: World) -> None:
    """Lose the answer, rotate, wait and repeat."""
    world.gateway.will_time_out_after_send()
    lost = world.refusal()
    rotate(world)
    assert isinstance(world.refusal(), OutcomeUnknownError)
    world.clock.tick(900)
    first = world.place()
    assert world.state_of(lost.operation_id) is OperationState.NOT_CREATED
    assert world.place().answer == first.answer
    world.gateway.will_answer_again()
    assert world.place(idempotency_key=OTHER_KEY).booking_id == 1


def test_new_records_are_made_with_the_new_key_alone(world: World) -> None:
    """Rotate and book: nothing of the old key is written."""
    rotate(world)
    world.place()
    assert NEW.id in world.store.rows()
    assert OLD.id not in world.store.rows()
