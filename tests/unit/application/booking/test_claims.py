"""The claim: what keeps a booking from being sent, and what happens when the store fails."""

from dataclasses import dataclass, field

import pytest

from chalicelib.application.ports import BookingHeld, ClaimAnswer
from chalicelib.domain.audit.event import AuditEvent, EventKind
from chalicelib.domain.errors import (
    DuplicateBookingError,
    IdempotencyKeyReusedError,
    OperationInProgressError,
    StoreUnavailableError,
    SwitchboardError,
    TooManyBookingsError,
    Trouble,
    UpstreamUnavailableError,
)
from chalicelib.domain.operation.operation import Operation, OperationState
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.time_budget import Deadline
from tests.builders import OTHER_TOKEN, PRINCIPAL, members
from tests.fakes.store import TroubledStore
from tests.sentences import require_sentences
from tests.unit.application.slowness import TickingGateway, TickingStore
from tests.unit.application.world import KEY, OTHER_KEY, World


def test_a_claim_that_fails_means_that_nothing_is_sent() -> None:
    """Fail the store."""
    world = World()
    world.store.will_fail_claim()
    error = world.refusal()
    assert isinstance(error, StoreUnavailableError)
    assert world.gateway.sent == []
    assert world.store.conclusions == []
    assert world.place().booking_id == 1


def test_a_claim_whose_answer_is_lost_means_that_nothing_is_sent() -> None:
    """Let the store write and fail all the same; the record stands, and keeps a second booking out."""
    world = World()
    world.store.will_apply_claim_then_fail()
    assert isinstance(world.refusal(), StoreUnavailableError)
    assert isinstance(world.refusal(), OperationInProgressError)
    assert isinstance(world.refusal(idempotency_key=None), DuplicateBookingError)
    assert world.gateway.sent == []


@pytest.mark.parametrize(
    "changes",
    [
        {"Duration": 16}, {"Credits": 33}, {"Comments": "Hello!"}, {"PhoneNumber": "07700900124"}, {"BookUserID": 123457},
        {"SessionDate": "2026-01-20 21:31"}, {"AcceptBy": "2026-01-20 18:01"}, {"Method": 3, "SkypeName": "live:someone"},
    ],
    ids=lambda changes: next(iter(changes)),
)  # fmt: skip
def test_the_same_key_for_another_booking_is_refused_and_discloses_nothing(changes: dict[str, int | str]) -> None:
    """Reuse the key, each time with one member changed."""
    world = World()
    answered = world.place()
    error = world.refusal(members(**changes))
    assert isinstance(error, IdempotencyKeyReusedError)
    assert (error.operation_id, error.retry_after_seconds) == (None, None)
    assert answered.operation_id not in error.message
    assert "under a new key" in error.message
    require_sentences(error.message)
    assert len(world.gateway.sent) == 1


def test_two_accounts_may_use_the_same_key_and_book_the_same() -> None:
    """Send the same from another account: nothing of one is known to the other."""
    world = World()
    world.introspector.principals[OTHER_TOKEN] = type(PRINCIPAL)(1002, PRINCIPAL.scopes)
    first, second = world.place(), world.place(token=OTHER_TOKEN)
    assert (first.booking_id, second.booking_id, second.is_replayed) == (1, 2, False)


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
        errors.extend(world.refusal(idempotency_key=key) for key in (KEY, OTHER_KEY, None))

    world.gateway.before_send = tap
    answered = world.place()
    assert [type(error) for error in errors] == [OperationInProgressError, DuplicateBookingError, DuplicateBookingError]
    assert {error.operation_id for error in errors} == {answered.operation_id}
    assert [error.retry_after_seconds for error in errors] == [5, 5, 5]
    assert len(world.gateway.sent) == 1
    assert "made_bookings" not in world.gateway.reads


def test_the_bookings_of_an_account_are_limited() -> None:
    """Book twice where two are allowed; the third is told when the next window begins, and nothing of it stands."""
    world = World(store=TroubledStore(limits=[(2, 60), (30, 86_400)]))
    world.clock.tick(10)
    for day in (20, 21):
        world.place(members(SessionDate=f"2026-01-{day} 21:30"), idempotency_key=None)
    third = members(SessionDate="2026-01-22 21:30")
    error = world.refusal(third)
    assert isinstance(error, TooManyBookingsError)
    assert (error.limit, error.window_seconds, error.retry_after_seconds) == (2, 60, 50)
    assert error.operation_id is None
    assert len(world.gateway.sent) == 2
    world.clock.tick(50)
    world.gateway.created_at = "2026-01-15T12:01:00"
    assert world.place(third).booking_id == 3


