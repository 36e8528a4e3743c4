"""The audit trail when DynamoDB does not behave, and when an operation has more events than a page."""

from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.adapters.dynamodb import items
from chalicelib.adapters.dynamodb.audit_trail import DynamoDBAuditTrail
from chalicelib.domain.errors import StoreUnavailableError
from tests.contract.records import claim_event, conclusion_event, confirmed, enough_time, operation
from tests.unit.adapters.dynamodb.conftest import CountingClock
from tests.unit.adapters.dynamodb.stub import StubDynamoDB, answer, error, reset

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

EVENT = claim_event(operation())
NEXT = conclusion_event(operation(), confirmed())


@pytest.fixture
def trail(client: "DynamoDBClient", clock: CountingClock) -> DynamoDBAuditTrail:
    """Return the trail on the scripted server."""
    return DynamoDBAuditTrail(client, "audit", clock.sleep)


def test_an_event_is_put_again_after_a_fault(
    trail: DynamoDBAuditTrail, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """Three more tries, all the same; and nothing but puts."""
    dynamodb.will(reset, error("ThrottlingException"), error("InternalServerError", 500))
    trail.append(EVENT, enough_time(clock))
    assert dynamodb.operations == ["PutItem"] * 4
    assert clock.pauses == [0.05, 0.1, 0.2]


def test_an_event_that_stands_already_is_our_own_first_put(
    trail: DynamoDBAuditTrail, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """The answer to the first try was lost."""
    dynamodb.will(reset, error("ConditionalCheckFailedException", Item=items.audit_event(EVENT)))
    trail.append(EVENT, enough_time(clock))


@pytest.mark.parametrize("standing", [{"Item": items.audit_event(NEXT)}, {}], ids=["another event", "not told which"])
def test_a_taken_place_is_an_error(
    trail: DynamoDBAuditTrail, dynamodb: StubDynamoDB, clock: CountingClock, standing: dict[str, Any]
) -> None:
    """Only the very same bytes pass for our own."""
    dynamodb.will(error("ConditionalCheckFailedException", **standing))
    with pytest.raises(StoreUnavailableError, match="Another audit event"):
        trail.append(EVENT, enough_time(clock))


def test_an_event_that_cannot_be_put_is_our_error(
    trail: DynamoDBAuditTrail, dynamodb: StubDynamoDB, clock: CountingClock
) -> None:
    """Not allowed is not tried again."""
    dynamodb.will(error("AccessDeniedException"))
    with pytest.raises(StoreUnavailableError, match="could not be written"):
        trail.append(EVENT, enough_time(clock))
    assert len(dynamodb.requests) == 1


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
