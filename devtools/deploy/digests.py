"""The digests' side of a stage: an hourly function with a role of its own, a bucket that forgets nothing, and the key that signs.

The function is from the same zip. It reads the trail, puts digests, and signs; it reads no operation and writes no event.
"""

from chalicelib.adapters.aws.dynamodb.tables import AUDIT, BY_DAY, BY_HOUR
from chalicelib.adapters.aws.review.digest_bucket import PREFIX
from devtools.deploy.parts import VERSION, VIA_DYNAMODB, Json, allow, arn, function, indexes, role

HANDLER = "chalicelib.digest_app.make_digests"
MEMORY_MB = 1024
TIMEOUT_SECONDS = 900  # the first digest and those after an outage look at many hours
SCHEDULE = "cron(25 * * * ? *)"  # five minutes after the newest hour's digest may be made
RETENTION = "DigestRetentionDays"
RETENTION_DAYS = "400"
READ_INDEXES = (BY_DAY, BY_HOUR)


def parameters() -> Json:
    """Return the parameter that says for how long nobody can delete or change a digest."""
    text = "For how many days nobody can delete a digest, whoever asks (Object Lock in compliance mode)."
    pattern = "^[1-9][0-9]{0,4}$"
    return {RETENTION: {"Type": "String", "AllowedPattern": pattern, "Default": RETENTION_DAYS, "Description": text}}


def resources() -> Json:
    """Return the function, its role, schedule and log, the bucket and the key."""
    return {
        "DigestHandler": {"Type": "AWS::Serverless::Function", "Properties": _function()},
        "DigestHandlerRole": {"Type": "AWS::IAM::Role", "Properties": role("Digest", _statements())},
        "DigestLogGroup": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 90}},
        "DigestBucket": _kept("AWS::S3::Bucket", _bucket()),
        "DigestBucketPolicy": _kept("AWS::S3::BucketPolicy", _bucket_policy()),
        "DigestKey": _kept("AWS::KMS::Key", _key()),
    }


def variables() -> Json:
    """Return the settings by which the reviewers' function finds the digests and their key."""
    return {"DIGEST_BUCKET": {"Ref": "DigestBucket"}, "DIGEST_KEY_IDS": {"Fn::GetAtt": ["DigestKey", "Arn"]}}


def reading() -> list[Json]:
    """Return what whoever verifies may do: read digests, and fetch the public key."""
    return [
        allow("ReadDigests", ["s3:GetObject"], [_objects()]),
        allow("ListDigests", ["s3:ListBucket"], [arn("DigestBucket")]),
        allow("FetchDigestKey", ["kms:GetPublicKey"], [arn("DigestKey")]),
    ]


def outputs() -> Json:
    """Return where the digests are, and what signs them."""
    return {
        "DigestBucketName": {"Description": "The signed hourly digests.", "Value": {"Ref": "DigestBucket"}},
        "DigestKeyArn": {"Description": "The key that signs digests.", "Value": arn("DigestKey")},
    }


def _function() -> Json:
    variables = {
        "AUDIT_TABLE": {"Ref": "AuditTable"},
        "DIGEST_BUCKET": {"Ref": "DigestBucket"},
        "DIGEST_KEY_ID": arn("DigestKey"),
    }
    return {
        **function("Digest", HANDLER, MEMORY_MB, TIMEOUT_SECONDS, variables),
        "ReservedConcurrentExecutions": 1,
        "Events": {"Hourly": {"Type": "Schedule", "Properties": {"Schedule": SCHEDULE}}},
    }


def _statements() -> list[Json]:
    """Return what the function may do; S3 refuses to replace or delete what is locked, whatever a role may."""
    read = indexes("AuditTable", [each.name for each in AUDIT.indexes if each in READ_INDEXES])
    return [
        allow("ReadAudit", ["dynamodb:Query"], [arn("AuditTable"), *read]),
        allow("UseTableKeyThroughDynamoDBOnly", ["kms:Decrypt"], [arn("TableKey")], VIA_DYNAMODB),
        allow("PutDigests", ["s3:GetObject", "s3:PutObject"], [_objects()]),
        allow("ListDigests", ["s3:ListBucket"], [arn("DigestBucket")]),
        allow("SignDigests", ["kms:Sign"], [arn("DigestKey")]),
    ]


def _bucket() -> Json:
    """Return the bucket: encrypted by S3 itself, as digests name nobody, and locked from the moment that each is put."""
    retention = {"Mode": "COMPLIANCE", "Days": {"Ref": RETENTION}}
    encryption = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    blocked = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    return {
        "VersioningConfiguration": {"Status": "Enabled"},
        "ObjectLockEnabled": True,
        "ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}},
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [encryption]},
        "PublicAccessBlockConfiguration": dict.fromkeys(blocked, True),
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
    }


def _bucket_policy() -> Json:
    """Return the policy that refuses whatever comes without TLS."""
    statement = {
        "Sid": "RefuseWithoutTLS",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn("DigestBucket"), _objects("*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {"Bucket": {"Ref": "DigestBucket"}, "PolicyDocument": {"Version": VERSION, "Statement": [statement]}}


def _key() -> Json:
    """Return the key; an asymmetric one is not renewed by KMS, and whoever changes it goes on trusting the old one."""
    return {
        "Description": "Signs the hourly digests of Switchboard's audit",
        "KeySpec": "ECC_NIST_P256",
        "KeyUsage": "SIGN_VERIFY",
        "PendingWindowInDays": 30,
    }


def _objects(name: str = f"{PREFIX}*") -> Json:
    return {"Fn::Sub": f"${{DigestBucket.Arn}}/{name}"}


def _kept(kind: str, properties: Json) -> Json:
    """Return a resource that outlives its stack."""
    return {"Type": kind, "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain", "Properties": properties}
