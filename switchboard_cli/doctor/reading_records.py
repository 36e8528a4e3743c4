"""Reading what a stage keeps: tables, keys, the secret and the bucket of digests."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.adapters.aws.dynamodb.tables import TableSchema
from chalicelib.adapters.aws.secrets import read_secrets
from switchboard_cli.doctor.account import Account
from switchboard_cli.doctor.facts import BucketFacts, KeyFacts, SecretFacts, TableFacts
from switchboard_cli.doctor.judging_records import SCHEMAS

KEYS = ("TableKeyArn", "SealingKeyArn", "DigestKeyArn")
NO_LOCK = "ObjectLockConfigurationNotFoundError"
NO_BLOCK = "NoSuchPublicAccessBlockConfiguration"


def tables(account: Account) -> Sequence[TableFacts]:
    """Read both tables."""
    return [_table(account, name, account.kept[name]) for name in SCHEMAS]


def _table(account: Account, name: str, called: str) -> TableFacts:
    client = account.client("dynamodb")
    told = client.describe_table(TableName=called)["Table"]
    backups = client.describe_continuous_backups(TableName=called)["ContinuousBackupsDescription"]
    recovery = backups.get("PointInTimeRecoveryDescription", {})
    life = client.describe_time_to_live(TableName=called)["TimeToLiveDescription"]
    is_living = life["TimeToLiveStatus"] in {"ENABLED", "ENABLING"}
    encryption = told.get("SSEDescription", {})
    return TableFacts(
        name=name,
        called=called,
        status=told["TableStatus"],
        is_on_demand=told.get("BillingModeSummary", {}).get("BillingMode") == "PAY_PER_REQUEST",
        is_recoverable=recovery.get("PointInTimeRecoveryStatus") == "ENABLED",
        is_protected=told.get("DeletionProtectionEnabled", False),
        key=encryption.get("KMSMasterKeyArn") if encryption.get("Status") in {"ENABLED", "UPDATING"} else None,
        expiry=life.get("AttributeName") if is_living else None,
        shape=list(_differences(told, SCHEMAS[name], called)),
        recovery_days=recovery.get("RecoveryPeriodInDays"),
    )


def _differences(told: Mapping[str, Any], schema: TableSchema, called: str) -> Iterator[str]:
    """Yield what a table's keys and indexes have that the code does not, or the other way round."""
    wanted: Mapping[str, Any] = schema.create_arguments(called)
    if told["KeySchema"] != wanted["KeySchema"]:
        yield "has other keys"
    there = {one["IndexName"]: one for one in told.get("GlobalSecondaryIndexes", ())}
    for index in wanted["GlobalSecondaryIndexes"]:
        name = index["IndexName"]
        found = there.pop(name, None)
        if found is None:
            yield f"lacks the index {name}"
        elif any(found[part] != index[part] for part in ("KeySchema", "Projection")):
            yield f"has another index of the name {name}"
        elif found.get("IndexStatus", "ACTIVE") != "ACTIVE":
            yield f"has the index {name} {found['IndexStatus']}"
    yield from (f"has the index {name} that the code does not know" for name in there)


def keys(account: Account) -> Sequence[KeyFacts]:
    """Read every key."""
    return [_key(account, name.removesuffix("Arn"), account.kept[name]) for name in KEYS if name in account.kept]


def _key(account: Account, name: str, called: str) -> KeyFacts:
    client = account.client("kms")
    told = client.describe_key(KeyId=called)["KeyMetadata"]
    if told["KeyUsage"] != "ENCRYPT_DECRYPT" or told["KeyState"] != "Enabled":
        return KeyFacts(name, told["KeyState"], None)
    return KeyFacts(name, told["KeyState"], client.get_key_rotation_status(KeyId=called)["KeyRotationEnabled"])


def secret(account: Account) -> SecretFacts:
    """Read the secret as the function does; of what is in it only what is wrong leaves this."""
    client, called = account.client("secretsmanager"), account.kept["ApiSecret"]
    gone_at = client.describe_secret(SecretId=called).get("DeletedDate")
    if gone_at is not None:
        return SecretFacts(called, gone_at=gone_at)
    return SecretFacts(called, _fault_of(client.get_secret_value(SecretId=called).get("SecretString", "")))


def _fault_of(text: str) -> str | None:
    try:
        document = json.loads(text)
    except ValueError:
        return "is no JSON, so nothing can be booked"
    if not isinstance(document, dict):
        return "is no object of JSON, so nothing can be booked"
    try:
        read_secrets(document)
    except ValueError as error:
        return str(error)
    return None


def digests(account: Account) -> BucketFacts:
    """Read how the bucket of digests is protected."""
    client, called = account.client("s3"), account.kept["DigestBucket"]
    lock = _unless(NO_LOCK, lambda: client.get_object_lock_configuration(Bucket=called)["ObjectLockConfiguration"])
    retention = lock.get("Rule", {}).get("DefaultRetention", {})
    block = _unless(NO_BLOCK, lambda: client.get_public_access_block(Bucket=called)["PublicAccessBlockConfiguration"])
    is_locked = lock.get("ObjectLockEnabled") == "Enabled" and retention.get("Mode") == "COMPLIANCE"
    return BucketFacts(
        called=called,
        is_versioned=client.get_bucket_versioning(Bucket=called).get("Status") == "Enabled",
        is_private=bool(block) and all(block.values()),
        lock_days=retention.get("Days", 0) + 365 * retention.get("Years", 0) if is_locked else None,
    )


def _unless(code: str, read: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return what a call answers; nothing where S3 says by a code that there is none."""
    try:
        return read()
    except ClientError as error:
        if error.response["Error"]["Code"] != code:
            raise
        return {}
