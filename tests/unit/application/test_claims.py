"""The claim: what keeps a booking from being sent, and what happens when the store fails."""

import pytest

from chalicelib.domain.errors import (
    DuplicateBookingError,
    IdempotencyKeyReusedError,
    OperationInProgressError,
    StoreUnavailableError,
    SwitchboardError,
    Trouble,
    UpstreamUnavailableError,
)
from chalicelib.domain.operation import OperationState
from tests.builders import members
from tests.unit.application.slowness import TickingGateway, TickingStore
from tests.unit.application.world import World

OTHER_KEY = "fedcba9876543210"


def test_a_claim_that_fails_means_that_nothing_is_sent() -> None:
    """Fail the store."""
    world = World()
    world.store.will_fail_claim()
    error = world.refusal()
    assert isinstance(error, StoreUnavailableError)
    assert world.gateway.sent == []
    assert world.store.conclusions == []
    assert world.place().booking.booking_id == 1


def test_a_claim_whose_answer_is_lost_means_that_nothing_is_sent() -> None:
    """Let the store write and fail all the same; the record stands, and keeps a second booking out."""
    world = World()
    world.store.will_apply_claim_then_fail()
    assert isinstance(world.refusal(), StoreUnavailableError)
    assert isinstance(world.refusal(), OperationInProgressError)
    assert isinstance(world.refusal(idempotency_key=None), DuplicateBookingError)
    assert world.gateway.sent == []


def test_the_same_key_for_the_same_booking_is_sent_once() -> None:
    """Book twice under one key; the second answer names the first operation."""
    world = World()
    placed = world.place()
    error = world.refusal(request_id="request-2")
    assert isinstance(error, DuplicateBookingError)
    assert error.operation_id == placed.operation_id
    assert len(world.gateway.sent) == 1
    assert world.kinds(placed.operation_id) == ["claimed", "confirmed"]


def test_the_same_key_for_another_booking_is_refused_and_discloses_nothing() -> None:
    """Reuse the key."""
    world = World()
    placed = world.place()
    error = world.refusal(members(Duration=16))
    assert isinstance(error, IdempotencyKeyReusedError)
    assert error.operation_id is None
    assert placed.operation_id not in error.message
    assert len(world.gateway.sent) == 1


@pytest.mark.parametrize("key", [OTHER_KEY, None])
def test_an_equal_booking_under_another_key_or_none_is_sent_once(key: str | None) -> None:
    """Tap twice; what else is in the request does not matter."""
    world = World()
    placed = world.place()
    error = world.refusal(members(Duration=20, Credits=40), idempotency_key=key)
    assert isinstance(error, DuplicateBookingError)
    assert error.operation_id == placed.operation_id
    assert len(world.gateway.sent) == 1


@pytest.mark.parametrize("changes", [{"BookUserID": 123457}, {"SessionDate": "2026-01-20 21:31"}])
def test_another_candidate_or_another_time_is_another_booking(changes: dict[str, int | str]) -> None:
    """Change one part of what the guard is made of."""
    world = World()
    world.place()
    world.place(members(**changes), idempotency_key=OTHER_KEY)
    assert len(world.gateway.sent) == 2


def test_a_second_tap_while_the_first_is_being_sent_is_told_to_wait() -> None:
    """Tap again from inside the send, under the same key, under another and under none."""
    world = World()
    errors: list[SwitchboardError] = []

    def tap() -> None:
        world.gateway.before_send = lambda: None
        errors.extend(world.refusal(idempotency_key=key) for key in ("0123456789abcdef", OTHER_KEY, None))

    world.gateway.before_send = tap
    placed = world.place()
    assert [type(error) for error in errors] == [OperationInProgressError, DuplicateBookingError, DuplicateBookingError]
    assert {error.operation_id for error in errors} == {placed.operation_id}
    assert errors[0].retry_after_seconds == 30
    assert len(world.gateway.sent) == 1


@pytest.mark.parametrize(
    ("claim_seconds", "is_sent"),
    [(1, True), (1.1, False), (4, False)],
)
def test_a_claim_that_ate_the_time_of_the_post_is_concluded_as_not_sent(
    claim_seconds: float,
    is_sent: bool,  # noqa: FBT001 (a row)
) -> None:
    """Take six seconds for the reads, and a second or more for the claim: the POST never starts late."""
    world = World()
    world.gateway, world.store = TickingGateway(world.clock, read=3), TickingStore(world.clock, claim=claim_seconds)
    if is_sent:
        assert world.place().booking.booking_id == 1
        return
    error = world.refusal()
    assert isinstance(error, UpstreamUnavailableError)
    assert error.trouble is Trouble.LATE
    assert world.gateway.sent == []
    assert world.state_of(error.operation_id) is OperationState.NOT_SENT
    claimed, not_sent = world.events(error.operation_id)
    assert (claimed["kind"], not_sent["kind"], not_sent["reason"]) == ("claimed", "not-sent", "late")
