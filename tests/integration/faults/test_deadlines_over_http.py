"""An upstream or a store that is slow on purpose: the answer comes by its deadline. `make deadlines` plays more rounds."""

import pytest

from devtools.proof.trials import deadlines
from devtools.proof.trials.deadlines import ALLOWED_SECONDS, KINDS, Kind
from devtools.proof.trials.ground import Ground


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_answer_comes_by_the_deadline_and_is_true(ground: Ground, kind: Kind) -> None:
    """Dripping, stalled, or without a connection; and never before the deadline, or nothing was slow."""
    for one in deadlines.rounds(ground, kind, 2):
        assert one.is_true
        assert kind.deadline <= one.seconds < kind.deadline + ALLOWED_SECONDS
