"""After the send: each outcome is recorded and answered, also when it cannot be recorded."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from chalicelib.application.booking.place_booking import Answered
from chalicelib.domain.errors import (
    DuplicateBookingError,
    InvalidTokenError,
    OperationInProgressError,
    OutcomeUnknownError,
    SwitchboardError,
    Trouble,
    UpstreamRefusedError,
    UpstreamUnavailableError,
)
from chalicelib.domain.operation.operation import OperationState, Outcome
from chalicelib.edge.problems.new_key import is_new_key_safe
from chalicelib.edge.problems.table import status_of
from tests.builders import TOKEN, booking, members
from tests.fakes.upstream import InMemoryGateway
from tests.unit.application.world import KEY, OTHER_KEY, World, body

Preparation = Callable[[InMemoryGateway], None]


def lose_the_answer(gateway: InMemoryGateway) -> None:
    """Let the upstream book, and its answer get lost."""
    gateway.will_time_out_after_send()


def refuse_connections(gateway: InMemoryGateway) -> None:
    """Let no byte out."""
    gateway.will_refuse_connections()


def decline(status: int) -> Preparation:
    """Return what lets the upstream decline."""
    return lambda gateway: gateway.will_decline(status, "Not today.", 7 if status == 429 else None)


def answer_garbage(gateway: InMemoryGateway) -> None:
    """Let the upstream answer 500."""
    outcome = Outcome(OperationState.UNKNOWN, "server-error", upstream_status=500, trouble=Trouble.UNREADABLE)
    gateway.answer = lambda _: outcome


def fail_from_now_on(world: World) -> None:
    """Let the store neither be written nor read."""
    world.store.will_fail_conclusion()
    world.store.will_fail_reads()


def cancel_and_repeat_its_reply(world: World) -> Answered:
    """Book and cancel; let AdultWork answer all that follows with the old reply, as a cache on the way might."""
    first = world.place()
    assert first.booking_id is not None
    old = world.gateway.bookings[first.booking_id]
    world.gateway.end_booking(first.booking_id, "Cancelled")
    world.gateway.answer = lambda _: Outcome(OperationState.CONFIRMED, "booked", upstream_status=200, booking=old)
    return first


ERRORS: list[tuple[Preparation, type[SwitchboardError], str, str, int | None]] = [
    (decline(429), UpstreamRefusedError, "rejected", "refused", 429),
    (decline(401), InvalidTokenError, "rejected", "refused", 401),
    (refuse_connections, UpstreamUnavailableError, "not-sent", "connection-refused", None),
    (lose_the_answer, OutcomeUnknownError, "unknown", "late", None),
    (answer_garbage, OutcomeUnknownError, "unknown", "server-error", 500),
]
IDS = ["429", "401", "not sent", "late", "500"]
EVERY_ERROR = pytest.mark.parametrize(("prepare", "expected", "kind", "reason", "status"), ERRORS, ids=IDS)
FINAL_REFUSALS = pytest.mark.parametrize(
    ("status", "answered"), [(400, 422), (402, 402), (403, 403), (404, 422), (409, 409), (422, 422)]
)


@EVERY_ERROR
def test_every_outcome_that_is_not_final_is_an_error_with_its_state_and_its_event(
    prepare: Preparation, expected: type[SwitchboardError], kind: str, reason: str, status: int | None
) -> None:
    """Fail the booking in each way."""
    world = World()
    prepare(world.gateway)
    error = world.refusal()
    assert type(error) is expected
    assert error.audit_pending is False
    assert len(world.gateway.sent) == 1
    state = world.state_of(error.operation_id)
    assert state is not None
    assert state.value == kind.upper().replace("-", "_")
    claimed, concluded = world.events(error.operation_id)
    assert (claimed["kind"], concluded["kind"], concluded["reason"]) == ("claimed", kind, reason)
    assert (concluded["upstream_status"], "booking_id" in concluded) == (status, False)
    assert "booking" not in concluded


@FINAL_REFUSALS
def test_a_refusal_that_stands_is_an_answer_with_its_state_and_its_event(status: int, answered: int) -> None:
    """Decline for a reason that another try would not mend."""
    world = World()
    world.gateway.will_decline(status, "Not today.")
    refused = world.place()
    assert (refused.answer.status, refused.booking_id) == (answered, None)
    assert (refused.is_replayed, refused.audit_pending) == (False, False)
    assert refused.answer.headers["Content-Type"] == "application/problem+json"
    assert body(refused)["operation_id"] == refused.operation_id
    assert body(refused)["request_id"] == "request-1"
    assert (body(refused)["upstream_message"], body(refused)["safe_to_retry_with_new_key"]) == ("Not today.", True)
    assert "Not today." not in body(refused)["detail"]
    assert world.state_of(refused.operation_id) is OperationState.REJECTED
    claimed, concluded = world.events(refused.operation_id)
    assert (claimed["kind"], concluded["kind"], concluded["reason"]) == ("claimed", "rejected", "refused")
    assert (concluded["upstream_status"], "booking_id" in concluded) == (status, False)


@pytest.mark.parametrize("prepare", [lose_the_answer, answer_garbage])
def test_an_unknown_outcome_says_when_it_will_be_known(prepare: Preparation) -> None:
    """Fail so that nothing is known, with a list that tells nothing yet: the settle window has to be waited for."""
    world = World()
    world.gateway.list_failure = UpstreamUnavailableError("late", trouble=Trouble.LATE)
    prepare(world.gateway)
    error = world.refusal()
    assert isinstance(error, OutcomeUnknownError)
    assert error.decided_by == world.clock.now() + world.policy.settle


@EVERY_ERROR
def test_a_conclusion_that_cannot_be_written_never_hides_the_outcome(
    prepare: Preparation, expected: type[SwitchboardError], kind: str, reason: str, status: int | None
) -> None:
    """Fail the store after the send; the answer is the same, and says that its record is pending."""
    del kind, reason, status
    world = World()
    prepare(world.gateway)
    world.store.will_fail_conclusion()
    error = world.refusal()
    assert type(error) is expected
    assert error.audit_pending is True
    assert world.state_of(error.operation_id) is OperationState.SENDING
    assert world.kinds(error.operation_id) == ["claimed"]


@FINAL_REFUSALS
def test_a_refusal_whose_conclusion_cannot_be_written_is_a_refusal_all_the_same(status: int, answered: int) -> None:
    """Fail the store after AdultWork declined."""
    world = World()
    world.gateway.will_decline(status)
    world.store.will_fail_conclusion()
    error = world.refusal()
    assert isinstance(error, UpstreamRefusedError)
    assert (status_of(error), error.audit_pending) == (answered, True)
    assert is_new_key_safe(error) is False  # the operation is still open
    assert world.state_of(error.operation_id) is OperationState.SENDING


def test_a_booking_whose_conclusion_cannot_be_written_is_a_success_all_the_same() -> None:
    """Fail the store after AdultWork booked: the caller learns the truth, and a second send stays impossible."""
    world = World()
    world.store.will_fail_conclusion()
    placed = world.place()
    assert (placed.answer.status, placed.booking_id, placed.audit_pending) == (201, 1, True)
    assert world.state_of(placed.operation_id) is OperationState.SENDING
    assert isinstance(world.refusal(), OperationInProgressError)
    assert isinstance(world.refusal(idempotency_key=None), DuplicateBookingError)
    assert len(world.gateway.sent) == 1


@pytest.mark.parametrize("created_at", ["2026-01-15T11:54:59", "2026-01-15T12:15:32", "not a date"])
def test_a_booking_of_another_time_is_no_success_while_nobody_can_say_whose_it_is(created_at: str) -> None:
    """Fail every write and read after a reply that names a booking from before or after: an old one, perhaps of a cache."""
    world = World()
    world.gateway.created_at = created_at
    world.gateway.before_send = lambda: fail_from_now_on(world)
    error = world.refusal()
    assert isinstance(error, OutcomeUnknownError)
    assert (error.audit_pending, error.trouble) == (True, Trouble.UNREADABLE)
    assert "cannot be told from an earlier one" in error.message
    assert world.state_of(error.operation_id) is OperationState.SENDING


def test_a_booking_of_nobody_else_is_a_success_whatever_its_date_says() -> None:
    """Fail the conclusion alone: the store can be read, and knows of no other operation with this booking."""
    world = World()
    world.gateway.created_at = "not a date"
    world.store.will_fail_conclusion()
    placed = world.place()
    assert (placed.answer.status, placed.audit_pending) == (201, True)


def test_a_booking_that_this_very_call_found_cancelled_is_not_its_own() -> None:
    """Free the guard of a cancelled booking, get its old reply, and lose the store: its date alone would have vouched."""
    world = World()
    cancel_and_repeat_its_reply(world)
    world.gateway.before_send = lambda: fail_from_now_on(world)
    error = world.refusal(idempotency_key=OTHER_KEY)
    assert isinstance(error, OutcomeUnknownError)


def test_a_booking_that_another_operation_has_is_no_success_either() -> None:
    """Let AdultWork repeat the reply of a booking that was cancelled since, and fail the conclusion."""
    world = World()
    first = cancel_and_repeat_its_reply(world)
    world.store.will_fail_conclusion()
    error = world.refusal(idempotency_key=OTHER_KEY)
    assert isinstance(error, OutcomeUnknownError)
    assert error.operation_id != first.operation_id


def test_a_booking_that_another_request_has_is_no_success() -> None:
    """Let AdultWork repeat the reply of a booking that stands to a request for another day, and fail the conclusion."""
    world = World()
    first = world.place()
    old = world.gateway.bookings[1]
    world.gateway.answer = lambda _: Outcome(OperationState.CONFIRMED, "booked", upstream_status=200, booking=old)
    world.store.will_fail_conclusion()
    error = world.refusal(members(SessionDate="2026-01-21 21:30"), idempotency_key=OTHER_KEY)
    assert isinstance(error, OutcomeUnknownError)
    assert error.operation_id != first.operation_id


def test_a_store_that_cannot_even_be_read_leaves_the_date_of_creation_to_vouch_for_a_booking() -> None:
    """Fail every write and read after the send; the booking is new, so the caller learns of it."""
    world = World()
    world.gateway.before_send = lambda: fail_from_now_on(world)
    placed = world.place()
    assert (placed.answer.status, placed.audit_pending) == (201, True)


@pytest.mark.parametrize(("seconds", "is_told"), [(5, True), (5.001, False), (31, False)])
def test_a_booking_that_is_older_than_its_claim_is_vouched_for_by_the_store_alone(
    seconds: float,
    is_told: bool,  # noqa: FBT001 (a row)
) -> None:
    """Answer with a booking that was made before the claim, as a cache may, and lose the store: nobody knows whose it is."""
    world = World()
    world.gateway.created_at = f"{(world.clock.now() - timedelta(seconds=seconds)).replace(tzinfo=None).isoformat()}"
    world.gateway.before_send = lambda: fail_from_now_on(world)
    if is_told:
        assert world.place().audit_pending is True
    else:
        assert isinstance(world.refusal(), OutcomeUnknownError)


def test_a_pending_conclusion_is_written_by_the_next_call_after_the_lease() -> None:
    """Repeat once the function is surely dead: the list tells what was booked, and the record is whole again."""
    world = World()
    world.store.will_fail_conclusion()
    placed = world.place()
    world.clock.tick(32)
    again = world.place()
    assert (again.answer, again.is_replayed) == (placed.answer, True)
    assert world.state_of(placed.operation_id) is OperationState.CONFIRMED
    assert world.kinds(placed.operation_id) == ["claimed", "unknown", "confirmed"]
    assert len(world.gateway.sent) == 1


def test_the_booking_that_a_doubtful_answer_names_is_kept_for_whoever_has_to_find_out() -> None:
    """Get another booking's answer, and one whose booking belongs to another operation: both events name it."""
    world = World()
    first = world.place()
    echo = Outcome(
        OperationState.UNKNOWN, "echo-differs", upstream_status=200, trouble=Trouble.UNREADABLE, named_booking_id=77
    )
    world.gateway.answer = lambda _: echo
    error = world.refusal(members(SessionDate="2026-01-21 21:30"), idempotency_key=None)
    assert world.events(error.operation_id)[1]["named_booking"] == 77
    old = Outcome(OperationState.CONFIRMED, "booked", upstream_status=200, booking=world.gateway.bookings[1])
    world.gateway.answer = lambda _: old
    error = world.refusal(members(SessionDate="2026-01-22 21:30"), idempotency_key=None)
    _, concluded = world.events(error.operation_id)
    assert (concluded["reason"], concluded["named_booking"]) == ("booking-id-taken", first.booking_id)
    assert "named_booking" not in world.events(first.operation_id)[1]


