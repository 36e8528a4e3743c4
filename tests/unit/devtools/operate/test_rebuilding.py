"""What the audit trail makes again of the operations table: every operation as it stands, its guard and its booking."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.adapters.aws.dynamodb import items
from chalicelib.adapters.aws.dynamodb.items import Item
from chalicelib.domain.audit.event import EventKind, event_hash
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.review.moves import STATES
from devtools.operate.rebuilding import LONGEST_LEASE, BrokenChainError, Chain, key_of
from tests.builders import members, without
from tests.unit.application.scenarios import SCENARIOS, booked, lost, sent_again
from tests.unit.application.world import World

DAY = timedelta(days=1)


def rebuilt(world: World) -> list[list[Item]]:
    """Return the rows that are made from each chain of a world."""
    chains = [
        Chain.read(world.trail.events(record.id), (record.account, record.book_user_id))
        for record in world.store.records()
    ]
    return [chain.rows(world.clock.now()) for chain in chains]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_operation_stands_as_it_stood(scenario: Callable[[World], None]) -> None:
    """Make the rows again; what cannot be known is left out: the kept answer, and how long a dead function could live."""
    world = World()
    scenario(world)
    for record, rows in zip(world.store.records(), rebuilt(world), strict=True):
        again = items.record(rows[-1])
        lease = record.claimed_at + LONGEST_LEASE
        assert again == replace(record, sealed_answer=None, lease_until=lease)
        assert key_of(rows[-1]) == f"OP#{record.id}"


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_guards_and_bookings_that_stood_stand_again(scenario: Callable[[World], None]) -> None:
    """Those that an equal booking would meet, and no others."""
    world = World()
    scenario(world)
    rows = [row for each in rebuilt(world) for row in each if not key_of(row).startswith(("OP#", "PERSON#"))]
    records = {record.id: record for record in world.store.records()}
    guards = [row for row in rows if key_of(row).startswith("GUARD#")]
    (last,) = list(records.values())[-1:]
    holds = last.state not in {OperationState.REJECTED, OperationState.NOT_SENT, OperationState.NOT_CREATED}
    assert [(key_of(row), row["operation_id"]["S"]) for row in guards] == [(f"GUARD#{last.guard}", last.id)] * holds
    bookings = {key_of(row): row["operation_id"]["S"] for row in rows if row not in guards}
    assert bookings == {f"BOOKING#{one.booking_id}": one.id for one in records.values() if one.booking_id}


def test_what_is_over_is_not_made_again_except_who_made_a_booking() -> None:
    """The guard ends first, a month later the operation; a BookingID is never free."""
    world = World()
    booked(world)
    chain = Chain.read(world.trail.events(world.store.records()[0].id), (1001, 123456))
    guard_ends = world.store.claims[0].guard_expires_at
    kinds = {
        late: [key_of(row).partition("#")[0] for row in chain.rows(guard_ends + late)]
        for late in (-DAY, timedelta(0), timedelta(seconds=1), 30 * DAY, 31 * DAY)
    }
    assert list(kinds.values()) == [
        ["PERSON", "PERSON", "BOOKING", "GUARD", "OP"],
        ["PERSON", "PERSON", "BOOKING", "GUARD", "OP"],
        ["PERSON", "PERSON", "BOOKING", "OP"],
        ["PERSON", "PERSON", "BOOKING", "OP"],
        ["PERSON", "PERSON", "BOOKING"],
    ]


def test_people_are_called_again_what_they_were_called() -> None:
    """The register is made of what is sealed beside the claim, and of what the events say."""
    world = World()
    booked(world)
    (rows,) = rebuilt(world)
    named = {key_of(row): row["pseudonym"]["S"] for row in rows if key_of(row).startswith("PERSON#")}
    assert named == {f"PERSON#{user_id}": name for user_id, name in world.register.rows.items()}


def test_where_nobody_can_tell_whose_it_was_only_the_booking_is_made_again() -> None:
    """It names nobody; a guard and an operation would."""
    world = World()
    booked(world)
    (record,) = world.store.records()
    rows = Chain.read(world.trail.events(record.id)).rows(world.clock.now())
    assert rows == [items.booking(record.id, record.booking_id or 0)]
    world = World()
    lost(world)
    assert Chain.read(world.trail.events(world.store.records()[0].id)).rows(world.clock.now()) == []


def test_a_refusal_has_no_rows() -> None:
    """It was never claimed."""
    world = World()
    error = world.refusal(members(Credits=1))
    assert world.kinds(error.operation_id) == ["refused"]
    assert Chain.read(world.trail.events(error.operation_id or "")).rows(world.clock.now()) == []


def test_a_chain_that_is_not_whole_makes_nothing() -> None:
    """Change an event, or take one out of the middle."""
    world = World()
    sent_again(world)
    events = world.trail.events(world.store.records()[0].id)
    for damaged in ([events[0].replace(b"claimed", b"clawed!"), *events[1:]], [events[0], *events[2:]], events[1:]):
        with pytest.raises(BrokenChainError, match="broken at event"):
            Chain.read(damaged)


def test_every_kind_of_event_leaves_an_operation_in_a_state() -> None:
    """Only refusals and their counts are no operation's."""
    assert set(STATES) == set(EventKind) - {EventKind.REFUSED, EventKind.REFUSALS_COUNTED}


def test_the_booking_of_a_skype_call_is_made_again_too() -> None:
    """A claim names all that a record does, whatever the contact is."""
    world = World()
    world.place(without("PhoneNumber", "Comments", Method=3, SkypeName="live:someone"))
    (rows,) = rebuilt(world)
    assert items.record(rows[-1]).method == 3


def test_a_row_is_behind_where_it_is_of_an_earlier_event_of_its_own_chain() -> None:
    """Not where it is the newest, of another chain, or further than the trail."""
    world, other = World(), World()
    sent_again(world)
    booked(other)
    (record,), (stranger,) = world.store.records(), other.store.records()
    chain = Chain.read(world.trail.events(record.id), (record.account, record.book_user_id))
    newest = chain.rows(world.clock.now())[-1]
    earlier = {**newest, "events": {"N": "1"}, "head": {"B": bytes.fromhex(event_hash(chain.events[0]))}}
    foreign = {**earlier, "head": {"B": bytes.fromhex(stranger.head)}}
    further = {**newest, "events": {"N": "99"}}
    assert [chain.is_behind(row) for row in (newest, earlier, foreign, further)] == [False, True, False, False]


def test_a_guard_was_freed_where_nothing_stands_any_more() -> None:
    """Of a booking that stands it was not; of a refusal, or where nobody knows whose it is, nobody can tell."""
    world = World()
    error = world.refusal(members(Credits=1))
    assert Chain.read(world.trail.events(error.operation_id or "")).freed_guard() is None
    booked(world)
    (record,) = world.store.records()
    people = (record.account, record.book_user_id)
    events = world.trail.events(record.id)
    assert Chain.read(events, people).freed_guard() is Chain.read(events).freed_guard() is None
    rejected = World()
    rejected.gateway.will_decline(402)
    rejected.place(members())
    (record,) = rejected.store.records()
    freed = Chain.read(rejected.trail.events(record.id), people).freed_guard()
    assert freed == record.guard
