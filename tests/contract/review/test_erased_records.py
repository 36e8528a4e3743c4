"""Holds, ends and erasures change nothing that a hash covers: digests over the rows verify before and after."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.adapters.aws.dynamodb import items, tables
from chalicelib.adapters.aws.people import person_rows
from chalicelib.adapters.aws.people.traces import DynamoDBTraces
from chalicelib.application.review.audit_verification import Asked
from chalicelib.domain.audit.digest import HOUR
from chalicelib.domain.audit.event import AuditEvent
from tests.contract.records import enough_time
from tests.contract.review.test_digests_on_rows import FIRST, SECOND, START, THIRD, Ground

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

CHAINS = (FIRST, SECOND, THIRD)
IDS = [chain[0].operation_id for chain in CHAINS]
KEPT = timedelta(days=4000)
UNTIL = START + timedelta(days=30)


def row_of(chain: list[AuditEvent]) -> dict[str, Any]:
    """Return the row of the operation of a chain, settled and unguarded."""
    return {
        **person_rows.key(tables.operation_row(chain[0].operation_id)),
        "account": items.number(1001),
        "book_user_id": items.number(123456),
        "session_date": items.text("2026-01-20 21:30"),
        "state": items.text("CONFIRMED"),
        "head": items.head(chain[-1]),
        "events": items.number(len(chain)),
        "answer": {"B": b"sealed"},
    }


@pytest.fixture
def ground(review_client: "DynamoDBClient") -> Ground:
    """Return three operations with their rows, the digests of their hours, and identities beside their first events."""
    made = Ground(review_client)
    for chain in CHAINS:
        made.client.put_item(TableName=made.operations, Item=row_of(chain))
        for event in chain:
            beside: dict[str, Any] = {"people": {"B": b"sealed"}} if event.sequence == 1 else {}
            made.client.put_item(TableName=made.audit, Item={**items.audit_event(event, KEPT), **beside})
    made.digest_all()
    return made


def test_every_chain_and_digest_verifies_after_a_hold_and_an_erasure(ground: Ground) -> None:
    """Also each operation by itself, held against the record that was stripped."""
    traces = DynamoDBTraces(ground.client, ground.operations, ground.audit, KEPT, KEPT)
    before = [ground.verify(Asked(START - HOUR)).records]
    assert traces.keep(IDS, enough_time()) == 10
    before.append(ground.verify(Asked(START - HOUR)).records)
    assert traces.let_end(IDS, frozenset(), enough_time()) == 10
    found = traces.traces(IDS, UNTIL, enough_time())
    assert [(trace.identities, trace.row is not None) for trace in found] == [((1,), True)] * 3
    assert traces.strip(found, None, UNTIL, enough_time())
    after = ground.verify(Asked(START - HOUR)).records
    assert before == [after, after]
    assert (after.findings, after.events, after.digests) == ((), 10, 4)
    assert all(ground.found(Asked(operation_id=name)) == [] for name in IDS)
    assert not any(trace.tells_who for trace in traces.traces(IDS, UNTIL, enough_time()))