def test_a_further_attempt_that_comes_too_often_names_its_operation() -> None:
    """Fail to send and try again where one attempt is allowed."""
    world = World(store=TroubledStore(limits=[(1, 60)]))
    world.gateway.will_refuse_connections()
    first = world.refusal()
    error = world.refusal()
    assert isinstance(error, TooManyBookingsError)
    assert error.operation_id == first.operation_id


def test_a_repeat_is_answered_though_the_account_may_book_no_more() -> None:
    """Book up to the limit and repeat."""
    world = World(store=TroubledStore(limits=[(1, 60)]))
    assert world.place().answer == world.place().answer
    assert isinstance(world.refusal(idempotency_key=OTHER_KEY), DuplicateBookingError)


@dataclass
class ContestedStore(TroubledStore):
    """A store in which another call takes the booking each time that the way was clear."""

    overtakers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def claim(
        self, operation: Operation, event: AuditEvent, deadline: Deadline, previous: OperationRecord | None = None
    ) -> ClaimAnswer:
        """Say that an operation stands in the way which has booked nothing."""
        if self.overtakers:
            self.claims.append(operation)
            return BookingHeld(self.overtakers[0])
        return super().claim(operation, event, deadline, previous)


def test_a_claim_that_loses_every_race_gives_up_and_sends_nothing() -> None:
    """Let others come first again and again; three tries are enough."""
    world = World(store=(store := ContestedStore()))
    world.gateway.will_decline(402)
    store.overtakers.append(world.place().operation_id)
    claims = len(store.claims)
    error = world.refusal(idempotency_key=OTHER_KEY)
    assert isinstance(error, OperationInProgressError)
    assert (error.operation_id, error.retry_after_seconds) == (None, 5)
    assert len(store.claims) == claims + 3
    assert len(world.gateway.sent) == 1


@pytest.mark.parametrize(("claim_seconds", "is_sent"), [(1, True), (1.1, False), (4, False)])
def test_a_claim_that_ate_the_time_of_the_post_is_concluded_as_not_sent(
    claim_seconds: float,
    is_sent: bool,  # noqa: FBT001 (a row)
) -> None:
    """Take six seconds for the reads, and a second or more for the claim: the POST never starts late."""
    world = World()
    world.gateway, world.store = TickingGateway(world.clock, read=3), TickingStore(world.clock, claim=claim_seconds)
    if is_sent:
        assert world.place().booking_id == 1
        return
    error = world.refusal()
    assert isinstance(error, UpstreamUnavailableError)
    assert error.trouble is Trouble.LATE
    assert world.gateway.sent == []
    assert world.state_of(error.operation_id) is OperationState.NOT_SENT
    claimed, not_sent = world.events(error.operation_id)
    assert (claimed["kind"], not_sent["kind"], not_sent["reason"]) == ("claimed", "not-sent", "late")


class NamingStore(TroubledStore):
    """A store to which another call has claimed a booking of the same candidate first."""

    def claim(
        self, operation: Operation, event: AuditEvent, deadline: Deadline, previous: OperationRecord | None = None
    ) -> ClaimAnswer:
        """Find the candidate named."""
        self.register.rows.setdefault(123456, "p_meanwhile")
        return super().claim(operation, event, deadline, previous)


def test_a_claim_that_learns_the_candidates_name_keeps_the_clients() -> None:
    """Book somebody who was new until the claim: its event calls both as the register does."""
    world = World(store=NamingStore())
    world.register.learn(1001, "p_client")
    world.place()
    tried = [(event.client, event.candidate) for event in world.store.written if event.kind is EventKind.CLAIMED]
    assert tried == [("p_client", f"p_{1:026}"), ("p_client", "p_meanwhile")]


def test_a_further_attempt_calls_its_client_as_the_first_one_did() -> None:
    """In a process that does not remember the client, and learns it from what stands."""
    world = World()
    world.gateway.will_refuse_connections()
    world.refusal()
    world.register.forget()
    world.refusal()
    claims = [event for event in world.store.written if event.kind is EventKind.CLAIMED]
    assert (claims[0].client, claims[-1].client) == (None, world.register.rows[1001])
