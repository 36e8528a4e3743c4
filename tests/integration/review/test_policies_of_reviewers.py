"""The functions of reviewers and digests are allowed the calls that they make, each one, and no other."""

import json
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from chalicelib.adapters.aws.dynamodb import items
from chalicelib.composition.digests import build
from chalicelib.domain.time_budget import Deadline
from devtools.deploy.calls import allowed
from devtools.deploy.package import Package
from devtools.local.dynamodb import SEALING_KEY
from devtools.local.review.digests import DIGEST_KEY, LaterClock, create_digest_store
from tests.contract.review.test_audit_index import following
from tests.integration.recorder import Recorder, recording
from tests.integration.review.conftest import ReviewService
from tests.integration.review.test_review_over_http import (
    ALL,
    BOOKED,
    CONTACT,
    DAY,
    DAY_BEFORE,
    OPERATIONS,
    REASON,
    STATS,
    sealed,
)
from tests.integration.review.visitor import Visitor

SEARCHES: tuple[dict[str, object], ...] = (
    {},
    {"client": 1001},
    {"candidate": 9},
    {"operation": BOOKED.operation_id},
    {"request_id": "request-1"},
    {"booking": 77},
    {"state": "CONFIRMED"},
    {"rule": "duration-minimum"},
)


@pytest.fixture
def recorder(review: ReviewService) -> Iterator[Recorder]:
    """Stand before the stand-in, with the names of the service's tables."""
    bucket = review.audit_table.replace("audit", "digests")  # hours that have a digest already would have no other
    create_digest_store(review.client.meta.endpoint_url, bucket)
    with recording(review.client.meta.endpoint_url) as recorder:
        recorder.names = {
            review.operations_table: "OperationsTable",
            review.audit_table: "AuditTable",
            SEALING_KEY: "SealingKey",
            DIGEST_KEY: "DigestKey",
            bucket: "DigestBucket",
        }
        yield recorder


def make_digests(service: ReviewService, recorder: Recorder) -> None:
    """Make the digests of all hours that are due, as the function does, and see that nothing is due then."""
    bucket = service.audit_table.replace("audit", "digests")
    environment = {**recorder.environment(), "AUDIT_TABLE": service.audit_table}
    clock = LaterClock()
    for _ in range(2):
        function = build({**environment, "DIGEST_BUCKET": bucket, "DIGEST_KEY_ID": DIGEST_KEY}, clock)
        function.execute(Deadline.after(clock.monotonic, 60))


def role(package: Package, name: str) -> dict[str, object]:
    """Return a role of the template."""
    found: dict[str, object] = json.loads(package.template.read_text())["Resources"][name]
    return found


def test_the_digests_function_is_allowed_what_it_calls(
    review: ReviewService, recorder: Recorder, package: Package
) -> None:
    """It reads the trail, looks at the bucket, signs, and puts."""
    review.put(*ALL)
    make_digests(review, recorder)
    assert recorder.seen == allowed(role(package, "DigestHandlerRole"))


def test_the_reviewers_function_is_allowed_what_it_calls(
    review: ReviewService, recorder: Recorder, package: Package
) -> None:
    """Over every filter, a timeline, contact fields, counts, the verdict and the console."""
    text = sealed(review, BOOKED, {**CONTACT, "Comments": " ".join(str(number * 7919) for number in range(120))})
    event = following(BOOKED, sealed_contact=text)
    review.put(*ALL, event)
    review.client.put_item(TableName=review.audit_table, Item=items.contact(event, text))
    review.client.put_item(TableName=review.operations_table, Item=items.booking(BOOKED.operation_id, 77))
    make_digests(review, recorder)
    recorder.seen.clear()
    review.configure(**recorder.environment(), DIGEST_BUCKET=review.audit_table.replace("audit", "digests"))
    for filters in SEARCHES:
        assert review.ask(f"{OPERATIONS}?{urlencode(filters)}").status == 200
    shown = review.ask(f"{OPERATIONS}/{BOOKED.operation_id}?unmask=1", "uma", review_reason=REASON)
    assert shown.status == 200
    assert review.ask(f"{STATS}?from={DAY_BEFORE}&to={DAY}T23:59:59Z").status == 200
    assert review.ask(f"/v1/audit/verification?from={DAY_BEFORE}").status == 200
    visitor = Visitor(review).sign_in("rita")
    for page in ("/console", "/console/open", "/console/overview"):
        assert visitor.open(page).status == 200
    assert recorder.seen == allowed(role(package, "ReviewHandlerRole"))
