"""A function that dies over a change, on the real adapters; `make crash-matrix` takes every kind, point and fault."""

import pytest

from chalicelib.domain.changing.changes import CHANGES
from devtools.proof.trials.change_matrix import ChangeTrial
from devtools.proof.trials.changes_tried import TRIED, Tried
from devtools.proof.trials.crash_matrix import SIDES, Weather
from devtools.proof.trials.scene.death import AwaitPoint, Death
from devtools.proof.trials.scene.ground import Ground
from devtools.proof.trials.scene.throttle import Step

LOST, NOT_MADE = Weather("commit-then-drop"), Weather("reset-before-commit")
CANCELLATION, *OTHERS = TRIED


def test_every_kind_of_change_is_tried() -> None:
    """One that is declared has to be tried here too."""
    assert [tried.change for tried in TRIED] == list(CHANGES)


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
            finding = ChangeTrial(ground, CANCELLATION, weather, Death(AwaitPoint(method, 1), side)).run()
            assert (method, side, finding.has_died, finding.wrong) == (method, side, True, ())


@pytest.mark.parametrize("tried", OTHERS, ids=str)
def test_a_function_that_dies_over_any_other_change_leaves_it_to_a_person(ground: Ground, tried: Tried) -> None:
    """No read tells whether it was made: nothing is sent again until a person has looked, and then only if it was not."""
    for method in ("store.claim", "gateway.send"):
        finding = ChangeTrial(ground, tried, Weather(), Death(AwaitPoint(method, 1), "after")).run()
        told = (method, finding.has_died, finding.is_handed_over, finding.wrong)
        assert told == (method, True, True, ())


@pytest.mark.parametrize("tried", OTHERS, ids=str)
def test_a_lost_answer_of_any_other_change_is_for_a_person_too(ground: Ground, tried: Tried) -> None:
    """Nobody dies; what was made is made once."""
    finding = ChangeTrial(ground, tried, LOST).run()
    assert (finding.is_handed_over, finding.wrong) == (True, ())


def test_a_throttled_index_loses_and_blocks_nothing(ground: Ground) -> None:
    """The conclusion is refused: what was made is told all the same, and settled later."""
    assert ChangeTrial(ground, CANCELLATION, Weather(throttled=(Step.CONCLUDE,))).run().wrong == ()


def test_what_is_wrong_is_told(ground: Ground) -> None:
    """Of a change that AdultWork never shows: its client is not served, and the record that calls it made is not true."""

    def told(tried: Tried) -> str:
        return " ".join(ChangeTrial(ground, tried, Weather()).run().wrong)

    never = Tried(CANCELLATION.change, CANCELLATION.prepared, lambda _before, _now: False)
    assert "unserved" in told(never)
    assert "untrue: a change is CONFIRMED" in told(never)
