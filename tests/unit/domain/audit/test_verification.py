"""All chains against all digests: counts, what is not covered, what is left out, and rows that become chains."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from chalicelib.adapters.digest_keys import TrustedKeys
from chalicelib.domain.audit.chain import Head, StoredChain
from chalicelib.domain.audit.coverage import DigestedHour
from chalicelib.domain.audit.digest import HOUR, due_at
from chalicelib.domain.audit.event import event_hash
from chalicelib.domain.audit.finding import Tampering
from chalicelib.domain.audit.verification import MOST_NAMED, chains, verify
from tests.builders import NOW
from tests.fakes.digest_signer import EcdsaSigner
from tests.trails import SIGNER, Trail, make_chain, make_hours, make_trail

MINUTE = timedelta(minutes=1)


def trail_of(count: int = 4, *, minutes: tuple[int, ...] = (1, 2, 3), hours: int = 4) -> Trail:
    """Return a trail with an operation in each hour, of events at these minutes."""
    made = {
        f"op_{n}": make_chain(f"op_{n}", [NOW + n * HOUR + minute * MINUTE for minute in minutes]) for n in range(count)
    }
    return Trail(made, make_hours(made, NOW, hours), due_at(NOW + hours * HOUR))


def kinds(trail: Trail) -> list[tuple[str, str | None, int]]:
    """Return what is found in a trail."""
    return [(finding.kind.value, finding.operation_id, finding.sequence) for finding in trail.verdict().findings]


def test_a_verdict_tells_how_much_was_looked_at() -> None:
    """The fifth hour has no digest yet."""
    verdict = trail_of(5).verdict()
    assert verdict.is_clean
    assert (verdict.operations, verdict.events, verdict.digests) == (5, 15, 4)
    assert (verdict.not_yet_covered, verdict.unproved, verdict.late, verdict.left_out) == (3, 0, 0, 0)


def test_without_digests_chains_are_verified_in_themselves() -> None:
    """Nothing that is there was added, as far as anybody knows."""
    trail = replace(trail_of(), hours=[])
    assert trail.verdict().is_clean
    assert trail.verdict().not_yet_covered == 12
    assert kinds(trail.with_chain("op_2", trail.chains["op_2"][1:])) == [("removed", "op_2", 1)]


def test_signatures_are_those_of_a_key_management_service() -> None:
    """Sign with ECDSA on P-256 and verify with the public key."""
    signer, stranger = EcdsaSigner(), EcdsaSigner()
    trail = make_trail(Random(1), signer=signer)
    assert trail.verdict(TrustedKeys.read(signer.public_key())).is_clean
    verdict = trail.verdict(TrustedKeys.read(stranger.public_key()))
    assert [finding.kind for finding in verdict.findings] == [Tampering.RESIGNED] * len(trail.hours)
    assert not verdict.is_clean


def test_an_event_of_a_closed_hour_that_no_digest_covers_was_added() -> None:
    """Its text says which digest should."""
    trail = trail_of().with_chain("op_9", make_chain("op_9", [NOW + 3 * HOUR, NOW + 3 * HOUR]))
    (finding,) = trail.verdict().findings
    assert (finding.kind, finding.operation_id, finding.sequence) == (Tampering.ADDED, "op_9", 1)
    assert finding.what == "no digest covers it, though that of its hour, from 2026-01-15 15:00 UTC, is made"
    grown = trail_of()
    chain = make_chain("op_1", [NOW + HOUR + minute * MINUTE for minute in (1, 2, 3, 4)])
    assert kinds(grown.with_chain("op_1", chain)) == [("added", "op_1", 4)]


def test_events_that_a_missing_digest_may_have_covered_are_counted_and_not_accused() -> None:
    """Take one digest away, and the records of an hour have only their chains."""
    trail = trail_of()
    trail = replace(trail, hours=[hour for number, hour in enumerate(trail.hours) if number != 1])
    verdict = trail.verdict()
    assert [(finding.kind, finding.sequence) for finding in verdict.findings] == [(Tampering.DIGEST_MISSING, 2)]
    assert (verdict.unproved, verdict.not_yet_covered) == (3, 0)


def test_an_event_changed_where_a_digest_is_missing_is_found_all_the_same() -> None:
    """A later digest covers the end of the chain, and each event holds the hash of the one before."""
    times = [NOW + number * HOUR for number in range(4)]
    made = {"op_0": make_chain("op_0", times)}
    hours = make_hours(made, NOW, 4)
    trail = Trail(made, [hours[0], *hours[2:]], due_at(NOW + 4 * HOUR))
    assert kinds(trail) == [("digest-missing", None, 2)]
    forged = make_chain("op_0", [times[0], times[1] + MINUTE])[1]
    chain = [made["op_0"][0], forged, *made["op_0"][2:]]
    assert kinds(trail.with_chain("op_0", chain))[1:] == [("changed", "op_0", 2)]
    assert kinds(trail.with_chain("op_0", made["op_0"][:1]))[1:] == [("truncated", "op_0", 2)]
    assert kinds(trail.with_chain("op_0", []))[1:] == [("operation-removed", "op_0", 1)]


def test_the_record_of_an_operation_is_compared_as_well() -> None:
    """Between a digest and the next, it is what tells of a chain's end."""
    trail = trail_of(5)
    newest = trail.chains["op_4"]
    stored = [StoredChain(id_, chain) for id_, chain in trail.chains.items()]

    def found(head: Head, operation: int, chain: list[bytes]) -> list[tuple[str, int]]:
        changed = [*stored[:operation], StoredChain(f"op_{operation}", chain, head), *stored[operation + 1 :]]
        verdict = verify(changed, lambda: trail.hours, SIGNER, trail.now)
        return [(finding.kind.value, finding.sequence) for finding in verdict.findings]

    head = Head(3, event_hash(newest[2]))
    assert found(head, 4, list(newest)) == []
    assert found(head, 4, list(newest[:2])) == [("truncated", 3)]
    assert found(Head(2, event_hash(newest[1])), 4, list(newest)) == [("added", 3)]
    assert found(Head(2, ""), 0, list(trail.chains["op_0"])) == [("old-copy-restored", 3)]


