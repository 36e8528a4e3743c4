"""The template and the zip of a stage are what a deployment needs, and no more."""

import json
import platform
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.domain.time_budget import TimeBudget
from chalicelib.settings import Settings
from devtools.gateway import FUNCTION_SECONDS
from devtools.gateway_responses import RESPONSES
from devtools.package import ROOT, Package, PackagingError, lint, make_package

Json = dict[str, Any]


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """Make the package of the stage dev once; cfn-lint has passed when this returns."""
    return make_package("dev", tmp_path_factory.mktemp("build"))


@pytest.fixture(scope="session")
def resources(package: Package) -> Json:
    """Return the resources of the template."""
    found: Json = json.loads(package.template.read_text())["Resources"]
    return found


@pytest.fixture(scope="session")
def shipped(package: Package) -> list[str]:
    """Return the names of the files in the zip."""
    with zipfile.ZipFile(package.zip) as archive:
        return archive.namelist()


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
    """Return one statement of the function's policy."""
    return next(each for each in documents(resources["ApiHandlerRole"]) if each.get("Sid") == sid)


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


def test_expired_operations_are_deleted_and_audit_events_never(resources: Json) -> None:
    """Only the mutable table has a time to live."""
    assert resources["OperationsTable"]["Properties"]["TimeToLiveSpecification"]["Enabled"] is True
    assert "TimeToLiveSpecification" not in resources["AuditTable"]["Properties"]


