"""Operations that nobody asked about again: settled at their account's next call, and flagged after a day."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.application.operations.housekeeping import Expired
from chalicelib.application.ports import ClaimAnswer, Resolution
from chalicelib.domain.access import Principal
from chalicelib.domain.audit.event import AuditEvent, event_hash, told_request_id
from chalicelib.domain.booking.form import JsonValue
from chalicelib.domain.errors import (
    InvalidTokenError,
    StoreUnavailableError,
    SwitchboardError,
    Trouble,
    UpstreamUnavailableError,
)
from chalicelib.domain.operation.operation import Operation, OperationState
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.time_budget import Deadline, TimeBudget
from tests.builders import OTHER_TOKEN, PRINCIPAL, REFRESHED_TOKEN, TOKEN, booking, members
from tests.fakes.store import TroubledStore
from tests.fakes.system import CountingConcurrency, LateConcurrency, SequentialConcurrency
from tests.unit.application.world import World, lost

DAY = 24 * 3600
LATE = UpstreamUnavailableError("late", trouble=Trouble.LATE)


def lose(world: World, day: int) -> str:
    """Send a booking whose answer is lost; return its operation."""
    return lost(world, members(SessionDate=f"2026-01-{day} 21:30"), None)


def test_an_account_s_next_call_settles_what_it_left_open_with_one_reading() -> None:
    """Lose two answers and book something else with a new token: all three have an end."""
    world = World()
    first, second = lose(world, 20), lose(world, 21)
    world.gateway.bookings[5] = booking(booking_id=5)
    world.clock.tick(900)
    world.gateway.listed.clear()
    world.gateway.created_at = "2026-01-15T12:15:00"
    answered = world.place(members(SessionDate="2026-01-22 21:30"), token=REFRESHED_TOKEN, request_id="request-next")
    assert world.state_of(answered.operation_id) is OperationState.CONFIRMED
    assert (world.state_of(first), world.state_of(second)) == (OperationState.CONFIRMED, OperationState.NOT_CREATED)
    assert [(token, page) for token, _, page in world.gateway.listed] == [
        (REFRESHED_TOKEN, 1),
        (REFRESHED_TOKEN, 2),
    ] * 2
    assert {world.events(each)[2]["request_id"] for each in (first, second)} == {told_request_id("request-next")}


def test_a_caller_who_is_known_does_not_pay_for_it_again() -> None:
    """Book with a token that is remembered: its first call has looked already."""
    world = World()
    operation_id = lose(world, 20)
    assert world.introspector.recall(TOKEN) is not None
    world.gateway.listed.clear()
    world.place(members(SessionDate="2026-01-22 21:30"))
    assert world.gateway.listed == []
    assert world.state_of(operation_id) is OperationState.UNKNOWN


def test_a_call_does_not_read_the_list_for_its_own_operation_twice() -> None:
    """Lose the answer of an account's first call: it has just been reconciled."""
    world = World()
    lose(world, 20)
    assert [page for _, _, page in world.gateway.listed] == [1]


def test_the_operations_of_another_account_are_left_alone() -> None:
    """Lose an answer of one account, and book with another."""
    world = World()
    operation_id = lose(world, 20)
    world.introspector.principals[OTHER_TOKEN] = Principal(1002, PRINCIPAL.scopes)
    world.clock.tick(900)
    world.place(token=OTHER_TOKEN)
    assert world.state_of(operation_id) is OperationState.UNKNOWN


@pytest.mark.parametrize("failure", [LATE, InvalidTokenError("expired"), None])
def test_the_answer_of_the_call_does_not_depend_on_it(failure: SwitchboardError | None) -> None:
    """Fail the list; or, without a failure of it, the store."""
    world = World()
    operation_id = lose(world, 20)
    world.gateway.list_failure = failure
    if failure is None:
        world.store.will_fail_reads()
    answered = world.place(members(SessionDate="2026-01-22 21:30"), token=REFRESHED_TOKEN)
    assert (answered.answer.status, answered.audit_pending) == (201, False)
    assert world.state_of(operation_id) is OperationState.UNKNOWN


