"""Each tampering in random places of stored rows and objects, found and named through the adapters; untouched rows are clean.

`TAMPERINGS=1000` and `CLEAN_CHAINS=10000` in the environment try as many of each (`make tampering`).
"""

import os
import sys
from random import Random
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain.audit.stored_look import is_of_looks
from tests.contract.review.stored_trail import StoredTrail
from tests.fakes.digest_signer import EcdsaSigner
from tests.tamperings import TAMPERINGS
from tests.trails import make_trail

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

GIVEN = "TAMPERINGS" in os.environ
PLACES = int(os.environ.get("TAMPERINGS", "2"))
CLEAN_CHAINS = int(os.environ.get("CLEAN_CHAINS", "24"))
OPERATIONS = 12
OF = {"operations": (OPERATIONS, 0, PLACES), "looks": (0, OPERATIONS, (PLACES + 1) // 2)}
SIGNER = EcdsaSigner()

pytestmark = [pytest.mark.timeout(60 + 2 * PLACES + CLEAN_CHAINS), pytest.mark.unmeasured]


@pytest.fixture(scope="module")
def stored(review_client: "DynamoDBClient") -> StoredTrail:
    """Return the tables and the bucket."""
    return StoredTrail(review_client, SIGNER)


@pytest.mark.parametrize("of", OF)
@pytest.mark.parametrize("name", TAMPERINGS)
def test_each_tampering_with_rows_is_found_and_named(
    stored: StoredTrail, name: str, of: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tamper with as many stored trails, each in one random place; nothing beside it is found."""
    operations, readers, places = OF[of]
    for seed in range(places):
        rng = Random(seed)
        trail = make_trail(rng, operations=operations, readers=readers, signer=SIGNER)
        done = TAMPERINGS[name](trail, rng)
        stored.hold(trail)
        stored.tamper(done.trail)
        found = [(one.kind, one.operation_id, one.sequence) for one in stored.verdict(done.trail.now).findings]
        assert found == [(done.kind, done.operation_id, done.sequence)], f"seed {seed}"
    if GIVEN:  # somebody wants to see figures
        with capsys.disabled():
            sys.stdout.write(
                f"\nstored rows, {of}, {name}: {places:,} places, each found and named, and nothing beside it\n"
            )


def test_untouched_rows_are_clean(stored: StoredTrail, capsys: pytest.CaptureFixture[str]) -> None:
    """With late events, clocks that go backwards, and events that no digest covers yet."""
    operations = 0
    while operations < CLEAN_CHAINS:
        trail = make_trail(Random(operations), operations=OPERATIONS, readers=2, signer=SIGNER)
        stored.hold(trail)
        verdict = stored.verdict(trail.now)
        assert verdict.is_clean, f"seed {operations}: {verdict.findings}"
        looks = sum(len(chain) for name, chain in trail.chains.items() if is_of_looks(name))
        found = (verdict.operations + sum(map(is_of_looks, trail.chains)), verdict.looks, verdict.digests)
        assert found == (len(trail.chains), looks, len(trail.hours))
        operations += verdict.operations
    if GIVEN:
        with capsys.disabled():
            sys.stdout.write(f"\nstored rows, untouched: {operations:,} chains, no false alarm\n")
