"""The schedule of the local digests: at once, again and again, whatever one run comes to."""

from collections.abc import Iterator
from queue import SimpleQueue

import pytest

from chalicelib.application.review.make_digests import Made, RivalDigestError
from chalicelib.domain.reviewer_errors import AuditUnavailableError
from devtools.local.review.schedule import DigestSchedule

SECONDS = 10


def test_digests_are_made_again_and_again(capsys: pytest.CaptureFixture[str]) -> None:
    """A run that fails is told and does not end it, nor does a rival's; one that is behind is followed at once."""
    runs: SimpleQueue[int] = SimpleQueue()

    def outcomes() -> Iterator[Made | Exception]:
        yield Made(8, 0, None, is_behind=True, unreadable=0)
        yield RivalDigestError("another")
        yield AuditUnavailableError("There is no bucket.")
        while True:
            yield Made(0, 0, None, is_behind=False, unreadable=0)

    told = outcomes()

    def make() -> Made:
        runs.put(1)
        outcome = next(told)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    with DigestSchedule(make, look_seconds=0.001):
        for _ in range(4):
            runs.get(timeout=SECONDS)
    assert capsys.readouterr().err.count("There is no bucket.") == 1
