"""An upstream or a store that is slow on purpose: the answer comes by its deadline. `make deadlines` plays more rounds."""

import pytest

from devtools.proof.trials import deadlines
from devtools.proof.trials.deadlines import DRIP, KINDS, Kind, Round
from devtools.proof.trials.scene.ground import Ground


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_answer_comes_by_the_deadline_and_is_true(ground: Ground, kind: Kind) -> None:
    """Dripping, stalled, or without a connection; and never before the deadline, or nothing was slow."""
    for one in deadlines.rounds(ground, kind, 2):
        assert one.is_true
        assert one.is_in_time(kind)
        assert kind.deadline <= one.seconds
        assert one.post >= deadlines.POST_SECONDS or kind in deadlines.STORE_KINDS


@pytest.mark.parametrize(
    ("seconds", "post", "undisturbed", "is_in_time"),
    [
        (1.4, 0.3, 0.1, True),
        (1.6, 0.3, 0.1, False),
        (1.6, 0.3, 0.5, True),
        (1.4, 0.9, 0.1, False),
        (3.0, 0.9, 1.0, False),
    ],
)
def test_a_busy_machine_excuses_late_answers_but_no_late_post(
    seconds: float, post: float, undisturbed: float, *, is_in_time: bool
) -> None:
    """The same booking took as long at an upstream that was well; the POST waited longer than it may."""
    assert Round(seconds, post, undisturbed, is_true=True).is_in_time(DRIP) is is_in_time
