"""How an operation's attempts name its people: whoever was named keeps that name."""

import pytest

from chalicelib.domain.names import UNNAMED, Names


@pytest.mark.parametrize(
    ("now", "earlier", "after"),
    [
        (Names("p_1", "p_2", is_candidate_new=True), UNNAMED, Names("p_1", "p_2", is_candidate_new=True)),
        (Names("p_1", "p_2", is_candidate_new=True), Names("p_3", "p_4"), Names("p_3", "p_4")),
        (Names("p_1", "p_2", is_candidate_new=True), Names("p_3"), Names("p_3", "p_2", is_candidate_new=True)),
        (Names("p_1", "p_2"), Names(None, "p_4"), Names("p_1", "p_4")),
        (Names("p_1", "p_2"), UNNAMED, Names("p_1", "p_2")),
        (UNNAMED, UNNAMED, UNNAMED),
    ],
)
def test_an_attempt_takes_over_the_names_that_are_told(now: Names, earlier: Names, after: Names) -> None:
    """A candidate who has a name is not put into the register again."""
    assert now.after(earlier) == after
