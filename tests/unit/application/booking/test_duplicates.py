"""The guard: an equal booking under another key or none, while the first is open, stands, or has ended."""

from contextlib import suppress
from dataclasses import replace

import pytest

from chalicelib.domain.audit.event import AuditEvent, EventKind, event_hash, told_request_id
from chalicelib.domain.errors import (
    DuplicateBookingError,
    InvalidTokenError,
    SwitchboardError,
    Trouble,
    UpstreamRefusedError,
    UpstreamUnavailableError,
)
from chalicelib.domain.operation.operation import OperationState, keyed_operation_id
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.time_budget import Deadline
from tests.builders import OTHER_TOKEN, PRINCIPAL, REFRESHED_TOKEN, TOKEN, booking, members
from tests.fakes.store import TroubledStore
from tests.unit.application.world import KEY, OTHER_KEY, World

ANOTHER_KEY_OR_NONE = pytest.mark.parametrize("key", [OTHER_KEY, None])


@ANOTHER_KEY_OR_NONE
@pytest.mark.parametrize("first_key", [KEY, None])
def test_an_equal_booking_is_sent_once_whatever_else_is_in_the_request(key: str | None, first_key: str | None) -> None:
    """Tap twice; the second names the caller's own first operation."""
    world = World()
    first = world.place(idempotency_key=first_key)
    error = world.refusal(members(Duration=20, Credits=40), idempotency_key=key, token=REFRESHED_TOKEN)
    assert isinstance(error, DuplicateBookingError)
    assert (error.operation_id, error.state, error.retry_after_seconds) == (first.operation_id, "CONFIRMED", None)
    assert len(world.gateway.sent) == 1
    assert world.kinds(first.operation_id) == ["claimed", "confirmed"]


@ANOTHER_KEY_OR_NONE
@pytest.mark.parametrize("status", ["Cancelled", "Rejected"])
def test_a_booking_that_ended_upstream_lets_an_equal_one_in(key: str | None, status: str) -> None:
    """End the first out of band; its guard is freed on its own record, and the second is an operation of its own."""
    world = World()
    first = world.place()
    world.gateway.end_booking(1, status)
    second = world.place(idempotency_key=key, request_id="request-2")
    assert (second.booking_id, second.is_replayed) == (2, False)
    assert second.operation_id != first.operation_id
    stored, events = world.trail.events(first.operation_id), world.events(first.operation_id)
    assert [event["kind"] for event in events] == ["claimed", "confirmed", "released"]
    assert (events[2]["sequence"], events[2]["previous_hash"]) == (3, event_hash(stored[1]))
    assert (events[2]["booking_id"], events[2]["reason"], events[2]["request_id"]) == (
        1,
        "ended-upstream",
        told_request_id("request-2"),
    )
    assert (events[2]["client"], events[2]["candidate"]) == (world.register.rows[1001], world.register.rows[123456])
    assert set(world.gateway.tokens) == {TOKEN}
    assert world.state_of(first.operation_id) is OperationState.CONFIRMED
    assert world.place().answer.status == 201
    assert isinstance(world.refusal(idempotency_key="0" * 16), DuplicateBookingError)
    assert len(world.gateway.sent) == 2


@pytest.mark.parametrize("status", ["Pending", "Accepted", "Confirmed", "cancelled", "Completed", ""])
def test_a_booking_in_any_other_status_stands(status: str) -> None:
    """Read words that do not end it, known and unknown."""
    world = World()
    first = world.place()
    world.gateway.end_booking(1, status)
    assert world.refusal(idempotency_key=None).operation_id == first.operation_id
    assert world.kinds(first.operation_id) == ["claimed", "confirmed"]


@pytest.mark.parametrize(
    "failure",
    [
        UpstreamUnavailableError("late", trouble=Trouble.LATE),
        UpstreamRefusedError("no", upstream_status=404),
        InvalidTokenError("expired"),
    ],
)
def test_a_booking_whose_details_cannot_be_read_stands(failure: SwitchboardError) -> None:
    """Fail the read, after the booking was cancelled: it may be asked for again, because that alone may clear the way."""
    world = World()
    first = world.place()
    world.gateway.end_booking(1, "Cancelled")
    world.gateway.list_failure = failure
    error = world.refusal(idempotency_key=None)
    assert isinstance(error, DuplicateBookingError)
    assert (error.operation_id, error.retry_after_seconds) == (first.operation_id, 5)
    assert len(world.gateway.sent) == 1


def test_details_of_another_booking_say_nothing_about_this_one() -> None:
    """Answer with a booking that was not asked for."""
    world = World()
    world.place()
    world.gateway.bookings[1] = booking(booking_id=2, status="Cancelled")
    assert isinstance(world.refusal(idempotency_key=None), DuplicateBookingError)


