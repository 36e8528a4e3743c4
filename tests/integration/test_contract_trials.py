"""The running app under what schemathesis makes of its document: the short form of `make contract-trials`."""

import re
from collections.abc import Callable

import pytest

from devtools.contract.trials import NO_LIMITS, tried
from tests.integration.service import Service

CASES, SEED = 4, 1


@pytest.mark.timeout(300)
def test_the_document_and_the_answers_agree(configured: Callable[..., Service]) -> None:
    """No check of it fails, and it comes from bookings to their operations."""
    status, told = tried(configured(**NO_LIMITS).url, CASES, SEED, is_told=False)
    assert status == 0, told
    cases = re.search(r"(\d+) generated, (\d+) passed", told)
    assert cases is not None, told
    assert int(cases[1]) == int(cases[2]) > 200
    links = re.search(r"API Links:\s+(\d+) covered", told)
    assert links is not None, told
    assert int(links[1]) >= 1
