"""The drill of a restore: nothing is sent twice after the rebuilding, and without it something is."""

from devtools.operate.drill import BOOKED, Drill
from devtools.proof.trials.scene.ground import Ground


def test_after_a_restore_and_the_rebuilding_nothing_is_sent_twice(ground: Ground) -> None:
    """Every scene of `make drill`: each booking is repeated under its key and under another one."""
    seen = list(Drill(ground).scenes())
    assert len(seen) > 2 * len(BOOKED)
    assert [told for told, is_so in seen if not is_so] == []


def test_a_restore_alone_sends_again_what_came_after_its_second(ground: Ground) -> None:
    """So the drill can fail, and the rebuilding is what keeps second sends out."""
    seen = list(Drill(ground, is_rebuilt=False).scenes())
    wrong = [told for told, is_so in seen if not is_so]
    assert any(told.startswith("nothing was sent twice (") for told in wrong)
    assert any(told.endswith("operations stand as they stood") for told in wrong)