def test_a_refused_or_unsent_booking_stands_in_nobody_s_way() -> None:
    """Fail for good and in passing; an equal booking under another key goes out without a single read about the first."""
    world = World()
    for number, fail in enumerate((lambda: world.gateway.will_decline(402), world.gateway.will_refuse_connections)):
        fail()
        with suppress(SwitchboardError):
            world.place(idempotency_key=f"{number}" * 16)
    world.gateway.will_answer_again()
    assert world.place().booking_id == 1
    assert "booking_details" not in world.gateway.reads


def test_a_guard_belongs_to_one_account() -> None:
    """Book the same from another account while the first stands."""
    world = World()
    world.introspector.principals[OTHER_TOKEN] = type(PRINCIPAL)(1002, PRINCIPAL.scopes)
    world.place()
    assert world.place(idempotency_key=None, token=OTHER_TOKEN).booking_id == 2


def test_of_two_calls_that_free_the_same_guard_one_books() -> None:
    """Let a second call release and book between the look at the details and the release: ours learns whose it is now."""
    world = World()
    first = world.place()
    world.gateway.end_booking(1, "Cancelled")
    booked: list[str] = []

    def overtake() -> None:
        if len(world.store.claims) == 2:  # the outer call was refused once, and is about to release
            world.store.before_write = lambda: None
            booked.append(world.place(idempotency_key="0" * 16).operation_id)

    claims_before = len(world.store.claims)
    assert claims_before == 1
    world.store.before_write = lambda: setattr(world.store, "before_write", overtake)
    error = world.refusal(idempotency_key=OTHER_KEY)
    assert isinstance(error, DuplicateBookingError)
    assert error.operation_id == booked[0] != first.operation_id
    assert world.kinds(first.operation_id) == ["claimed", "confirmed", "released"]
    assert len(world.gateway.sent) == 2


class ForgetfulStore(TroubledStore):
    """A store whose operations are gone while their keys and guards still hold."""

    is_forgetful = True

    def find(self, operation_id: str, deadline: Deadline) -> OperationRecord | None:
        """Find nothing."""
        return None if self.is_forgetful else super().find(operation_id, deadline)


@pytest.mark.parametrize("key", [OTHER_KEY, None])
@pytest.mark.parametrize("is_lost", [True, False])
def test_a_repeat_whose_first_try_cannot_be_looked_at_is_never_told_that_nothing_was_booked(
    key: str | None,
    is_lost: bool,  # noqa: FBT001 (a row)
) -> None:
    """Lose the operation, or fail the store, at the look at what stands in the way: nothing is sent."""
    world = World(store=(store := ForgetfulStore()))
    first = world.place()
    store.is_forgetful = is_lost
    if not is_lost:
        store.will_fail_reads()
    error = world.refusal(idempotency_key=key)
    assert isinstance(error, DuplicateBookingError)
    assert (error.operation_id, error.state, error.retry_after_seconds) == (first.operation_id, None, 5)
    assert "was sent before" in error.message
    assert len(world.gateway.sent) == 1


def test_a_repeat_under_its_key_needs_no_look_at_its_first_try() -> None:
    """Fail the store's reads: the refused claim has brought the operation, and the answer with it."""
    world = World(store=(store := ForgetfulStore()))
    first = world.place()
    store.is_forgetful = True
    store.will_fail_reads()
    assert world.place().answer == first.answer
    assert len(world.gateway.sent) == 1


def test_a_key_whose_operation_is_gone_is_never_free_and_nothing_is_told_of_it() -> None:
    """Keep only its first event, as a trail does for good: nobody can tell whether it was this booking."""
    world = World()
    operation_id = keyed_operation_id(1001, KEY)
    gone = AuditEvent(operation_id, 1, world.clock.now(), EventKind.CLAIMED, 1001, "request-0")
    world.trail.record_refusal(gone, Deadline.after(world.clock.monotonic, 4))
    error = world.refusal()
    assert isinstance(error, DuplicateBookingError)
    assert (error.operation_id, error.state, error.retry_after_seconds) == (operation_id, None, None)
    assert error.message == (
        "This Idempotency-Key was used before, and whether it was for this booking cannot be told any more; nothing was "
        "sent. Ask for the operation."
    )
    assert (world.gateway.sent, world.store.records()) == ([], ())


class LosingBookingIds(TroubledStore):
    """A store that remembers confirmed operations without the id of their booking."""

    def find(self, operation_id: str, deadline: Deadline) -> OperationRecord | None:
        """Find the operation, without its booking."""
        found = super().find(operation_id, deadline)
        return None if found is None else replace(found, booking_id=None)


def test_a_confirmed_operation_without_a_booking_to_ask_about_stands() -> None:
    """Lose the BookingID; no details are read for none."""
    world = World(store=LosingBookingIds())
    world.place()
    assert isinstance(world.refusal(idempotency_key=None), DuplicateBookingError)
    assert "booking_details" not in world.gateway.reads
