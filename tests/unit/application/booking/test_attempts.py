"""A further attempt of the same operation, under the same key, after one that provably booked nothing."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from chalicelib.application.booking.place_booking import Answered
from chalicelib.domain.audit.event import event_hash, told_request_id
from chalicelib.domain.errors import (
    DuplicateBookingError,
    OperationInProgressError,
    OutcomeUnknownError,
    SwitchboardError,
    UpstreamUnavailableError,
)
from chalicelib.domain.operation.operation import OperationState
from tests.unit.application.world import KEY, OTHER_KEY, World

FAILURES: list[Callable[[World], None]] = [
    lambda world: world.gateway.will_refuse_connections(),
    lambda world: world.gateway.will_decline(401),
    lambda world: world.gateway.will_decline(429, "Slow down.", 7),
]
EVERY_FAILURE = pytest.mark.parametrize("fail", FAILURES, ids=["not sent", "401", "429"])


def failed_world(fail: Callable[[World], None]) -> tuple[World, str]:
    """Return a world whose first attempt has failed, and would not fail again, with the id of the operation."""
    world = World()
    fail(world)
    operation_id = world.refusal().operation_id
    world.gateway.will_answer_again()
    assert operation_id is not None
    return world, operation_id


@EVERY_FAILURE
def test_the_same_key_may_try_again_as_the_same_operation(fail: Callable[[World], None]) -> None:
    """Fail, mend and repeat."""
    world, operation_id = failed_world(fail)
    sent = len(world.gateway.sent)
    answered = world.place(request_id="request-2")
    assert (answered.operation_id, answered.booking_id, answered.is_replayed) == (operation_id, 1, False)
    assert len(world.gateway.sent) == sent + 1
    (record,) = world.store.records()
    assert (record.state, record.attempt, record.booking_id) == (OperationState.CONFIRMED, 2, 1)
    assert world.place().answer == answered.answer


@EVERY_FAILURE
def test_the_events_of_a_further_attempt_go_on_in_the_same_chain(fail: Callable[[World], None]) -> None:
    """Read all four back: each has the hash of the one before."""
    world, operation_id = failed_world(fail)
    world.place(request_id="request-2")
    stored, events = world.trail.events(operation_id), world.events(operation_id)
    assert [event["sequence"] for event in events] == [1, 2, 3, 4]
    assert [event["kind"] for event in events][2:] == ["claimed", "confirmed"]
    assert [event["previous_hash"] for event in events[1:]] == [event_hash(each) for each in stored[:-1]]
    assert (events[0]["attempt"], events[2]["attempt"]) == (1, 2)
    assert [event["request_id"] for event in events] == [
        told_request_id(each) for each in ("request-1", "request-1", "request-2", "request-2")
    ]
    assert {event["operation_id"] for event in events} == {operation_id}
    assert events[2]["request"] == events[0]["request"]
    assert [events[0]["call"], events[2]["call"]] == [f"op_{number:026}" for number in (1, 2)]
    assert events[0]["fingerprint"] == events[2]["fingerprint"] == world.store.claims[0].fingerprint
    assert (events[2]["unchecked"], set(events[2]["timings_ms"])) == ([], {"reads"})
    assert {event["candidate"] for event in events} == {world.register.rows[123456]}
    assert [event.get("client") for event in events] == [None, *[world.register.rows[1001]] * 3]


def test_attempts_go_on_until_one_has_an_answer_that_stands() -> None:
    """Fail twice in different ways, then be refused for good: the refusal is repeated, and nothing sent any more."""
    world, operation_id = failed_world(FAILURES[0])
    FAILURES[1](world)
    assert world.refusal().operation_id == operation_id
    world.gateway.will_decline(402)
    refused = world.place()
    world.gateway.will_answer_again()
    assert world.place().answer == refused.answer
    assert len(world.gateway.sent) == 3
    assert [event["sequence"] for event in world.events(operation_id)] == [1, 2, 3, 4, 5, 6]
    assert world.store.records()[0].attempt == 3


def test_a_refusal_that_stands_is_not_tried_again_under_its_key() -> None:
    """Decline for good."""
    world = World()
    world.gateway.will_decline(402)
    first = world.place()
    world.gateway.will_answer_again()
    assert world.place().answer == first.answer
    assert len(world.gateway.sent) == 1


def test_another_key_never_goes_on_with_an_operation_that_is_not_its_own() -> None:
    """Fail, and try under another key and under none: each is an operation of its own."""
    world, operation_id = failed_world(FAILURES[0])
    answered = world.place(idempotency_key=OTHER_KEY)
    assert answered.operation_id != operation_id
    assert world.state_of(operation_id) is OperationState.NOT_SENT


def test_while_a_further_attempt_is_being_sent_the_same_key_waits() -> None:
    """Tap again from inside the second send."""
    world, operation_id = failed_world(FAILURES[0])
    errors: list[SwitchboardError] = []

    def tap() -> None:
        world.gateway.before_send = lambda: None
        errors.append(world.refusal())

    world.gateway.before_send = tap
    sent = len(world.gateway.sent)
    assert world.place().booking_id == 1
    assert isinstance(errors[0], OperationInProgressError)
    assert errors[0].operation_id == operation_id
    assert len(world.gateway.sent) == sent + 1


@pytest.mark.parametrize("other_request_id", ["request-3", "request-2"])
def test_of_two_calls_that_try_again_at_once_one_sends(other_request_id: str) -> None:
    """Let a second call take the attempt between the look at the first one and the claim: its answer is ours as well.

    A caller may give both the same request id: what one call writes is never taken for the other's.
    """
    world, operation_id = failed_world(FAILURES[0])
    sent, answers = len(world.gateway.sent), list[Answered]()

    def overtake() -> None:
        if len(world.store.claims) == claims + 2:  # the outer call claims again, with the first attempt in hand
            world.store.before_write = lambda: None
            answers.append(world.place(request_id=other_request_id))

    claims = len(world.store.claims)
    world.store.before_write = overtake
    outer = world.place(request_id="request-2")
    assert (outer.answer, outer.is_replayed) == (answers[0].answer, True)
    assert answers[0].is_replayed is False
    assert outer.operation_id == operation_id
    assert len(world.gateway.sent) == sent + 1


def test_a_further_attempt_that_was_overtaken_by_a_failed_one_goes_on_from_there() -> None:
    """Let the second call fail as well: ours is the third attempt."""
    world, operation_id = failed_world(FAILURES[0])
    claims = len(world.store.claims)

    def overtake() -> None:
        if len(world.store.claims) == claims + 2:
            world.store.before_write = lambda: None
            world.gateway.will_refuse_connections()
            with suppress(UpstreamUnavailableError):
                world.place()
            world.gateway.will_answer_again()

    world.store.before_write = overtake
    assert world.place().booking_id == 1
    (record,) = world.store.records()
    assert (record.id, record.attempt) == (operation_id, 3)


def test_a_further_attempt_is_kept_out_by_an_equal_booking_that_another_key_made() -> None:
    """Fail under one key, book under another, and repeat the first."""
    world, _ = failed_world(FAILURES[0])
    other = world.place(idempotency_key=OTHER_KEY)
    error = world.refusal()
    assert isinstance(error, DuplicateBookingError)
    assert error.operation_id == other.operation_id
    assert len(world.gateway.bookings) == 1


def test_a_further_attempt_goes_on_when_the_booking_that_kept_it_out_has_ended() -> None:
    """Cancel what the other key booked: the first key's operation goes on with its second attempt."""
    world, operation_id = failed_world(FAILURES[0])
    other = world.place(idempotency_key=OTHER_KEY)
    world.gateway.end_booking(1, "Cancelled")
    answered = world.place()
    assert (answered.operation_id, answered.booking_id) == (operation_id, 2)
    assert world.kinds(operation_id) == ["claimed", "not-sent", "claimed", "confirmed"]
    assert world.kinds(other.operation_id) == ["claimed", "confirmed", "released"]


def test_after_an_attempt_with_an_unknown_outcome_there_is_no_other() -> None:
    """Fail to send, try again, and lose the answer: now nothing is sent any more."""
    world, operation_id = failed_world(FAILURES[0])
    world.gateway.will_time_out_after_send()
    sent = len(world.gateway.sent)
    for _ in range(2):
        error = world.refusal(idempotency_key=KEY)
        assert isinstance(error, OutcomeUnknownError)
        assert error.operation_id == operation_id
    assert len(world.gateway.sent) == sent + 1
    assert world.state_of(operation_id) is OperationState.UNKNOWN


def test_a_further_attempt_has_a_lease_and_a_window_of_its_own() -> None:
    """Try again after an hour and lose the answer: the settle window counts from the second send."""
    world, operation_id = failed_world(FAILURES[0])
    world.clock.tick(3600)
    world.gateway.will_time_out_after_send()
    world.refusal()
    world.clock.tick(60)
    assert isinstance(world.refusal(), OutcomeUnknownError)
    assert world.state_of(operation_id) is OperationState.UNKNOWN
