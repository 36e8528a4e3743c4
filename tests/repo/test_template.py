"""The template of a stage is what a deployment needs, and no more."""

import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.adapters.aws.dynamodb.items import KEPT_AFTER_GUARD
from chalicelib.adapters.aws.dynamodb.tables import OPEN
from chalicelib.bootstrap import HOURLY
from chalicelib.domain.operation.operation import GUARD_HOLDS_AFTER_SESSION
from chalicelib.domain.time_budget import TimeBudget
from chalicelib.edge.links import Links
from chalicelib.settings import VARIABLES
from devtools.deploy.gateway_responses import RESPONSES
from devtools.deploy.package import Package, PackagingError, links_of, lint, make_package
from devtools.deploy.template import BURST, REQUESTS_PER_SECOND, RESERVABLE_CALLS
from devtools.local.gateway import FUNCTION_SECONDS
from devtools.places import ROOT

Json = dict[str, Any]

FUNCTIONS = pytest.mark.parametrize("name", ["APIHandler", "ExpireOperations"])


@pytest.fixture(scope="session")
def resources(package: Package) -> Json:
    """Return the resources of the template."""
    found: Json = json.loads(package.template.read_text())["Resources"]
    return found


def documents(value: object) -> Iterator[Json]:
    """Yield every policy statement below a value, wherever it stands."""
    if isinstance(value, dict):
        yield from value.get("Statement", ())
        for member in value.values():
            yield from documents(member)
    elif isinstance(value, list):
        for member in value:
            yield from documents(member)


def statement(resources: Json, sid: str) -> Json:
    """Return one statement of the functions' policy."""
    return next(each for each in documents(resources["ApiHandlerRole"]) if each.get("Sid") == sid)


def owner(target: Json) -> str:
    """Return the resource of this stack that a target of a policy belongs to."""
    ((kind, reference),) = target.items()
    if kind == "Fn::Sub":
        return str(re.match(r"\$\{(\w+)\.Arn\}/", reference)[1])  # type: ignore[index]  # anything else fails the test
    return str(reference if isinstance(reference, str) else reference[0])


def source_of(adapter: str) -> str:
    """Return the code of one adapter's package."""
    folder = ROOT / "chalicelib" / "adapters" / "aws" / adapter
    return "\n".join(path.read_text() for path in folder.glob("*.py"))


def test_a_faulty_template_is_refused(tmp_path: Path) -> None:
    """The lint that every package passes does find faults."""
    template = tmp_path / "sam.json"
    template.write_text(json.dumps({"Resources": {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"No": 1}}}}))
    with pytest.raises(PackagingError, match="No"):
        lint(template)


def test_an_unknown_stage_is_refused(tmp_path: Path) -> None:
    """The message lists the stages that there are."""
    with pytest.raises(PackagingError, match=r"'mars'.*known: dev"):
        make_package("mars", tmp_path)


@pytest.mark.parametrize("name", ["OperationsTable", "AuditTable"])
def test_both_tables_are_protected(resources: Json, name: str) -> None:
    """On demand, restorable, encrypted under our key, not deletable by mistake, and kept when the stack goes."""
    table = resources[name]
    properties = table["Properties"]
    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert properties["DeletionProtectionEnabled"] is True
    assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    encryption = properties["SSESpecification"]
    assert (encryption["SSEEnabled"], encryption["KMSMasterKeyId"]) == (True, {"Fn::GetAtt": ["TableKey", "Arn"]})


def test_what_is_past_its_retention_is_deleted(resources: Json) -> None:
    """In both tables, by the attribute of each."""
    for table, name in (("OperationsTable", "expires_at"), ("AuditTable", "ends")):
        end = {"AttributeName": name, "Enabled": True}
        assert resources[table]["Properties"]["TimeToLiveSpecification"] == end


@pytest.mark.parametrize("name", ["TableKey", "SealingKey", "ApiSecret"])
def test_keys_and_secret_outlive_the_stack(resources: Json, name: str) -> None:
    """Without them kept records could not be read, opened or matched."""
    assert (resources[name]["DeletionPolicy"], resources[name]["UpdateReplacePolicy"]) == ("Retain", "Retain")


