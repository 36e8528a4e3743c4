"""What the template has and CloudFormation of the stand-in leaves out, set by each service's own call.

AWS sets all of it from the template. With it, `switchboard doctor` finds on the stand-in what it finds in an account.
"""

from collections.abc import Mapping

import boto3

from chalicelib.adapters.aws.dynamodb.tables import AUDIT, OPERATIONS
from devtools.deploy.digests import RETENTION_DAYS
from devtools.deploy.parameters import API
from devtools.deploy.rollout.deployment import Deployment

TABLES = {"OperationsTable": OPERATIONS, "AuditTable": AUDIT}


def set_left_out(deployment: Deployment) -> None:
    """Set what both stacks of a deployment leave out."""
    _protect(deployment.kept.values("Outputs"))
    if calls := deployment.app.values("Parameters")["ReservedConcurrency"]:
        asked = {"StackName": deployment.app.name, "LogicalResourceId": API}
        found = deployment.cloud.cloudformation.describe_stack_resource(**asked)["StackResourceDetail"]
        name = found["PhysicalResourceId"]
        boto3.client("lambda").put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=int(calls))


def _protect(kept: Mapping[str, str]) -> None:
    """Protect the tables and the bucket of digests; `kept` are the outputs of what is kept."""
    dynamodb = boto3.client("dynamodb")
    for name, schema in TABLES.items():
        table = kept[name]
        encryption = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": kept["TableKeyArn"]}
        dynamodb.update_table(TableName=table, SSESpecification=encryption)  # type: ignore[arg-type]  # a literal of its types
        dynamodb.update_continuous_backups(
            TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        expiry = {"AttributeName": schema.expiry, "Enabled": True}
        dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=expiry)  # type: ignore[arg-type]
    retention = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": int(RETENTION_DAYS)}}
    lock = {"ObjectLockEnabled": "Enabled", "Rule": retention}
    boto3.client("s3").put_object_lock_configuration(Bucket=kept["DigestBucket"], ObjectLockConfiguration=lock)
