"""Asking for an operation: whose it is, how it stands, and what its request was answered."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import pytest

from chalicelib.application.ports import Resolution
from chalicelib.domain.access import Principal, Scope
from chalicelib.domain.audit.event import AuditEvent, told_request_id
from chalicelib.domain.errors import (
    InsufficientScopeError,
    InvalidTokenError,
    NotFoundError,
    StoreUnavailableError,
    SwitchboardError,
    Trouble,
    UpstreamUnavailableError,
)
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.operation.record import OperationRecord
from chalicelib.domain.time_budget import Deadline
from tests.builders import OTHER_TOKEN, PRINCIPAL, REFRESHED_TOKEN, TOKEN, booking
from tests.fakes.store import TroubledStore
from tests.fakes.system import SequentialConcurrency
from tests.sentences import require_sentences
from tests.unit.application.slowness import TickingGateway
from tests.unit.application.world import KEY, World

T = TypeVar("T")
LATE = UpstreamUnavailableError("late", trouble=Trouble.LATE)
WITHOUT_BOOKINGS = replace(PRINCIPAL, scopes=frozenset({Scope.CREDITS_HISTORY.value}))


def lost(world: World) -> str:
    """Send a booking whose answer is lost; return its operation."""
    world.gateway.will_time_out_after_send()
    operation_id = world.refusal().operation_id
    assert operation_id is not None
    return operation_id


def refusal(world: World, operation_id: str, token: object = TOKEN) -> SwitchboardError:
    """Ask for an operation and return the error."""
    with pytest.raises(SwitchboardError) as caught:
        world.ask(operation_id, token)  # type: ignore[arg-type]
    return caught.value


@pytest.mark.parametrize("token", [TOKEN, REFRESHED_TOKEN])
def test_an_operation_is_told_with_the_answer_of_its_request(token: object) -> None:
    """Ask with the token that booked, and with a refreshed one."""
    world = World()
    placed = world.place()
    view = world.ask(placed.operation_id, token)  # type: ignore[arg-type]
    assert (view.record.id, view.record.state, view.record.booking_id) == (
        placed.operation_id,
        OperationState.CONFIRMED,
        1,
    )
    assert view.answer == placed.answer
    assert world.gateway.listed == []


def test_a_refusal_is_told_as_well() -> None:
    """Ask for what AdultWork declined."""
    world = World()
    world.gateway.will_decline(402)
    refused = world.place()
    view = world.ask(refused.operation_id)
    assert (view.record.state, view.answer) == (OperationState.REJECTED, refused.answer)


@pytest.mark.parametrize("is_sent", [True, False])
def test_an_operation_without_a_kept_answer_is_told_by_its_state(is_sent: bool) -> None:  # noqa: FBT001 (a row)
    """Ask for a booking without a key, and for an attempt that was not sent."""
    world = World()
    if not is_sent:
        world.gateway.will_refuse_connections()
    with suppress(SwitchboardError):
        world.place(idempotency_key=None if is_sent else "0123456789abcdef")
    view = world.ask(world.store.records()[0].id)
    assert view.record.state is (OperationState.CONFIRMED if is_sent else OperationState.NOT_SENT)
    assert view.answer is None


class WaitedFor(SequentialConcurrency):
    """Calls beside ours; `waits` counts how often a result was asked for."""

    waits = 0

    def start(self, call: Callable[[], T], deadline: Deadline) -> Callable[[], T]:
        """Start the call."""
        result = super().start(call, deadline)

        def wait() -> T:
            self.waits += 1
            return result()

        return wait


@pytest.mark.parametrize(("key", "waits"), [(KEY, 1), (None, 0)])
def test_nobody_waits_for_the_vault_when_there_is_nothing_to_open(key: str | None, waits: int) -> None:
    """Ask for a booking with a kept answer, and for one without."""
    world = World()
    placed = world.place(idempotency_key=key)
    world.concurrency = (concurrency := WaitedFor())
    world.ask(placed.operation_id)
    assert concurrency.waits == waits


def test_an_operation_of_another_account_does_not_exist() -> None:
    """Ask for it with another account's token, and for an id that nobody has: the two cannot be told apart."""
    world = World()
    placed = world.place()
    world.introspector.principals[OTHER_TOKEN] = Principal(1002, PRINCIPAL.scopes)
    foreign, unknown = refusal(world, placed.operation_id, OTHER_TOKEN), refusal(world, "op_unknown", OTHER_TOKEN)
    assert isinstance(foreign, NotFoundError)
    assert isinstance(unknown, NotFoundError)
    assert (foreign.message, foreign.operation_id) == (unknown.message, unknown.operation_id)
    require_sentences(unknown.message)
    assert world.vault.unlocked == [1001]


