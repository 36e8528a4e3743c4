"""The audit trail when DynamoDB does not behave, and when an operation has more events than a page."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from chalicelib.adapters.aws.database import DynamoDB
from chalicelib.adapters.aws.dynamodb import items
from chalicelib.adapters.aws.dynamodb.audit_trail import DynamoDBAuditTrail
from chalicelib.domain.errors import StoreUnavailableError
from tests.contract.records import claim_event, conclusion_event, confirmed, enough_time, operation
from tests.unit.adapters.aws.dynamodb.conftest import CountingClock
from tests.unit.adapters.aws.dynamodb.stub import Reply, StubDynamoDB, answer, error, reset

EVENT = claim_event(operation())
NEXT = conclusion_event(operation(), confirmed())


@pytest.fixture
def trail(client: DynamoDB, clock: CountingClock) -> DynamoDBAuditTrail:
    """Return the trail on the scripted server."""
    return DynamoDBAuditTrail(client, "audit", "operations", clock.sleep)


def counted(refusals: int) -> Reply:
    """Return the answer to a count."""
    return answer(200, {"Attributes": {"refusals": {"N": str(refusals)}}})


def test_a_refusal_is_counted_and_put_again_after_a_fault(
    trail: DynamoDBAuditTrail, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """Three more tries of each, all the same; and nothing but counts and puts."""
    faults = [reset, error("ThrottlingException"), error("InternalServerError", 500)]
    dynamodb.will(*faults, counted(1), *faults)
    trail.record_refusal(EVENT, enough_time(clock))
    assert dynamodb.operations == ["UpdateItem"] * 4 + ["PutItem"] * 4
    assert clock.pauses == [0.05, 0.1, 0.2] * 2


def test_refusals_are_counted_by_account_and_hour_for_a_day(
    trail: DynamoDBAuditTrail, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """Look at the row: it begins with the hour of the event in UTC."""
    dynamodb.will(counted(60))
    trail.record_refusal(replace(EVENT, at=datetime.fromisoformat("2026-01-15T14:59:59+02:00")), enough_time(clock))
    count = dynamodb.requests[0].document
    assert (count["TableName"], count["Key"]) == ("operations", {"pk": {"S": "REFUSED#1001#2026-01-15T12"}})
    assert count["ExpressionAttributeValues"] == {":one": {"N": "1"}, ":ends": {"N": "1768564800"}}
    assert dynamodb.requests[1].document["Item"]["canonical"]["S"] != ""


@pytest.mark.parametrize(("count", "told"), [(61, 1), (62, 2), (63, None), (64, 4), (65, None), (72, None), (76, 16)])
def test_over_the_share_only_counts_that_are_powers_of_two_are_told(
    trail: DynamoDBAuditTrail, dynamodb: StubDynamoDB, clock: CountingClock, count: int, told: int | None
) -> None:
    """Sixty of an hour have events of their own."""
    dynamodb.will(counted(count))
    trail.record_refusal(EVENT, enough_time(clock))
    puts = [json.loads(put.document["Item"]["canonical"]["S"]) for put in dynamodb.requests[1:]]
    assert [put["refusals"] for put in puts] == ([] if told is None else [told])


def test_an_event_that_stands_already_is_our_own_first_put(
    trail: DynamoDBAuditTrail, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """The answer to the first try was lost."""
    dynamodb.will(counted(1), reset, error("ConditionalCheckFailedException", Item=items.audit_event(EVENT)))
    trail.record_refusal(EVENT, enough_time(clock))


@pytest.mark.parametrize("standing", [{"Item": items.audit_event(NEXT)}, {}], ids=["another event", "not told which"])
def test_a_taken_place_is_an_error(
    trail: DynamoDBAuditTrail, dynamodb: StubDynamoDB, clock: CountingClock, standing: dict[str, Any]
) -> None:
    """Only the very same bytes pass for our own."""
    dynamodb.will(counted(1), error("ConditionalCheckFailedException", **standing))
    with pytest.raises(StoreUnavailableError, match="Another audit event"):
        trail.record_refusal(EVENT, enough_time(clock))


@pytest.mark.parametrize("before", [[], [counted(1)]], ids=["the count", "the event"])
def test_a_refusal_that_cannot_be_written_is_our_error(
    trail: DynamoDBAuditTrail, dynamodb: StubDynamoDB, clock: CountingClock, before: list[Reply]
) -> None:
    """Not allowed is not tried again."""
    dynamodb.will(*before, error("AccessDeniedException"))
    with pytest.raises(StoreUnavailableError, match="could not be written"):
        trail.record_refusal(EVENT, enough_time(clock))
    assert len(dynamodb.requests) == len(before) + 1


def test_all_pages_are_read_consistently(trail: DynamoDBAuditTrail, dynamodb: StubDynamoDB) -> None:
    """A page that names a last key has another one after it."""
    first, second = items.audit_event(EVENT), items.audit_event(NEXT)
    dynamodb.will(
        answer(200, {"Items": [first], "LastEvaluatedKey": {"pk": first["pk"], "sk": first["sk"]}}),
        answer(200, {"Items": [second]}),
    )
    assert trail.events(EVENT.operation_id) == [EVENT.canonical(), NEXT.canonical()]
    assert [request.document["ConsistentRead"] for request in dynamodb.requests] == [True, True]


def test_events_that_cannot_be_read_are_our_error(trail: DynamoDBAuditTrail, dynamodb: StubDynamoDB) -> None:
    """A missing table is not an empty trail."""
    dynamodb.will(error("ResourceNotFoundException"))
    with pytest.raises(StoreUnavailableError, match="could not be read"):
        trail.events(EVENT.operation_id)
