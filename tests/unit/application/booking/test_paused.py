"""While sending is paused nothing is claimed or sent, and everything that sends nothing goes on."""

from chalicelib.domain.booking.facts import BookingRequirements
from chalicelib.domain.errors import (
    BookingRejectedError,
    DuplicateBookingError,
    IdempotencyKeyReusedError,
    SendingPausedError,
    SwitchboardError,
    Trouble,
    UpstreamUnavailableError,
)
from chalicelib.domain.operation.operation import OperationState
from tests.builders import members
from tests.unit.application.world import KEY, OTHER_KEY, World


def require_paused(error: SwitchboardError) -> None:
    """Require that a refusal says that sending is paused, and when another try makes sense."""
    assert isinstance(error, SendingPausedError)
    assert error.retry_after_seconds == 60


def test_a_new_booking_is_neither_claimed_nor_sent() -> None:
    """The refusal is an event of its own, and the booking is made under the same key once sending goes on."""
    world = World(is_sending=False)
    require_paused(world.refusal())
    assert world.gateway.sent == []
    (refused,) = world.trail.refusals
    assert refused.details["reason"] == "sending-paused"
    assert world.store.records() == ()
    world.is_sending = True
    assert world.place().booking_id == 1


def test_a_repeat_gets_its_first_answer() -> None:
    """The one of the same key and request, to the byte."""
    world = World()
    first = world.place()
    world.is_sending = False
    repeated = world.place()
    assert (repeated.answer.body, repeated.is_replayed) == (first.answer.body, True)
    assert len(world.gateway.sent) == 1


def test_earlier_operations_stand_in_the_way_as_ever() -> None:
    """An equal booking and a key of another booking are told as such: waiting would not help."""
    world = World()
    world.place()
    world.is_sending = False
    assert isinstance(world.refusal(idempotency_key=OTHER_KEY), DuplicateBookingError)
    assert isinstance(world.refusal(members(Duration=16), idempotency_key=KEY), IdempotencyKeyReusedError)


def test_broken_rules_are_told_before_the_pause_and_the_pause_before_facts_that_cannot_be_read() -> None:
    """What the user has to mend, then what only passes by waiting."""
    world = World(is_sending=False)
    world.gateway.facts = BookingRequirements(is_bookable=False)
    assert isinstance(world.refusal(), BookingRejectedError)
    world.gateway.facts = World().gateway.facts
    world.gateway.read_failure = UpstreamUnavailableError("late", trouble=Trouble.LATE)
    require_paused(world.refusal())


def test_a_request_that_was_surely_not_sent_waits_as_well() -> None:
    """Its next attempt would send."""
    world = World()
    world.gateway.will_refuse_connections()
    assert isinstance(world.refusal(), UpstreamUnavailableError)
    world.is_sending = False
    require_paused(world.refusal())
    assert len(world.store.records()) == 1


def test_an_unknown_outcome_is_settled_by_reading() -> None:
    """By the repeat and by the status resource."""
    world = World()
    world.gateway.will_book_and_lose_the_answer()
    world.gateway.list_failure = UpstreamUnavailableError("late", trouble=Trouble.LATE)
    error = world.refusal()
    world.gateway.list_failure = None
    world.is_sending = False
    assert world.ask(error.operation_id).record.state is OperationState.CONFIRMED
    assert world.place().is_replayed is True


def test_a_register_out_of_reach_hides_neither_the_pause_nor_what_was_booked() -> None:
    """A new booking is refused, by an event that names nobody; a repeat, whose seal is out of reach, learns its operation."""
    world = World()
    first = world.place()
    world.is_sending = False
    world.register.forget()
    world.register.will_fail()
    repeated = world.refusal()
    assert isinstance(repeated, DuplicateBookingError)
    assert repeated.operation_id == first.operation_id
    assert world.ask(first.operation_id).record.state is OperationState.CONFIRMED
    require_paused(world.refusal(members(BookUserID=654321), idempotency_key=OTHER_KEY))
    (refused,) = world.trail.refusals
    assert (refused.client, refused.candidate) == (None, None)
    assert (len(world.store.records()), len(world.gateway.sent)) == (1, 1)


def test_a_candidate_whom_nobody_has_met_is_named_by_the_refusal_and_by_the_booking_alike() -> None:
    """The pause puts the row, the booking that follows it finds it, and no name is given twice."""
    world = World(is_sending=False)
    require_paused(world.refusal())
    (refused,) = world.trail.refusals
    world.is_sending = True
    placed = world.place()
    record = world.store.standing(placed.operation_id)
    assert record is not None
    assert (record.names.client, record.names.candidate) == (refused.client, refused.candidate)
    assert None not in {refused.client, refused.candidate}
