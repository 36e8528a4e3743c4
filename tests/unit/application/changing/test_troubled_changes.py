"""A change when something is in its way: another one, a pause, a limit, a store or a vault that fails, or time."""

from dataclasses import replace
from datetime import timedelta

from chalicelib.application.booking.place_booking import Answered
from chalicelib.domain.changing.operation import ChangeOutcome
from chalicelib.domain.errors import (
    ChangeNotMadeError,
    DuplicateChangeError,
    OperationInProgressError,
    OutcomeUnknownError,
    SendingPausedError,
    StoreUnavailableError,
    SwitchboardError,
    TooManyChangesError,
    Trouble,
    UpstreamRefusedError,
    UpstreamUnavailableError,
)
from chalicelib.domain.operation.operation import OperationState
from tests.unit.application.changing.changing_world import SETTLED, ChangingWorld
from tests.unit.application.changing.fake_changes import BOOKING_ID, LOST
from tests.unit.application.world import OTHER_KEY

DECLINED = ChangeOutcome(OperationState.REJECTED, "refused", upstream_status=409, message="It is cancelled already.")
NOT_SENT = ChangeOutcome(OperationState.NOT_SENT, "connection-refused", trouble=Trouble.UNREACHABLE)
TOKEN_RAN_OUT = ChangeOutcome(OperationState.REJECTED, "refused", upstream_status=401)


def test_while_a_change_is_being_sent_its_repeats_wait() -> None:
    """The same request is told so, an equal one is kept out."""
    world = ChangingWorld()
    troubles: list[SwitchboardError] = []

    def meanwhile() -> None:
        world.changes.before_send = lambda: None
        troubles.extend((world.trouble(), world.trouble(idempotency_key=None)))

    world.changes.before_send = meanwhile
    world.change()
    assert [type(error) for error in troubles] == [OperationInProgressError, DuplicateChangeError]
    assert [error.retry_after_seconds for error in troubles] == [5, 5]
    assert len(world.changes.sent) == 1


def test_while_sending_is_paused_nothing_is_claimed() -> None:
    """What was answered before is answered again."""
    world = ChangingWorld()
    first = world.change()
    world.is_sending = False
    assert world.change().answer == first.answer
    assert isinstance(world.trouble(idempotency_key=OTHER_KEY), SendingPausedError)
    assert len(world.changes.sent) == 1


def test_while_sending_is_paused_what_may_be_tried_again_waits_too() -> None:
    """It is known, and has no answer yet."""
    world = ChangingWorld()
    world.changes.will_end(NOT_SENT)
    world.trouble()
    world.is_sending = False
    assert isinstance(world.trouble(), SendingPausedError)


def test_while_sending_is_paused_an_unknown_outcome_is_settled_by_reading() -> None:
    """By a repeat and by the status resource; another request for the same is told of the one in its way."""
    world = ChangingWorld()
    world.changes.will_cancel_and_lose_the_answer()
    world.changes.read_failure = UpstreamUnavailableError("late", trouble=Trouble.LATE)
    operation_id = world.trouble().operation_id
    world.is_sending = False
    assert isinstance(world.trouble(idempotency_key=OTHER_KEY), DuplicateChangeError)
    assert isinstance(world.trouble(), OutcomeUnknownError)
    world.changes.read_failure = None
    assert world.look(operation_id).record.state is OperationState.CONFIRMED
    assert world.change().is_replayed is True
    assert (len(world.change_store.records()), len(world.changes.sent)) == (1, 1)


def test_while_sending_is_paused_a_register_out_of_reach_changes_nothing() -> None:
    """A repeat, whose seal is out of reach, learns its operation, and whatever is new is told of the pause."""
    world = ChangingWorld()
    first = world.change()
    world.is_sending = False
    world.register.forget()
    world.register.will_fail()
    repeated = world.trouble()
    assert isinstance(repeated, DuplicateChangeError)
    assert repeated.operation_id == first.operation_id
    assert isinstance(world.trouble({"BookingID": 7, "Reason": "r"}, idempotency_key=OTHER_KEY), SendingPausedError)
    assert len(world.change_store.records()) == 1


def test_an_account_may_change_so_often() -> None:
    """Changes are counted apart from bookings."""
    world = ChangingWorld(limits=[(1, 60)])
    world.place()
    world.change()
    error = world.trouble(idempotency_key=OTHER_KEY)
    assert isinstance(error, TooManyChangesError)
    assert (error.limit, error.window_seconds) == (1, 60)
    assert [event.details["reason"] for event in world.trail.refusals] == ["too-many-changes"]


def test_a_claim_that_cannot_be_written_sends_nothing() -> None:
    """503."""
    world = ChangingWorld()
    world.change_store.will_fail_claim()
    assert isinstance(world.trouble(), StoreUnavailableError)
    assert world.changes.sent == []