@pytest.mark.parametrize(
    ("status", "told"), [("Accepted", "Accepted"), ("07700900123", "odd"), ("On hold", "odd"), ("", "odd")]
)
def test_a_status_that_is_no_word_is_not_written_down(status: str, told: str) -> None:
    """Answer with a text of AdultWork's own; the trail is for good, and nobody knows what it may hold."""
    world = World()
    world.gateway.answer = lambda _: Outcome(
        OperationState.CONFIRMED, "booked", upstream_status=200, booking=booking(status=status)
    )
    placed = world.place()
    assert world.events(placed.operation_id)[1]["booking"] == {"status": told, "credits": "32.0000"}


def test_what_adultwork_says_about_a_refusal_reaches_the_caller() -> None:
    """Decline with a message and a wait."""
    world = World()
    world.gateway.will_decline(429, "Slow down.", 7)
    error = world.refusal()
    assert isinstance(error, UpstreamRefusedError)
    assert error.upstream_message == "Slow down."
    assert (error.upstream_status, error.retry_after_seconds) == (429, 7)


@pytest.mark.parametrize(
    ("prepare", "is_forgotten"),
    [(decline(401), True), (decline(403), True), (decline(402), False), (decline(429), False), (answer_garbage, False)],
)
def test_a_token_that_the_post_refuses_is_forgotten(
    prepare: Preparation,
    is_forgotten: bool,  # noqa: FBT001 (a row)
) -> None:
    """Decline for the token's sake, and for other reasons."""
    world = World()
    prepare(world.gateway)
    with suppress(SwitchboardError):
        world.place()
    assert (TOKEN in world.introspector.forgotten) is is_forgotten
    assert (world.introspector.recall(TOKEN) is None) is is_forgotten


