"""The reviewers' side of a stage: it may read, write nothing but its own events, and is reached by nobody else's way."""

import importlib
import json
from dataclasses import fields
from typing import Any

import pytest

from chalicelib.adapters.aws.dynamodb.tables import AUDIT, OPERATIONS
from chalicelib.review_app import app
from chalicelib.review_settings import ReviewSettings
from devtools.deploy.digests import RETENTION
from devtools.deploy.package import Package
from devtools.deploy.review import HANDLER, PARAMETERS

Json = dict[str, Any]


@pytest.fixture(scope="session")
def template(package: Package) -> Json:
    """Return the template of the stage dev."""
    found: Json = json.loads(package.template.read_text())
    return found


@pytest.fixture(scope="session")
def resources(template: Json) -> Json:
    """Return its resources."""
    found: Json = template["Resources"]
    return found


@pytest.fixture(scope="session")
def statements(resources: Json) -> dict[str, Json]:
    """Return what the reviewers' role may do, by statement."""
    (policy,) = resources["ReviewHandlerRole"]["Properties"]["Policies"]
    return {each["Sid"]: each for each in policy["PolicyDocument"]["Statement"]}


def test_it_is_a_function_of_its_own_from_the_same_zip(resources: Json) -> None:
    """Same code, time, memory, processor and runtime; its own entry, role and log."""
    own, booking = (resources[name]["Properties"] for name in ("ReviewHandler", "APIHandler"))
    same = ("CodeUri", "Runtime", "Timeout", "MemorySize", "Architectures")
    assert [own[each] for each in same] == [booking[each] for each in same]
    assert all(own[each] != booking[each] for each in ("Handler", "Role", "LoggingConfig"))
    module, _, name = own["Handler"].rpartition(".")
    assert (own["Handler"], getattr(importlib.import_module(module), name)) == (HANDLER, app)


def test_it_is_given_its_settings_and_no_secret(template: Json, resources: Json) -> None:
    """Who may look is a parameter; what is empty keeps everybody out."""
    variables = resources["ReviewHandler"]["Properties"]["Environment"]["Variables"]
    assert variables.keys() <= {one.name.upper() for one in fields(ReviewSettings)}
    assert variables["REVIEW_ISSUER"] == {"Ref": "ReviewIssuer"}
    assert (
        variables["ALLOWED_ORIGINS"]
        == resources["APIHandler"]["Properties"]["Environment"]["Variables"]["ALLOWED_ORIGINS"]
    )
    assert {template["Parameters"][name]["Default"] for name in PARAMETERS} == {""}
    assert template["Parameters"].keys() - PARAMETERS.keys() == {RETENTION}
    assert "ApiSecret" not in json.dumps(resources["ReviewHandler"])


def test_it_reads_the_audit_by_key_and_index_and_never_scans(statements: dict[str, Json]) -> None:
    """Each index by its name."""
    assert statements["ReadAudit"]["Action"] == ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"]
    assert statements["FindOperations"]["Resource"] == [
        {"Fn::Sub": f"${{AuditTable.Arn}}/index/{index.name}"} for index in AUDIT.indexes
    ]
    assert statements["FindOpenOperations"]["Resource"] == [
        {"Fn::Sub": f"${{OperationsTable.Arn}}/index/{index.name}"} for index in OPERATIONS.indexes
    ]


def test_it_writes_nothing_but_the_events_of_looks(statements: dict[str, Json]) -> None:
    """One action that writes, on one table, under keys that no operation has; nothing is changed or deleted by anybody."""
    actions = {
        sid: action for sid, each in statements.items() for action in each["Action"] if action.startswith("dynamodb:")
    }
    writing = [(sid, a) for sid, each in statements.items() for a in each["Action"] if a in WRITES]
    assert actions
    assert writing == [("RecordLooks", "dynamodb:PutItem")]
    looks = statements["RecordLooks"]
    assert looks["Resource"] == [{"Fn::GetAtt": ["AuditTable", "Arn"]}]
    assert looks["Condition"]["ForAllValues:StringLike"] == {"dynamodb:LeadingKeys": ["REVIEW#*"]}
    assert looks["Condition"]["Null"] == {"dynamodb:LeadingKeys": "false"}


WRITES = {
    f"dynamodb:{name}"
    for name in (
        "PutItem",
        "UpdateItem",
        "DeleteItem",
        "BatchWriteItem",
        "PartiQLInsert",
        "PartiQLUpdate",
        "PartiQLDelete",
    )
}


def test_it_makes_keys_for_sessions_and_none_of_an_account(statements: dict[str, Json]) -> None:
    """The condition names the context, which KMS binds each key to."""
    making = {sid: each for sid, each in statements.items() if "kms:GenerateDataKey" in each["Action"]}
    assert making.keys() == {"SealSessions", "UseTableKeyThroughDynamoDBOnly"}
    assert making["SealSessions"]["Condition"] == {"StringEquals": {"kms:EncryptionContext:purpose": "console"}}
    assert "account" not in json.dumps(making["SealSessions"])


def test_of_operations_it_reads_what_it_must(statements: dict[str, Json]) -> None:
    """Which booking is whose, how an open one stands, and the wrapped key of an account; it makes no such key."""
    keys = statements["ReadOperations"]["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    assert keys == ["BOOKING#*", "CUSTODY", "DATAKEY#*", "OP#*", "PERSON#*"]
    assert statements["OpenContacts"]["Action"] == ["kms:Decrypt"]


def test_the_booking_functions_cannot_read_the_audit(resources: Json) -> None:
    """They put events, and that is all that they may do there."""
    for role in ("ApiHandlerRole", "ExpireOperationsRole"):
        (policy,) = resources[role]["Properties"]["Policies"]
        touching = [each for each in policy["PolicyDocument"]["Statement"] if "AuditTable" in json.dumps(each)]
        assert [each["Action"] for each in touching] == [["dynamodb:PutItem"]]


def test_its_api_is_its_own_and_serves_every_route(resources: Json) -> None:
    """Every path and method goes to its function, preflights too; limits and the gateway's own answers are as elsewhere."""
    own, booking = (resources[name]["Properties"] for name in ("ReviewAPI", "RestAPI"))
    paths = own["DefinitionBody"]["paths"]
    assert {path: set(methods) for path, methods in paths.items()} == {
        path: {method.lower() for method in methods} for path, methods in app.routes.items()
    }
    for path, methods in paths.items():
        name = "CustodyHandler" if path.startswith("/v1/audit/persons") else "ReviewHandler"
        for method in methods.values():
            integration = method["x-amazon-apigateway-integration"]
            assert (integration["type"], f"{name}.Arn" in json.dumps(integration)) == ("aws_proxy", True)
    same = ("GatewayResponses", "MethodSettings", "OpenApiVersion", "EndpointConfiguration", "StageName")
    assert [own[each] for each in same] == [booking[each] for each in same]
    assert "ReviewAPI" in json.dumps(resources["ReviewHandlerInvokePermission"])
    assert not any(path.startswith("/v1/audit") for path in booking["DefinitionBody"]["paths"])
