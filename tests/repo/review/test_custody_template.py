"""The custodians' side of a stage: one role takes away what tells who somebody is, and it can change no event's text."""

import importlib
import json
from typing import Any

import pytest

from chalicelib.adapters.aws.dynamodb import items
from chalicelib.adapters.aws.people.person_rows import TELLING
from devtools.deploy.custody import API_HANDLER, ERRANDS_HANDLER, PATHS
from devtools.deploy.package import Package
from tests.contract.records import claim_event, operation

Json = dict[str, Any]
WRITES = {f"dynamodb:{name}" for name in ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")}
OPERATIONS, AUDIT = ({"Fn::GetAtt": [name, "Arn"]} for name in ("OperationsTable", "AuditTable"))


@pytest.fixture(scope="session")
def resources(package: Package) -> Json:
    """Return the resources of the stage dev."""
    found: Json = json.loads(package.template.read_text())["Resources"]
    return found


def statements(resources: Json, role: str) -> dict[str, Json]:
    """Return what a role may do, by statement."""
    (policy,) = resources[role]["Properties"]["Policies"]
    return {each["Sid"]: each for each in policy["PolicyDocument"]["Statement"]}


def writes(resources: Json, role: str, table: Json) -> set[tuple[str, str]]:
    """Return what a role may write to a table: each action with the keys that it is for."""
    return {
        (action.removeprefix("dynamodb:"), key)
        for each in statements(resources, role).values()
        if each["Resource"] == [table]
        for action in each["Action"]
        if action in WRITES
        for key in each["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    }


def test_both_are_functions_of_their_own_from_the_same_zip(resources: Json) -> None:
    """One answers custodians, one runs each hour and never twice at once."""
    for name, entry in (("CustodyHandler", API_HANDLER), ("ErrandsHandler", ERRANDS_HANDLER)):
        own = resources[name]["Properties"]
        assert own["CodeUri"] == resources["APIHandler"]["Properties"]["CodeUri"]
        module, _, attribute = own["Handler"].rpartition(".")
        assert (own["Handler"], callable(getattr(importlib.import_module(module), attribute))) == (entry, True)
    errands = resources["ErrandsHandler"]["Properties"]
    assert errands["ReservedConcurrentExecutions"] == 1
    assert errands["Events"]["Hourly"]["Properties"]["Schedule"] == "cron(35 * * * ? *)"
    reviewers = resources["ReviewHandler"]["Properties"]["Environment"]
    assert resources["CustodyHandler"]["Properties"]["Environment"] == reviewers


def test_custodians_paths_lead_to_their_function(resources: Json) -> None:
    """And no others do."""
    paths = resources["ReviewAPI"]["Properties"]["DefinitionBody"]["paths"]
    theirs = {path for path, methods in paths.items() if "CustodyHandler" in json.dumps(methods)}
    assert theirs == {path for path in paths if path.startswith(PATHS)}
    assert len(theirs) >= 3
    assert "ReviewAPI" in json.dumps(resources["CustodyHandlerInvokePermission"])


def test_custodians_write_people_strip_rows_and_put_their_own_events(resources: Json) -> None:
    """They can delete no operation and no booking, and put no event of an operation."""
    assert writes(resources, "CustodyHandlerRole", OPERATIONS) == {
        *(("UpdateItem", key) for key in ("OP#*", "PERSON#*", "CUSTODY")),
        *(("DeleteItem", key) for key in ("PERSON#*", "GUARD#*", "RATE#*", "REFUSED#*")),
    }
    audit = writes(resources, "CustodyHandlerRole", AUDIT)
    assert audit == {("PutItem", "REVIEW#*"), ("UpdateItem", "OP#*"), ("UpdateItem", "CONTACT#*")}


def test_of_events_only_what_no_hash_covers_may_be_changed(resources: Json) -> None:
    """The text of an event is not among the attributes that an update may name."""
    for role in ("CustodyHandlerRole", "ErrandsHandlerRole"):
        condition = statements(resources, role)["ChangeWhatNoHashCovers"]["Condition"]
        named = condition["ForAllValues:StringLike"]["dynamodb:Attributes"]
        assert named == ["pk", "sk", "people", "ends"]
        assert "canonical" not in named
        assert condition["StringEqualsIfExists"] == {"dynamodb:ReturnValues": ["NONE"]}
        assert condition["Null"] == {"dynamodb:LeadingKeys": "false"}


def test_the_clock_erases_nobody_and_puts_no_event(resources: Json) -> None:
    """It strips, keeps and lets end."""
    assert writes(resources, "ErrandsHandlerRole", OPERATIONS) == {
        *(("UpdateItem", key) for key in ("OP#*", "CUSTODY")),
        ("DeleteItem", "GUARD#*"),
    }
    assert writes(resources, "ErrandsHandlerRole", AUDIT) == {("UpdateItem", "OP#*"), ("UpdateItem", "CONTACT#*")}
    assert not {
        action for each in statements(resources, "ErrandsHandlerRole").values() for action in each["Action"]
    } & {"dynamodb:PutItem", "dynamodb:Scan"}


def test_nobody_else_may_erase(resources: Json) -> None:
    """The reviewers' role reads; that of digests does not even do that."""
    for role in ("ReviewHandlerRole", "DigestHandlerRole"):
        assert writes(resources, role, OPERATIONS) == set()
        assert {action for action, _ in writes(resources, role, AUDIT)} <= {"PutItem"}


def test_custodians_open_sessions_and_no_contact(resources: Json) -> None:
    """Of the sealing key they have the console's context alone."""
    sealing = {"Fn::GetAtt": ["SealingKey", "Arn"]}
    using = [each for each in statements(resources, "CustodyHandlerRole").values() if each["Resource"] == [sealing]]
    assert [each["Condition"] for each in using] == [{"StringEquals": {"kms:EncryptionContext:purpose": "console"}}]


def test_what_tells_who_an_operation_is_about_is_what_the_claim_writes_of_it() -> None:
    """Whoever adds a member to the row decides here whether it tells of somebody; pseudonyms do not."""
    staying = {"pk", "is_keyed", "state", "attempt", "claimed_at", "lease_until", "head", "events", "expires_at"}
    staying |= {"client", "candidate"}
    row = items.operation_being_sent(operation(), claim_event(operation()))
    assert row.keys() <= staying | set(TELLING)
    assert not staying & set(TELLING)
