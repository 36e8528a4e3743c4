"""What every ChangeStore does, in memory and on DynamoDB alike: the rules of bookings, in the same tables."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.adapters.aws.dynamodb.changes import DynamoDBChangeStore
from chalicelib.adapters.aws.dynamodb.operations import DynamoDBOperationStore
from chalicelib.application.audit import events
from chalicelib.application.changing.ports import ChangeStore
from chalicelib.application.ports import BookingHeld, Claimed, KeyHeld, RateLimited, Resolution
from chalicelib.domain.access import Principal
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.canonical import Canonical
from chalicelib.domain.changing.changes import CANCEL_MADE_BOOKING, DELETE_MADE_BOOKINGS
from chalicelib.domain.changing.form import LARGEST_ID, ChangeForm
from chalicelib.domain.changing.operation import ChangeOperation, ChangeOutcome, ChangeRecord, described, new_change
from chalicelib.domain.changing.request import ChangeRequest
from chalicelib.domain.errors import Trouble
from chalicelib.domain.names import Names
from chalicelib.domain.operation.operation import OperationState
from devtools.memory.changes import InMemoryChangeStore
from devtools.memory.store import InMemoryOperationStore
from tests.builders import NOW, pseudonym
from tests.contract import records
from tests.contract.conftest import NewStores, Stores
from tests.contract.records import ACCOUNT, HASH_KEY, IDEMPOTENCY_KEY, enough_time

CONFIRMED = ChangeOutcome(OperationState.CONFIRMED, "changed", upstream_status=200)
UNKNOWN = ChangeOutcome(OperationState.UNKNOWN, "late", trouble=Trouble.LATE)
NOT_SENT = ChangeOutcome(OperationState.NOT_SENT, "connection-refused", trouble=Trouble.UNREACHABLE)


def changes_of(stores: Stores) -> ChangeStore:
    """Return the store of changes on the same tables as a store of bookings."""
    if isinstance(stores.store, DynamoDBOperationStore):
        return DynamoDBChangeStore.beside(stores.store)
    assert isinstance(stores.store, InMemoryOperationStore)
    return InMemoryChangeStore(stores.store.trail, stores.store.limits, stores.clock, stores.store.register)


def change(number: int = 1, *, key: str | None = IDEMPOTENCY_KEY, booking_id: int = 7) -> ChangeOperation:
    """Return a cancellation; `number` tells calls apart."""
    return of(ChangeForm(CANCEL_MADE_BOOKING, {"BookingID": booking_id, "Reason": "private"}, 100), number, key)


def of(form: ChangeForm, number: int = 1, key: str | None = IDEMPOTENCY_KEY) -> ChangeOperation:
    """Return the change that a sound form asks for."""
    request = form.read()
    assert isinstance(request, ChangeRequest)
    made = new_change(
        call_id=f"op_{number:026}",
        account=ACCOUNT,
        request=request,
        idempotency_key=key,
        key=HASH_KEY,
        now=NOW,
        function_seconds=26,
        guard_holds=timedelta(hours=24),
        names=Names(pseudonym(ACCOUNT)),
    )
    return replace(made, lease_until=made.lease_until + timedelta(milliseconds=number))


def claim_event(claimed: ChangeOperation, previous: ChangeRecord | None = None) -> AuditEvent:
    """Return the event of a claim."""
    subject = events.Subject(
        f"op_{claimed.lease_until:%Y%m%d%H%M%S%f}000000",
        "request-1",
        Principal(ACCOUNT, frozenset()),
        None,
        HASH_KEY,
        names=claimed.names,
        about=described(claimed.request),
    )
    return events.claimed(subject, claimed, claimed.claimed_at, (), {"reads": 40}, previous)


def claim(store: ChangeStore, claimed: ChangeOperation, previous: ChangeRecord | None = None) -> object:
    """Claim a change with its event."""
    return store.claim(claimed, claim_event(claimed, previous), enough_time(), previous)


def made(store: ChangeStore, claimed: ChangeOperation, outcome: ChangeOutcome) -> ChangeRecord:
    """Claim a change and conclude it; return it as it stands."""
    assert claim(store, claimed) == Claimed()
    at = claimed.claimed_at + timedelta(seconds=3)
    store.conclude(claimed, outcome, events.concluded(claim_event(claimed), at, outcome, {}), enough_time(), "sealed")
    record = store.find(claimed.id, enough_time())
    assert record is not None
    return record


def test_a_change_is_remembered_as_what_it_is(stores: Stores) -> None:
    """And is no booking: the store of bookings does not find it, nor this one a booking."""
    store, claimed = changes_of(stores), change()
    record = made(store, claimed, CONFIRMED)
    assert (record.change, record.booking_ids, record.state) == ("CancelMadeBooking", (7,), OperationState.CONFIRMED)
    assert (record.sealed_answer, record.is_keyed, record.names.client) == ("sealed", True, pseudonym(ACCOUNT))
    assert stores.store.find(claimed.id, enough_time()) is None
    booked = records.operation(9, key=None)
    records.claim(stores.store, booked)
    assert store.find(booked.id, enough_time()) is None


def test_the_largest_deletion_has_room(stores: Stores) -> None:
    """A hundred of the largest BookingIDs: in the key of its guard, and in two kilobytes of its event."""
    ids = ",".join(str(LARGEST_ID - number) for number in range(100))
    claimed = of(ChangeForm(DELETE_MADE_BOOKINGS, {"BookingIDs": ids}, 100), key=None)
    assert claim(changes_of(stores), claimed) == Claimed()
    assert 1024 < len(claim_event(claimed).canonical()) < 2048


def test_a_key_meets_its_change(stores: Stores) -> None:
    """However it stands."""
    store, claimed = changes_of(stores), change()
    record = made(store, claimed, UNKNOWN)
    assert claim(store, change(2)) == KeyHeld(claimed.id, record)
    assert store.held(change(2), enough_time()) == KeyHeld(claimed.id, record)


def test_an_equal_change_is_kept_out_until_it_is_settled(stores: Stores) -> None:
    """One that was made keeps nobody out."""
    store, claimed = changes_of(stores), change(key=None)
    record = made(store, claimed, UNKNOWN)
    second = change(2, key=None)
    assert claim(store, second) == BookingHeld(claimed.id) == store.held(second, enough_time())
    assert claim(store, change(3, key=None, booking_id=8)) == Claimed()
    at = NOW + timedelta(minutes=20)
    proof: dict[str, Canonical] = {"read_at": at.isoformat(), "status": "Cancelled"}
    event = events.proven(record, at, "r", OperationState.CONFIRMED, proof, timedelta(minutes=15))
    assert store.resolve(record, Resolution(OperationState.CONFIRMED), event, enough_time())
    assert store.held(second, enough_time()) is None
    assert claim(store, second) == Claimed()


def test_what_was_not_sent_may_be_tried_again_under_its_key(stores: Stores) -> None:
    """As the next attempt of the same operation."""
    store, claimed = changes_of(stores), change()
    record = made(store, claimed, NOT_SENT)
    assert record.is_retryable
    again = change(2).as_attempt(2, record.names)
    assert claim(store, again, record) == Claimed()


def test_open_changes_are_found_apart_from_open_bookings(stores: Stores) -> None:
    """By account, and by age."""
    store, claimed = changes_of(stores), change()
    record = made(store, claimed, UNKNOWN)
    records.made(stores.store, records.operation(9, key=None), records.UNKNOWN)
    later = NOW + timedelta(days=2)
    assert store.open_operations(ACCOUNT, enough_time()) == (record,)
    assert store.overdue_operations(later, enough_time()) == (record,)
    (booked,) = stores.store.open_operations(ACCOUNT, enough_time())
    assert booked.id == records.operation(9, key=None).id


def test_changes_are_counted_apart_from_bookings(new_stores: NewStores) -> None:
    """Whoever has booked too often may still cancel."""
    stores = new_stores(minute=1)
    store = changes_of(stores)
    records.claim(stores.store, records.operation(9, key=None))
    assert claim(store, change(1, key=None)) == Claimed()
    assert isinstance(claim(store, change(2, key=None, booking_id=8)), RateLimited)


def test_nothing_personal_is_in_a_row(stores: Stores) -> None:
    """The reason is in none."""
    made(changes_of(stores), change(), CONFIRMED)
    assert "private" not in stores.rows()


@pytest.mark.parametrize("at", [NOW + timedelta(days=31), NOW + timedelta(days=31, seconds=1)])
def test_a_change_is_remembered_for_a_month_after_its_guard(stores: Stores, at: object) -> None:
    """To the second."""
    store, claimed = changes_of(stores), change()
    made(store, claimed, CONFIRMED)
    stores.clock.step_wall_clock((at - stores.clock.now()).total_seconds())  # type: ignore[operator]
    is_there = store.find(claimed.id, enough_time()) is not None
    assert is_there is (at == NOW + timedelta(days=31))
