"""Whatever is done to records is found, named, and found at the first bad event; and what nobody touched is clean.

`TAMPERINGS=1000` and `CLEAN_CHAINS=10000` in the environment try as many of each (`make tampering`).
"""

import os
import sys
from random import Random

import pytest

from tests.tamperings import TAMPERINGS
from tests.trails import make_trail

GIVEN = "TAMPERINGS" in os.environ
PLACES = int(os.environ.get("TAMPERINGS", "25"))
CLEAN_CHAINS = int(os.environ.get("CLEAN_CHAINS", "300"))
OPERATIONS = 12
OF = {"operations": (OPERATIONS, 0), "looks": (0, OPERATIONS)}  # how many operations a trail has, and how many readers


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("of", OF)
@pytest.mark.parametrize("name", TAMPERINGS)
def test_each_tampering_is_found_and_named_at_its_first_bad_event(
    name: str, of: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tamper with as many trails, each in one random place; nothing beside it is found."""
    operations, readers = OF[of]
    for seed in range(PLACES):
        rng = Random(seed)
        done = TAMPERINGS[name](make_trail(rng, operations=operations, readers=readers), rng)
        found = [(one.kind, one.operation_id, one.sequence) for one in done.trail.verdict().findings]
        assert found == [(done.kind, done.operation_id, done.sequence)], f"seed {seed}"
    if GIVEN:  # somebody wants to see figures
        with capsys.disabled():
            sys.stdout.write(
                f"\nin memory, {of}, {name}: {PLACES:,} places, each found and named, and nothing beside it\n"
            )


@pytest.mark.timeout(1200)
def test_what_nobody_touched_is_clean(capsys: pytest.CaptureFixture[str]) -> None:
    """Verify trails with late events, clocks that go backwards, and events that no digest covers yet."""
    late = open_ = operations = 0
    while operations < CLEAN_CHAINS:
        verdict = make_trail(Random(operations), operations=OPERATIONS, readers=2).verdict()
        assert verdict.is_clean, f"seed {operations}: {verdict.findings}"
        late, open_ = late + verdict.late, open_ + verdict.not_yet_covered
        operations += verdict.operations
    assert late > 10
    assert open_ > 10
    if GIVEN:
        with capsys.disabled():
            sys.stdout.write(
                f"\nin memory, untouched: {operations:,} chains, no false alarm; {late:,} events were late\n"
            )
