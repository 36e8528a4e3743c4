"""Settling open operations: one reading serves all, other calls may be faster, and no failure gets out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from chalicelib.application.operations.caller import Caller
from chalicelib.application.operations.reconcile import Settled, answer_purpose
from chalicelib.application.ports import Resolution
from chalicelib.domain.audit.event import AuditEvent, told_request_id
from chalicelib.domain.errors import OutcomeUnknownError, StoreUnavailableError, Trouble, UpstreamUnavailableError
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.operation.stored_answer import StoredAnswer
from chalicelib.domain.time_budget import Deadline
from tests.builders import TOKEN, booking, members
from tests.fakes.store import TroubledStore
from tests.fakes.system import CountingConcurrency
from tests.unit.application.world import OTHER_KEY, World, lost

LATE = UpstreamUnavailableError("late", trouble=Trouble.LATE)
DAYS = (20, 21, 22)


def lose(world: World, *, day: int = 20, key: str | None = None) -> OperationRecord:
    """Send a booking whose answer is lost; return what the store remembers."""
    operation_id = lost(world, members(SessionDate=f"2026-01-{day} 21:30"), key)
    return next(record for record in world.store.records() if record.id == operation_id)


def book_by_night(world: World) -> None:
    """Let the lost booking turn up in the list."""
    world.gateway.bookings[5] = booking(booking_id=5)


def settle(world: World, *records: OperationRecord) -> tuple[Settled[OperationRecord], ...]:
    """Reconcile the operations, by nobody's request in particular."""
    end = Deadline.after(world.clock.monotonic, 4)
    caller = Caller(TOKEN, 1001, "request-settle", lambda: world.vault.unlock(1001, end))
    return world.reconciler().reconcile(caller, records, Deadline.after(world.clock.monotonic, 5))


def test_one_reading_of_the_list_serves_all_open_operations() -> None:
    """Lose three answers; one was booked, one was not, of one nothing is known; the order of the records is kept."""
    world = World()
    first, second = (lose(world, day=day) for day in DAYS[:2])
    world.clock.tick(900)
    third = lose(world, day=DAYS[2])
    world.gateway.bookings[5] = booking(booking_id=5, session_date="2026-01-21T21:30:00")
    world.gateway.listed.clear()
    settled = settle(world, third, second, first)
    assert [one.record.state.value for one in settled] == ["UNKNOWN", "CONFIRMED", "NOT_CREATED"]
    assert [one.record.id for one in settled] == [third.id, second.id, first.id]
    assert [one.answer.status if one.answer else None for one in settled] == [None, 201, 409]
    assert [page for _, _, page in world.gateway.listed] == [1, 2, 1, 2]
    assert all(one.record == found for one, found in zip(settled, _found(world, third, second, first), strict=True))


def _found(world: World, *records: OperationRecord) -> list[OperationRecord | None]:
    deadline = Deadline.after(world.clock.monotonic, 5)
    return [world.store.find(record.id, deadline) for record in records]


@pytest.mark.parametrize("state", [state for state in OperationState if state not in {"SENDING", "UNKNOWN"}])
def test_nothing_is_read_for_what_is_settled(state: OperationState) -> None:
    """Ask about final states; and about what a function is working on."""
    world = World()
    record = replace(lose(world), state=state)
    world.gateway.listed.clear()
    assert settle(world, record, replace(record, id="op_2", state=OperationState.SENDING)) == (
        Settled(record),
        Settled(replace(record, id="op_2", state=OperationState.SENDING)),
    )
    assert world.gateway.listed == []


def test_nothing_is_read_for_nothing() -> None:
    """Ask about no operation at all."""
    world = World()
    assert settle(world) == ()
    assert world.gateway.listed == []


def test_a_booking_that_two_operations_could_have_made_belongs_to_the_first_that_takes_it() -> None:
    """Ask about two operations that sent the same, at once: the booking is not given twice."""
    world = World()
    record = lose(world)
    book_by_night(world)
    first, second = settle(world, record, replace(record, id="op_twin"))
    assert (first.record.state, first.record.booking_id) == (OperationState.CONFIRMED, 5)
    assert (second.record.state, second.answer) == (OperationState.UNKNOWN, None)


def test_an_operation_that_is_gone_stays_as_it_was() -> None:
    """Settle one that the store has lost meanwhile: no answer is made of it."""
    world = World()
    record = replace(lose(world), id="op_gone")
    book_by_night(world)
    assert settle(world, record) == (Settled(record),)


