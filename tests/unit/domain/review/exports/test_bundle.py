"""A bundle verifies alone, and names what was done to it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import PurePath

import pytest

from chalicelib.domain.audit.coverage import DigestedHour
from chalicelib.domain.audit.finding import Tampering
from chalicelib.domain.review.exports import bundle
from chalicelib.domain.review.exports.bundle import Evidence, EvidenceVerdict, Proof, UnreadableBundleError, collect
from chalicelib.domain.review.impossible import Impossible
from tests.builders import NOW
from tests.contract.records import UNKNOWN, claim_event, conclusion_event, operation
from tests.fakes.digest_signer import QuickSigner
from tests.trails import SIGNER, make_chain, make_hours

OPERATION = operation()
ID = OPERATION.id


def story() -> list[bytes]:
    """Return the chain of a booking whose outcome is not known."""
    return [claim_event(OPERATION).canonical(), conclusion_event(OPERATION, UNKNOWN).canonical()]


def digested(chain: list[bytes], hours: int = 3) -> list[DigestedHour]:
    """Return the digests over it, and over others beside it."""
    others = {
        f"op_{number:026}": make_chain(f"op_{number:026}", [NOW + timedelta(minutes=number)]) for number in (7, 8, 9)
    }
    return make_hours({ID: chain, **others}, NOW, hours)


def judged(evidence: Evidence, signer: QuickSigner = SIGNER) -> EvidenceVerdict:
    """Verify what a bundle is after it was written and read."""
    digests = [bundle.read_signed(bundle.signed_line(one)) for one in evidence.digests]
    proofs = [Proof.read(one.line()) for one in evidence.proofs]
    return bundle.verify(replace(evidence, digests=digests, proofs=proofs), signer)


def evidence() -> Evidence:
    """Return the evidence of the booking."""
    chain = story()
    return collect(ID, chain, digested(chain))


def test_a_genuine_bundle_is_clean_and_covered() -> None:
    """Only the digest that has the operation is in it; both events and the head are proved."""
    found = evidence()
    assert len(found.digests) == 1
    assert [proof.inclusion.part.value for proof in found.proofs] == ["events", "events", "heads"]
    assert judged(found) == EvidenceVerdict((), 2, 2, 1)
    assert judged(found).is_clean


def test_a_bundle_without_digests_is_covered_by_its_chain_alone() -> None:
    """As long as the hour has none."""
    assert judged(collect(ID, story(), [])) == EvidenceVerdict((), 2, 0, 0)


def test_a_digest_that_cannot_be_read_goes_along() -> None:
    """Whoever verifies the bundle has to hear of it."""
    (hour, *_) = digested(story())
    odd = DigestedHour(replace(hour.signed, canonical=b"{}"), hour.listing)
    assert kinds(collect(ID, story(), [odd])) == {Tampering.DIGEST_CHANGED}


def test_keys_are_counted() -> None:
    """So that they are found again."""
    assert PurePath(bundle.key_name(2)).match(bundle.KEYS)


def kinds(found: Evidence, signer: QuickSigner = SIGNER) -> set[object]:
    """Return the kinds of what is found."""
    verdict = judged(found, signer)
    assert not verdict.is_clean
    return {finding.kind for finding in verdict.findings}


def test_a_changed_last_event_is_found_by_its_proof() -> None:
    """Its own links fit: only the digest knows."""
    first, last = story()
    changed = replace(evidence(), events=[first, last.replace(b'"late"', b'"lost"')])
    assert kinds(changed) == {Tampering.CHANGED}


def test_an_end_that_was_cut_off_is_found_by_its_proof() -> None:
    """One event is there of two."""
    assert kinds(replace(evidence(), events=story()[:1])) == {Tampering.TRUNCATED}


def test_a_broken_link_is_found_without_a_digest() -> None:
    """By what the next event says."""
    first, last = story()
    assert kinds(Evidence(ID, [first.replace(b"1001", b"1002"), last])) == {Tampering.CHANGED}


def test_a_story_that_cannot_be_is_found() -> None:
    """Its hashes are right."""
    assert kinds(Evidence(ID, make_chain(ID, [NOW] * 2)[:1])) == {Impossible.MOVE}


def test_another_key_proves_nothing() -> None:
    """Nothing counts as covered."""
    found = evidence()
    assert kinds(found, QuickSigner("other")) == {Tampering.RESIGNED}
    assert judged(found, QuickSigner("other")).covered == 0


def test_a_digest_that_cannot_be_read_is_named_by_its_place() -> None:
    """And what it proved is not covered."""
    found = evidence()
    assert kinds(replace(found, digests=[replace(found.digests[0], canonical=b"{}")])) == {Tampering.DIGEST_CHANGED}


def test_a_proof_that_does_not_lead_to_the_root_is_found() -> None:
    """Its index is another one."""
    found = evidence()
    first = found.proofs[0]
    moved = replace(first, inclusion=replace(first.inclusion, index=first.inclusion.index + 1))
    assert kinds(replace(found, proofs=[moved])) == {Tampering.DIGEST_CHANGED}


def test_a_proof_of_another_operation_covers_nothing_here() -> None:
    """It holds, and is not about this one."""
    chain = story()
    stranger = collect("op_" + "0" * 25 + "7", [], digested(chain))
    mixed = replace(evidence(), proofs=stranger.proofs)
    assert judged(mixed) == EvidenceVerdict((), 2, 0, 1)


@pytest.mark.parametrize("line", [b"", b"[]", b"{}", b'{"digest":"x","signature":"*","key_id":"k","algorithm":"a"}'])
def test_a_line_that_is_none_is_refused(line: bytes) -> None:
    """Whichever it is meant to be."""
    with pytest.raises(UnreadableBundleError):
        bundle.read_signed(line)
    with pytest.raises(UnreadableBundleError):
        Proof.read(line)