@pytest.mark.parametrize("name", ["TableKey", "SealingKey"])
def test_keys_are_renewed_each_year(resources: Json, name: str) -> None:
    """By KMS itself, which keeps what it needs to open what was wrapped before."""
    assert resources[name]["Properties"]["EnableKeyRotation"] is True


def test_people_find_the_sealing_key_by_name(resources: Json) -> None:
    """A name for each stack: stages may share an account."""
    alias = resources["SealingKeyAlias"]["Properties"]
    assert alias == {"AliasName": {"Fn::Sub": "alias/${AWS::StackName}-sealing"}, "TargetKeyId": {"Ref": "SealingKey"}}


def test_the_secret_says_how_its_key_is_changed(resources: Json) -> None:
    """At any time, and when the old key may go; the text fits into what Secrets Manager takes."""
    description = resources["ApiSecret"]["Properties"]["Description"]
    assert f"until {(GUARD_HOLDS_AFTER_SESSION + KEPT_AFTER_GUARD).days} days after the last session" in description
    assert description.count("HMAC_KEY_PREVIOUS") == 2
    assert len(description) <= 2048


def test_the_secret_is_drawn_by_the_platform(resources: Json) -> None:
    """HMAC_KEY has 64 characters and stands in no file.

    Frozen: CloudFormation draws another key at any edit of this, and repeats of all earlier bookings would not be known again.
    """
    assert resources["ApiSecret"]["Properties"]["GenerateSecretString"] == {
        "SecretStringTemplate": "{}",
        "GenerateStringKey": "HMAC_KEY",
        "PasswordLength": 64,
        "ExcludePunctuation": True,
    }
    assert "SecretString" not in resources["ApiSecret"]["Properties"]


@FUNCTIONS
def test_the_function_ends_before_the_gateway_does(resources: Json, name: str) -> None:
    """26 s, in the template, in the setting, in the time budget and in the local stand-in alike."""
    setting = float(resources[name]["Properties"]["Environment"]["Variables"]["FUNCTION_TIMEOUT_SECONDS"])
    timeout = resources["APIHandler"]["Properties"]["Timeout"]
    assert timeout == setting == TimeBudget().function == FUNCTION_SECONDS == 26


@FUNCTIONS
def test_the_function_is_given_settings_and_no_secret(resources: Json, name: str) -> None:
    """Every variable is a setting; the secret and the sealing key come by name."""
    variables = resources[name]["Properties"]["Environment"]["Variables"]
    assert variables.keys() <= set(VARIABLES)
    assert not {"HMAC_KEY", "ADULTWORK_API_KEY", "ADULTWORK_API_SECRET"} & variables.keys()
    assert variables["OPERATIONS_TABLE"] == {"Ref": "OperationsTable"}
    assert variables["AUDIT_TABLE"] == {"Ref": "AuditTable"}
    assert variables["SECRETS_NAME"] == {"Ref": "ApiSecret"}
    assert variables["SEALING_KEY_ID"] == {"Fn::GetAtt": ["SealingKey", "Arn"]}
    assert variables["BREAKER_FAILURES"] == "15"


def test_the_gateways_own_problems_lead_to_pages_below_the_stage(resources: Json) -> None:
    """As the addresses in the app's answers do, which read the entrance from each request and need no setting for it."""
    api = resources["RestAPI"]["Properties"]
    body = json.loads(api["GatewayResponses"]["DEFAULT_5XX"]["ResponseTemplates"]["application/json"])
    assert body["type"] == f"/{api['StageName']}/problems/internal-error"
    variables = resources["APIHandler"]["Properties"]["Environment"]["Variables"]
    assert "PROBLEM_TYPE_BASE" not in variables


def test_pages_that_stand_elsewhere_are_named_by_the_gateway_too() -> None:
    """Leave the variable out, or set it."""
    assert links_of("dev", {}) == Links("/dev")
    assert links_of("dev", {"api_gateway_stage": "v1", "environment_variables": {"PROBLEM_TYPE_BASE": ""}}) == Links(
        "/v1"
    )
    elsewhere = "https://p.example/"
    assert links_of("dev", {"environment_variables": {"PROBLEM_TYPE_BASE": elsewhere}}) == Links("/dev", elsewhere)


