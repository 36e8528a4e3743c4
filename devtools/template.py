"""What a stage has beside the function and its routes: the merge template of `chalice package`, from the code itself."""

from typing import Any

from chalicelib.adapters.dynamodb.tables import AUDIT, OPERATIONS
from devtools import gateway_responses

LOG_RETENTION_DAYS = 90
# One account books at most a few times a minute; this holds a loop in a client back without touching people.
REQUESTS_PER_SECOND = 50
BURST = 100

Resource = dict[str, Any]


def merge_template() -> dict[str, Any]:
    """Return the resources that are merged over what Chalice generates; names are those of `.chalice/policy-*.json`."""
    table_key = {"Fn::GetAtt": ["TableKey", "Arn"]}
    return {
        "Resources": {
            "RestAPI": {"Properties": _rest_api()},
            "APIHandler": {"Properties": _function()},
            "ApiLogGroup": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": LOG_RETENTION_DAYS}},
            "TableKey": _kept("AWS::KMS::Key", _table_key()),
            "OperationsTable": _kept("AWS::DynamoDB::Table", OPERATIONS.cloudformation(table_key)),
            "AuditTable": _kept("AWS::DynamoDB::Table", AUDIT.cloudformation(table_key)),
            "ApiSecret": _kept("AWS::SecretsManager::Secret", _secret()),
        }
    }


def _kept(kind: str, properties: dict[str, Any]) -> Resource:
    """Return a resource that outlives its stack: records, their key and what made their hashes."""
    return {"Type": kind, "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain", "Properties": properties}


def _rest_api() -> dict[str, Any]:
    """Return the gateway's own answers and limits; its logs are off, as they could hold tokens and bodies."""
    everything = {"ResourcePath": "/*", "HttpMethod": "*"}
    limits = {"ThrottlingRateLimit": REQUESTS_PER_SECOND, "ThrottlingBurstLimit": BURST}
    logs = {"LoggingLevel": "OFF", "DataTraceEnabled": False}
    return {
        "GatewayResponses": gateway_responses.template(),
        "MethodSettings": [{**everything, **limits, **logs}],
        # Without it SAM adds a second, unthrottled stage called "Stage".
        "OpenApiVersion": "2.0",
    }


def _function() -> dict[str, Any]:
    """Return the function's own log group and the names of what it uses."""
    return {
        "LoggingConfig": {"LogGroup": {"Ref": "ApiLogGroup"}, "LogFormat": "Text"},
        "Environment": {
            "Variables": {
                "AUDIT_TABLE": {"Ref": "AuditTable"},
                "OPERATIONS_TABLE": {"Ref": "OperationsTable"},
                "SECRETS_NAME": {"Ref": "ApiSecret"},
            }
        },
    }


def _table_key() -> dict[str, Any]:
    """Return the key of both tables; with KMS's default key policy, IAM policies of the account decide who uses it."""
    return {"Description": "Switchboard's tables", "EnableKeyRotation": True, "PendingWindowInDays": 30}


def _secret() -> dict[str, Any]:
    """Return the secret; its first value is drawn by Secrets Manager and seen by nobody."""
    drawn = {"SecretStringTemplate": "{}", "GenerateStringKey": "HMAC_KEY"}
    return {
        "Description": "HMAC_KEY makes Switchboard's keyed hashes; ADULTWORK_API_KEY and _SECRET may be added",
        "GenerateSecretString": {**drawn, "PasswordLength": 64, "ExcludePunctuation": True},
    }
