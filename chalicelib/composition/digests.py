"""The composition root of the function that makes digests. The booking path imports none of it."""

from collections.abc import Mapping

from chalicelib.adapters.aws.review.audit_index import DynamoDBAuditIndex
from chalicelib.adapters.aws.review.audit_records import DynamoDBAuditRecords
from chalicelib.adapters.aws.review.calls import audit_client, digest_client, key_client
from chalicelib.adapters.aws.review.digest_bucket import S3DigestShelf
from chalicelib.adapters.aws.review.digest_kms import KmsDigestKey
from chalicelib.adapters.system import SystemClock
from chalicelib.application.ports import Clock
from chalicelib.application.review.make_digests import MakeDigests
from chalicelib.digest_settings import read_digest_settings

NO_OPERATIONS = ""  # it may read no table of operations, and no index of one is asked here


def build(environment: Mapping[str, str], clock: Clock | None = None) -> MakeDigests:
    """Wire everything for one environment; AWS's own variables name stand-ins for its services.

    Raises:
        InvalidSettingsError: a setting is wrong.
    """
    settings = read_digest_settings(environment)
    database = audit_client(endpoint=environment.get("AWS_ENDPOINT_URL_DYNAMODB") or None)
    index = DynamoDBAuditIndex(database, settings.audit_table, NO_OPERATIONS)
    return MakeDigests(
        DynamoDBAuditRecords.of(index),
        S3DigestShelf(digest_client(endpoint=environment.get("AWS_ENDPOINT_URL_S3") or None), settings.digest_bucket),
        KmsDigestKey(key_client(endpoint=environment.get("AWS_ENDPOINT_URL_KMS") or None), settings.digest_key_id),
        clock or SystemClock(),
    )
