"""A function that dies over a cancellation, on the real adapters; `make crash-matrix` takes every point and every fault."""

import pytest

from devtools.proof.trials.change_matrix import ChangeTrial
from devtools.proof.trials.crash_matrix import SIDES, Weather
from devtools.proof.trials.scene.death import AwaitPoint, Death
from devtools.proof.trials.scene.ground import Ground
from devtools.proof.trials.scene.throttle import Step

pytestmark = pytest.mark.unmeasured

LOST, NOT_MADE = Weather("commit-then-drop"), Weather("reset-before-commit")


@pytest.mark.parametrize(
    ("weather", "methods"),
    [
        (Weather(), ("store.claim", "store.conclude")),
        (LOST, ("gateway.send", "store.conclude", "gateway.booking_details")),
        (NOT_MADE, ("gateway.send", "store.conclude")),
    ],
    ids=["fine", "answer lost", "not made"],
)
def test_a_function_that_dies_over_a_cancellation_loses_and_blocks_nothing(
    ground: Ground, weather: Weather, methods: tuple[str, ...]
) -> None:
    """Before and after each of its calls to the world; the client goes on until it is served."""
    for method in methods:
        for side in SIDES:
            finding = ChangeTrial(ground, weather, Death(AwaitPoint(method, 1), side)).run()
            assert (method, side, finding.has_died, finding.wrong) == (method, side, True, ())


def test_a_throttled_index_loses_and_blocks_nothing(ground: Ground) -> None:
    """The conclusion is refused: what was made is told all the same, and settled later."""
    assert ChangeTrial(ground, Weather(throttled=(Step.CONCLUDE,))).run().wrong == ()
