"""The digests in S3: one object an hour, put once and never replaced; Object Lock keeps each for as long as the bucket says."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.adapters.aws.review.batches import pieces
from chalicelib.adapters.aws.review.calls import THREADS, audit_errors, in_time
from chalicelib.domain.audit import kept_digest
from chalicelib.domain.audit.coverage import DigestedHour, Stretch
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

PREFIX, SUFFIX = "digests/", ".jsonl"
NOT_READ = "The digests could not be read. It is safe to try again."
NOT_KEPT = "The digest could not be kept. It is safe to try again."
TAKEN = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
_FORM = f"{PREFIX}%Y/%m/%d/%H{SUFFIX}"


@dataclass(frozen=True, slots=True)
class S3DigestShelf:
    """A DigestPress on a bucket; `client` is boto3's for S3."""

    client: Any
    bucket: str
    threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(THREADS, thread_name_prefix="digest")
    )

    @audit_errors(NOT_READ)
    def first_hour(self, deadline: Deadline) -> datetime | None:
        """Return the hour of the oldest digest."""
        return next((hour for _, hour in self._keys(None, deadline)), None)

    def hours(self, stretch: Stretch, deadline: Deadline) -> Iterator[DigestedHour]:
        """Yield digests in order; some are fetched ahead, side by side."""
        with audit_errors(NOT_READ):
            keys = [
                key
                for key, hour in self._keys(stretch.since, deadline)
                if stretch.until is None or hour < stretch.until
            ]
        for some in pieces(keys, THREADS):
            with audit_errors(NOT_READ):
                fetched = list(self.threads.map(lambda key: self._fetch(key, deadline), some))
            yield from fetched

    @audit_errors(NOT_READ)
    def newest(self, deadline: Deadline) -> DigestedHour | None:
        """Return the newest digest."""
        keys = [key for key, _ in self._keys(None, deadline)]
        return self._fetch(keys[-1], deadline) if keys else None

    @audit_errors(NOT_KEPT)
    def add(self, hour: datetime, digested: DigestedHour, deadline: Deadline) -> bool:
        """Put a digest where none is; our own retry finds the same bytes, which is fine."""
        key, body = key_of(hour), kept_digest.written(digested)
        try:
            in_time(
                lambda: self.client.put_object(
                    Bucket=self.bucket,
                    Key=key,
                    Body=body,
                    ContentType="application/jsonl",
                    ChecksumAlgorithm="SHA256",  # a bucket with Object Lock asks for one
                    IfNoneMatch="*",
                ),
                deadline,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in TAKEN:
                raise
            return self._fetch(key, deadline) == digested
        return True

    def _fetch(self, key: str, deadline: Deadline) -> DigestedHour:
        answer = in_time(lambda: self.client.get_object(Bucket=self.bucket, Key=key), deadline)
        return kept_digest.read(answer["Body"].read())

    def _keys(self, since: datetime | None, deadline: Deadline) -> Iterator[tuple[str, datetime]]:
        """Yield the keys of digests from an hour on, with their hours; names sort by time."""
        arguments: Any = {"Bucket": self.bucket, "Prefix": PREFIX}
        if since is not None:
            arguments["StartAfter"] = key_of(since).removesuffix(SUFFIX)
        while True:
            page = in_time(lambda: self.client.list_objects_v2(**arguments), deadline)
            for one in page.get("Contents", ()):
                hour = _hour(one["Key"])
                if hour is not None:
                    yield one["Key"], hour
            if not page.get("IsTruncated"):
                return
            arguments["ContinuationToken"] = page["NextContinuationToken"]


def key_of(hour: datetime) -> str:
    """Return the name of the object of an hour."""
    return hour.astimezone(UTC).strftime(_FORM)


def _hour(key: str) -> datetime | None:
    try:
        return datetime.strptime(key, _FORM).replace(tzinfo=UTC)
    except ValueError:
        return None
