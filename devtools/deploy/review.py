"""The reviewers' side of a stage: a function of its own from the same zip, a role of its own, behind an API of its own.

`chalice package` knows one app, so these resources are made here, from the routes of the other one and the tables.
"""

from collections.abc import Mapping
from typing import Any, NoReturn

from chalice.app import Chalice

from chalicelib.adapters.aws.dynamodb.tables import AUDIT, BY_HOUR, OPERATIONS
from chalicelib.adapters.aws.people.person_rows import ERRANDS, PERSON_PREFIX
from chalicelib.adapters.aws.review.box import CONTEXT
from chalicelib.adapters.aws.review.rows import REVIEW_PREFIX
from chalicelib.domain.time_budget import TimeBudget
from chalicelib.edge.review.routes import register
from devtools.deploy import custody, digests
from devtools.deploy.parts import VIA_DYNAMODB, Json, allow, arn, function, indexes, leading, role

HANDLER = "chalicelib.review_app.app"
MEMORY_MB = 1024
# Of the stage, for all functions.
SHARED_SETTINGS = ("ALLOWED_ORIGINS", "PROBLEM_TYPE_BASE", *custody.KEPT_SETTINGS, "LOOKS_KEPT_DAYS", "EXPIRY_HOURS")
# Settings of a stage that stand in no file of ours. Until they are given, the function answers nothing.
PARAMETERS = {
    "ReviewIssuer": ("REVIEW_ISSUER", "The reviewers' identity provider: the iss of its access tokens."),
    "ReviewAudience": ("REVIEW_AUDIENCE", "What the aud of the reviewers' access tokens must name."),
    "ReviewJwksUrl": ("REVIEW_JWKS_URL", "Where the provider's keys are; empty for what its discovery document says."),
    "ReviewRolesClaim": ("REVIEW_ROLES_CLAIM", "The claim with the roles; empty for roles."),
    "ReviewClientId": ("REVIEW_CLIENT_ID", "The console's client at the provider; empty for no console."),
    "ReviewConsoleUrl": ("REVIEW_CONSOLE_URL", "Where browsers find the console: ReviewEndpointURL and console."),
    "ReviewScope": ("REVIEW_SCOPE", "The scopes that the console asks for; empty for openid."),
}


def parameters() -> Json:
    """Return the parameters of the template that the function is set by."""
    return {
        name: {"Type": "String", "AllowedPattern": _pattern(name), "Default": "", "Description": description}
        for name, (_, description) in PARAMETERS.items()
    }


def _pattern(name: str) -> str:
    """Return what a parameter may be: an address is reached over TLS, and nothing has a gap."""
    return r"^(https://\S+)?$" if name in {"ReviewIssuer", "ReviewJwksUrl"} else r"^\S*$"


def resources(api_properties: Mapping[str, Any], stage: str, variables: Mapping[str, str]) -> Json:
    """Return the function, its role, its API and its log; `api_properties` are what both APIs have in common."""
    return {
        "ReviewHandler": {"Type": "AWS::Serverless::Function", "Properties": _function(variables)},
        "ReviewHandlerRole": {"Type": "AWS::IAM::Role", "Properties": role("Review", _statements())},
        "ReviewAPI": {
            "Type": "AWS::Serverless::Api",
            "Properties": {
                **api_properties,
                "EndpointConfiguration": "REGIONAL",
                "StageName": stage,
                "DefinitionBody": _definition(),
            },
        },
        "ReviewHandlerInvokePermission": {"Type": "AWS::Lambda::Permission", "Properties": _permission()},
        "ReviewLogGroup": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 90}},
        **custody.resources(_variables(variables), variables),
    }


def outputs(stage: str) -> Json:
    """Return where the reviewers' API is."""
    address = f"https://${{ReviewAPI}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{stage}/"
    return {"ReviewEndpointURL": {"Description": "The reviewers' API.", "Value": {"Fn::Sub": address}}}


