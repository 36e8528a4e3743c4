"""The operations table is lost: what the audit trail makes again of it keeps every second send out, over real HTTP."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.adapters.aws.dynamodb.tables import OPERATIONS
from chalicelib.domain.keyed_hash import HmacKey
from devtools.local.dynamodb import create_table
from devtools.operate.rebuild_guards import main, rebuild
from tests.integration.bookings import CREATE, MADE_BOOKINGS, MEMBERS, later
from tests.integration.service import FOREVER, Service

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

KEY, OTHER_KEY = "the-key-of-the-first-try", "a-new-key-for-the-same"
NOT_REBUILT = ("answer", "lease_until", "claimed_at", "created_at", "key_id", "wrapped")
KEYS = (HmacKey(b"a key for tests over HTTP, 32 or more"),)


def lose_operations(service: Service, database: "DynamoDBClient") -> None:
    """Delete the operations table with everything in it, and put an empty one in its place, under a fresh container."""
    database.delete_table(TableName=service.records.operations_table)
    create_table(database, OPERATIONS, service.records.operations_table)
    service.restart()
    assert service.records.rows() == []


def rebuild_operations(service: Service, database: "DynamoDBClient", *, resume: bool = False) -> int:
    """Rebuild; return the exit status."""
    return rebuild(database, service.records.audit_table, service.records.operations_table, resume=resume, keys=KEYS)


def comparable(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows without what cannot be made again, in one order."""
    told = [{name: value for name, value in row.items() if name not in NOT_REBUILT} for row in rows]
    return sorted(told, key=lambda row: str(row["pk"]))


@pytest.fixture
def used(configured: Callable[..., Service]) -> Service:
    """Return a service with bookings under a key and under none, one declined, one not sent, and one not known."""
    service = configured()
    assert service.book(key=KEY).status == 201
    assert service.book(later(1)).status == 201
    service.arm(CREATE, "status", status=402)
    assert service.book(later(2), key="the-key-of-what-was-declined").status == 402
    service.arm(CREATE, "status", status=429)
    assert service.book(later(3), key="the-key-of-what-was-too-much").status == 429
    service.arm(CREATE, "commit-then-drop")
    service.arm(MADE_BOOKINGS, "status", FOREVER, status=503)
    assert service.book(later(4), key="the-key-of-what-is-not-known").kind == (502, "outcome-unknown")
    service.sandbox.faults.clear()
    return service


def test_after_a_rebuilding_nothing_is_sent_again(
    used: Service, database: "DynamoDBClient", capsys: pytest.CaptureFixture[str]
) -> None:
    """Book, lose the table, rebuild, repeat with and without a key: 409 with the operation each time, and the rows are back."""
    before, posts = comparable(used.records.rows()), used.posts
    lose_operations(used, database)
    assert rebuild_operations(used, database) == 0
    assert "5 chains read: 5 operations, 3 guards and 2 bookings put, 0 rows stood already" in capsys.readouterr().out
    assert comparable(used.records.rows()) == before
    for members, key in (
        (MEMBERS, KEY),
        (MEMBERS, OTHER_KEY),
        (MEMBERS, None),
        (later(1), None),
        (later(1), OTHER_KEY),
    ):
        again = used.book(members, key=key)
        assert again.kind == (409, "duplicate-booking")
        assert used.ask(again.document["operation_id"]).document["operation_state"] == "CONFIRMED"
    assert used.book(later(2), key="the-key-of-what-was-declined").kind == (409, "duplicate-booking")
    assert used.posts == posts


def test_an_unknown_outcome_is_settled_after_a_rebuilding(used: Service, database: "DynamoDBClient") -> None:
    """Its repeat reads AdultWork's list and is answered, and so are the repeats after it."""
    posts = used.posts
    lose_operations(used, database)
    rebuild_operations(used, database)
    settled = used.book(later(4), key="the-key-of-what-is-not-known")
    assert settled.status == 201
    assert used.book(later(4), key="the-key-of-what-is-not-known").body == settled.body
    assert used.book(later(4), key=OTHER_KEY).kind == (409, "duplicate-booking")
    assert used.posts == posts


def test_what_might_be_tried_again_may_be_after_a_rebuilding(used: Service, database: "DynamoDBClient") -> None:
    """As the next attempt of the same operation."""
    posts = used.posts
    lose_operations(used, database)
    rebuild_operations(used, database)
    assert used.book(later(3), key="the-key-of-what-was-too-much").status == 201
    assert used.posts == posts + 1
    attempts = [row["attempt"] for row in used.records.rows("OP")]
    assert sorted(attempts) == [1, 1, 1, 1, 2]


def test_without_a_rebuilding_a_key_is_still_not_free(used: Service, database: "DynamoDBClient") -> None:
    """The trail alone keeps the repeat of a request with a key out."""
    posts = used.posts
    lose_operations(used, database)
    assert used.book(key=KEY).kind == (409, "duplicate-booking")
    assert used.posts == posts


def test_a_table_in_use_is_refused_and_an_interrupted_run_is_gone_on_with(
    used: Service, database: "DynamoDBClient", capsys: pytest.CaptureFixture[str]
) -> None:
    """Rows that stand are never changed; those that are missing are put."""
    whole = comparable(used.records.rows())
    assert rebuild_operations(used, database) == 1
    assert "is not empty. Rebuild into an empty table" in capsys.readouterr().err
    row = used.records.rows("GUARD")[0]
    database.delete_item(TableName=used.records.operations_table, Key={"pk": {"S": row["pk"]}})
    assert rebuild_operations(used, database, resume=True) == 0
    assert "1 guards and 0 bookings put, 9 rows stood already" in capsys.readouterr().out
    assert comparable(used.records.rows()) == whole


def test_a_guard_of_another_and_a_broken_chain_are_told(
    used: Service, database: "DynamoDBClient", capsys: pytest.CaptureFixture[str]
) -> None:
    """A person has to look at both; everything else is made all the same."""
    guards = used.records.rows("GUARD")
    lose_operations(used, database)
    stray = {"pk": {"S": guards[0]["pk"]}, "operation_id": {"S": "op_of_another"}}
    database.put_item(TableName=used.records.operations_table, Item=stray)
    name = f"OP#{guards[1]['operation_id']}"
    key = {"pk": {"S": name}, "sk": {"S": "0001"}}
    database.update_item(
        TableName=used.records.audit_table,
        Key=key,
        UpdateExpression="SET canonical = :nothing",
        ExpressionAttributeValues={":nothing": {"S": "{}"}},
    )
    assert rebuild_operations(used, database, resume=True) == 1
    told = capsys.readouterr().err
    assert f"{guards[0]['pk']} belongs to another operation" in told
    assert f"{name}: nothing is made from these events" in told
    assert len(used.records.rows("OP")) == 4


def test_tables_that_are_not_there_are_told(database: "DynamoDBClient", capsys: pytest.CaptureFixture[str]) -> None:
    """And a wrong use as well; neither ends in a traceback."""
    assert rebuild(database, "no-such-audit", "no-such-operations", resume=True) == 1
    assert "cannot be read or written" in capsys.readouterr().err
    assert main(["one table only"]) == 2
    assert "Usage: make rebuild-guards" in capsys.readouterr().err
