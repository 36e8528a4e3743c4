"""The schema: one source for the local stack and the template."""

from typing import Any

import pytest

from chalicelib.adapters.dynamodb import items, tables, transactions
from chalicelib.adapters.dynamodb.tables import AUDIT, OPERATIONS, TableSchema
from chalicelib.adapters.dynamodb.transactions import Row, Tables
from tests.contract.records import UNKNOWN, claim_event, conclusion_event, confirmed, operation

NAMES = Tables("operations", "audit")
KMS_KEY = {"Fn::GetAtt": ["RecordsKey", "Arn"]}
BOTH = pytest.mark.parametrize("schema", [OPERATIONS, AUDIT], ids=["operations", "audit"])


@BOTH
def test_template_and_local_stack_have_the_same_shape(schema: TableSchema) -> None:
    """What CreateTable gets is in the template word for word."""
    local: dict[str, Any] = {**schema.create_arguments("a-name")}
    assert local.pop("TableName") == "a-name"
    template = schema.cloudformation(KMS_KEY)
    assert {name: template[name] for name in local} == local


@BOTH
def test_both_tables_are_protected(schema: TableSchema) -> None:
    """Restorable, under the customer's key, not deletable, paid by use."""
    template = schema.cloudformation(KMS_KEY)
    assert template["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert template["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": KMS_KEY}
    assert template["DeletionProtectionEnabled"] is True
    assert template["BillingMode"] == "PAY_PER_REQUEST"


def test_only_operations_expire() -> None:
    """The audit trail has no end of life."""
    expiry = {"AttributeName": "expires_at", "Enabled": True}
    assert OPERATIONS.cloudformation(KMS_KEY)["TimeToLiveSpecification"] == expiry
    assert "TimeToLiveSpecification" not in AUDIT.cloudformation(KMS_KEY)


@BOTH
def test_exactly_the_key_attributes_are_defined(schema: TableSchema) -> None:
    """DynamoDB refuses a table with one definition too many or too few."""
    arguments: dict[str, Any] = {**schema.create_arguments("a-name")}
    schemas = [arguments["KeySchema"], *(index["KeySchema"] for index in arguments["GlobalSecondaryIndexes"])]
    used = {key["AttributeName"] for keys in schemas for key in keys}
    defined = [definition["AttributeName"] for definition in arguments["AttributeDefinitions"]]
    assert sorted(used) == sorted(defined)


def test_every_index_of_the_trail_finds_a_finished_booking_by_time() -> None:
    """The last event of a booking has every index attribute, of the type that its index takes."""
    row = items.audit_event(conclusion_event(operation(), confirmed(77)))
    assert {index.attribute: row[index.attribute] for index in AUDIT.indexes} == {
        "day": {"S": "2026-01-15"},
        "account": {"N": "1001"},
        "candidate": {"N": "123456"},
        "booking_id": {"N": "77"},
        "request_id": {"S": f"request-of-{operation().id}"},
    }
    assert [list(row[index.attribute]) for index in AUDIT.indexes] == [[index.kind] for index in AUDIT.indexes]
    assert row["at"] == {"S": "2026-01-15T12:00:03.000+00:00"}


def test_only_an_open_operation_is_in_the_indexes_of_open_ones() -> None:
    """Both by the time of its claim; the conclusion takes both attributes away, an unknown outcome neither."""
    made = operation()
    row = items.operation_being_sent(made, claim_event(made))
    assert [list(row[index.attribute]) for index in OPERATIONS.indexes] == [
        [index.kind] for index in OPERATIONS.indexes
    ]
    assert {index.sort for index in OPERATIONS.indexes} == {"claimed_at"}
    assert list(row["claimed_at"]) == ["S"]
    for outcome, removed in ((confirmed(), " REMOVE #open_account, #open"), (UNKNOWN, "")):
        parts = transactions.conclusion(NAMES, made, outcome, conclusion_event(made, outcome), None)
        update = parts[Row.OPERATION]["Update"]["UpdateExpression"]
        assert update.partition(" REMOVE")[0] + removed == update


def test_an_event_stays_out_of_the_index_of_what_it_does_not_know() -> None:
    """Before there is a BookingID there is no attribute for it."""
    assert tables.BY_BOOKING.attribute not in items.audit_event(claim_event(operation()))
