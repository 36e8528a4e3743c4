"""What a stage has beside the function and its routes: the merge template of `chalice package`, from the code itself."""

from collections.abc import Mapping
from typing import Any

from chalicelib.adapters.aws.dynamodb.tables import AUDIT, OPERATIONS
from chalicelib.edge.links import Links
from devtools.deploy import alarms, digests, gateway_responses, review
from devtools.deploy.watching import dashboard

LOG_RETENTION_DAYS = 90
# One account books at most a few times a minute; this holds a loop in a client back without touching people. When AdultWork is
# slow, each call takes CALL_SECONDS: 33 x 24 + 100 = 892 calls at once; 900 of an account's first 1,000 can be reserved, and
# what the clock starts has 3 of these.
REQUESTS_PER_SECOND = 33
BURST = 100
RESERVABLE_CALLS = 897

# Whoever changes the key reads this beside it.
CHANGING_HMAC_KEY = (
    "Members: HMAC_KEY makes the keyed hashes of requests and contacts; ADULTWORK_API_KEY and ADULTWORK_API_SECRET may be "
    "added, and ADULTWORK_CLIENT_SECRET for sign-in. HMAC_KEY may be changed at any time: put the new key into HMAC_KEY and the "
    "old one into HMAC_KEY_PREVIOUS, which repeats are compared under and nothing is written under. Keep HMAC_KEY_PREVIOUS "
    "until 31 days after the last session that was booked under it: without it, a repeat of such a booking gets a 409 instead "
    "of its first answer. Nothing is sent twice in any case."
)

Resource = dict[str, Any]


def merge_template(links: Links, name: str, stage: str, variables: Mapping[str, str]) -> dict[str, Any]:
    """Return what is merged over the resources and outputs of Chalice; names are those of `.chalice/policy-*.json`.

    `links` and `variables` are those of the stage called `name`, `stage` is the name of its API's stage.
    """
    table_key = {"Fn::GetAtt": ["TableKey", "Arn"]}
    return {
        "Parameters": {**review.parameters(), **digests.parameters()},
        "Resources": {
            "RestAPI": {"Properties": _rest_api(links)},
            "APIHandler": {"Properties": _function()},
            "ExpireOperations": {"Properties": _function()},
            "ApiLogGroup": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": LOG_RETENTION_DAYS}},
            "TableKey": _kept("AWS::KMS::Key", _key("Switchboard's tables")),
            "SealingKey": _kept(
                "AWS::KMS::Key", _key("Wraps the data keys that Switchboard seals personal data under")
            ),
            "SealingKeyAlias": {"Type": "AWS::KMS::Alias", "Properties": _sealing_key_alias()},
            "OperationsTable": _kept("AWS::DynamoDB::Table", OPERATIONS.cloudformation(table_key)),
            "AuditTable": _kept("AWS::DynamoDB::Table", AUDIT.cloudformation(table_key)),
            "ApiSecret": _kept("AWS::SecretsManager::Secret", _secret()),
            **review.resources(_rest_api(links), stage, variables),
            **digests.resources(),
            **alarms.resources(name),
            **dashboard.resources(name, stage),
        },
        "Outputs": {**alarms.outputs(), **review.outputs(stage), **digests.outputs()},
    }


def _kept(kind: str, properties: dict[str, Any]) -> Resource:
    """Return a resource that outlives its stack: records, their key and what made their hashes."""
    return {"Type": kind, "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain", "Properties": properties}


def _rest_api(links: Links) -> dict[str, Any]:
    """Return the gateway's own answers and limits; its logs are off, as they could hold tokens and bodies."""
    everything = {"ResourcePath": "/*", "HttpMethod": "*"}
    limits = {"ThrottlingRateLimit": REQUESTS_PER_SECOND, "ThrottlingBurstLimit": BURST}
    logs = {"LoggingLevel": "OFF", "DataTraceEnabled": False}
    return {
        "GatewayResponses": gateway_responses.template(links),
        "MethodSettings": [{**everything, **limits, **logs}],
        # Without it SAM adds a second, unthrottled stage called "Stage".
        "OpenApiVersion": "2.0",
    }


def _function() -> dict[str, Any]:
    """Return what both functions of bookings share: their log group, and the names of what they use."""
    return {
        "LoggingConfig": {"LogGroup": {"Ref": "ApiLogGroup"}, "LogFormat": "Text"},
        "Environment": {
            "Variables": {
                "AUDIT_TABLE": {"Ref": "AuditTable"},
                "OPERATIONS_TABLE": {"Ref": "OperationsTable"},
                "SEALING_KEY_ID": {"Fn::GetAtt": ["SealingKey", "Arn"]},
                "SECRETS_NAME": {"Ref": "ApiSecret"},
            }
        },
    }


def _key(description: str) -> dict[str, Any]:
    """Return a key; with KMS's default key policy, IAM policies of the account decide who uses it.

    KMS renews what is inside each year and keeps the old, so what was wrapped before is still opened.
    """
    return {"Description": description, "EnableKeyRotation": True, "PendingWindowInDays": 30}


def _sealing_key_alias() -> dict[str, Any]:
    """Return the name that people find the sealing key by; one for each stack, as an account may hold several."""
    return {"AliasName": {"Fn::Sub": "alias/${AWS::StackName}-sealing"}, "TargetKeyId": {"Ref": "SealingKey"}}


def _secret() -> dict[str, Any]:
    """Return the secret; its first value is drawn by Secrets Manager and seen by nobody."""
    drawn = {"SecretStringTemplate": "{}", "GenerateStringKey": "HMAC_KEY"}
    return {
        "Description": CHANGING_HMAC_KEY,
        "GenerateSecretString": {**drawn, "PasswordLength": 64, "ExcludePunctuation": True},
    }
