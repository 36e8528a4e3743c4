"""What a verifier finds that has only the records: all that is ours is clean, and most wrong protocols give themselves away.

`RECORDS_SEEDS=10000` in the environment verifies the chains of as many runs.
"""

import os
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.domain.audit.coverage import DigestedHour
from chalicelib.domain.audit.digest import HOUR, hour_of
from chalicelib.domain.audit.finding import Finding
from chalicelib.domain.audit.verification import verify
from chalicelib.domain.review.impossible import Impossible
from chalicelib.domain.review.stories import impossible_stories
from devtools.places import ROOT
from devtools.proof.simulation.oracle.evidence import Evidence
from devtools.proof.simulation.simulation import Run
from devtools.proof.simulation.variants import Variant
from tests.trails import SIGNER, make_hours

GIVEN = "RECORDS_SEEDS" in os.environ
SEEDS = int(os.environ.get("RECORDS_SEEDS", "40"))
pytestmark = pytest.mark.timeout(1200 + SEEDS)
# The first seed is one from which on the next that shows it is near; a change elsewhere may move it.
FOUND = {
    Variant.GUARD_OFF: (Impossible.TWO_AT_ONCE, 0),
    Variant.RECORD_AFTER_SEND: (Impossible.OTHERS, 0),
    Variant.GUARDS_UNDER_SECRET: (Impossible.TWO_AT_ONCE, 0),
    Variant.GUARD_TOO_SHORT: (Impossible.TWO_AT_ONCE, 0),
    Variant.GUARD_FREED_WHEN_AMBIGUOUS: (Impossible.TWO_AT_ONCE, 50),
    Variant.GUARD_FREED_WHEN_EXPIRED: (Impossible.TWO_AT_ONCE, 0),
    Variant.FINGERPRINT_IGNORED: (Impossible.ANOTHER_REQUEST, 0),
    Variant.OWNERS_IGNORED: (Impossible.SHARED_BOOKING, 1170),
    Variant.NOT_SETTLED: (Impossible.TOO_EARLY, 0),
}
NOT_FOUND = (
    Variant.STANDING_IGNORED,
    Variant.POWERTOOLS,
    Variant.NEW_KEY_AFTER_REUSE,
    Variant.NAMES_OVERWRITTEN,
    Variant.PAUSE_AFTER_CLAIM,
)
WITHIN = 4000
PAGE = (ROOT / "docs" / "protocol.md").read_text()


def _evidence(seed: int, variant: Variant = Variant.OURS) -> Evidence:
    run = Run(seed, variant)
    run.go()
    return run.evidence()


def _impossible(evidence: Evidence) -> Iterator[Finding]:
    yield from impossible_stories(evidence.stored_chains(), now=evidence.ended_at)


def test_the_records_of_our_protocol_verify_in_hashes_and_in_behaviour(capsys: pytest.CaptureFixture[str]) -> None:
    """Run worlds to their end, make the digests of all their hours, and verify every chain against them."""
    chains = events = 0
    for seed in range(SEEDS):
        evidence = _evidence(seed)
        assert evidence.ended_at is not None
        start = hour_of(evidence.ended_at) - timedelta(hours=200)
        hours: list[DigestedHour] = make_hours(evidence.chains, start, 200)
        now = start + 201 * HOUR
        verdict = verify(evidence.stored_chains(), lambda hours=hours: hours, SIGNER, now)  # type: ignore[misc]
        assert not [*verdict.findings, *_impossible(evidence)], f"seed {seed}"
        assert verdict.operations == len(evidence.chains)
        chains, events = chains + verdict.operations, events + verdict.events
    if GIVEN:  # somebody wants to see figures
        with capsys.disabled():
            sys.stdout.write(
                f"\n{SEEDS:,} seeds: {chains:,} chains with {events:,} events verify, and no story is impossible\n"
            )


@pytest.mark.parametrize("variant", FOUND)
def test_a_wrong_protocol_is_found_in_its_records(variant: Variant) -> None:
    """Look at nothing but the chains of its runs."""
    kind, first = FOUND[variant]
    seeds = range(first, first + WITHIN)
    assert any(finding.kind == kind for seed in seeds for finding in _impossible(_evidence(seed, variant)))


@pytest.mark.parametrize("variant", NOT_FOUND)
def test_of_some_wrong_protocols_the_records_tell_nothing(variant: Variant) -> None:
    """If one is found after all, the page can say so."""
    assert not [finding for seed in range(SEEDS) for finding in _impossible(_evidence(seed, variant))]


def test_the_page_names_what_finds_each_wrong_protocol() -> None:
    """Compare the table with what is tried here; no wrong protocol is left out."""
    rows = {
        row.split("|")[1].strip(): row.split("|")[2].strip(" `") for row in PAGE.splitlines() if row.startswith("| ")
    }
    expected = {**{variant: FOUND[variant][0].value for variant in FOUND}, **dict.fromkeys(NOT_FOUND, "not found")}
    assert expected.keys() | {Variant.OURS} == set(Variant)
    assert {variant: rows[variant.value] for variant in expected} == expected
