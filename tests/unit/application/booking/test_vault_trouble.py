"""Sealing: what is kept only sealed, and bookings that go on when nothing can be sealed."""

import json
import zlib

import pytest

from chalicelib.application.ports import AccountSeal
from chalicelib.domain.access import Principal
from chalicelib.domain.booking.form import JsonValue
from chalicelib.domain.errors import DuplicateBookingError, SwitchboardError, Trouble, UpstreamUnavailableError
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.time_budget import Deadline
from tests.builders import MEMBERS, OTHER_TOKEN, PHONE, PRINCIPAL, TOKEN, members, without
from tests.fakes.vault import TroubledVault
from tests.unit.application.world import World


def soon(world: World) -> Deadline:
    """Return a deadline."""
    return Deadline.after(world.clock.monotonic, 4)


def sealed_contact(world: World, operation_id: str) -> str | None:
    """Return the sealed contact of an operation's second event."""
    contact: str | None = world.events(operation_id)[1].get("sealed_contact")
    return contact


@pytest.mark.parametrize(
    ("document", "contact"),
    [
        (MEMBERS, {"PhoneNumber": PHONE, "Comments": "Hello"}),
        (without("Comments"), {"PhoneNumber": PHONE}),
        (members(Method=3, SkypeName="live:someone"), {"SkypeName": "live:someone", "Comments": "Hello"}),
    ],
)
def test_the_contact_is_kept_sealed_for_its_operation(document: dict[str, JsonValue], contact: dict[str, str]) -> None:
    """Open it again: the fields in full, for this account and this operation alone."""
    world = World()
    operation_id = world.place(document).operation_id
    sealed = sealed_contact(world, operation_id)
    assert sealed is not None
    opened = world.vault.unlock(1001, soon(world)).open(sealed, f"contact:{operation_id}")
    assert json.loads(zlib.decompress(opened)) == contact


def test_where_there_is_no_contact_none_is_kept() -> None:
    """Book so that the client calls, without comments."""
    world = World()
    world.gateway.facts = type(world.gateway.facts)(is_bookable=True)
    operation_id = world.place(without("PhoneNumber", "Comments", Method=2)).operation_id
    assert "sealed_contact" not in world.events(operation_id)[1]


@pytest.mark.parametrize("is_booked", [True, False])
def test_a_booking_goes_on_without_the_vault_and_keeps_nothing_that_it_could_not_seal(is_booked: bool) -> None:  # noqa: FBT001 (a row)
    """Fail the vault; the caller gets the answer, the record has neither contact nor answer, and repeats say so."""
    world = World()
    if not is_booked:
        world.gateway.will_decline(402)
    world.vault.will_fail()
    answered = world.place()
    assert (answered.answer.status, answered.audit_pending) == (201 if is_booked else 402, False)
    assert world.state_of(answered.operation_id) is (OperationState.CONFIRMED if is_booked else OperationState.REJECTED)
    assert sealed_contact(world, answered.operation_id) is None
    assert world.store.records()[0].sealed_answer is None
    world.vault.will_work()
    error = world.refusal()
    assert isinstance(error, DuplicateBookingError)
    assert (error.operation_id, error.retry_after_seconds) == (answered.operation_id, None)
    assert len(world.gateway.sent) == 1


class LateVault(TroubledVault):
    """A vault that is not heard of in time; it notes how long it was waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.left: list[float] = []

    def unlock(self, account: int, deadline: Deadline) -> AccountSeal:
        """Be late, as a call beside ours is."""
        del account
        self.left.append(deadline.remaining())
        raise UpstreamUnavailableError("late", trouble=Trouble.LATE)


def test_a_vault_that_is_late_never_makes_a_booking_look_unsent() -> None:
    """Book while the vault hangs; it gets a few seconds of its own, so that the conclusion keeps its time."""
    world = World(vault=(vault := LateVault()))
    answered = world.place()
    assert (answered.answer.status, answered.booking_id) == (201, 1)
    assert world.state_of(answered.operation_id) is OperationState.CONFIRMED
    assert world.ask(answered.operation_id).answer is None
    assert vault.left == [4, 4]


def test_while_the_vault_is_out_of_reach_a_repeat_gets_no_answer_and_sends_nothing() -> None:
    """Book, fail the vault and repeat; then it works again."""
    world = World()
    first = world.place()
    world.vault.will_fail()
    error = world.refusal()
    assert isinstance(error, DuplicateBookingError)
    assert "its answer cannot be read right now;" in error.message
    world.vault.will_work()
    assert world.place().answer == first.answer
    assert len(world.gateway.sent) == 1


def test_a_repeat_that_finds_the_booking_itself_tells_it_though_it_cannot_be_kept() -> None:
    """Lose the answer and the vault: the repeat's own reading names the booking, and there is nothing else to tell."""
    world = World()
    world.gateway.will_book_and_lose_the_answer()
    world.gateway.list_failure = UpstreamUnavailableError("late", trouble=Trouble.LATE)
    world.refusal()
    world.gateway.list_failure = None
    world.vault.will_fail()
    again = world.place()
    assert (again.answer.status, again.is_replayed) == (201, True)
    assert isinstance(world.refusal(), DuplicateBookingError)
    assert len(world.gateway.sent) == 1


def test_after_an_account_was_erased_its_answers_cannot_be_read_and_nothing_is_sent_again() -> None:
    """Replace the account's key: the chain stays whole, the repeat says that it cannot be read."""
    world = World()
    first = world.place()
    events = world.trail.events(first.operation_id)
    world.vault.erase(1001, soon(world))
    error = world.refusal()
    assert isinstance(error, DuplicateBookingError)
    assert error.operation_id == first.operation_id
    assert world.trail.events(first.operation_id) == events
    assert world.ask(first.operation_id).answer is None
    assert len(world.gateway.sent) == 1


def test_the_answer_of_one_operation_does_not_open_as_that_of_another() -> None:
    """Swap the stored answers of two operations, as a hand in the table might: neither is given."""
    world = World()
    other = members(SessionDate="2026-01-21 21:30")
    first, second = world.place(), world.place(other, idempotency_key="0" * 16)
    one, two = world.store.records()
    sealed = one.sealed_answer
    seal = world.vault.unlock(1001, soon(world))
    assert sealed is not None
    assert seal.open(sealed, f"answer:{first.operation_id}") == first.answer.to_bytes()
    with pytest.raises(Exception, match="not sealed here"):
        seal.open(sealed, f"answer:{second.operation_id}")
    assert two.id == second.operation_id


def test_each_account_has_a_seal_of_its_own() -> None:
    """Book with two accounts; a call never unlocks another's."""
    world = World()
    world.introspector.principals[OTHER_TOKEN] = Principal(1002, PRINCIPAL.scopes)
    world.place(token=TOKEN)
    world.place(token=OTHER_TOKEN)
    assert world.vault.unlocked == [1001, 1002]


def test_a_call_unlocks_its_account_once() -> None:
    """Book, lose the answer and find it: three things are sealed under one unlocking."""
    world = World()
    world.gateway.will_book_and_lose_the_answer()
    world.place()
    assert world.vault.unlocked == [1001]


@pytest.mark.parametrize("document", [members(Duration=4), {}])
def test_a_request_that_costs_no_call_does_not_unlock_anything(document: dict[str, JsonValue]) -> None:
    """Send a wrong form."""
    world = World()
    assert isinstance(world.refusal(document), SwitchboardError)
    assert world.vault.unlocked == []