def test_it_takes_what_is_left_of_the_call_at_most_its_own_limit() -> None:
    """Look at the deadline that the store gets."""

    class TimedStore(TroubledStore):
        left: list[float]

        def open_operations(self, account: int, deadline: Deadline) -> tuple[OperationRecord, ...]:
            self.left.append(deadline.remaining())
            return super().open_operations(account, deadline)

    store = TimedStore()
    store.left = []
    World(store=store).place()
    World(store=store, budget=TimeBudget(call=3, post=1, conclusion=1, margin=0.5)).place()
    assert store.left == [5, 3]


class Dawdling(SequentialConcurrency):
    """Errands that are begun when the test says so."""

    def __init__(self) -> None:
        self.errands: list[Callable[[], None]] = []

    def set_off(self, errand: Callable[[], None]) -> None:
        """Keep it for later."""
        self.errands.append(errand)

    def begin(self) -> None:
        """Begin the newest, and do it to its end."""
        self.errands.pop()()


class PunctualStore(TroubledStore):
    """A store that begins nothing without time, as the real one; `before_claim` is what happens meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.before_claim: Callable[[], None] = lambda: None

    def claim(
        self, operation: Operation, event: AuditEvent, deadline: Deadline, previous: OperationRecord | None = None
    ) -> ClaimAnswer:
        """Claim after what happens meanwhile."""
        self.before_claim()
        return super().claim(operation, event, deadline, previous)

    def open_operations(self, account: int, deadline: Deadline) -> tuple[OperationRecord, ...]:
        """Look, if there is time."""
        if not deadline.remaining():
            raise StoreUnavailableError("no time is left")
        return super().open_operations(account, deadline)


@pytest.mark.parametrize("moment", ["claim", "POST", "answer"])
def test_it_goes_on_beside_the_call_from_the_claim_to_the_conclusion_and_no_longer(moment: str) -> None:
    """Begin the errand at some moment: what it has not settled when the answer is there is left, and nobody waited for it."""
    world = World(concurrency=(concurrency := Dawdling()), store=(store := PunctualStore()))
    operation_id = lose(world, 20)
    world.gateway.bookings[5] = booking(booking_id=5)
    concurrency.errands.clear()
    world.gateway.listed.clear()
    document = members(SessionDate="2026-01-22 21:30")
    if moment == "claim":
        store.before_claim = concurrency.begin
    if moment == "POST":
        world.gateway.before_send = concurrency.begin
    world.place(document, token=REFRESHED_TOKEN)
    for errand in concurrency.errands:
        errand()
    is_settled = moment != "answer"
    assert world.state_of(operation_id) is (OperationState.CONFIRMED if is_settled else OperationState.UNKNOWN)
    assert bool(world.gateway.listed) is is_settled


@pytest.mark.parametrize(
    "document",
    [members(Duration=4), members(SessionDate="2026-01-22 21:30", Credits=10**6)],
)
def test_a_call_that_claims_nothing_looks_for_nothing(document: dict[str, JsonValue]) -> None:
    """Send what breaks a rule, by itself or by the balance: there is nothing that the look could go on beside."""
    world = World(concurrency=(concurrency := Dawdling()))
    world.refusal(document)
    assert concurrency.errands == []


def test_a_claim_that_fails_ends_it_as_well() -> None:
    """Fail the claim before the errand is begun."""
    world = World(concurrency=(concurrency := Dawdling()), store=PunctualStore())
    operation_id = lose(world, 20)
    world.gateway.listed.clear()
    world.store.will_fail_claim()
    world.refusal(members(SessionDate="2026-01-22 21:30"), token=REFRESHED_TOKEN)
    concurrency.errands[-1]()
    assert (world.gateway.listed, world.state_of(operation_id)) == ([], OperationState.UNKNOWN)


def test_what_nobody_came_back_for_in_a_day_is_flagged() -> None:
    """Wait a day: the event is chained, the answer of repeats is that people look at it, and the guard holds."""
    world = World()
    operation_id = lose(world, 25)
    world.clock.tick(DAY)
    assert world.expire() == Expired()
    world.clock.tick(1)
    assert world.expire() == Expired(1)
    assert world.state_of(operation_id) is OperationState.EXPIRED_UNKNOWN
    stored, events = world.trail.events(operation_id), world.events(operation_id)
    assert [event["kind"] for event in events] == ["claimed", "unknown", "expired"]
    assert (events[2]["reason"], events[2]["request_id"]) == ("nobody-asked", told_request_id("request-clean"))
    assert events[2]["previous_hash"] == event_hash(stored[1])
    assert world.expire() == Expired()
    assert world.refusal(members(SessionDate="2026-01-25 21:30"), idempotency_key=None).operation_id == operation_id


def test_a_function_that_died_is_flagged_in_two_steps() -> None:
    """Let nobody ask after a death: first its lease is over, then its day."""
    world = World()
    world.store.will_apply_claim_then_fail()
    world.refusal()
    operation_id = world.store.claims[0].id
    world.clock.tick(DAY + 1)
    assert (world.expire(), world.state_of(operation_id)) == (Expired(), OperationState.UNKNOWN)
    assert world.events(operation_id)[1]["request_id"] == told_request_id("request-clean")
    assert (world.expire(), world.state_of(operation_id)) == (Expired(1), OperationState.EXPIRED_UNKNOWN)
    assert world.kinds(operation_id) == ["claimed", "unknown", "expired"]


def test_a_register_that_cannot_be_read_keeps_nothing_from_being_flagged() -> None:
    """The event does not name the client then: no event has, since the function died before it knew."""
    world = World()
    world.store.will_apply_claim_then_fail()
    world.refusal()
    operation_id = world.store.claims[0].id
    world.clock.tick(DAY + 1)
    world.register.will_fail()
    assert (world.expire(), world.state_of(operation_id)) == (Expired(), OperationState.UNKNOWN)
    assert "client" not in world.events(operation_id)[1]


def test_a_function_that_died_does_not_keep_the_others_from_being_flagged() -> None:
    """Let one die before another's answer is lost: the one takes a step, the other is flagged in the same run."""
    world = World()
    world.store.will_apply_claim_then_fail()
    world.refusal()
    world.clock.tick(1)
    operation_id = lose(world, 25)
    world.clock.tick(DAY + 1)
    assert (world.expire(), world.state_of(operation_id)) == (Expired(1), OperationState.EXPIRED_UNKNOWN)