@pytest.mark.parametrize("prepare", [decline(402), decline(401), refuse_connections])
def test_after_a_sure_failure_the_booking_may_be_tried_under_another_key(prepare: Preparation) -> None:
    """Fail, mend and book; the guard is free, and it is another operation."""
    world = World()
    prepare(world.gateway)
    with suppress(SwitchboardError):
        world.place()
    world.gateway.will_answer_again()
    placed = world.place(idempotency_key=OTHER_KEY)
    assert placed.booking_id == 1
    assert [world.state_of(record.id) is OperationState.CONFIRMED for record in world.store.records()] == [False, True]


@pytest.mark.parametrize("prepare", [lose_the_answer, answer_garbage])
def test_after_an_unknown_outcome_nothing_is_sent_again(prepare: Preparation) -> None:
    """Lose the answer, and try under the same key, another and none, now and after the lease."""
    world = World()
    prepare(world.gateway)
    unknown = world.refusal()
    for seconds in (0, 600):
        world.clock.tick(seconds)
        again = {key: world.refusal(idempotency_key=key) for key in (KEY, OTHER_KEY, None)}
        assert [type(error) for error in again.values()] == [
            OutcomeUnknownError,
            DuplicateBookingError,
            DuplicateBookingError,
        ]
        assert {error.operation_id for error in again.values()} == {unknown.operation_id}
    assert len(world.gateway.sent) == 1


def test_what_is_ambiguous_at_once_says_why_its_answer_could_not_be_read() -> None:
    """AdultWork answered with nonsense, and its list has two bookings that may be the one."""
    world = World()

    def book_twice_and_answer_nonsense(_: object) -> Outcome:
        world.gateway.bookings |= {7: booking(booking_id=7), 8: booking(booking_id=8)}
        return Outcome(OperationState.UNKNOWN, "server-error", trouble=Trouble.UNREADABLE)

    world.gateway.answer = book_twice_and_answer_nonsense
    error = world.refusal()
    assert isinstance(error, OutcomeUnknownError)
    assert (error.state, error.trouble) == ("AMBIGUOUS", Trouble.UNREADABLE)
