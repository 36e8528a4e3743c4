"""Making a change: recorded before it is sent, sent once, told truly, and never made twice by a repeat."""

import json
import zlib

import pytest

from chalicelib.domain.access import Principal, Scope
from chalicelib.domain.changing.operation import ChangeOutcome
from chalicelib.domain.errors import (
    ChangeRejectedError,
    DuplicateChangeError,
    IdempotencyKeyReusedError,
    InsufficientScopeError,
    InvalidTokenError,
    OutcomeUnknownError,
    SwitchboardError,
    Trouble,
    UpstreamUnavailableError,
)
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.time_budget import Deadline
from tests.builders import REFRESHED_TOKEN
from tests.unit.application.changing.changing_world import CANCEL, SETTLED, ChangingWorld
from tests.unit.application.changing.fake_changes import BOOKING_ID, LOST
from tests.unit.application.world import OTHER_KEY, body

DECLINED = ChangeOutcome(OperationState.REJECTED, "refused", upstream_status=409, message="It is cancelled already.")
NOT_SENT = ChangeOutcome(OperationState.NOT_SENT, "connection-refused", trouble=Trouble.UNREACHABLE)
TOKEN_RAN_OUT = ChangeOutcome(OperationState.REJECTED, "refused", upstream_status=401)


def test_a_change_is_sent_once_and_answered_with_what_adultwork_tells() -> None:
    """Its record ends CONFIRMED, and its chain has a claim and a conclusion that both say what kind of operation it is."""
    world = ChangingWorld()
    answered = world.change()
    assert (answered.answer.status, body(answered)["Status"]) == (200, "Cancelled")
    assert answered.answer.headers["Location"] == f"/v1/operations/{answered.operation_id}"
    assert [request.members for request in world.changes.sent] == [CANCEL]
    events = world.events(answered.operation_id)
    assert [(event["kind"], event["change"]) for event in events] == [
        ("claimed", "CancelMadeBooking"),
        ("confirmed", "CancelMadeBooking"),
    ]
    assert events[0]["request"] == {"booking_ids": [BOOKING_ID], "reason_length": 17}
    assert events[0]["unchecked"] == []
    assert (events[1]["upstream_status"], events[1]["client"]) == (200, world.register.rows[1001])
    assert not any("booking_id" in event for event in events)
    assert world.record(answered.operation_id).state is OperationState.CONFIRMED


def test_the_record_is_there_before_the_first_byte_goes_out() -> None:
    """In the state SENDING."""
    world = ChangingWorld()
    seen: list[str] = []
    world.changes.before_send = lambda: seen.extend(record.state for record in world.change_store.records())
    world.change()
    assert seen == [OperationState.SENDING]


def test_a_reason_is_stored_sealed_and_nowhere_else() -> None:
    """It may say anything about anybody."""
    world = ChangingWorld()
    answered = world.change()
    assert "Something came up" not in world.change_store.rows()
    sealed = world.events(answered.operation_id)[1]["sealed_contact"]
    seal = world.vault.unlock(1001, Deadline.after(world.clock.monotonic, 4))
    opened = seal.open(sealed, f"contact:{answered.operation_id}")
    assert json.loads(zlib.decompress(opened)) == {"Reason": "Something came up"}


def test_a_repeat_under_the_same_key_gets_the_same_answer() -> None:
    """Byte for byte, also with a fresh token; nothing is sent again."""
    world = ChangingWorld()
    first = world.change()
    again = world.change(token=REFRESHED_TOKEN)
    assert (again.answer, again.is_replayed) == (first.answer, True)
    assert len(world.changes.sent) == 1


def test_a_key_is_one_for_its_path() -> None:
    """The key of a booking may be that of its cancellation: the two are told apart."""
    world = ChangingWorld()
    booked, changed = world.place(), world.change()
    assert booked.operation_id != changed.operation_id


def test_a_key_of_another_change_is_refused() -> None:
    """Nothing of that one is told."""
    world = ChangingWorld()
    world.change()
    error = world.trouble({**CANCEL, "Reason": "Another"})
    assert isinstance(error, IdempotencyKeyReusedError)
    assert error.operation_id is None
    assert [event.details["reason"] for event in world.trail.refusals] == ["idempotency-key-reused"]


def test_all_that_is_wrong_is_told_at_once_and_on_record() -> None:
    """By rule and member, never by value; nothing was sent."""
    world = ChangingWorld()
    error = world.trouble({"BookingID": 0, "Other": 1})
    assert isinstance(error, ChangeRejectedError)
    assert [(one.pointer, one.rule) for one in error.violations] == [
        ("/Other", "unknown-member"),
        ("/BookingID", "booking-id"),
        ("/Reason", "required"),
    ]
    assert str(error) == "The change breaks 3 rules; this request sent nothing. Mend every violation and send it again."
    (refusal,) = world.trail.refusals
    assert refusal.details == {
        "change": "CancelMadeBooking",
        "reason": "change-rejected",
        "violations": ["unknown-member", "booking-id/BookingID", "required/Reason"],
        "unchecked": [],
    }
    assert error.operation_id == refusal.operation_id
    assert world.changes.sent == []


