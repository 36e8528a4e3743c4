"""The UserIDs in the row of a claim: sealed under the caller's key and the operation, in each attempt."""

from chalicelib.domain.audit.event import EventKind
from tests.fakes.vault import TellingPeopleSeal
from tests.unit.application.world import World


def test_a_claim_seals_whom_it_is_about() -> None:
    """The first attempt, and one after a connection that was refused: a lost table is made again from either."""
    world = World(people=TellingPeopleSeal())
    world.gateway.will_refuse_connections()
    operation_id = world.refusal().operation_id
    world.gateway.will_answer_again()
    assert world.place().operation_id == operation_id
    claims = [event for event in world.store.written if event.kind is EventKind.CLAIMED]
    key = world.keys.in_use()[0].id
    assert [event.people for event in claims] == [
        f"{key} {event.operation_id} 1001 123456".encode() for event in claims
    ]
    assert claims[0].operation_id == claims[-1].operation_id == operation_id
    assert {event.candidate for event in claims} == {world.register.rows[123456]}