def test_of_some_chains_no_operation_is_missed() -> None:
    """An export of one operation is verified against the digests of all."""
    trail = trail_of()
    some = replace(trail, chains={"op_1": trail.chains["op_1"]})
    assert some.verdict(is_whole=False).is_clean
    assert [finding.kind for finding in some.verdict().findings] == [Tampering.OPERATION_REMOVED] * 3
    cut = some.with_chain("op_1", trail.chains["op_1"][:1])
    assert [str(finding.kind) for finding in cut.verdict(is_whole=False).findings] == ["truncated"]


def test_what_is_newest_in_several_operations_was_lost_together() -> None:
    """Put the table back to the second hour."""
    trail = trail_of()
    old = replace(trail, chains={id_: trail.chains[id_] for id_ in ("op_0", "op_1")})
    (finding,) = old.verdict().findings
    assert (finding.kind, finding.operation_id, finding.sequence) == (Tampering.RESTORED, "op_2", 1)
    assert finding.what == "it is gone with all that came after it: 6 events of 2 operations"


def test_an_old_copy_may_have_the_beginnings_of_chains() -> None:
    """Put the table back to when each operation had two events."""
    made = {f"op_{n}": make_chain(f"op_{n}", [NOW, NOW, NOW + HOUR]) for n in range(3)}
    old = Trail({id_: chain[:2] for id_, chain in made.items()}, make_hours(made, NOW, 2), due_at(NOW + HOUR))
    (finding,) = old.verdict().findings
    assert (finding.kind, finding.operation_id, finding.sequence) == (Tampering.RESTORED, "op_0", 3)
    assert finding.what == "it is gone with all that came after it: 3 events of 3 operations"