def test_what_is_settled_or_young_is_not_flagged() -> None:
    """Book, be refused and lose an answer an hour ago."""
    world = World()
    world.place()
    world.gateway.will_decline(402)
    world.place(members(SessionDate="2026-01-21 21:30"), idempotency_key=None)
    world.clock.tick(DAY - 3600)
    young = lose(world, 22)
    world.clock.tick(3601)
    assert world.expire() == Expired()
    assert world.state_of(young) is OperationState.UNKNOWN


class FasterElsewhere(TroubledStore):
    """A store in which another call is always faster, but for the first operation."""

    resolved = 0

    def resolve(self, record: OperationRecord, resolution: Resolution, event: AuditEvent, deadline: Deadline) -> bool:
        """Write once, then read as if somebody else had been faster."""
        self.resolved += 1
        return self.resolved == 1 and super().resolve(record, resolution, event, deadline)


def test_only_what_was_really_flagged_is_counted() -> None:
    """Flag two, of which another call was faster with one."""
    world = World(store=FasterElsewhere())
    for day in (20, 21):
        lose(world, day)
    world.clock.tick(DAY + 1)
    assert world.expire() == Expired(1)


def test_a_store_that_cannot_be_read_is_no_silence() -> None:
    """Fail the look for overdue operations: "nothing to flag" would keep the alarm quiet."""
    world = World()
    world.store.will_fail_reads()
    with pytest.raises(StoreUnavailableError):
        world.expire()