def test_a_claim_that_took_too_long_is_concluded_unsent() -> None:
    """It may be tried again."""
    world = ChangingWorld()
    world.change_store.before_write = lambda: world.clock.tick(8)
    error = world.trouble()
    assert isinstance(error, UpstreamUnavailableError)
    assert world.changes.sent == []
    assert world.record(error.operation_id).state is OperationState.NOT_SENT


def test_a_change_that_was_made_is_told_although_its_record_is_behind() -> None:
    """Audit-Status: pending; the record stays SENDING until it is read."""
    world = ChangingWorld()
    world.change_store.will_fail_conclusion()
    answered = world.change()
    assert (answered.answer.status, answered.audit_pending) == (200, True)
    assert world.record(answered.operation_id).state is OperationState.SENDING


def test_a_refusal_that_is_not_on_record_stands_for_its_call_alone() -> None:
    """So no new key is called safe."""
    world = ChangingWorld()
    world.changes.will_end(DECLINED)
    world.change_store.will_fail_conclusion()
    error = world.trouble()
    assert isinstance(error, UpstreamRefusedError)
    assert error.audit_pending


def test_a_record_that_cannot_be_read_is_no_proof_that_nothing_was_changed() -> None:
    """The repeat is told so."""
    world = ChangingWorld()
    world.changes.will_end(LOST)
    world.trouble()
    world.change_store.will_fail_reads()
    error = world.trouble(idempotency_key=None)
    assert isinstance(error, DuplicateChangeError)
    assert error.retry_after_seconds == 5


def test_a_kept_answer_that_cannot_be_opened_is_said_to_be_there() -> None:
    """Once the vault answers again, so does the repeat."""
    world = ChangingWorld()
    world.change()
    world.vault.will_fail()
    error = world.trouble()
    assert isinstance(error, DuplicateChangeError)
    assert (error.retry_after_seconds, error.is_repeat) == (5, True)


def test_an_answer_that_was_never_kept_cannot_be_given_again() -> None:
    """The vault was down at the time."""
    world = ChangingWorld()
    world.vault.will_fail()
    world.change()
    world.vault.will_work()
    error = world.trouble()
    assert isinstance(error, DuplicateChangeError)
    assert error.retry_after_seconds is None


def test_a_verdict_that_could_not_be_sealed_is_told_all_the_same() -> None:
    """By whoever has just read it, and by whoever asks later."""
    world = ChangingWorld()
    world.changes.will_end(LOST)
    world.trouble()
    world.vault.will_fail()
    world.clock.tick(SETTLED.total_seconds())
    assert isinstance(world.trouble(), ChangeNotMadeError)
    lost = ChangingWorld()
    lost.changes.will_end(LOST)
    lost.trouble()
    lost.vault.will_fail()
    lost.changes.bookings[BOOKING_ID] = replace(lost.changes.bookings[BOOKING_ID], status="Cancelled")
    assert isinstance(lost.change(), Answered)


def test_a_key_whose_first_request_is_known_no_more_is_used_up() -> None:
    """Its secret is gone."""
    world = ChangingWorld()
    answered = world.change()
    record = world.record(answered.operation_id)
    world.change_store._operations[record.id] = replace(record, fingerprint="gone:x")  # noqa: SLF001 (another secret made it)
    assert isinstance(world.trouble(), DuplicateChangeError)


def test_whoever_comes_too_late_sends_nothing() -> None:
    """The platform would end the call before the conclusion."""
    world = ChangingWorld()
    assert isinstance(world.trouble(seconds_left=10), UpstreamUnavailableError)
    assert world.change_store.records() == ()


def test_a_guard_whose_operation_is_gone_is_told_as_such() -> None:
    """Nobody knows what became of it."""
    world = ChangingWorld()
    world.changes.will_end(LOST)
    first = world.trouble()
    world.change_store._stripped.add(first.operation_id or "")  # noqa: SLF001 (as an erasure leaves it)
    assert isinstance(world.trouble(idempotency_key=None), DuplicateChangeError)


def test_an_expired_change_is_for_a_person() -> None:
    """A repeat is told so, and sends nothing; an equal one may be sent once its guard is over."""
    world = ChangingWorld()
    world.changes.will_end(LOST)
    first = world.trouble()
    world.clock.tick(timedelta(hours=24, seconds=1).total_seconds())
    assert world.expire_changes() == 1
    assert world.record(first.operation_id).state is OperationState.EXPIRED_UNKNOWN
    again = world.trouble()
    assert isinstance(again, OutcomeUnknownError)
    assert (again.state, again.retry_after_seconds) == ("EXPIRED_UNKNOWN", None)
    world.changes.answer = world.changes._cancel  # noqa: SLF001 (as at the start)
    assert world.change(idempotency_key=OTHER_KEY).answer.status == 200
