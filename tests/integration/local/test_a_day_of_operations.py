"""What was begun on a day is found over all partitions of its index, refusals too."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.adapters.aws.dynamodb.tables import day_shard
from devtools.operate.opened import opened_on
from tests.integration.bookings import CREATE, later, members
from tests.integration.service import Service

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

BOOKINGS = 8


def test_all_that_was_begun_today_is_found_in_its_order(service: Service, database: "DynamoDBClient") -> None:
    """Eight bookings, a declined one and a refusal lie in many partitions; nothing of it is told for another day."""
    began = datetime.now(UTC)
    for minute in range(BOOKINGS):
        assert service.book(later(minute)).status == 201
    service.arm(CREATE, "status", status=402)
    assert service.book(later(30)).status == 402
    refused = service.book(members(Credits=0.5))
    assert refused.status == 422
    begun = list(dict.fromkeys(event["operation_id"] for event in service.records.events()))
    assert len({day_shard(began, operation_id) for operation_id in begun}) > 3
    found = opened_on(database, service.records.audit_table, began)
    if datetime.now(UTC).date() == began.date():
        assert found == begun
    assert len(begun) == BOOKINGS + 2
    assert opened_on(database, service.records.audit_table, began - timedelta(days=1)) == []