@FUNCTIONS
def test_the_function_logs_into_the_stacks_own_group_for_a_while(resources: Json, name: str) -> None:
    """Lines are kept for a limited time, and go where the policy allows."""
    group = {"Ref": "ApiLogGroup"}
    assert resources[name]["Properties"]["LoggingConfig"]["LogGroup"] == group
    assert resources["ApiLogGroup"]["Properties"]["RetentionInDays"] == 90


def test_no_policy_has_a_wildcard(resources: Json) -> None:
    """Nothing is allowed by one but the objects of a bucket; every resource is one of this stack's own."""
    found = [each for each in documents(resources) if each["Effect"] == "Allow"]
    assert len(found) > 5
    for each in found:
        named = json.dumps([each["Action"], each.get("Resource")])
        assert "*" not in named.replace("${DigestBucket.Arn}/digests/*", "")
        assert all(owner(target) in resources for target in each.get("Resource", ()))


def test_each_function_has_a_role_of_its_own(resources: Json) -> None:
    """No role of Chalice's own making stands beside them; `tests/integration` compares each with the calls that are made."""
    roles = {name: resource for name, resource in resources.items() if resource["Type"] == "AWS::IAM::Role"}
    others = {"ReviewHandlerRole", "CustodyHandlerRole", "ErrandsHandlerRole", "DigestHandlerRole"}
    assert roles.keys() == {"ApiHandlerRole", "ExpireOperationsRole", *others}
    targets = [
        owner(target) for each in documents(roles["ExpireOperationsRole"]) for target in each.get("Resource", ())
    ]
    assert not {"ApiSecret", "SealingKey"} & set(targets)
    for function, role in (("APIHandler", "ApiHandlerRole"), ("ExpireOperations", "ExpireOperationsRole")):
        assert resources[function]["Properties"]["Role"] == {"Fn::GetAtt": [role, "Arn"]}


def test_what_nobody_came_back_for_is_looked_for_each_hour(resources: Json) -> None:
    """By the same code under the same settings; the handler is there in the module that Lambda loads."""
    function = resources["ExpireOperations"]["Properties"]
    (event,) = function["Events"].values()
    assert (event["Type"], event["Properties"]["Schedule"]) == ("Schedule", "rate(1 hour)")
    module, _, name = function["Handler"].rpartition(".")
    assert callable(getattr(importlib.import_module(module), name))
    same = ("CodeUri", "Runtime", "MemorySize", "Architectures", "Environment", "LoggingConfig")
    assert [function[each] for each in same] == [resources["APIHandler"]["Properties"][each] for each in same]
    assert function["Handler"] == HOURLY


def test_the_hourly_function_has_time_and_runs_alone(resources: Json) -> None:
    """Five minutes, where a request has seconds; two at once would only stand in each other's way."""
    function = resources["ExpireOperations"]["Properties"]
    assert (function["Timeout"], function["ReservedConcurrentExecutions"]) == (900, 1)


def test_the_audit_table_can_only_be_put_to(resources: Json) -> None:
    """Neither read, changed nor deleted by the function."""
    targets = [each for each in documents(resources["ApiHandlerRole"]) if "AuditTable" in json.dumps(each)]
    assert [each["Action"] for each in targets] == [["dynamodb:PutItem"]]


def test_the_operations_table_allows_what_the_code_does_and_no_more(resources: Json) -> None:
    """The parts of the transactions, the reads by key, and the rows of the data keys."""
    source = source_of("dynamodb") + source_of("vault")
    used = set(re.findall(r'"(Put|Update|Delete|ConditionCheck)": \{', source))
    calls = re.findall(r"client\.(get|put|update|delete|batch_get)_item\(", source)
    used |= {name.title().replace("_", "") for name in calls}
    assert statement(resources, "KeepOperations")["Action"] == sorted(f"dynamodb:{verb}Item" for verb in used)
    assert not re.search(r"client\.(scan|batch_write|transact_get|execute)", source)


def test_only_the_index_of_open_operations_is_queried(resources: Json) -> None:
    """No other, and no table."""
    allowed = statement(resources, "FindOpenOperations")
    assert allowed["Action"] == ["dynamodb:Query"]
    assert allowed["Resource"] == [{"Fn::Sub": f"${{OperationsTable.Arn}}/index/{OPEN.name}"}]