def test_without_its_scope_nothing_is_changed() -> None:
    """Whatever else is wrong."""
    world = ChangingWorld()
    world.introspector.principal = Principal(1001, frozenset({Scope.CREDITS_HISTORY.value}))
    assert isinstance(world.trouble({}), InsufficientScopeError)
    assert [event.details["reason"] for event in world.trail.refusals] == ["insufficient-scope"]


def test_a_refusal_of_adultwork_is_final_and_kept() -> None:
    """A repeat gets it again."""
    world = ChangingWorld()
    world.changes.will_end(DECLINED)
    first, again = world.change(), world.change()
    told = body(first)
    assert (first.answer.status, told["instance"]) == (409, "/v1/PhoneChat/CancelMadeBooking")
    assert (told["upstream_message"], told["detail"]) == (
        "It is cancelled already.",
        "AdultWork declined the change; nothing was changed.",
    )
    assert (again.answer, again.is_replayed) == (first.answer, True)
    assert len(world.changes.sent) == 1


@pytest.mark.parametrize(
    ("outcome", "kind"), [(NOT_SENT, UpstreamUnavailableError), (TOKEN_RAN_OUT, InvalidTokenError)]
)
def test_what_surely_changed_nothing_may_be_tried_again_under_its_key(
    outcome: ChangeOutcome, kind: type[SwitchboardError]
) -> None:
    """As a second attempt of the same operation."""
    world = ChangingWorld()
    retried = world.changes.answer
    world.changes.will_end(outcome)
    assert isinstance(world.trouble(), kind)
    world.changes.answer = retried
    answered = world.change()
    assert world.kinds(answered.operation_id)[2:] == ["claimed", "confirmed"]
    assert world.record(answered.operation_id).attempt == 2
    assert (TOKEN_RAN_OUT is outcome) is bool(world.introspector.forgotten)


def test_a_lost_answer_is_looked_up_at_once() -> None:
    """The booking says Cancelled, so the caller gets it, and the record says how that is known."""
    world = ChangingWorld()
    world.changes.will_cancel_and_lose_the_answer()
    answered = world.change()
    assert body(answered)["Status"] == "Cancelled"
    assert world.kinds(answered.operation_id) == ["claimed", "unknown", "confirmed"]
    assert world.events(answered.operation_id)[2]["evidence"] == {
        "read_at": "2026-01-15T12:00:00.000+00:00",
        "booking": BOOKING_ID,
        "status": "Cancelled",
    }
    assert world.change().answer == answered.answer


def test_what_cannot_be_read_stays_unknown_and_is_not_sent_again() -> None:
    """A repeat under the key reads, and sends nothing."""
    world = ChangingWorld()
    world.changes.will_end(LOST)
    error = world.trouble()
    assert isinstance(error, OutcomeUnknownError)
    assert error.decided_by == world.clock.now() + SETTLED
    again = world.trouble()
    assert isinstance(again, OutcomeUnknownError)
    assert again.message == error.message
    assert len(world.changes.sent) == 1


def test_a_booking_that_is_unchanged_late_enough_shows_that_nothing_was_done() -> None:
    """From then on a new key is safe, and the way is clear."""
    world = ChangingWorld()
    world.changes.will_end(LOST)
    operation_id = world.trouble().operation_id
    world.clock.tick(SETTLED.total_seconds())
    again = world.change()
    assert (again.answer.status, body(again)["type"]) == (409, "/problems/change-not-made")
    assert body(again)["safe_to_retry_with_new_key"] is True
    assert world.record(operation_id).state is OperationState.NOT_CREATED
    assert world.change().answer == again.answer
    world.changes.answer = world.changes._cancel  # noqa: SLF001 (as at the start)
    assert world.change(idempotency_key=OTHER_KEY).answer.status == 200


def test_an_equal_change_is_kept_out_while_nobody_knows_what_became_of_the_first() -> None:
    """Under another key or none."""
    world = ChangingWorld()
    world.changes.will_end(LOST)
    first = world.trouble()
    second = world.trouble(idempotency_key=None)
    assert isinstance(second, DuplicateChangeError)
    assert (second.operation_id, second.state) == (first.operation_id, OperationState.UNKNOWN)
    assert second.retry_after_seconds is not None
    assert len(world.changes.sent) == 1


def test_a_change_that_was_made_keeps_no_other_one_out() -> None:
    """AdultWork itself says whether it may be made once more."""
    world = ChangingWorld()
    world.change()
    world.changes.will_end(DECLINED)
    assert world.change(idempotency_key=OTHER_KEY).answer.status == 409
    assert len(world.changes.sent) == 2


def test_an_equal_change_that_has_been_settled_meanwhile_is_in_nobodys_way() -> None:
    """Reading settles it, and the claim goes on."""
    world = ChangingWorld()
    world.changes.will_end(LOST)
    world.trouble()
    world.clock.tick(SETTLED.total_seconds())
    world.changes.answer = world.changes._cancel  # noqa: SLF001 (as at the start)
    assert world.change(idempotency_key=OTHER_KEY).answer.status == 200
