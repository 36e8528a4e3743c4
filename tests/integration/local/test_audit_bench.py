"""The bench of the audit on a small table: what it fills verifies, and its pages find what they ask for."""

import time
from collections.abc import Iterator

import pytest

from chalicelib.application.review.audit_verification import Asked
from chalicelib.domain.audit.digest import HOUR
from chalicelib.domain.time_budget import Deadline
from devtools.bench.audit.ground import Ground
from devtools.bench.audit.pages import QUESTIONS, MeasuredWorld
from devtools.local.dynamodb import AUDIT_TABLE, OPERATIONS_TABLE
from devtools.local.review.digests import DIGEST_BUCKET, DIGEST_KEY

OPERATIONS = 60


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    """Return a small table with its digests, filled in two steps."""
    with Ground() as ground:
        ground.fill(OPERATIONS // 2)
        ground.fill(OPERATIONS)
        ground.digest(DIGEST_BUCKET)
        yield ground


@pytest.fixture(scope="module")
def world(ground: Ground) -> MeasuredWorld:
    """Return the world that asks it."""
    return MeasuredWorld(OPERATIONS_TABLE, AUDIT_TABLE, "bench", ground.port)


def test_what_is_filled_verifies(ground: Ground, world: MeasuredWorld) -> None:
    """Every operation, against digests that cover every event."""
    deadline = Deadline.after(time.monotonic, 60.0)
    until = ground.newest + HOUR  # who looks at the pages now is covered by no digest yet
    asked = Asked(ground.newest - 24 * HOUR, until)
    verdict = world.verification(DIGEST_BUCKET, (DIGEST_KEY,)).verify(asked, deadline)
    assert verdict.findings == ()
    records = verdict.records
    assert (records.operations, records.not_yet_covered, records.unproved) == (OPERATIONS, 0, 0)


def test_every_question_is_answered_and_its_requests_are_counted(ground: Ground, world: MeasuredWorld) -> None:
    """And what it has read can be read by plain calls."""
    for question in QUESTIONS:
        command = question.command(world.visit("the bench"), 27, ground.newest)
        with world.counted() as asked:
            page = world.search.execute(command)
        world.plain(command, page, ground.newest)
        assert page.found or question.name == "client and state", question.name
        assert sum(asked.requests.values()) >= 3, question.name
        assert asked.rows >= page.examined, question.name
