"""The composition root of the reviewers' function."""

import os

import pytest

from chalicelib.composition import review
from chalicelib.settings import InvalidSettingsError

SOUND = {"REVIEW_ISSUER": "https://identity.example", "REVIEW_AUDIENCE": "switchboard-review"}


def test_an_environment_that_cannot_be_used_builds_nothing() -> None:
    """Leave out who may look: nobody may."""
    with pytest.raises(InvalidSettingsError, match="REVIEW_ISSUER"):
        review.build({})


def test_a_process_has_one_container() -> None:
    """Built from its environment at the first call."""
    before = dict(os.environ)
    os.environ.update(SOUND)
    review._containers.clear()  # noqa: SLF001 (of an earlier test of this process)
    try:
        first = review.container()
        assert review.container() is first
    finally:
        os.environ.clear()
        os.environ.update(before)
        review._containers.clear()  # noqa: SLF001 (other tests of this process have other environments)
