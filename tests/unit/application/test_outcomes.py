"""After the send: each outcome is recorded and answered, also when it cannot be recorded."""

from collections.abc import Callable

import pytest

from chalicelib.domain.errors import (
    DuplicateBookingError,
    InvalidTokenError,
    OutcomeUnknownError,
    SwitchboardError,
    Trouble,
    UpstreamRefusedError,
    UpstreamUnavailableError,
)
from chalicelib.domain.operation import OperationState, Outcome
from tests.builders import TOKEN
from tests.fakes.upstream import InMemoryGateway
from tests.unit.application.world import World

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


OUTCOMES: list[tuple[Preparation, type[SwitchboardError], str, str, int | None]] = [
    (decline(400), UpstreamRefusedError, "rejected", "refused", 400),
    (decline(402), UpstreamRefusedError, "rejected", "refused", 402),
    (decline(403), UpstreamRefusedError, "rejected", "refused", 403),
    (decline(409), UpstreamRefusedError, "rejected", "refused", 409),
    (decline(422), UpstreamRefusedError, "rejected", "refused", 422),
    (decline(429), UpstreamRefusedError, "rejected", "refused", 429),
    (decline(401), InvalidTokenError, "rejected", "refused", 401),
    (refuse_connections, UpstreamUnavailableError, "not-sent", "connection-refused", None),
    (lose_the_answer, OutcomeUnknownError, "unknown", "late", None),
    (answer_garbage, OutcomeUnknownError, "unknown", "server-error", 500),
]
IDS = ["400", "402", "403", "409", "422", "429", "401", "not sent", "late", "500"]
EVERY_OUTCOME = pytest.mark.parametrize(("prepare", "expected", "kind", "reason", "status"), OUTCOMES, ids=IDS)


@EVERY_OUTCOME
def test_every_outcome_has_its_answer_its_state_and_its_event(
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
    assert (concluded["upstream_status"], concluded["booking_id"]) == (status, None)
    assert "booking" not in concluded


@EVERY_OUTCOME
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


def test_a_booking_whose_conclusion_cannot_be_written_is_a_success_all_the_same() -> None:
    """Fail the store after AdultWork booked: the caller learns the truth, and a second send stays impossible."""
    world = World()
    world.store.will_fail_conclusion()
    placed = world.place()
    assert (placed.booking.booking_id, placed.audit_pending) == (1, True)
    assert world.state_of(placed.operation_id) is OperationState.SENDING
    assert isinstance(world.refusal(idempotency_key=None), DuplicateBookingError)
    assert len(world.gateway.sent) == 1


def test_what_adultwork_says_about_a_refusal_reaches_the_caller() -> None:
    """Decline with a message and a wait."""
    world = World()
    world.gateway.will_decline(429, "Slow down.", 7)
    error = world.refusal()
    assert isinstance(error, UpstreamRefusedError)
    assert error.message.endswith("AdultWork says: Slow down.")
    assert (error.upstream_status, error.retry_after_seconds) == (429, 7)


@pytest.mark.parametrize(("status", "is_forgotten"), [(401, True), (403, True), (402, False), (429, False)])
def test_a_token_that_the_post_refuses_is_forgotten(status: int, is_forgotten: bool) -> None:  # noqa: FBT001 (a row)
    """Decline for the token's sake, and for other reasons."""
    world = World()
    world.gateway.will_decline(status)
    world.refusal()
    assert (TOKEN in world.introspector.forgotten) is is_forgotten
    assert (world.introspector.recall(TOKEN) is None) is is_forgotten


@pytest.mark.parametrize("prepare", [decline(402), decline(401), refuse_connections])
def test_after_a_sure_failure_the_booking_may_be_tried_under_another_key(prepare: Preparation) -> None:
    """Fail, mend and book; the guard is free."""
    world = World()
    prepare(world.gateway)
    world.refusal()
    world.gateway.answer = InMemoryGateway().answer
    assert world.place(idempotency_key="fedcba9876543210")


@pytest.mark.parametrize("prepare", [lose_the_answer, answer_garbage])
def test_after_an_unknown_outcome_nothing_is_sent_again(prepare: Preparation) -> None:
    """Lose the answer, and try under the same key, another and none, now and after the lease."""
    world = World()
    prepare(world.gateway)
    unknown = world.refusal()
    for seconds in (0, 3600):
        world.clock.tick(seconds)
        for key in ("0123456789abcdef", "fedcba9876543210", None):
            again = world.refusal(idempotency_key=key)
            assert isinstance(again, DuplicateBookingError)
            assert again.operation_id == unknown.operation_id
    assert len(world.gateway.sent) == 1