def test_one_row_in_trouble_does_not_hold_up_the_others_and_is_told() -> None:
    """Fail the first of two writes: the second operation is flagged and counted, and the failure is not swallowed."""
    failure = StoreUnavailableError("told to fail")

    class FailingOnce(TroubledStore):
        def resolve(
            self, record: OperationRecord, resolution: Resolution, event: AuditEvent, deadline: Deadline
        ) -> bool:
            if record.id == first:
                raise failure
            return super().resolve(record, resolution, event, deadline)

    world = World(store=FailingOnce())
    first, second = lose(world, 20), lose(world, 21)
    world.clock.tick(DAY + 1)
    assert world.expire() == Expired(1, (failure,))
    assert (world.state_of(first), world.state_of(second)) == (OperationState.UNKNOWN, OperationState.EXPIRED_UNKNOWN)


@pytest.mark.parametrize(("seconds", "flagged"), [(8, 3), (8.5, 2)])
def test_what_there_is_no_time_for_is_left_for_the_next_hour(seconds: float, flagged: int) -> None:
    """Let each write take its time: the last begins with just enough of it, or not at all, which is no failure."""

    class SlowStore(TroubledStore):
        def resolve(
            self, record: OperationRecord, resolution: Resolution, event: AuditEvent, deadline: Deadline
        ) -> bool:
            world.clock.tick(seconds)
            return super().resolve(record, resolution, event, deadline)

    world = World(store=SlowStore())
    for day in (20, 21, 22):
        lose(world, day)
    world.clock.tick(DAY + 1)
    assert world.expire() == Expired(flagged)
    assert world.expire() == Expired(3 - flagged)


def test_without_time_for_a_write_nothing_is_looked_for() -> None:
    """Leave less than a write may take: running out of time is no failure, even when the store is in trouble."""
    world = World()
    lose(world, 20)
    world.clock.tick(DAY + 1)
    world.store.will_fail_reads()
    late = Deadline.after(world.clock.monotonic, world.budget.conclusion - 0.1)
    assert world.housekeeping().expire_operations("request-late", late) == Expired()


def test_overdue_operations_are_flagged_side_by_side_and_no_more_than_eight() -> None:
    """Twelve take two rounds, and all are flagged in one look."""
    world = World()
    concurrency = CountingConcurrency()
    for day in range(20, 32):
        lose(world, day)
    world.clock.tick(DAY + 1)
    housekeeping = replace(world.housekeeping(), concurrency=concurrency)
    assert housekeeping.expire_operations("request-clean", soon(world)) == Expired(12)
    assert concurrency.most == 8


def test_one_alone_is_flagged_without_a_thread() -> None:
    """Nothing goes on beside it."""
    world = World()
    concurrency = CountingConcurrency()
    lose(world, 20)
    world.clock.tick(DAY + 1)
    housekeeping = replace(world.housekeeping(), concurrency=concurrency)
    assert housekeeping.expire_operations("request-clean", soon(world)) == Expired(1)
    assert concurrency.most == 0


def test_a_write_that_nobody_hears_of_any_more_is_told() -> None:
    """The thread is late: a failure for each, and nothing is counted."""
    world = World()
    for day in (20, 21):
        lose(world, day)
    world.clock.tick(DAY + 1)
    housekeeping = replace(world.housekeeping(), concurrency=LateConcurrency())
    found = housekeeping.expire_operations("request-clean", soon(world))
    assert found.flagged == 0
    assert [type(error) for error in found.failures] == [UpstreamUnavailableError] * 2


def soon(world: World) -> Deadline:
    """Return a deadline with time for everything."""
    return Deadline.after(world.clock.monotonic, 60)
