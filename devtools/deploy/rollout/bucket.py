"""The bucket that CloudFormation fetches from, made at the first deployment; what lies in it is named by its hash."""

import hashlib
import json
from dataclasses import dataclass

from botocore.exceptions import ClientError

from devtools.deploy.rollout.cloud import Cloud, DeployError

NOT_THERE = {"404", "NoSuchKey", "NoSuchBucket", "NotFound"}


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of the account, and of nobody else: each call names the owner, as anybody may take a name first."""

    cloud: Cloud
    name: str

    def put(self, content: bytes, kind: str) -> str:
        """Store what is not there yet; return its key."""
        key = f"{hashlib.sha256(content).hexdigest()}.{kind}"
        owned = {"Bucket": self.name, "ExpectedBucketOwner": self.cloud.account}
        try:
            self.cloud.s3.head_object(**owned, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] not in NOT_THERE:
                raise
            self.cloud.s3.put_object(**owned, Key=key, Body=content, ChecksumAlgorithm="SHA256")
        return key

    def url(self, key: str) -> str:
        """Return the address that CloudFormation takes for a template."""
        return f"{self.cloud.s3.meta.endpoint_url}/{self.name}/{key}"


def open_bucket(cloud: Cloud) -> Bucket:
    """Return the deployment bucket of the account and region; make it if it is not there.

    Its protections are set each time, so a first run that was interrupted leaves nothing open.

    Raises:
        DeployError: the name is taken by another account.
    """
    name = f"switchboard-deployments-{cloud.account}-{cloud.region}"
    try:
        cloud.s3.head_bucket(Bucket=name, ExpectedBucketOwner=cloud.account)
    except ClientError as error:
        if error.response["Error"]["Code"] not in NOT_THERE:
            raise DeployError(f"The bucket {name} is not this account's or may not be used: {error}") from error
        place = {} if cloud.region == "us-east-1" else {"LocationConstraint": cloud.region}
        cloud.s3.create_bucket(Bucket=name, **({"CreateBucketConfiguration": place} if place else {}))
    _protect(cloud, name)
    return Bucket(cloud, name)


def _protect(cloud: Cloud, name: str) -> None:
    """Make the bucket private, encrypted and versioned, and reached over TLS only."""
    owned = {"Bucket": name, "ExpectedBucketOwner": cloud.account}
    private = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    cloud.s3.put_public_access_block(**owned, PublicAccessBlockConfiguration=dict.fromkeys(private, True))
    encrypted = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    cloud.s3.put_bucket_encryption(**owned, ServerSideEncryptionConfiguration=encrypted)
    cloud.s3.put_bucket_versioning(**owned, VersioningConfiguration={"Status": "Enabled"})
    partition = "aws-cn" if cloud.region.startswith("cn-") else "aws-us-gov" if "-gov-" in cloud.region else "aws"
    arn = f"arn:{partition}:s3:::{name}"
    only_tls = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    if cloud.stand_in is None:  # which speaks plain HTTP
        policy = json.dumps({"Version": "2012-10-17", "Statement": [only_tls]})
        cloud.s3.put_bucket_policy(**owned, Policy=policy)
