"""The schema: one source for the local stack and the template."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from chalicelib.adapters.aws.dynamodb import items, tables, transactions
from chalicelib.adapters.aws.dynamodb.tables import AUDIT, OPERATIONS, TableSchema
from chalicelib.adapters.aws.dynamodb.transactions import Row, Tables
from chalicelib.domain.audit.event import told_request_id
from chalicelib.domain.operation.operation import keyed_operation_id
from tests.builders import NOW, pseudonym
from tests.contract.records import UNKNOWN, claim_event, conclusion_event, confirmed, operation

NAMES = Tables("operations", "audit")
PER_SECOND, PARTITION_UNITS = 5000, 1000
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


@BOTH
def test_rows_end_by_one_attribute(schema: TableSchema) -> None:
    """A table without one keeps everything."""
    expiry = {"AttributeName": schema.expiry, "Enabled": True}
    assert schema.cloudformation(KMS_KEY)["TimeToLiveSpecification"] == expiry
    assert "TimeToLiveSpecification" not in replace(schema, expiry=None).cloudformation(KMS_KEY)


def test_every_event_and_contact_that_is_written_ends_where_a_retention_is_set() -> None:
    """In all transactions; without one none does."""
    booked, kept = operation(1), Tables("operations", "audit", timedelta(days=100), timedelta(days=90))
    event = conclusion_event(booked, UNKNOWN, contact="sealed" * 100)
    for names in (NAMES, kept):
        claim = transactions.claim(names, booked, claim_event(booked), None, ())
        conclusion = transactions.conclusion(names, booked, UNKNOWN, event, None)
        puts = [claim[Row.EVENT]["Put"], conclusion[Row.EVENT]["Put"], conclusion[Row.CONTACT]["Put"]]
        ends = [put["Item"].get("ends") for put in puts]
        days = (100, 100, 90)
        times = (booked.claimed_at, event.at, event.at)
        wanted = [items.expiry(at + timedelta(days=one)) for at, one in zip(times, days, strict=True)]
        assert ends == (wanted if names is kept else [None] * 3)


@BOTH
def test_exactly_the_key_attributes_are_defined(schema: TableSchema) -> None:
    """DynamoDB refuses a table with one definition too many or too few."""
    arguments: dict[str, Any] = {**schema.create_arguments("a-name")}
    schemas = [arguments["KeySchema"], *(index["KeySchema"] for index in arguments["GlobalSecondaryIndexes"])]
    used = {key["AttributeName"] for keys in schemas for key in keys}
    defined = [definition["AttributeName"] for definition in arguments["AttributeDefinitions"]]
    assert sorted(used) == sorted(defined)


def test_every_index_of_the_trail_finds_an_operation_by_the_event_that_opens_its_chain() -> None:
    """It has every index attribute, of the type that its index takes; the call's conclusion has none, later ones their hour."""
    made = operation()
    row = items.audit_event(claim_event(made))
    opening = [index for index in AUDIT.indexes if index != tables.BY_HOUR]
    assert {index.attribute: row[index.attribute] for index in opening} == {
        "day": {"S": tables.day_shard(NOW, made.id)},
        "client": {"S": pseudonym(1001)},
        "candidate": {"S": pseudonym(123456)},
        "request_id": {"S": told_request_id(f"request-of-{made.id}")},
    }
    assert [list(row[index.attribute]) for index in opening] == [[index.kind] for index in opening]
    assert tables.BY_HOUR.attribute not in row
    assert row["at"] == {"S": "2026-01-15T12:00:00.000+00:00"}
    assert items.audit_event(conclusion_event(made, confirmed(77))).keys() == {"pk", "sk", "canonical"}
    later = items.audit_event(replace(conclusion_event(made, confirmed(77)), sequence=3))
    assert later["hour"] == {"S": tables.hour_shard(NOW, made.id)}


def test_the_event_that_first_names_the_client_is_found_by_him_as_of_when_the_operation_began() -> None:
    """A claim that does not know him yet is in no index of clients."""
    made = operation()
    claimed = replace(claim_event(made), client=None, tells_client=False)
    assert tables.BY_CLIENT.attribute not in items.audit_event(claimed)
    end = replace(conclusion_event(made, confirmed(77)), tells_client=True, begun_at=NOW)
    row = items.audit_event(end)
    assert (row["client"], row["at"]) == ({"S": pseudonym(1001)}, items.instant(NOW))
    update = transactions.conclusion(NAMES, made, confirmed(77), end, None)[Row.OPERATION]["Update"]
    assert update["ExpressionAttributeValues"][":new_client"] == {"S": pseudonym(1001)}


def test_an_event_stays_out_of_the_index_of_what_it_does_not_know() -> None:
    """Where no candidate was named there is no attribute for one."""
    assert tables.BY_CANDIDATE.attribute not in items.audit_event(replace(claim_event(operation()), candidate=None))


def test_an_index_copies_what_its_readers_need_and_no_more() -> None:
    """The keys name the operation; the look for an account's open ones tells accounts apart, too."""
    assert [index.arguments()["Projection"] for index in AUDIT.indexes] == [{"ProjectionType": "KEYS_ONLY"}] * 5
    assert [index.arguments()["Projection"] for index in OPERATIONS.indexes] == [
        {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["account"]},
        {"ProjectionType": "KEYS_ONLY"},
    ]


def test_only_an_open_operation_is_in_the_index_of_open_ones() -> None:
    """By the time of its claim; the conclusion takes the attribute away, an unknown outcome does not."""
    made = operation()
    row = items.operation_being_sent(made, claim_event(made))
    assert list(row[tables.OPEN.attribute]) == [tables.OPEN.kind]
    assert tables.OPEN.sort == "claimed_at"
    assert tables.BY_PSEUDONYM.attribute not in row
    assert list(row["claimed_at"]) == ["S"]
    for outcome, removed in ((confirmed(), " REMOVE #open"), (UNKNOWN, "")):
        parts = transactions.conclusion(NAMES, made, outcome, conclusion_event(made, outcome), None)
        update = parts[Row.OPERATION]["Update"]["UpdateExpression"]
        assert update.partition(" REMOVE")[0] + removed == update


def test_5000_bookings_a_second_stay_under_the_limit_of_every_index_partition() -> None:
    """Spread so many accounts and operations; each booking writes twice to `open` and once to `by-day`."""
    bookings = range(PER_SECOND)
    opened = Counter(tables.open_shard(account) for account in bookings)
    days = Counter(tables.day_shard(NOW, keyed_operation_id(account, "0123456789abcdef")) for account in bookings)
    assert set(opened) == set(tables.open_shards())
    assert set(days) == set(tables.day_shards(NOW))
    assert 2 * max(opened.values()) < PARTITION_UNITS * 0.8
    assert 2 * max(days.values()) < PARTITION_UNITS * 0.8  # with a refusal for each booking


def test_a_shard_never_moves() -> None:
    """What was written under one name must be found under it by every release; the day is that of UTC."""
    assert [tables.open_shard(account) for account in (1001, 1002, 1003)] == ["01", "11", "13"]
    late = datetime(2026, 1, 15, 23, 30, tzinfo=timezone(timedelta(hours=-1)))
    assert tables.day_shard(late, "op_79QNVXXKHWN5BRX86TTJQG96T6") == "2026-01-16#11"
    assert tables.day_shards(late)[11] == "2026-01-16#11"
