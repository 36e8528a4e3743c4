"""AuditVerification over looks of reviewers and deeds of custodians: covered by digests, verified, and each tampering named."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from chalicelib.application.review.audit_verification import Asked
from chalicelib.application.review.make_digests import MakeDigests
from chalicelib.domain.audit.coverage import DigestedHour
from chalicelib.domain.audit.digest import HOUR, Digest, Listing, make_digest
from chalicelib.domain.audit.finding import Tampering
from chalicelib.domain.audit.signature import sign
from chalicelib.domain.audit.stored_look import is_of_looks
from tests import tamperings as tampering
from tests.builders import NOW
from tests.fakes.clock import FixedClock
from tests.fakes.digest_signer import QuickSigner
from tests.trails import Trail, make_looks, make_trail
from tests.unit.application.review.test_audit_verification import (
    DEADLINE,
    KINDS,
    Ground,
    ground_of,
    tampered_ground,
    told,
)

MINUTE = timedelta(minutes=1)
MIDNIGHT = NOW + 12 * HOUR


@pytest.mark.parametrize("tamper", KINDS)
def test_each_tampering_with_looks_is_named(tamper: Callable[[Trail, Random], tampering.Done]) -> None:
    """Among operations that nobody touched; by digests alone, for looks have no record beside them."""
    for seed in range(5):
        ground, done = tampered_ground(tamper, seed, operations=0, readers=8)
        ground.records.records.clear()
        assert told(ground.verify()) == [(done.kind, done.operation_id, done.sequence)], f"seed {seed}"


def test_looks_are_counted_beside_operations() -> None:
    """Each is looked at, and no story is asked of them."""
    trail = make_trail(Random(2), operations=3, readers=4)
    looks = sum(len(chain) for name, chain in trail.chains.items() if is_of_looks(name))
    verdict = ground_of(trail).verify()
    assert (told(verdict), verdict.records.looks) == ([], looks)
    assert verdict.records.operations == 3
    assert verdict.records.looks + verdict.records.events > 0
    assert not any(is_of_looks(finding.operation_id) for finding in verdict.impossible)


def test_one_operation_is_verified_without_looks() -> None:
    """They are asked for by span."""
    trail = make_trail(Random(2), operations=3, readers=4)
    name = next(id_ for id_ in trail.chains if not is_of_looks(id_))
    assert ground_of(trail).verify(Asked(operation_id=name)).records.looks == 0


def days_of_looks() -> Ground:
    """Return a reader who looks over midnight, and digests that were made as their hours ended."""
    ground = Ground()
    for times in ([NOW + MINUTE, NOW + 7 * HOUR, MIDNIGHT - MINUTE], [MIDNIGHT + MINUTE, MIDNIGHT + 6 * HOUR]):
        ground.records.put(*make_looks("rita", times))
    for hour in range(20):
        ground.clock = FixedClock(NOW + (hour + 1) * HOUR + 30 * MINUTE)
        MakeDigests(ground.records, ground.shelf, ground.key, ground.clock).execute(DEADLINE)
    return ground


def test_digests_cover_the_looks_of_a_day_to_its_end() -> None:
    """Also those hours after the first one of their chain; each in the digest of its own hour, each once."""
    ground = days_of_looks()
    listed = [entry for hour in ground.shelf.kept.values() for entry in hour.listing.all()]
    assert sorted(entry.sequence for entry in listed) == [1, 1, 2, 2, 3]
    assert [len(hour.listing.on_time) for hour in ground.shelf.kept.values()].count(1) == 5
    verdict = ground.verify()
    assert (verdict.is_clean, verdict.records.looks, verdict.records.not_yet_covered) == (True, 5, 0)


def test_a_span_has_the_looks_that_began_in_it() -> None:
    """A chain is of one day; the next day's is not missed in a span that ends before."""
    ground = days_of_looks()
    assert ground.verify(Asked(NOW, MIDNIGHT)).records.looks == 3
    assert ground.verify(Asked(NOW + HOUR, MIDNIGHT)).records.looks == 0
    assert ground.verify(Asked(MIDNIGHT, MIDNIGHT + 12 * HOUR)).records.looks == 2


def test_looks_of_hours_whose_digests_are_of_the_first_format_stand_by_their_chains() -> None:
    """Such digests hold what they always held; the first one of the second format covers what is as late as it may be."""
    ground = Ground(clock=FixedClock(NOW + 4 * HOUR))
    name, looks = make_looks("rita", [NOW + MINUTE, NOW + HOUR + MINUTE, NOW + 3 * HOUR - MINUTE])
    ground.records.put(name, looks[:2])
    previous: Digest | None = None
    for number in range(2):
        hour = NOW + number * HOUR
        made, _ = make_digest(previous, hour, hour + 2 * HOUR, [])
        previous = replace(made, version=1)
        ground.shelf.kept[hour] = DigestedHour(sign(previous.canonical(), QuickSigner()), Listing())
    verdict = ground.verify()
    assert (told(verdict), verdict.records.looks, verdict.records.unproved) == ([], 2, 2)
    ground.records.put(name, looks)
    MakeDigests(ground.records, ground.shelf, ground.key, ground.clock).execute(DEADLINE)
    verdict = ground.verify()
    assert (told(verdict), verdict.records.looks, verdict.records.unproved) == ([], 3, 0)
    ground.records.stored[name] = looks[:2]
    assert told(ground.verify()) == [(Tampering.TRUNCATED, name, 3)]
    del ground.records.stored[name], ground.records.index[name]
    assert told(ground.verify()) == [(Tampering.LOOKS_REMOVED, name, 1)]


def test_looks_that_are_past_their_retention_are_not_missed() -> None:
    """They have one of their own."""
    ground = days_of_looks()
    for name, at in list(ground.records.index.items()):
        if at < MIDNIGHT:
            del ground.records.index[name], ground.records.stored[name]
    (gone,) = told(ground.verify())
    assert gone[0] is Tampering.LOOKS_REMOVED
    ground.looks_kept_for = ground.clock.now() - MIDNIGHT
    verdict = ground.verify()
    assert (told(verdict), verdict.records.looks) == ([], 2)
    assert (verdict.looks_kept_since, verdict.kept_since) == (MIDNIGHT, None)
    ground.looks_kept_for, ground.kept_for = None, ground.clock.now() - MIDNIGHT
    verdict = ground.verify()
    assert [one[0] for one in told(verdict)] == [Tampering.LOOKS_REMOVED]
    assert (verdict.looks_kept_since, verdict.kept_since) == (None, MIDNIGHT)
