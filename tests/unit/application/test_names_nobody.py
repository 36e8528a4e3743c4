"""The audit names nobody: whatever a caller writes where, no record of it holds a UserID."""

from collections.abc import Callable

import pytest

from chalicelib.adapters.aws.dynamodb import items
from chalicelib.domain.review.desk.chain import Chain
from chalicelib.domain.review.exports import ocsf, table
from tests.builders import members
from tests.unit.application.scenarios import SCENARIOS
from tests.unit.application.world import World

CLIENT, CANDIDATE = 871_001, 987_654


def telling(number: int) -> str:
    """Return a text of a caller that tells both."""
    return f"for-{CLIENT}-and-{CANDIDATE}-{number}"


def shown(world: World) -> str:
    """Return all that is kept of a world beside `operations`: events, the attributes of their rows, and exports."""
    ids = [*(one.id for one in world.store.records()), *(one.operation_id for one in world.trail.refusals)]
    chains = [Chain.read(each, world.trail.events(each)) for each in ids]
    exported = [line for chain in chains for line in (*table.lines(chain), *ocsf.lines(chain))]
    rows = [items.audit_event(event) for event in world.trail.refusals]
    return world.trail.rows() + repr(exported) + repr(rows)


@pytest.mark.parametrize("number", range(3))
def test_no_record_of_a_booking_or_a_refusal_holds_a_user_id(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Booked, refused for its form, and refused for its facts, with both UserIDs in each free text."""
    world = World()
    world.introspector.principal = type(world.introspector.principal)(CLIENT, world.introspector.principal.scopes)
    told = {"request_id": telling(number), "idempotency_key": telling(number)}
    changes = ({}, {"Duration": 4}, {"Credits": 1})[number]
    document = members(BookUserID=CANDIDATE, Comments=telling(number), **changes)
    if number == 0:
        world.place(document, **told)  # type: ignore[arg-type]  # both are texts
    else:
        world.refusal(document, **told)
    kept = shown(world) + capsys.readouterr().out
    assert world.trail.rows() != "{}"
    assert [each for each in (CLIENT, CANDIDATE) if str(each) in kept] == []


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_outcome_names_people_by_pseudonyms_alone(scenario: Callable[[World], None]) -> None:
    """Each way that an operation can end."""
    world = World()
    scenario(world)
    for record in world.store.records():
        for event in world.events(record.id):
            assert "account" not in event
            assert event["candidate"] == world.register.rows[record.book_user_id]
            assert event.get("client", world.register.rows[record.account]) == world.register.rows[record.account]
