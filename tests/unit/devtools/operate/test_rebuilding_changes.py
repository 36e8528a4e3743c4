"""What the audit trail makes again of changes: the row, and the guard while nobody knows what became of it."""

from datetime import timedelta

from chalicelib.adapters.aws.dynamodb import changes, items, tables
from chalicelib.adapters.aws.people import person_rows
from devtools.operate.rebuilding import LONGEST_LEASE, Chain, key_of
from tests.unit.application.changing.changing_world import ChangingWorld
from tests.unit.application.changing.fake_changes import LOST


def rebuilt(world: ChangingWorld, operation_id: str | None, later: timedelta = timedelta(0)) -> list[items.Item]:
    """Return the rows that are made from the chain of a change."""
    chain = Chain.read(world.trail.events(operation_id or ""), (1001, 0))
    return chain.rows(world.clock.now() + later)


def test_a_change_stands_as_it_stood() -> None:
    """Its client has a row again; a candidate it has not."""
    world = ChangingWorld()
    operation_id = world.change().operation_id
    person, row = rebuilt(world, operation_id)
    record = world.record(operation_id)
    again = changes.record_of(row)
    assert again.sealed_answer is None
    assert (again.state, again.head, again.guard, again.is_keyed) == (
        record.state,
        record.head,
        record.guard,
        True,
    )
    assert again.lease_until == record.claimed_at + LONGEST_LEASE
    assert key_of(person) == "PERSON#1001"


def test_an_open_change_keeps_its_guard() -> None:
    """Until that is over."""
    world = ChangingWorld()
    world.changes.will_end(LOST)
    world.vault.will_fail()  # so that nobody has a name
    operation_id = world.trouble().operation_id
    guard, row = rebuilt(world, operation_id)
    assert key_of(guard) == tables.guard_row(world.record(operation_id).guard)
    assert person_rows.guard_of(row) == world.record(operation_id).guard
    assert rebuilt(world, operation_id, timedelta(days=2)) == [row]
    assert rebuilt(world, operation_id, timedelta(days=40)) == []


def test_erasing_takes_what_a_change_was_about() -> None:
    """Then its row names nobody and nothing."""
    world = ChangingWorld()
    *_, row = rebuilt(world, world.change().operation_id)
    stripped = {name: value for name, value in row.items() if name not in person_rows.TELLING}
    assert person_rows.guard_of(stripped) is None
    assert not {"account", changes.BOOKINGS, "fingerprint"} & stripped.keys()
    assert tables.change_rate_row(1001, 60, int(world.clock.now().timestamp()) // 60) in set(
        person_rows.count_names(1001, world.clock.now())
    )