@pytest.mark.parametrize(("minutes", "is_restored"), [(4, True), (5, False)])
def test_what_is_lost_of_several_operations_is_an_old_copy_only_if_nothing_newer_is_kept(
    minutes: int, *, is_restored: bool
) -> None:
    """Keep one event that is three, or more, minutes newer than the first that is lost; clocks may be as wrong as that."""
    made = {f"op_{n}": make_chain(f"op_{n}", [NOW + minute * MINUTE]) for n, minute in enumerate((0, 1, 2, minutes))}
    hours = make_hours(made, NOW, 1)
    kept = Trail({"op_0": made["op_0"], "op_3": made["op_3"]}, hours, due_at(NOW))
    expected = ["old-copy-restored"] if is_restored else ["operation-removed"] * 2
    assert [kind for kind, _, _ in kinds(kept)] == expected


def test_other_tampering_is_named_beside_an_old_copy() -> None:
    """Change an event that the old copy has."""
    trail = trail_of()
    old = replace(trail, chains={id_: trail.chains[id_] for id_ in ("op_0", "op_1")})
    forged = make_chain("op_0", [NOW + minute * MINUTE for minute in (9, 10, 11)])
    assert kinds(old.with_chain("op_0", forged)) == [("old-copy-restored", "op_2", 1), ("changed", "op_0", 1)]


def test_a_great_many_findings_are_counted() -> None:
    """Only the first thousand operations are named."""
    count = MOST_NAMED + 7
    made = {f"op_{n:05}": make_chain(f"op_{n:05}", [NOW, NOW]) for n in range(count)}
    hours = make_hours(made, NOW, 1)
    clean = Trail(made, hours, due_at(NOW)).verdict()
    assert (clean.findings, clean.left_out) == ((), 0)
    forged = {id_: make_chain(id_, [NOW + MINUTE] * 2) for id_ in made}
    verdict = Trail(forged, hours, due_at(NOW)).verdict()
    assert [finding.kind for finding in verdict.findings] == [Tampering.CHANGED] * MOST_NAMED
    assert verdict.left_out == 7
    lost = Trail({}, hours, due_at(NOW)).verdict()
    assert [finding.kind for finding in lost.findings] == [Tampering.RESTORED]
    assert (lost.left_out, lost.operations, lost.events) == (0, 0, 0)
    mixed = Trail(dict(list(forged.items())[:MOST_NAMED]), hours, due_at(NOW)).verdict()
    assert [finding.kind for finding in mixed.findings] == [Tampering.RESTORED] + [Tampering.CHANGED] * MOST_NAMED
    assert mixed.left_out == 0


def test_a_chain_that_comes_twice_is_not_covered_twice() -> None:
    """The second one is none that digests know."""
    trail = trail_of()
    stored = [StoredChain(id_, chain) for id_, chain in trail.chains.items()]
    verdict = verify([*stored, stored[1]], lambda: trail.hours, SIGNER, trail.now)
    assert [(finding.kind, finding.operation_id) for finding in verdict.findings] == [(Tampering.ADDED, "op_1")]


def test_rows_become_chains_one_by_one() -> None:
    """The rows of an operation stand beside each other."""
    rows = iter([("op_1", b"a"), ("op_1", b"b"), ("op_2", b"c")])
    made = chains(rows)
    assert next(made) == StoredChain("op_1", [b"a", b"b"])
    assert list(made) == [StoredChain("op_2", [b"c"])]


def test_digests_are_read_anew_each_time() -> None:
    """Each call of `hours` may open a file."""
    trail = trail_of()
    calls: list[int] = []

    def hours() -> list[DigestedHour]:
        calls.append(1)
        return list(trail.hours)

    verify([], hours, SIGNER, trail.now)
    assert len(calls) == 3