class OvertakenStore(TroubledStore):
    """A store in which another call resolves an operation first, once."""

    def __init__(self) -> None:
        super().__init__()
        self.overtake: Resolution | None = None

    def resolve(self, record: OperationRecord, resolution: Resolution, event: AuditEvent, deadline: Deadline) -> bool:
        """Write the other call's resolution, then try this one."""
        faster, self.overtake = self.overtake, None
        if faster is not None:
            super().resolve(record, faster, replace(event, request_id="request-faster"), deadline)
        return super().resolve(record, resolution, event, deadline)


CONFIRMED, AMBIGUOUS = OperationState.CONFIRMED, OperationState.AMBIGUOUS


@pytest.mark.parametrize(
    ("faster", "is_answered"),
    [
        (Resolution(CONFIRMED, 5), True),
        (Resolution(CONFIRMED, 6), False),
        (Resolution(AMBIGUOUS), False),
        (Resolution(OperationState.NOT_CREATED), False),
    ],
)
def test_when_another_call_was_faster_its_verdict_stands_and_ours_answers_only_if_it_is_the_same(
    faster: Resolution,
    is_answered: bool,  # noqa: FBT001 (a row)
) -> None:
    """Find booking 5 while another call writes something down."""
    world = World(store=(store := OvertakenStore()))
    record = lose(world)
    book_by_night(world)
    store.overtake = faster
    (settled,) = settle(world, record)
    assert (settled.record.state, settled.record.booking_id) == (faster.state, faster.booking_id)
    assert (settled.answer is not None) is is_answered
    assert world.events(record.id)[2]["request_id"] == told_request_id("request-faster")
    assert len(world.events(record.id)) == 3


def test_the_answer_that_a_faster_call_kept_is_told_and_never_another_one() -> None:
    """Find out the same as another call, which kept its answer: ours names another request, and repeats get theirs."""
    world, kept = World(store=OvertakenStore()), StoredAnswer(409, {}, '{"request_id":"request-faster"}')
    (settled,) = settle(world, lose_and_be_overtaken(world, kept))
    assert (settled.record.state, settled.answer) == (OperationState.NOT_CREATED, kept)


def test_nothing_is_told_in_place_of_a_kept_answer_that_cannot_be_opened() -> None:
    """Be overtaken while the vault fails."""
    world = World(store=OvertakenStore())
    record = lose_and_be_overtaken(world, StoredAnswer(409, {}, "{}"))
    world.vault.will_fail()
    (settled,) = settle(world, record)
    assert (settled.record.state, settled.answer) == (OperationState.NOT_CREATED, None)


def test_where_a_faster_call_kept_nothing_our_own_answer_is_told() -> None:
    """It could not seal its answer; ours is as true."""
    world = World(store=OvertakenStore())
    (settled,) = settle(world, lose_and_be_overtaken(world, None))
    assert settled.answer is not None
    assert json.loads(settled.answer.body)["request_id"] == "request-settle"


def lose_and_be_overtaken(world: World, kept: StoredAnswer | None) -> OperationRecord:
    """Send a booking that is not made, which another call will find out first and keep this answer; return its record."""
    record = lose(world, key=OTHER_KEY)
    world.clock.tick(900)
    seal = world.vault.unlock(1001, Deadline.after(world.clock.monotonic, 4))
    sealed = None if kept is None else seal.seal(kept.to_bytes(), answer_purpose(record.id))
    assert isinstance(world.store, OvertakenStore)
    world.store.overtake = Resolution(OperationState.NOT_CREATED, None, sealed)
    return record


@pytest.mark.parametrize(
    ("faster", "state"),
    [(Resolution(AMBIGUOUS), "AMBIGUOUS"), (Resolution(CONFIRMED, 6), "UNKNOWN")],
)
def test_a_caller_whose_own_reconciliation_was_overtaken_is_told_nothing_that_is_not_so(
    faster: Resolution, state: str
) -> None:
    """Lose the answer, and the race to write down what became of it."""
    world = World(store=(store := OvertakenStore()))
    world.gateway.will_book_and_lose_the_answer()
    store.overtake = faster
    error = world.refusal()
    assert isinstance(error, OutcomeUnknownError)
    assert error.state == state
    assert world.state_of(error.operation_id) is faster.state