def test_the_sealing_key_allows_what_the_vault_does_and_no_more(resources: Json) -> None:
    """Making and opening data keys; the tables' key is another one."""
    used = re.findall(r"self\.client\.(generate_data_key|decrypt)\(", source_of("vault"))
    actions = sorted("kms:" + name.title().replace("_", "") for name in used)
    allowed = statement(resources, "WrapDataKeysOfAccounts")
    assert (allowed["Action"], allowed["Resource"]) == (actions, [{"Fn::GetAtt": ["SealingKey", "Arn"]}])
    assert [each["Sid"] for each in documents(resources["ApiHandlerRole"]) if "SealingKey" in json.dumps(each)] == [
        "WrapDataKeysOfAccounts"
    ]


def test_the_tables_key_is_used_through_dynamodb_only(resources: Json) -> None:
    """The functions cannot decrypt a table's bytes by themselves."""
    condition = statement(resources, "UseTableKeyThroughDynamoDBOnly")["Condition"]["StringEquals"]
    assert condition == {"kms:ViaService": {"Fn::Sub": "dynamodb.${AWS::Region}.amazonaws.com"}}


def test_no_account_and_no_region_is_written_down(package: Package) -> None:
    """One template serves every account."""
    assert not re.search(r"\b\d{12}\b|\b(eu|us|ap)-[a-z]+-\d\b", package.template.read_text())


def test_every_path_answers_its_preflight_in_the_function(resources: Json) -> None:
    """OPTIONS everywhere, and no answer of the gateway's own: a mock knows only one origin."""
    paths = resources["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    assert {"/v1/PhoneChat/CreateBooking", "/health"} <= paths.keys()
    for path, methods in paths.items():
        assert "options" in methods, path
        kinds = {method["x-amazon-apigateway-integration"]["type"] for method in methods.values()}
        assert kinds == {"aws_proxy"}, path


@pytest.mark.parametrize("name", RESPONSES)
def test_the_gateways_own_answers_are_problems_that_a_page_may_read(resources: Json, name: str) -> None:
    """A problem document and an allowed origin, with nothing of the request but its id."""
    response = resources["RestAPI"]["Properties"]["GatewayResponses"][name]
    headers = response["ResponseParameters"]["Headers"]
    body = response["ResponseTemplates"]["application/json"]
    assert headers["Access-Control-Allow-Origin"] == "'*'"
    assert headers["Content-Type"] == "'application/problem+json'"
    assert {"type", "title", "detail"} <= json.loads(body).keys()
    assert set(re.findall(r"\$[A-Za-z.]+", body)) == {"$context.requestId"}


def test_an_unknown_path_is_not_found(resources: Json) -> None:
    """API Gateway would call it a missing authentication token, 403."""
    responses = resources["RestAPI"]["Properties"]["GatewayResponses"]
    assert responses["MISSING_AUTHENTICATION_TOKEN"]["StatusCode"] == 404
    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= responses.keys()


def test_the_api_is_regional_throttled_and_keeps_no_logs_of_its_own(resources: Json) -> None:
    """Execution logs could hold tokens and bodies; there is one stage only, with limits."""
    api = resources["RestAPI"]["Properties"]
    (settings,) = api["MethodSettings"]
    assert (api["EndpointConfiguration"], api["StageName"], api["OpenApiVersion"]) == ("REGIONAL", "dev", "2.0")
    assert (settings["ResourcePath"], settings["HttpMethod"]) == ("/*", "*")
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (33, 100)
    assert (settings["LoggingLevel"], settings["DataTraceEnabled"]) == ("OFF", False)


def test_all_that_is_let_in_can_be_reserved_for() -> None:
    """When AdultWork is slow every call takes the longest that it may; 100 of an account's first 1,000 stay unreserved."""
    most = REQUESTS_PER_SECOND * TimeBudget().call + BURST
    assert most <= RESERVABLE_CALLS == 897


def test_every_parameter_of_the_app_has_a_pattern(package: Package) -> None:
    """What a person mistypes is refused before anything is changed."""
    parameters = json.loads(package.app.read_text())["Parameters"]
    assert len(parameters) > 10
    assert all(one["AllowedPattern"].startswith("^") for one in parameters.values())
    assert all(re.fullmatch(one["AllowedPattern"], one["Default"]) for one in parameters.values() if "Default" in one)
