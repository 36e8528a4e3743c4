"""The adapters of digests over clients that answer in pages, as AWS does with much."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from chalicelib.adapters.aws.review.audit_index import DynamoDBAuditIndex
from chalicelib.adapters.aws.review.audit_records import DynamoDBAuditRecords
from chalicelib.adapters.aws.review.digest_bucket import S3DigestShelf
from chalicelib.adapters.aws.review.digest_kms import KmsTrustedKeys
from chalicelib.domain.time_budget import Deadline
from tests.fakes.digest_signer import QuickSigner

DEADLINE = Deadline.after(lambda: 0.0, 60.0)


@dataclass
class Pages:
    """A client of DynamoDB, S3 and KMS, each as far as one test needs it; hands out pages, and counts the calls."""

    pages: list[dict[str, Any]]
    calls: list[dict[str, Any]] = field(default_factory=list)

    def query(self, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 (boto3's)
        """Return the next page of a query."""
        return self._next(arguments)

    def list_objects_v2(self, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 (boto3's)
        """Return the next page of a listing."""
        return self._next(arguments)

    def get_public_key(self, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 (boto3's)
        """Return a public key."""
        return self._next(arguments)

    def _next(self, arguments: dict[str, Any]) -> dict[str, Any]:
        self.calls.append(dict(arguments))
        return self.pages[len(self.calls) - 1]


def test_a_chain_of_several_pages_is_read_to_its_end() -> None:
    """The second call goes on where the first one ended."""
    end = {"pk": {"S": "OP#1"}, "sk": {"S": "0001"}}
    first = {"Items": [{"canonical": {"S": "one"}}], "LastEvaluatedKey": end}
    client: Any = Pages([first, {"Items": [{"canonical": {"S": "two"}}]}])
    records = DynamoDBAuditRecords.of(DynamoDBAuditIndex(client, "audit", "operations"))
    (chain,) = records.chains(["1"], DEADLINE)
    assert list(chain.events) == [b"one", b"two"]
    assert client.calls[1]["ExclusiveStartKey"] == end


def test_a_listing_of_several_pages_is_read_to_its_end_and_what_is_no_digest_is_passed_over() -> None:
    """Somebody may have put something else beside them."""
    first = {
        "Contents": [{"Key": "digests/read-me.txt"}],
        "IsTruncated": True,
        "NextContinuationToken": "more",
    }
    client = Pages([first, {"Contents": [{"Key": "digests/2026/01/15/12.jsonl"}]}])
    assert S3DigestShelf(client, "bucket").first_hour(DEADLINE) == datetime(2026, 1, 15, 12, tzinfo=UTC)
    assert client.calls[1]["ContinuationToken"] == "more"


def test_a_public_key_is_fetched_once() -> None:
    """Keys do not change under their ids."""
    client = Pages([{"PublicKey": b"key"}])
    keys = KmsTrustedKeys(client, ("alias/one",), lambda *_: QuickSigner(), bytes.upper)
    assert isinstance(keys.check(DEADLINE), QuickSigner)
    assert keys.published(DEADLINE) == keys.published(DEADLINE) == [b"KEY"]
    assert len(client.calls) == 1