def _function(stage_variables: Mapping[str, str]) -> Json:
    """Return the function; memory, time and processor are those of the other ones."""
    return function("Review", HANDLER, MEMORY_MB, int(TimeBudget().function), _variables(stage_variables))


def _variables(stage_variables: Mapping[str, str]) -> Json:
    shared = {name: stage_variables[name] for name in SHARED_SETTINGS if name in stage_variables}
    own = {setting: {"Ref": parameter} for parameter, (setting, _) in PARAMETERS.items()}
    return {
        **shared,
        **own,
        "AUDIT_TABLE": {"Ref": "AuditTable"},
        "OPERATIONS_TABLE": {"Ref": "OperationsTable"},
        "SEALING_KEY_ID": arn("SealingKey"),
        **digests.variables(),
    }


def _statements() -> list[Json]:
    """Return what the function may do: read the audit, and put events of looks, which are told apart by their key."""
    audit, operations = arn("AuditTable"), arn("OperationsTable")
    table_key = [
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
    ]
    return [
        allow("ReadAudit", ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"], [audit]),
        allow("FindOperations", ["dynamodb:Query"], indexes("AuditTable", _searched())),
        allow("RecordLooks", ["dynamodb:PutItem"], [audit], leading(f"{REVIEW_PREFIX}*")),
        allow(
            "ReadOperations",
            ["dynamodb:BatchGetItem", "dynamodb:GetItem"],
            [operations],
            leading("BOOKING#*", ERRANDS, "OP#*", f"{PERSON_PREFIX}*"),
        ),
        allow(
            "FindOpenOperations",
            ["dynamodb:Query"],
            indexes("OperationsTable", [each.name for each in OPERATIONS.indexes]),
        ),
        allow("UseTableKeyThroughDynamoDBOnly", table_key, [arn("TableKey")], VIA_DYNAMODB),
        allow("OpenContacts", ["kms:Decrypt"], [arn("SealingKey")]),
        *digests.reading(),
        # For sessions of the console, and for nothing else: the context is that of no account's key.
        allow("SealSessions", ["kms:GenerateDataKey"], [arn("SealingKey")], _session_context()),
    ]


def _searched() -> list[str]:
    """Return the indexes that reviewers search by: all but the one that leads digests to operations of earlier hours."""
    return [each.name for each in AUDIT.indexes if each is not BY_HOUR]


def _session_context() -> Json:
    return {"StringEquals": {f"kms:EncryptionContext:{name}": value for name, value in CONTEXT.items()}}


def _permission() -> Json:
    source = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${ReviewAPI}/*"
    return {
        "FunctionName": {"Ref": "ReviewHandler"},
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": {"Fn::Sub": source},
    }


def _definition() -> Json:
    """Return every path and method of the reviewers' app, each handed to the function as it is."""
    app = Chalice(app_name="switchboard-review")
    register(app, _no_container)
    paths = {path: {method.lower(): _method(path) for method in methods} for path, methods in app.routes.items()}
    return {
        "swagger": "2.0",
        "info": {"version": "1.0", "title": "switchboard-review"},
        "schemes": ["https"],
        "paths": paths,
    }


def _method(path: str) -> Json:
    name = "CustodyHandler" if custody.serves(path) else "ReviewHandler"
    uri = f"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{{name}.Arn}}/invocations"
    names = [part[1:-1].rstrip("+") for part in path.split("/") if part.startswith("{")]
    method: Json = {
        "consumes": ["*/*"],
        "responses": {"200": {"description": "200 response"}},
        "x-amazon-apigateway-integration": {
            "type": "aws_proxy",
            "httpMethod": "POST",
            "passthroughBehavior": "when_no_match",
            "uri": {"Fn::Sub": uri},
        },
    }
    if names:
        method["parameters"] = [{"name": name, "in": "path", "required": True, "type": "string"} for name in names]
    return method


def _no_container() -> NoReturn:
    raise RuntimeError("the template needs the paths alone")
