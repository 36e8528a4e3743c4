"""Overdue bookings and overdue changes in one table: many of one kind delay none of the other."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalice.app import Chalice

from chalicelib.application.changing.ports import ChangeStore
from chalicelib.application.operations.housekeeping import Housekeeping
from chalicelib.application.ports import Claimed
from chalicelib.domain.operation.matching import ReconciliationPolicy
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.time_budget import TimeBudget
from chalicelib.edge.container import Container, EdgeSettings
from chalicelib.edge.schedules import schedule
from tests.builders import NOW
from tests.contract import records
from tests.contract.conftest import Stores
from tests.contract.records import ACCOUNT, enough_time
from tests.contract.test_change_store import UNKNOWN as UNKNOWN_CHANGE
from tests.contract.test_change_store import change, changes_of, claim
from tests.contract.test_change_store import made as made_change
from tests.fakes.system import SequentialConcurrency
from tests.unit.edge.test_schedules import EVENT, Context

A_LOOK = 25
NOBODY: Any = None
SECOND = timedelta(seconds=1)


def claim_changes(store: ChangeStore, numbers: range) -> list[str]:
    """Claim a change for each number, as many seconds after NOW, and let its function die; return their ids."""
    ids = []
    for number in numbers:
        one = change(number, key=None, booking_id=number)
        assert claim(store, replace(one, claimed_at=NOW + number * SECOND)) == Claimed()
        ids.append(one.id)
    return ids


def claim_bookings(stores: Stores, numbers: range) -> list[str]:
    """Claim a booking for each number in the same way."""
    made = [records.operation(number, key=None, at=NOW + number * SECOND, book_user_id=number) for number in numbers]
    for one in made:
        records.claim(stores.store, one)
    return [one.id for one in made]


def test_one_hour_flags_all_that_is_overdue(stores: Stores) -> None:
    """More changes than a look takes, more bookings behind them, and a change behind these; all of it is handed to people."""
    changes, is_quick = changes_of(stores), SequentialConcurrency()
    first = claim_changes(changes, range(1, 2 + A_LOOK))
    booked = claim_bookings(stores, range(100, 101 + A_LOOK))
    (last,) = claim_changes(changes, range(200, 201))
    stores.clock.step_wall_clock(timedelta(days=2).total_seconds())

    def keeper(store: Any) -> Housekeeping[Any]:  # noqa: ANN401 (of either kind)
        policy = ReconciliationPolicy()
        return Housekeeping(store, NOBODY, NOBODY, stores.clock, is_quick, policy, TimeBudget())

    container = Container(
        NOBODY, NOBODY, EdgeSettings(), NOBODY, keeper(stores.store), also_expires=lambda: keeper(changes)
    )
    handler = schedule(Chalice(app_name="scheduled"), lambda: container)
    handler(EVENT, Context(60_000))
    found = [*(changes.find(each, enough_time()) for each in (*first, last)),
             *(stores.store.find(each, enough_time()) for each in booked)]  # fmt: skip
    states = [None if one is None else one.state for one in found]
    assert states == [OperationState.EXPIRED_UNKNOWN] * (len(first) + 1 + len(booked))


def test_an_accounts_open_change_is_found_behind_many_bookings(stores: Stores) -> None:
    """So the account's next change settles it."""
    claim_bookings(stores, range(1, 2 + A_LOOK))
    changes = changes_of(stores)
    record = made_change(changes, replace(change(200), claimed_at=NOW + 200 * SECOND), UNKNOWN_CHANGE)
    assert changes.open_operations(ACCOUNT, enough_time()) == (record,)
    assert len(stores.store.open_operations(ACCOUNT, enough_time())) == A_LOOK
