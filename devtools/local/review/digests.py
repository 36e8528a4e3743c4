"""The bucket and the key of the digests on the local stand-in; digests that are due, and one at demand: `make digest`."""

import fcntl
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3

from chalicelib.adapters.system import SystemClock
from chalicelib.application.review.make_digests import Made, RivalDigestError
from chalicelib.composition.digests import build
from chalicelib.domain.audit.digest import GRACE, HOUR
from chalicelib.domain.errors import SwitchboardError
from chalicelib.domain.time_budget import Deadline
from devtools.local.dynamodb import AUDIT_TABLE, REGION, local_environment

DIGEST_BUCKET = "switchboard-digests"
DIGEST_KEY = "alias/switchboard-digests"
RETENTION_DAYS = 1
SECONDS = 60.0
LOOK_SECONDS = 60.0  # a digest is there a minute after it is due


class LaterClock(SystemClock):
    """The system's clock, an hour and its grace ahead: the digest of the running hour is due by it."""

    def now(self) -> datetime:
        """Return when the running hour is over for long enough."""
        return super().now() + HOUR + GRACE + timedelta(minutes=1)


def create_digest_store(endpoint_url: str, bucket: str = DIGEST_BUCKET, key: str = DIGEST_KEY) -> None:
    """Create the bucket, with Object Lock, and the key that signs, unless they are there."""
    s3, kms = local_service("s3", endpoint_url), local_service("kms", endpoint_url)
    try:
        if all(one["Name"] != bucket for one in s3.list_buckets()["Buckets"]):
            place = {"LocationConstraint": REGION}
            s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True, CreateBucketConfiguration=place)
            rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": RETENTION_DAYS}}
            lock = {"ObjectLockEnabled": "Enabled", "Rule": rule}
            s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=lock)
        if all(alias["AliasName"] != key for alias in kms.list_aliases()["Aliases"]):
            made = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
            kms.create_alias(AliasName=key, TargetKeyId=made["KeyMetadata"]["KeyId"])
    finally:
        s3.close()
        kms.close()


def local_service(name: Any, endpoint_url: str) -> Any:  # noqa: ANN401 (boto3 has a type for each service)
    """Return boto3's client of a service of the local server."""
    return boto3.client(
        name,
        endpoint_url=endpoint_url,
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 (the local server takes any)
    )


@contextmanager
def _alone() -> Iterator[None]:
    """Wait until nobody else on this machine makes digests of the same stand-in.

    In an account the function runs once at a time; here `make digest` may come while `make run` makes those that are due.
    """
    port = urlsplit(os.environ["AWS_ENDPOINT_URL_DYNAMODB"]).port
    with Path(tempfile.gettempdir(), f"switchboard-digests-{port}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def digest_due_hours() -> Made:
    """Make the digests that are due, in the environment of this process."""
    clock = SystemClock()
    with _alone():
        return build(os.environ, clock).execute(Deadline.after(clock.monotonic, SECONDS))


def is_behind_with_digests(make: Callable[[], Made] = digest_due_hours) -> bool:
    """Make the digests that are due; return whether more are, because a run makes only so many."""
    try:
        return make().is_behind
    except RivalDigestError:
        return False  # somebody asked for one in the same moment


def digest_running_hour() -> Made:
    """Make the digests that are due, and that of the running hour ahead of its time, in the environment of this process."""
    clock = LaterClock()
    with _alone():
        return build(os.environ, clock).execute(Deadline.after(clock.monotonic, SECONDS))


def main() -> int:
    """Make the digest of the running hour of `make run`; return the exit status."""
    port = os.environ.get("DYNAMODB_PORT") or "8002"
    names = {"AUDIT_TABLE": AUDIT_TABLE, "DIGEST_BUCKET": DIGEST_BUCKET, "DIGEST_KEY_ID": DIGEST_KEY}
    os.environ.update(names | local_environment(f"http://127.0.0.1:{port}"))
    try:
        made = digest_running_hour()
    except SwitchboardError as error:
        print(f"{error} Is `make run` up, with its database on port {port}?", file=sys.stderr)
        return 1
    newest = "none" if made.newest is None else f"{made.newest:%Y-%m-%d %H:%M} UTC"
    print(f"{made.digests} digests were made, over {made.events} events. The newest is of the hour from {newest}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
