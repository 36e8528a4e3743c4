"""The schedules of a local run: at once, again and again, whatever one run comes to."""

from collections.abc import Iterator
from queue import SimpleQueue

import pytest

from chalicelib.application.review.make_digests import Made, RivalDigestError
from chalicelib.domain.reviewer_errors import AuditUnavailableError
from devtools.local.review.digests import is_behind_with_digests
from devtools.local.review.schedule import Schedule

SECONDS = 10


def test_digests_go_on_while_more_are_due() -> None:
    """A rival has made what is due."""

    def rival() -> Made:
        raise RivalDigestError("another")

    for is_behind in (True, False):
        made = Made(8, 0, None, is_behind=is_behind, unreadable=0)
        assert is_behind_with_digests(lambda made=made: made) is is_behind  # type: ignore[misc]
    assert is_behind_with_digests(rival) is False


def test_a_task_is_done_again_and_again(capsys: pytest.CaptureFixture[str]) -> None:
    """A run that fails is told and does not end it; one that is behind is followed at once."""
    runs: SimpleQueue[int] = SimpleQueue()

    def outcomes() -> Iterator[bool | Exception]:
        yield True
        yield AuditUnavailableError("There is no bucket.")
        while True:
            yield False

    told = outcomes()

    def task() -> bool:
        runs.put(1)
        outcome = next(told)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    with Schedule("digests", task, seconds=0.001):
        for _ in range(4):
            runs.get(timeout=SECONDS)
    assert capsys.readouterr().err.count("digests: not done, and will be tried again: There is no bucket.") == 1
