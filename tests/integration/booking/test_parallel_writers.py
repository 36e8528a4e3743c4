"""Many writers at once on the same operations: no chain forks, and all of them verify in hashes and in behaviour.

`WRITERS=200` in the environment lets as many write at once, and prints figures (`make writers`).
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from chalicelib.adapters.aws.review.audit_index import DynamoDBAuditIndex
from chalicelib.adapters.aws.review.audit_records import DynamoDBAuditRecords, DynamoDBOperationHeads
from chalicelib.adapters.system import SystemClock
from chalicelib.application.review.audit_verification import Asked, AuditVerdict, AuditVerification
from chalicelib.domain.time_budget import Deadline
from tests.fakes.digests import InMemoryKey, InMemoryShelf
from tests.integration.bookings import CREATE, MADE_BOOKINGS, members
from tests.integration.exchange import Answer
from tests.integration.service import Service

GIVEN_WRITERS = os.environ.get("WRITERS")
WRITERS = int(GIVEN_WRITERS or 24)
RIVALS = 8  # writers of one operation
TAPS = 4
CHEAP = {"BookUserID": 200003, "Credits": 0.5}
NO_LIMITS = {"BOOKINGS_PER_MINUTE": "0", "BOOKINGS_PER_DAY": "0"}
VERIFICATION_SECONDS = 300.0


@pytest.mark.timeout(120 + 3 * WRITERS)
def test_many_writers_at_once_leave_no_fork_and_chains_that_verify(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """AdultWork refuses for the moment, loses answers, and cannot always show its list: chains grow, and all go on with them."""
    service.configure(**NO_LIMITS)
    service.arm(CREATE, "status", WRITERS // 2, status=429)
    service.arm(MADE_BOOKINGS, "status", WRITERS // 4, status=503)
    begun, started = datetime.now(UTC), time.monotonic()
    first = _all_write(service, started_with=TAPS // 2)
    service.arm(CREATE, "commit-then-drop", WRITERS // 4)
    answers = [*first, *_all_write(service, started_with=TAPS - TAPS // 2)]
    events = service.records.events()  # whatever chain is broken fails here, by the tests' own arithmetic
    followed = Counter((event["operation_id"], event["previous_hash"]) for event in events)
    assert [place for place, count in followed.items() if count > 1] == []
    verdict = _verified(service, begun)
    assert verdict.findings == ()
    operations = sum(not event["kind"].startswith("refus") for event in events if event["sequence"] == 1)
    assert operations == -(-WRITERS // RIVALS)
    assert verdict.records.operations == len({event["operation_id"] for event in events})
    longest = max(event["sequence"] for event in events)
    assert longest > 2
    if GIVEN_WRITERS:  # somebody wants to see figures
        statuses = dict(sorted(Counter(answer.status for answer in answers).items()))
        told = f"{operations} operations, {len(events)} events, {longest} in the longest chain, 0 forks, all verify"
        with capsys.disabled():
            seconds = time.monotonic() - started
            sys.stdout.write(
                f"\n{WRITERS} writers at once, {len(answers)} requests {statuses}: {told}, {seconds:.0f} s\n"
            )


def _all_write(service: Service, *, started_with: int) -> Sequence[Answer]:
    """Let all writers tap so many times each, all beginning at once; RIVALS of them want one booking under one key."""
    start = Barrier(WRITERS)

    def write(writer: int) -> list[Answer]:
        number = writer // RIVALS
        document = members(
            **CHEAP, SessionDate=f"{members()['SessionDate'][:8]}{22 + number // 60:02} 21:{number % 60:02}"
        )
        start.wait()
        return [service.book(document, key=f"writers-{number:08}") for _ in range(started_with)]

    with ThreadPoolExecutor(WRITERS) as writers:
        return [answer for answers in writers.map(write, range(WRITERS)) for answer in answers]


def _verified(service: Service, begun: datetime) -> AuditVerdict:
    """Verify what is stored, through the reviewers' adapters; no digest is made yet."""
    records, clock = service.records, SystemClock()
    index = DynamoDBAuditIndex(records.client, records.audit_table, records.operations_table)
    heads = DynamoDBOperationHeads(records.client, records.operations_table)
    verification = AuditVerification(DynamoDBAuditRecords.of(index), heads, InMemoryShelf(), InMemoryKey(), clock)
    deadline = Deadline.after(clock.monotonic, VERIFICATION_SECONDS)
    return verification.verify(Asked(begun - timedelta(minutes=1)), deadline)