@pytest.mark.parametrize("is_warm", [True, False])
def test_who_may_not_book_may_not_ask(is_warm: bool) -> None:  # noqa: FBT001 (a row)
    """Lack the scope; who grants it now need not wait until that is forgotten."""
    world = World()
    placed = world.place()
    world.introspector.principal = WITHOUT_BOOKINGS
    world.introspector.known = {TOKEN: WITHOUT_BOOKINGS} if is_warm else {}
    error = refusal(world, placed.operation_id)
    assert isinstance(error, InsufficientScopeError)
    assert error.scope == "account_phonechat_bookings"
    assert "the scope account_phonechat_bookings" in error.message
    require_sentences(error.message)
    assert world.introspector.recall(TOKEN) is None


@pytest.mark.parametrize("failure", [InvalidTokenError("unknown"), LATE])
def test_a_token_that_cannot_be_introspected_learns_nothing(failure: SwitchboardError) -> None:
    """Fail the introspection."""
    world = World()
    placed = world.place()
    world.introspector.failure, world.introspector.known = failure, {}
    assert refusal(world, placed.operation_id) is failure


def test_a_token_that_is_known_is_not_introspected_again() -> None:
    """Ask twice after the booking."""
    world = World()
    placed = world.place()
    for _ in range(2):
        world.ask(placed.operation_id)
    assert world.introspector.calls == 1


def test_asking_settles_what_is_unknown() -> None:
    """Lose the answer, let the booking turn up, and ask: the answer is that of repeats from then on."""
    world = World()
    operation_id = lost(world)
    assert world.ask(operation_id).record.state is OperationState.UNKNOWN
    world.gateway.bookings[5] = booking(booking_id=5)
    view = world.ask(operation_id, REFRESHED_TOKEN, "request-3")
    assert (view.record.state, view.record.booking_id) == (OperationState.CONFIRMED, 5)
    assert world.events(operation_id)[2]["request_id"] == told_request_id("request-3")
    assert world.gateway.listed[-1][0] == REFRESHED_TOKEN
    assert view.answer == world.ask(operation_id).answer == world.place().answer
    assert len(world.gateway.sent) == 1


def test_asking_after_the_settle_window_tells_that_nothing_was_booked() -> None:
    """Wait, and ask."""
    world = World()
    operation_id = lost(world)
    world.clock.tick(900)
    view = world.ask(operation_id)
    assert view.record.state is OperationState.NOT_CREATED
    assert view.answer is not None
    assert view.answer.status == 409


def test_while_a_booking_is_being_sent_it_is_told_so() -> None:
    """Ask from inside the send; nothing is read for it."""
    world = World()
    states: list[OperationState] = []
    world.gateway.before_send = lambda: states.append(world.ask(world.store.claims[0].id).record.state)
    world.place()
    assert states == [OperationState.SENDING]
    assert world.gateway.listed == []


