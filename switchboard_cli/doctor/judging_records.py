"""Judgements of what a stage keeps: tables, keys, the secret, the digests; and of what its functions may do with them."""

from collections.abc import Iterable, Iterator

from chalicelib.adapters.aws.dynamodb.tables import AUDIT, OPERATIONS
from switchboard_cli.doctor.facts import BucketFacts, KeyFacts, RoleFacts, SecretFacts, TableFacts
from switchboard_cli.doctor.verdict import Fault, Note

SCHEMAS = {"OperationsTable": OPERATIONS, "AuditTable": AUDIT}
LONGEST_RECOVERY_DAYS = 35  # the most that DynamoDB keeps, and its default


def judge_tables(tables: Iterable[TableFacts]) -> Iterator[Fault | Note]:
    """Judge each table's shape and protections."""
    for table in tables:
        for what, mend in _of_table(table):
            yield Fault(table.name, what, mend)


def _of_table(table: TableFacts) -> Iterator[tuple[str, str]]:
    update = f"aws dynamodb update-table --table-name {table.called}"
    if table.status != "ACTIVE":
        yield f"is {table.status}", "Wait until it is ACTIVE; while it is not, nothing is booked."
    for one in table.shape:
        yield one, "Another version made this table: deploy the version that the stage runs."
    if not table.is_on_demand:
        yield (
            "has a provisioned capacity, beyond which bookings are refused",
            f"{update} --billing-mode PAY_PER_REQUEST",
        )
    if not table.is_protected:
        yield "may be deleted", f"{update} --deletion-protection-enabled"
    if table.key is None:
        mend = f"{update} --sse-specification Enabled=true,SSEType=KMS,KMSMasterKeyId=… with the output TableKeyArn"
        yield "is not encrypted under the stage's own key", mend
    yield from _of_recovery(table)
    expiry = SCHEMAS[table.name].expiry
    if table.expiry != expiry:
        mend = f"aws dynamodb update-time-to-live --table-name {table.called} --time-to-live-specification "
        yield f"ends no rows by {expiry}", f"{mend}Enabled=true,AttributeName={expiry}"


def _of_recovery(table: TableFacts) -> Iterator[tuple[str, str]]:
    mend = (
        f"aws dynamodb update-continuous-backups --table-name {table.called} --point-in-time-recovery-specification "
        "PointInTimeRecoveryEnabled=true"
    )
    if not table.is_recoverable:
        yield "cannot be restored to an earlier second", mend
    elif table.recovery_days is not None and table.recovery_days < LONGEST_RECOVERY_DAYS:
        yield (
            f"can be restored for {table.recovery_days} days only",
            f"{mend},RecoveryPeriodInDays={LONGEST_RECOVERY_DAYS}",
        )


def judge_keys(keys: Iterable[KeyFacts]) -> Iterator[Fault | Note]:
    """Judge each key: without it, what it has sealed is lost."""
    for key in keys:
        if key.state == "PendingDeletion":
            yield Fault(
                key.name,
                "is about to be deleted, and all that it sealed with it",
                "aws kms cancel-key-deletion, then enable-key",
            )
        elif key.state != "Enabled":
            yield Fault(key.name, f"is {key.state}", "aws kms enable-key; find out who disabled it")
        elif key.is_rotated is False:
            yield Fault(key.name, "is not renewed each year", "aws kms enable-key-rotation")


def judge_secret(secret: SecretFacts) -> Iterator[Fault | Note]:
    """Judge the secret as the function would read it; no value of it is told."""
    if secret.gone_at is not None:
        yield Fault(secret.called, f"is deleted on {secret.gone_at:%Y-%m-%d}", "aws secretsmanager restore-secret")
    elif secret.fault is not None:
        yield Fault(secret.called, secret.fault, "make secret STAGE=… SET=HMAC_KEY")


def judge_digests(bucket: BucketFacts) -> Iterator[Fault | Note]:
    """Judge whether anybody could take a digest away, or put another in its place."""
    mend = "Set it back in the S3 console: Permissions, or Properties, of the bucket."
    if not bucket.is_versioned:
        yield Fault(bucket.called, "keeps no versions, so a digest may be replaced", mend)
    if not bucket.is_private:
        yield Fault(bucket.called, "does not block public access", mend)
    if bucket.lock_days is None:
        yield Fault(bucket.called, "has no Object Lock in compliance mode, so a digest may be deleted", mend)


def judge_policy(roles: Iterable[RoleFacts]) -> Iterator[Fault | Note]:
    """Judge what functions may do: all that they need, and nothing on everything."""
    for role in roles:
        mend = "The template gives each role its statements: take the rest away in the IAM console."
        for policy in role.attached:
            yield Fault(role.function, f"has the policy {policy} attached, which the template does not know", mend)
        for statement in role.statements:
            if statement.get("Effect") == "Allow" and _is_wide(statement):
                yield Fault(
                    role.function,
                    f"may do more than it names: statement {statement.get('Sid', 'without a name')}",
                    mend,
                )
        for need in role.denied:
            yield Fault(
                role.function,
                f"may not {need}",
                "Set its role back to the template's, and look for a boundary or an SCP.",
            )


def _is_wide(statement: object) -> bool:
    """Tell whether a statement allows an action or a resource by a wildcard of its own."""
    if not isinstance(statement, dict):
        return True
    actions, resources = (_texts(statement.get(name)) for name in ("Action", "Resource"))
    return any("*" in action for action in actions) or "*" in resources or "NotAction" in statement


def _texts(value: object) -> list[str]:
    return [value] if isinstance(value, str) else [str(one) for one in value] if isinstance(value, list) else []