def test_the_key_and_the_secret_outlive_the_stack(resources: Json) -> None:
    """Without them kept records could not be read or matched; the key is renewed each year."""
    for name in ("TableKey", "ApiSecret"):
        assert (resources[name]["DeletionPolicy"], resources[name]["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert resources["TableKey"]["Properties"]["EnableKeyRotation"] is True


def test_the_secret_is_drawn_by_the_platform(resources: Json) -> None:
    """HMAC_KEY has 64 characters and stands in no file."""
    drawn = resources["ApiSecret"]["Properties"]["GenerateSecretString"]
    assert (drawn["GenerateStringKey"], drawn["PasswordLength"]) == ("HMAC_KEY", 64)
    assert json.loads(drawn["SecretStringTemplate"]) == {}
    assert "SecretString" not in resources["ApiSecret"]["Properties"]


def test_the_function_ends_before_the_gateway_does(resources: Json) -> None:
    """26 s, in the template, in the setting, in the time budget and in the local stand-in alike."""
    function = resources["APIHandler"]["Properties"]
    setting = float(function["Environment"]["Variables"]["FUNCTION_TIMEOUT_SECONDS"])
    assert function["Timeout"] == setting == TimeBudget().function == FUNCTION_SECONDS == 26


def test_the_function_is_given_settings_and_no_secret(resources: Json) -> None:
    """Every variable is a setting; the secret comes by name."""
    variables = resources["APIHandler"]["Properties"]["Environment"]["Variables"]
    assert variables.keys() <= {name.upper() for name in Settings.model_fields}
    assert not {"HMAC_KEY", "ADULTWORK_API_KEY", "ADULTWORK_API_SECRET"} & variables.keys()
    assert variables["OPERATIONS_TABLE"] == {"Ref": "OperationsTable"}
    assert variables["AUDIT_TABLE"] == {"Ref": "AuditTable"}
    assert variables["SECRETS_NAME"] == {"Ref": "ApiSecret"}


def test_the_function_logs_into_its_own_group_for_a_while(resources: Json) -> None:
    """Lines are kept for a limited time, and go where the policy allows."""
    group = {"Ref": "ApiLogGroup"}
    assert resources["APIHandler"]["Properties"]["LoggingConfig"]["LogGroup"] == group
    assert resources["ApiLogGroup"]["Properties"]["RetentionInDays"] == 90


def test_no_policy_has_a_wildcard(resources: Json) -> None:
    """Neither an action nor a resource; every resource is one of this stack's own."""
    found = list(documents(resources))
    assert len(found) > 5
    for each in found:
        assert "*" not in json.dumps([each["Action"], each.get("Resource")])
        for target in each.get("Resource", ()):
            (reference,) = target.values()
            assert (reference if isinstance(reference, str) else reference[0]) in resources


def test_there_is_one_role_and_the_function_has_it(resources: Json) -> None:
    """No role of Chalice's own making stands beside it."""
    roles = [name for name, resource in resources.items() if resource["Type"] == "AWS::IAM::Role"]
    assert roles == ["ApiHandlerRole"]
    assert resources["APIHandler"]["Properties"]["Role"] == {"Fn::GetAtt": ["ApiHandlerRole", "Arn"]}


def test_the_audit_table_can_only_be_put_to(resources: Json) -> None:
    """Neither read, changed nor deleted by the function."""
    targets = [each for each in documents(resources) if "AuditTable" in json.dumps(each.get("Resource"))]
    assert [each["Action"] for each in targets] == [["dynamodb:PutItem"]]


def test_the_operations_table_allows_what_the_code_does_and_no_more(resources: Json) -> None:
    """The parts of the transactions, and the read of one item."""
    folder = ROOT / "chalicelib" / "adapters" / "dynamodb"
    source = "\n".join(path.read_text() for path in folder.glob("*.py"))
    used = set(re.findall(r'"(Put|Update|Delete|ConditionCheck)": \{', source))
    used |= {name.title() for name in re.findall(r"client\.(get|update|delete)_item\(", source)}
    assert statement(resources, "KeepOperations")["Action"] == sorted(f"dynamodb:{verb}Item" for verb in used)


def test_the_key_is_used_through_dynamodb_only(resources: Json) -> None:
    """The function cannot decrypt anything by itself."""
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
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (50, 100)
    assert (settings["LoggingLevel"], settings["DataTraceEnabled"]) == ("OFF", False)


def test_the_zip_holds_the_app_and_its_zone_rules(shipped: list[str]) -> None:
    """The upstream's clock needs tzdata; every module of ours is there."""
    ours = [str(path.relative_to(ROOT)) for path in (ROOT / "chalicelib").rglob("*.py")]
    assert {"app.py", "tzdata/zoneinfo/Europe/London", *ours} <= set(shipped)


def test_the_zip_holds_nothing_else_of_ours_and_no_sdk(shipped: list[str]) -> None:
    """boto3 is the runtime's; tests, tools, the sandbox and local state stay at home."""
    tops = {name.split("/")[0] for name in shipped}
    assert not tops & {"boto3", "botocore", "devtools", "sandbox", "tests", "cli", ".local", ".chalice", "build"}
    assert not [name for name in shipped if name.endswith(".pyc")]


CALL_HEALTH = """
import sys
sys.path.insert(0, sys.argv[1])
import app, chalice, pydantic
assert all(module.__file__.startswith(sys.argv[1]) for module in (app, chalice, pydantic))
event = {"httpMethod": "GET", "path": "/health", "headers": {}, "multiValueHeaders": {}, "pathParameters": None,
         "multiValueQueryStringParameters": None, "body": None, "stageVariables": None, "isBase64Encoded": False,
         "requestContext": {"resourcePath": "/health", "httpMethod": "GET", "requestId": "request-1"}}
print(app.app(event, None)["statusCode"])
"""


@pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="the zip holds wheels for Lambda: Linux on x86_64"
)
def test_the_unpacked_zip_serves(package: Package, tmp_path: Path) -> None:
    """The shipped files answer a request, with nothing beside them but the SDK of the runtime."""
    with zipfile.ZipFile(package.zip) as archive:
        archive.extractall(tmp_path)
    settings = {"HMAC_KEY": "k" * 32, "AWS_DEFAULT_REGION": "eu-west-2"}
    command = [sys.executable, "-B", "-I", "-c", CALL_HEALTH, str(tmp_path)]
    done = subprocess.run(  # noqa: S603 (our own interpreter on our own zip)
        command, env=settings, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.stdout.splitlines()[-1:], done.stderr) == (["200"], "")