def test_after_the_lease_an_operation_is_unknown_though_the_store_cannot_be_told_so() -> None:
    """Let the function die over it, and let nobody write: "being sent" would be untrue."""

    class ReadOnly(TroubledStore):
        def resolve(
            self, record: OperationRecord, resolution: Resolution, event: AuditEvent, deadline: Deadline
        ) -> bool:
            del record, resolution, event, deadline
            raise StoreUnavailableError("told to fail")

    world = World(store=ReadOnly())
    world.store.will_fail_conclusion()
    operation_id = world.place().operation_id
    assert world.ask(operation_id).record.state is OperationState.SENDING
    world.clock.tick(32)
    assert world.ask(operation_id).record.state is OperationState.UNKNOWN
    assert world.state_of(operation_id) is OperationState.SENDING


def test_a_list_that_cannot_be_read_leaves_the_state_as_it_is() -> None:
    """Fail the list."""
    world = World()
    operation_id = lost(world)
    world.gateway.list_failure = LATE
    view = world.ask(operation_id)
    assert (view.record.state, view.answer) == (OperationState.UNKNOWN, None)


def test_a_state_is_told_though_its_answer_cannot_be_opened() -> None:
    """Fail the vault: the state needs no key."""
    world = World()
    placed = world.place()
    world.vault.will_fail()
    view = world.ask(placed.operation_id)
    assert (view.record.state, view.answer) == (OperationState.CONFIRMED, None)


def test_a_record_that_cannot_be_read_is_our_own_trouble() -> None:
    """Fail the store at the first read."""
    world = World()
    placed = world.place()
    world.store.will_fail_reads()
    assert isinstance(refusal(world, placed.operation_id), StoreUnavailableError)


def test_reading_the_list_has_a_limit_of_its_own() -> None:
    """Look at the deadline that the list gets."""
    world = World()
    gateway = TickingGateway(world.clock)
    world.gateway = gateway
    world.ask(lost(world))
    assert gateway.left["list"] == 5


def test_what_another_call_settles_meanwhile_is_not_shown_beside_the_older_state() -> None:
    """Let another call confirm the operation while this one's reading fails: UNKNOWN and a booking would contradict."""
    world = World()
    world.gateway.will_book_and_lose_the_answer()
    world.gateway.list_failure = LATE
    operation_id = world.refusal().operation_id
    world.gateway.list_failure = None

    def settle_first_then_fail() -> None:
        world.gateway.before_list = lambda: None
        assert world.ask(operation_id).record.state is OperationState.CONFIRMED
        world.gateway.list_failure = LATE

    world.gateway.before_list = settle_first_then_fail
    view = world.ask(operation_id)
    assert (view.record.state, view.answer) == (OperationState.UNKNOWN, None)


class LeftOver(TroubledStore):
    """The records of another store, all of them expired, with whatever answers they had."""

    def __init__(self, other: TroubledStore) -> None:
        super().__init__()
        self._other = other

    def find(self, operation_id: str, deadline: Deadline) -> OperationRecord | None:
        """Return the other store's record."""
        record = self._other.find(operation_id, deadline)
        return None if record is None else replace(record, state=OperationState.EXPIRED_UNKNOWN)


@pytest.mark.parametrize(("later", "wait"), [(0, timedelta(minutes=15)), (15 * 60, timedelta(hours=24))])
def test_an_unknown_outcome_is_told_with_when_it_will_be_known(later: int, wait: timedelta) -> None:
    """Ask while reads can still tell it, and when only a person can; a list that cannot be read leaves both open."""
    world = World()
    claimed_at = world.clock.now()
    operation_id = lost(world)
    world.gateway.list_failure = LATE
    world.clock.tick(later)
    assert world.ask(operation_id).decided_by == claimed_at + wait


def test_an_answer_that_is_kept_of_an_operation_that_is_not_final_is_not_told() -> None:
    """Find one in the row of an unknown outcome, as no step of ours leaves it."""
    world = World()
    placed = world.place()
    world.store = LeftOver(world.store)
    view = world.ask(placed.operation_id)
    assert (view.record.state, view.answer) == (OperationState.EXPIRED_UNKNOWN, None)