def test_a_lease_that_another_call_found_over_first_is_settled_from_there() -> None:
    """Find the lease over at the same time as another call: one event says so, and the list still tells the rest."""
    world = World(store=(store := OvertakenStore()))
    world.store.will_apply_claim_then_fail()
    world.refusal()
    (record,) = world.store.records()
    book_by_night(world)
    world.clock.tick(32)
    store.overtake = Resolution(OperationState.UNKNOWN)
    (settled,) = settle(world, record)
    assert settled.record.state is CONFIRMED
    assert world.kinds(record.id) == ["claimed", "unknown", "confirmed"]
    assert world.events(record.id)[1]["request_id"] == told_request_id("request-faster")


def test_a_lease_that_was_not_over_after_all_needs_no_list() -> None:
    """Let the function conclude at the last moment: what it wrote stands, and nothing is read."""
    world = World(store=(store := OvertakenStore()))
    world.store.will_apply_claim_then_fail()
    world.refusal()
    (record,) = world.store.records()
    world.clock.tick(32)
    store.overtake = Resolution(CONFIRMED, 5)
    (settled,) = settle(world, record)
    assert (settled.record.state, settled.record.booking_id, settled.answer) == (CONFIRMED, 5, None)
    assert world.gateway.listed == []


def test_what_is_found_is_told_after_one_reading_and_what_cannot_be_denied_yet_is_not_looked_for_again() -> None:
    """Settle a booking that was made, and one of which nothing can be said before its window is over."""
    world = World()
    made, young = lose(world, day=20), lose(world, day=21)
    book_by_night(world)
    world.gateway.listed.clear()
    settled = settle(world, made, young)
    assert [one.record.state.value for one in settled] == ["CONFIRMED", "UNKNOWN"]
    assert [page for _, _, page in world.gateway.listed] == [1, 2]
    assert world.events(made.id)[2]["evidence"]["is_complete"] is False


def test_a_booking_that_the_second_reading_finds_is_not_denied() -> None:
    """Let it turn up between the two: the readings differ, and what the second one shows is told."""
    world = World()
    record = lose(world)
    world.gateway.bookings[4] = booking(booking_id=4, user_id=9)
    world.clock.tick(900)
    readings = iter((None, None, world, None))

    def turn_up() -> None:
        if (now := next(readings)) is not None:
            book_by_night(now)

    world.gateway.before_list = turn_up
    (settled,) = settle(world, record)
    assert (settled.record.state, settled.record.booking_id) == (OperationState.CONFIRMED, 5)


class CountingStore(TroubledStore):
    """A store that counts the looks at whose bookings they are, and what is written of operations."""

    looks = 0
    resolved = 0

    def resolve(self, record: OperationRecord, resolution: Resolution, event: AuditEvent, deadline: Deadline) -> bool:
        """Write, and count."""
        self.resolved += 1
        return super().resolve(record, resolution, event, deadline)

    def owners(self, booking_ids: Sequence[int], deadline: Deadline) -> Mapping[int, str]:
        """Look, and count."""
        self.looks += 1
        return super().owners(booking_ids, deadline)


def test_the_store_is_asked_whose_all_bookings_are_at_once() -> None:
    """Settle six operations, more than are written side by side."""
    world = World(store=(store := CountingStore()))
    records = [lose(world, day=day) for day in range(20, 26)]
    for number, day in enumerate(range(20, 26), start=5):
        world.gateway.bookings[number] = booking(booking_id=number, session_date=f"2026-01-{day}T21:30:00")
    store.looks = 0
    settled = settle(world, *records)
    assert [one.record.booking_id for one in settled] == [5, 6, 7, 8, 9, 10]
    assert store.looks == 1


@pytest.mark.parametrize(("days", "beside"), [(1, 0), (2, 2), (6, 6)])
def test_each_verdict_is_written_once_and_several_are_beside_each_other(days: int, beside: int) -> None:
    """One needs no thread of its own, and a caller's function has few."""
    world = World(store=(store := CountingStore()))
    records = [lose(world, day=day) for day in range(20, 20 + days)]
    for number in range(days):
        world.gateway.bookings[number] = booking(booking_id=number, session_date=f"2026-01-{20 + number}T21:30:00")
    store.resolved, world.concurrency = 0, (concurrency := CountingConcurrency())
    assert {one.record.state for one in settle(world, *records)} == {CONFIRMED}
    assert (store.resolved, concurrency.started) == (days, beside)


