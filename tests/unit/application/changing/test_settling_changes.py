"""What becomes of changes after their call: their status, reconciliation, housekeeping, and settling by hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.application.changing.claiming import ChangeClaiming
from chalicelib.application.changing.resolve_change import ResolveChange, ResolveChangeCommand
from chalicelib.application.operations.reconcile import answer_purpose
from chalicelib.application.register_ports import NamedMeanwhile
from chalicelib.domain.changing.changes import RE_INVITE, RESCHEDULE_MADE_BOOKING
from chalicelib.domain.changing.operation import ChangeOutcome
from chalicelib.domain.errors import (
    DuplicateChangeError,
    NotFoundError,
    NotResolvableError,
    OperationInProgressError,
    OutcomeUnknownError,
    Trouble,
    UpstreamUnavailableError,
)
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.operation.stored_answer import StoredAnswer
from chalicelib.domain.time_budget import Deadline
from tests.builders import OTHER_TOKEN, PRINCIPAL, REFRESHED_TOKEN, booking
from tests.fakes.system import SequentialConcurrency
from tests.sentences import require_sentences
from tests.unit.application.changing.changing_world import SETTLED, ChangingWorld
from tests.unit.application.changing.fake_changes import BOOKING_ID, LOST
from tests.unit.application.world import KEY, OTHER_KEY

DAY = timedelta(hours=24, seconds=1).total_seconds()
LEASE = 32


def unknown_change(world: ChangingWorld) -> str:
    """Make a change whose outcome nobody knows; return its operation."""
    world.changes.will_end(LOST)
    return world.trouble().operation_id or ""


def test_the_status_of_a_change_tells_its_answer() -> None:
    """As its request got it."""
    world = ChangingWorld()
    answered = world.change()
    view = world.look(answered.operation_id)
    assert (view.record.change, view.record.booking_ids) == ("CancelMadeBooking", (BOOKING_ID,))
    assert (view.answer, view.decided_by) == (answered.answer, None)


def test_asking_settles_what_a_read_can_tell() -> None:
    """With a fresh token of the same account."""
    world = ChangingWorld()
    operation_id = unknown_change(world)
    assert world.look(operation_id).record.state is OperationState.UNKNOWN
    world.changes.bookings[BOOKING_ID] = booking(booking_id=BOOKING_ID, status="Cancelled")
    view = world.look(operation_id, REFRESHED_TOKEN)
    assert view.record.state is OperationState.CONFIRMED
    assert view.answer is not None


def test_what_no_read_can_tell_is_promised_for_when_a_person_takes_over() -> None:
    """The answer, its repeat, an equal request without the key and the status say so; none names the end of the settle window."""
    world = ChangingWorld()
    world.changes.will_end(LOST)
    body, change = {"BookingID": BOOKING_ID}, RESCHEDULE_MADE_BOOKING
    errors = [world.trouble(body, change=change, idempotency_key=key) for key in (KEY, KEY, None)]
    handed_over = world.clock.now() + timedelta(hours=24)
    assert [type(error) for error in errors] == [OutcomeUnknownError, OutcomeUnknownError, DuplicateChangeError]
    known = OutcomeUnknownError | DuplicateChangeError
    assert [error.decided_by for error in errors if isinstance(error, known)] == [handed_over] * 3
    record = world.look(errors[0].operation_id)
    assert record.decided_by == handed_over
    unknown_to_us = replace(record.record, change="MoveMadeBooking")
    assert world.policy.decided_by(unknown_to_us, world.clock.now()) == handed_over


def test_another_account_has_no_such_change() -> None:
    """Nor is a booking one."""
    world = ChangingWorld()
    operation_id = world.change().operation_id
    world.introspector.principals[OTHER_TOKEN] = replace(PRINCIPAL, account=1002)
    with pytest.raises(NotFoundError):
        world.look(operation_id, OTHER_TOKEN)
    with pytest.raises(NotFoundError):
        world.look(world.place().operation_id)


def test_a_change_whose_function_died_is_settled_by_reading() -> None:
    """Once its lease is over, and not before."""
    world = ChangingWorld()
    world.change_store.will_fail_conclusion()
    operation_id = world.change().operation_id
    assert world.look(operation_id).record.state is OperationState.SENDING
    world.clock.tick(LEASE)
    assert world.look(operation_id).record.state is OperationState.CONFIRMED
    assert world.kinds(operation_id) == ["claimed", "unknown", "confirmed"]


def test_a_booking_that_cannot_be_read_leaves_it_open() -> None:
    """Nor does another booking, or a status that nobody knows, settle it."""
    world = ChangingWorld()
    operation_id = unknown_change(world)
    world.clock.tick(SETTLED.total_seconds())
    world.changes.read_failure = UpstreamUnavailableError("no", trouble=Trouble.LATE)
    assert world.look(operation_id).record.state is OperationState.UNKNOWN
    world.changes.read_failure = None
    for odd in (booking(booking_id=7, status="Cancelled"), booking(booking_id=BOOKING_ID, status="Odd")):
        world.changes.bookings[BOOKING_ID] = odd
        assert world.look(operation_id).record.state is OperationState.UNKNOWN


def test_whoever_settles_it_first_is_believed() -> None:
    """Somebody else wrote meanwhile: what they wrote is told."""
    world = ChangingWorld()
    operation_id = unknown_change(world)
    record = world.record(operation_id)
    world.clock.tick(SETTLED.total_seconds())

    def meanwhile() -> None:
        world.change_store.before_write = lambda: None
        world.change_store._operations[operation_id] = replace(  # noqa: SLF001 (another call)
            record, state=OperationState.EXPIRED_UNKNOWN, head="cd" * 32
        )

    world.change_store.before_write = meanwhile
    view = world.look(operation_id)
    assert (view.record.state, view.answer) == (OperationState.EXPIRED_UNKNOWN, None)


def test_the_answer_that_a_faster_call_kept_is_the_one_that_is_told() -> None:
    """Somebody else settled it the same way meanwhile: the status tells what the repeats get."""
    world = ChangingWorld()
    operation_id = unknown_change(world)
    world.clock.tick(SETTLED.total_seconds())
    kept = StoredAnswer(409, {}, '{"request_id":"request-faster"}')
    seal = world.vault.unlock(1001, Deadline.after(world.clock.monotonic, 4))
    sealed = seal.seal(kept.to_bytes(), answer_purpose(operation_id))
    record = replace(world.record(operation_id), state=OperationState.NOT_CREATED, sealed_answer=sealed, head="cd" * 32)

    def meanwhile() -> None:
        world.change_store.before_write = lambda: None
        world.change_store._operations[operation_id] = record  # noqa: SLF001 (another call)

    world.change_store.before_write = meanwhile
    assert world.look(operation_id).answer == world.change().answer == kept


def test_what_no_read_can_tell_is_handed_to_a_person() -> None:
    """No booking is read for it, whatever is asked."""
    world = ChangingWorld()
    world.changes.will_end(LOST)
    operation_id = world.trouble({"BookingID": BOOKING_ID}, change=RE_INVITE).operation_id
    world.clock.tick(SETTLED.total_seconds())
    assert world.look(operation_id).record.state is OperationState.UNKNOWN
    assert world.changes.reads == []
    world.clock.tick(DAY)
    assert world.expire_changes() == 1
    assert world.look(operation_id).record.state is OperationState.EXPIRED_UNKNOWN


def test_a_change_of_a_later_version_is_not_read_for() -> None:
    """What it is, is not known here."""
    world = ChangingWorld()
    operation_id = unknown_change(world)
    reads = len(world.changes.reads)
    record = replace(world.record(operation_id), change="OfTomorrow")
    world.change_store._operations[operation_id] = record  # noqa: SLF001 (as a later version wrote it)
    assert world.look(operation_id).record == record
    assert len(world.changes.reads) == reads


def test_the_next_change_of_an_account_settles_its_open_ones() -> None:
    """Beside its own, when the account was not here lately."""
    world = ChangingWorld()
    operation_id = unknown_change(world)
    world.changes.bookings[BOOKING_ID] = booking(booking_id=BOOKING_ID, status="Cancelled")
    world.changes.bookings[7] = booking(booking_id=7)
    world.introspector.known.clear()
    world.changes.will_end(ChangeOutcome(OperationState.REJECTED, "refused", upstream_status=409))
    world.change({"BookingID": 7, "Reason": "r"}, idempotency_key=OTHER_KEY)
    assert world.record(operation_id).state is OperationState.CONFIRMED


def test_no_answer_waits_for_other_changes() -> None:
    """Neither the account's own, which an errand beside the call is for, nor anybody else's."""
    errands: list[Callable[[], None]] = []

    class Patient(SequentialConcurrency):
        def set_off(self, errand: Callable[[], None]) -> None:
            errands.append(errand)

    world = ChangingWorld(concurrency=Patient())
    world.changes.will_end(LOST)
    for number in range(1, 31):
        world.changes.bookings[number] = booking(booking_id=number)
        world.trouble({"BookingID": number, "Reason": "r"}, idempotency_key=None)
    errands.clear()
    world.changes.reads.clear()
    world.introspector.known.clear()
    world.changes.will_end(ChangeOutcome(OperationState.REJECTED, "refused", upstream_status=409))
    own = world.change({"BookingID": 31, "Reason": "r"})
    assert own.answer.status == 409
    assert (world.changes.reads, len(errands)) == ([], 1)


@pytest.mark.parametrize(("is_done", "state"), [(True, OperationState.CONFIRMED), (False, OperationState.NOT_CREATED)])
def test_a_person_settles_an_expired_change(is_done: bool, state: OperationState) -> None:  # noqa: FBT001 (the decision)
    """By name and with a reason; then the way is clear."""
    world = ChangingWorld()
    operation_id = unknown_change(world)
    world.clock.tick(DAY)
    world.expire_changes()
    use_case = ResolveChange(world.change_store, world.clock)
    command = ResolveChangeCommand(operation_id, is_done, "operator", "AdultWork's own list", "request-1")
    assert use_case.execute(command) is state
    assert world.record(operation_id).state is state
    event = world.events(operation_id)[-1]
    assert (event["resolved_by"], event["why"]) == ("operator", "AdultWork's own list")
    assert event["change"] == "CancelMadeBooking"
    with pytest.raises(NotResolvableError, match="only EXPIRED_UNKNOWN"):
        use_case.execute(command)


def test_a_person_settles_nothing_else() -> None:
    """Nor what moved on meanwhile."""
    world = ChangingWorld()
    use_case = ResolveChange(world.change_store, world.clock)
    with pytest.raises(NotResolvableError, match="There is no change"):
        use_case.execute(ResolveChangeCommand("op_x", is_done=True, by="o", why="w", request_id="r"))
    operation_id = unknown_change(world)
    world.clock.tick(DAY)
    world.expire_changes()

    def meanwhile() -> None:
        record = world.record(operation_id)
        world.change_store._operations[operation_id] = replace(record, head="cd" * 32)  # noqa: SLF001 (another call)

    world.change_store.before_write = meanwhile
    with pytest.raises(NotResolvableError, match="moved on") as caught:
        use_case.execute(ResolveChangeCommand(operation_id, is_done=True, by="o", why="w", request_id="r"))
    require_sentences(str(caught.value))


def test_a_claim_that_others_come_before_each_time_gives_up() -> None:
    """Whatever the store says of people whom a change does not name, nothing was written and nothing is sent."""

    class Naming:
        """A store that names somebody each time."""

        def claim(self, *_given: object) -> NamedMeanwhile:
            """Write nothing."""
            return NamedMeanwhile("p_1")

    world = ChangingWorld()
    make = world.use_cases().make
    claiming: ChangeClaiming = make.claiming  # type: ignore[attr-defined]  # the real one
    odd = replace(make, claiming=replace(claiming, store=Naming()))  # type: ignore[arg-type, type-var]
    world.use_cases = lambda: replace(ChangingWorld.use_cases(world), make=odd)  # type: ignore[method-assign]
    assert isinstance(world.trouble(), OperationInProgressError)
    assert world.changes.sent == []


def test_a_repeat_of_what_nobody_concluded_says_that_it_may_have_been_sent() -> None:
    """Its function died, and the booking cannot be read."""
    world = ChangingWorld()
    world.change_store.will_fail_conclusion()
    world.change()
    world.clock.tick(LEASE)
    world.changes.read_failure = UpstreamUnavailableError("no", trouble=Trouble.LATE)
    error = world.trouble()
    assert isinstance(error, OutcomeUnknownError)
    assert error.message.startswith("This change was recorded before and may have been sent")
    assert error.retry_after_seconds is not None


def test_an_expired_change_keeps_an_equal_one_out_until_its_guard_is_over() -> None:
    """Then nothing is told to wait for: a person has it."""
    world = ChangingWorld()
    operation_id = unknown_change(world)
    world.clock.tick(timedelta(hours=24).total_seconds() + 0.5)
    assert world.expire_changes() == 1
    error = world.trouble(idempotency_key=None)
    assert isinstance(error, DuplicateChangeError)
    assert (error.operation_id, error.state, error.retry_after_seconds) == (
        operation_id,
        OperationState.EXPIRED_UNKNOWN,
        None,
    )
