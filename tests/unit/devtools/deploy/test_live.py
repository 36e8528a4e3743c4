"""One step back is one release back, for every function and never for half of them."""

import pytest

from devtools.deploy.rollout.live import Live, step_back


def live(function: str, releases: str, version: int) -> Live:
    """Return an alias at a version; each letter is the release of one version, the first that of version 1."""
    return Live(function, version, "revision", dict(enumerate(releases, start=1)))


@pytest.mark.parametrize(
    ("found", "moves"),
    [
        ([], {}),
        ([live("api", "A", 1), live("hourly", "A", 1)], {}),
        ([live("api", "AB", 2), live("hourly", "AB", 2)], {"api": 1, "hourly": 1}),
        ([live("api", "ABC", 2), live("hourly", "ABC", 2)], {"api": 1, "hourly": 1}),
        ([live("api", "ABC", 1), live("hourly", "ABC", 1)], {}),
        ([live("api", "ABA", 3), live("hourly", "ABA", 3)], {"api": 2, "hourly": 2}),
        ([live("api", "ABA", 2), live("hourly", "ABA", 2)], {"api": 1, "hourly": 1}),
        ([live("api", "AB", 1), live("hourly", "AB", 2)], {"hourly": 1}),
        ([live("api", "ABC", 3), live("new", "C", 1)], {"api": 2}),
        ([live("api", "ABC", 3), live("newer", "BC", 2)], {"api": 2, "newer": 1}),
        ([live("new", "C", 1), live("api", "ABC", 2)], {"api": 1}),
    ],
    ids=[
        *(
            "no-functions",
            "first-release",
            "one-back",
            "two-back",
            "at-the-first",
            "same-package-again",
            "again-two-back",
        ),
        *("cut-off", "new-function", "younger-function", "beside-a-new-function"),
    ],
)
def test_a_step_back(found: list[Live], moves: dict[str, int]) -> None:
    """To the version that each function has of the release before; what cannot or need not move stays."""
    assert step_back(found) == moves