def test_leases_that_are_over_are_ended_within_the_time_of_the_call() -> None:
    """Two of them, side by side: each is started with a deadline."""
    world = World(store=(store := CountingStore()))
    for day in DAYS[:2]:
        store.will_apply_claim_then_fail()
        world.refusal(members(SessionDate=f"2026-01-{day} 21:30"), idempotency_key=None)
    world.clock.tick(32)
    store.resolved, world.concurrency = 0, (concurrency := CountingConcurrency())
    assert {one.record.state for one in settle(world, *store.records())} == {OperationState.UNKNOWN}
    assert (store.resolved, concurrency.started) == (2, 2)


class StubbornStore(TroubledStore):
    """A store that does not write what reads have told, after `allowed` times."""

    allowed = 0

    def resolve(self, record: OperationRecord, resolution: Resolution, event: AuditEvent, deadline: Deadline) -> bool:
        """Fail."""
        if not self.allowed:
            raise StoreUnavailableError("told to fail")
        self.allowed -= 1
        return super().resolve(record, resolution, event, deadline)


def test_a_store_that_cannot_be_written_leaves_the_rest_for_the_next_call() -> None:
    """Settle two and fail at the second: the first stays settled."""
    world = World(store=(store := StubbornStore()))
    first, second = lose(world, day=20), lose(world, day=21)
    world.clock.tick(900)
    store.allowed = 1
    settled = settle(world, first, second)
    assert [one.record.state.value for one in settled] == ["NOT_CREATED", "UNKNOWN"]
    assert world.state_of(second.id) is OperationState.UNKNOWN


def test_a_lease_that_is_over_and_cannot_be_written_down_is_not_called_running() -> None:
    """Repeat after the lease while the store fails: the caller learns that it is not known."""
    world = World(store=StubbornStore())
    world.store.will_apply_claim_then_fail()
    world.refusal()
    world.clock.tick(32)
    error = world.refusal()
    assert isinstance(error, OutcomeUnknownError)
    assert error.state == "UNKNOWN"
    assert world.gateway.sent == []


def test_a_reading_that_fails_leaves_everything_as_it_was() -> None:
    """Fail the list; and fail the look at whose bookings they are."""
    world = World()
    record = lose(world)
    book_by_night(world)
    world.gateway.list_failure = LATE
    assert settle(world, record) == (Settled(record),)
    world.gateway.list_failure = None
    world.store.will_fail_reads()
    assert settle(world, record) == (Settled(record),)
    assert world.kinds(record.id) == ["claimed", "unknown"]


def test_the_settle_window_counts_from_the_beginning_of_the_reading() -> None:
    """Let the window end while the list is read: what was read before proves nothing."""
    world = World()
    record = lose(world)
    world.clock.tick(899)
    world.gateway.before_list = lambda: world.clock.tick(5)
    assert settle(world, record)[0].record.state is OperationState.UNKNOWN
    (settled,) = settle(world, record)
    assert settled.record.state is OperationState.NOT_CREATED
    evidence = world.events(record.id)[2]
    assert evidence["evidence"]["read_at"] == "2026-01-15T12:15:04.000+00:00"
    assert evidence["at"] == "2026-01-15T12:15:09.000+00:00"


@pytest.mark.parametrize("key", [None, OTHER_KEY])
def test_an_answer_is_sealed_for_the_repeats_of_a_key_and_for_nothing_else(key: str | None) -> None:
    """Find a lost booking of a request with and without a key."""
    world = World()
    record = lose(world, key=key)
    book_by_night(world)
    (settled,) = settle(world, record)
    assert settled.answer is not None
    for standing in (settled.record, world.store.records()[0]):
        assert (standing.sealed_answer is not None) is (key is not None)


@pytest.mark.parametrize(("owner", "is_vouched_for"), [(None, True), ("ours", True), ("op_another", False)])
def test_a_booking_is_vouched_for_unless_the_store_knows_another_owner(
    owner: str | None,
    is_vouched_for: bool,  # noqa: FBT001 (a row)
) -> None:
    """It may be the operation's already: its conclusion was written, and the answer to that lost."""
    world = World()
    record = lose(world)
    if owner is not None:
        world.store.own(5, record.id if owner == "ours" else owner)
    deadline = Deadline.after(world.clock.monotonic, 5)
    assert world.reconciler().vouches_for(record, booking(booking_id=5), deadline) is is_vouched_for
