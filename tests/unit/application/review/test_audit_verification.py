"""AuditVerification and VerifyAudit on records in memory: each tampering is named, whatever part of the trail is asked for."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random

import pytest

from chalicelib.application.review.audit_verification import Asked, AuditVerdict, AuditVerification, Progress
from chalicelib.application.review.digest_ports import PIECE
from chalicelib.application.review.verify_audit import VerifyAudit, VerifyCommand
from chalicelib.domain.audit.chain import Head, StoredChain
from chalicelib.domain.audit.digest import HOUR, hour_of
from chalicelib.domain.audit.finding import Tampering
from chalicelib.domain.audit.stored_look import read_link
from chalicelib.domain.audit.verification import MOST_NAMED
from chalicelib.domain.errors import NotFoundError
from chalicelib.domain.review.behaviour import Windows
from chalicelib.domain.review.desk.look import Action
from chalicelib.domain.review.impossible import Impossible
from chalicelib.domain.reviewer_errors import AuditUnavailableError, RoleMissingError
from chalicelib.domain.time_budget import Deadline
from tests import tamperings as tampering
from tests.builders import NOW
from tests.fakes.clock import FixedClock
from tests.fakes.digest_signer import QuickSigner
from tests.fakes.digests import InMemoryKey, InMemoryRecords, InMemoryShelf
from tests.fakes.review_desk import CUSTODIAN, Desk, visit
from tests.sentences import require_sentences
from tests.trails import Trail, make_chain, make_hours, make_trail
from tests.unit.domain.review.telling import CLAIMED, stored

DEADLINE = Deadline.after(lambda: 0.0, 60.0)
KINDS = (
    *(tampering.change, tampering.remove, tampering.remove_two, tampering.remove_operation, tampering.add),
    *(tampering.swap, tampering.truncate, tampering.restore, tampering.sign_again),
)


@dataclass
class Ground:
    """A verification and what is behind it."""

    records: InMemoryRecords = field(default_factory=InMemoryRecords)
    shelf: InMemoryShelf = field(default_factory=InMemoryShelf)
    key: InMemoryKey = field(default_factory=InMemoryKey)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    kept_for: timedelta | None = None
    looks_kept_for: timedelta | None = None

    def verification(self) -> AuditVerification:
        """Return the verification."""
        return AuditVerification(
            self.records,
            self.records,
            self.shelf,
            self.key,
            self.clock,
            kept_for=self.kept_for,
            looks_kept_for=self.looks_kept_for,
        )

    def verify(self, asked: Asked | None = None) -> AuditVerdict:
        """Verify."""
        return self.verification().verify(asked or Asked(), DEADLINE)


def ground_of(trail: Trail) -> Ground:
    """Return a trail as it was written."""
    ground = Ground(clock=FixedClock(trail.now))
    for id_, chain in trail.chains.items():
        ground.records.put(id_, chain)
    ground.shelf.put(trail.hours)
    return ground


def told(verdict: AuditVerdict) -> list[tuple[object, str | None, int]]:
    """Return what hashes and digests tell."""
    return [(one.kind, one.operation_id, one.sequence) for one in verdict.records.findings]


def tampered_ground(
    tamper: Callable[[Trail, Random], tampering.Done], seed: int, operations: int = 12, readers: int = 0
) -> tuple[Ground, tampering.Done]:
    """Return a trail that was tampered with, and what has to be found."""
    trail = make_trail(Random(seed), operations=operations, readers=readers)
    ground, done = ground_of(trail), tamper(trail, Random(seed))
    ground.records.stored = {id_: list(chain) for id_, chain in done.trail.chains.items()}
    for id_ in done.trail.chains.keys() - ground.records.index.keys():
        ground.records.index[id_] = read_link(done.trail.chains[id_][0]).at
    ground.shelf.kept = dict(zip(ground.shelf.kept, done.trail.hours, strict=True))
    return ground, done


@pytest.mark.parametrize("tamper", KINDS)
def test_each_tampering_is_named_where_all_is_verified(tamper: Callable[[Trail, Random], tampering.Done]) -> None:
    """The records of operations are gone by then: digests alone find it."""
    for seed in range(15):
        ground, done = tampered_ground(tamper, seed)
        ground.records.records.clear()
        assert told(ground.verify()) == [(done.kind, done.operation_id, done.sequence)], f"seed {seed}"


@pytest.mark.parametrize("tamper", KINDS[:-2])
def test_each_tampering_of_one_operation_is_named_where_that_one_is_verified(
    tamper: Callable[[Trail, Random], tampering.Done],
) -> None:
    """By the digests since it began; with its record."""
    for seed in range(15):
        ground, done = tampered_ground(tamper, seed)
        found = told(ground.verify(Asked(operation_id=done.operation_id)))
        assert found == [(done.kind, done.operation_id, done.sequence)], f"seed {seed}"


def test_a_span_in_the_middle_is_verified_with_its_own_digests() -> None:
    """Clean where nobody touched it, and nothing of the hours before is missed."""
    for seed in range(30):
        ground = ground_of(make_trail(Random(seed), hours=6))
        verdict = ground.verify(Asked(NOW + 2 * HOUR, NOW + 4 * HOUR))
        assert told(verdict) == [], f"seed {seed}"
        assert verdict.records.digests <= 4


def simple_ground(operations: int = 3, hours: int = 6) -> Ground:
    """Return a trail of operations that begin in the first hours and have two events each."""
    chains = {
        f"op_{number:026}": make_chain(f"op_{number:026}", [at, at + timedelta(seconds=2)])
        for number in range(operations)
        for at in (NOW + number * HOUR + timedelta(minutes=5),)
    }
    return ground_of(Trail(chains, make_hours(chains, hour_of(NOW), hours), NOW + (hours + 1) * HOUR))


def test_a_missing_digest_is_named() -> None:
    """Between others, the first of a span, the newest, and all of a span."""
    kind = Tampering.DIGEST_MISSING
    hour = hour_of(NOW)
    for gone, number in ((2, 3), (0, 1)):
        ground = simple_ground()
        del ground.shelf.kept[hour + gone * HOUR]
        expected = [] if gone == 0 else [(kind, None, number)]
        assert [one for one in told(ground.verify(Asked(hour))) if one[0] == kind] == expected
    ground = simple_ground()
    del ground.shelf.kept[hour + 2 * HOUR]
    assert told(ground.verify(Asked(hour + 2 * HOUR, hour + 4 * HOUR))) == [(kind, None, 3)]
    ground = simple_ground()
    ground.clock = FixedClock(NOW + 12 * HOUR)
    assert told(ground.verify())[0][:1] == (kind,)
    del ground.shelf.kept[hour + 5 * HOUR], ground.shelf.kept[hour + 4 * HOUR]
    assert told(ground.verify(Asked(hour + 4 * HOUR)))[0][:1] == (kind,)


def test_a_key_that_was_exchanged_is_named() -> None:
    """No digest proves anything then."""
    ground = simple_ground()
    ground.key.trusted = QuickSigner("another")
    verdict = ground.verify()
    assert {kind for kind, _, _ in told(verdict)} == {Tampering.RESIGNED}
    assert verdict.records.unproved == 6


def test_an_unreadable_first_digest_is_named() -> None:
    """Of a span as well."""
    ground = simple_ground()
    hour = hour_of(NOW) + HOUR
    kept = ground.shelf.kept[hour]
    ground.shelf.kept[hour] = replace(kept, signed=replace(kept.signed, canonical=b"{}"))
    assert [kind for kind, _, _ in told(ground.verify(Asked(hour)))] == [Tampering.DIGEST_CHANGED]


def test_without_any_digest_the_chains_stand_alone() -> None:
    """A stage that has just begun."""
    ground = simple_ground()
    ground.shelf.kept.clear()
    verdict = ground.verify()
    assert (told(verdict), verdict.records.not_yet_covered) == ([], 6)


def test_an_operation_that_only_the_index_has_lost_is_looked_at() -> None:
    """And one that is gone from there as well as from the table is named."""
    ground = simple_ground()
    ground.records.index.clear()
    verdict = ground.verify()
    assert (told(verdict), verdict.records.operations) == ([], 3)
    ground.records.stored.clear()
    ground.records.records.clear()
    assert {kind for kind, _, _ in told(ground.verify())} <= {Tampering.OPERATION_REMOVED, Tampering.RESTORED}


def test_what_is_too_much_ends_the_span_and_says_so() -> None:
    """The verdict is of what was looked at, and nothing behind it counts as missing."""
    ground = simple_ground(operations=4)
    verdict = ground.verify(Asked(most=2))
    assert (verdict.is_bounded, verdict.records.operations, verdict.is_clean) == (True, 2, False)
    assert verdict.until == NOW + 2 * HOUR + timedelta(minutes=5)
    assert told(verdict) == []
    assert not ground.verify(Asked(most=4)).is_bounded


def test_what_is_too_much_may_be_found_after_some_pieces() -> None:
    """More than are read at a time."""
    at = NOW - HOUR
    ground = Ground()
    for number in range(PIECE + 3):
        name = f"op_{number:026}"
        ground.records.put(name, make_chain(name, [at + timedelta(seconds=number)]))
    verdict = ground.verify(Asked(at, most=PIECE + 1))
    assert (verdict.is_bounded, verdict.records.operations) == (True, PIECE + 1)
    assert not ground.verify(Asked(at, most=PIECE + 3)).is_bounded


def test_the_newest_operations_are_looked_at_though_our_clock_is_behind() -> None:
    """By as much as a writer's may be ahead of ours."""
    ground = Ground()
    ground.records.put("op_1", make_chain("op_1", [NOW + timedelta(minutes=4)]))
    ground.records.put("op_2", make_chain("op_2", [NOW + timedelta(minutes=6)]))
    assert ground.verify(Asked(NOW - HOUR)).records.operations == 1


def test_digests_are_read_as_far_as_the_stories_of_a_span_may_go_on() -> None:
    """For as long as an operation may be open, and two days more; not to the newest one."""
    ground = simple_ground(operations=1, hours=100)
    verdict = ground.verify(Asked(NOW, NOW + HOUR))
    assert verdict.records.digests == 1 + (HOUR + Windows().ended_by + timedelta(days=2)) // HOUR < 100


def test_a_verdict_of_one_operation_is_whole_where_nothing_is_past() -> None:
    """Neither its end nor its beginning was moved."""
    verdict = simple_ground().verify(Asked(operation_id=f"op_{1:026}"))
    assert (verdict.is_bounded, verdict.kept_since, verdict.looks_kept_since) == (False, None, None)


def test_what_is_open_for_too_long_is_told() -> None:
    """By the clock of whoever verifies."""
    ground = Ground(clock=FixedClock(NOW + timedelta(days=3)))
    ground.records.put("op_1", stored(CLAIMED).events)
    assert [one.kind for one in ground.verify(Asked(operation_id="op_1")).impossible] == [Impossible.STILL_OPEN]


def test_of_very_many_impossible_stories_the_first_are_told() -> None:
    """As many as of what hashes tell."""
    ground = Ground(clock=FixedClock(NOW + timedelta(days=3)))
    for number in range(MOST_NAMED + 1):
        ground.records.put(name := f"op_{number:026}", stored(CLAIMED, operation_id=name).events)
    assert len(ground.verify(Asked(NOW)).impossible) == MOST_NAMED


def test_impossible_stories_are_told_beside_the_hashes() -> None:
    """Right hashes; a release follows what nobody confirmed."""
    ground = simple_ground(operations=1)
    verdict = ground.verify()
    assert told(verdict) == []
    assert verdict.impossible
    assert verdict.first == verdict.impossible[0]


def test_progress_is_told() -> None:
    """Digest by digest, then operations."""
    heard: list[Progress] = []
    simple_ground().verification().verify(Asked(), DEADLINE, heard.append)
    assert [each.digests for each in heard] == [1, 2, 3, 4, 5, 6, 6]
    assert (heard[-1].operations, heard[-1].events) == (3, 6)


@dataclass
class Moving(InMemoryRecords):
    """Records in which an operation goes on between two reads."""

    later: list[tuple[str, list[bytes]]] = field(default_factory=list)

    def chains(self, operation_ids: Sequence[str], deadline: Deadline) -> Sequence[StoredChain]:
        """Return chains, once something was added."""
        if self.later:
            self.put(*self.later.pop())
        return super().chains(operation_ids, deadline)


def test_what_goes_on_meanwhile_is_no_tampering() -> None:
    """The record was read before the event that followed."""
    times = [NOW, NOW + timedelta(seconds=1)]
    records = Moving()
    records.put("op_1", make_chain("op_1", times[:1]))
    records.later.append(("op_1", make_chain("op_1", times)))
    ground = Ground(records, clock=FixedClock(NOW + timedelta(minutes=1)))
    assert told(ground.verify(Asked(operation_id="op_1"))) == []


def test_an_operation_of_which_only_the_record_is_left_is_named() -> None:
    """And one that nobody knows is not found; bytes that are no event have no time."""
    ground = Ground()
    ground.records.records["op_1"] = Head(2, "0" * 64)
    assert told(ground.verify(Asked(operation_id="op_1"))) == [(Tampering.OPERATION_REMOVED, "op_1", 1)]
    with pytest.raises(NotFoundError) as caught:
        ground.verify(Asked(operation_id="op_2"))
    require_sentences(caught.value.message)
    ground.records.stored["op_3"] = [b"nothing"]
    assert told(ground.verify(Asked(operation_id="op_3"))) == [(Tampering.CHANGED, "op_3", 1)]


def test_a_reviewer_is_told_and_the_look_is_recorded() -> None:
    """By span and by operation."""
    ground, desk = simple_ground(), Desk()
    case = VerifyAudit(desk.door, ground.verification())
    start = hour_of(NOW)
    assert case.execute(VerifyCommand(visit(), start, start + 3 * HOUR)).records.operations == 3
    case.execute(VerifyCommand(visit(), operation_id="op_" + "0" * 26))
    first, second = (event.look for event in desk.trail.events)
    assert (first.action, first.found) == (Action.VERIFY, 3)
    assert first.asked == {"from": start.isoformat(), "to": (start + 3 * HOUR).isoformat()}
    assert second.asked == {"operation": "op_" + "0" * 26}


def test_what_is_asked_for_is_verified_in_the_time_that_leaves_room_for_the_look() -> None:
    """Two seconds of the visit's are kept back, and none is made up where there are fewer."""

    class Noted:
        """Implements `Verifies`; `asked` is what for, and with how many seconds."""

        def __init__(self) -> None:
            self.asked: list[tuple[Asked, float]] = []

        def verify(self, asked: Asked, deadline: Deadline) -> AuditVerdict:
            """Note it, and find what an empty trail has."""
            self.asked.append((asked, deadline.remaining()))
            return ground_of(make_trail(Random(1), operations=1)).verification().verify(Asked(), deadline)

    desk, noted = Desk(), Noted()
    case = VerifyAudit(desk.door, noted, most=7)
    case.execute(VerifyCommand(visit(seconds_left=10.0), NOW, NOW + HOUR, "op_1"))
    with suppress(AuditUnavailableError):
        case.execute(VerifyCommand(visit(seconds_left=1.5)))
    assert noted.asked == [(Asked(NOW, NOW + HOUR, "op_1", 7), 8.0), (Asked(most=7), 0.0)]


def test_without_the_role_or_the_record_of_the_look_nothing_goes_out() -> None:
    """As for every question."""
    ground, desk = simple_ground(), Desk()
    case = VerifyAudit(desk.door, ground.verification())
    with pytest.raises(RoleMissingError):
        case.execute(VerifyCommand(visit(CUSTODIAN), NOW))
    desk.trail.is_failing = True
    with pytest.raises(AuditUnavailableError):
        case.execute(VerifyCommand(visit(), NOW))


def test_what_is_past_its_retention_is_no_tampering() -> None:
    """Half of the operations have ended; the digests still tell of them, and the verdict says since when all is kept."""
    trail = make_trail(Random(5), operations=20, hours=6)
    ground = ground_of(trail)
    ground.kept_for = timedelta(hours=3)
    since = trail.now - ground.kept_for
    for id_, at in list(ground.records.index.items()):
        if at < since:
            del ground.records.index[id_], ground.records.stored[id_], ground.records.records[id_]
    assert 0 < len(ground.records.index) < 20
    verdict = ground.verify()
    assert (verdict.records.is_clean, verdict.kept_since, verdict.start) == (True, since, since)
    assert verdict.records.operations == len(ground.records.index)
    ground.kept_for = timedelta(days=400)
    assert not ground.verify().records.is_clean


def test_what_is_younger_than_the_retention_is_missed() -> None:
    """Whoever deletes an operation cannot call it ended."""
    trail = make_trail(Random(5), operations=20, hours=6)
    ground = ground_of(trail)
    ground.kept_for = timedelta(hours=3)
    listed = {id_ for id_, entries in trail.listed().items() if entries[0].sequence == 1}
    newest = max(listed, key=lambda id_: ground.records.index[id_])
    del ground.records.index[newest], ground.records.stored[newest], ground.records.records[newest]
    verdict = ground.verify()
    assert [one[:2] for one in told(verdict)] == [(Tampering.OPERATION_REMOVED, newest)]
    assert verdict.kept_since is not None
    assert ground.verify(Asked(trail.now - ground.kept_for)).kept_since is None
    ground.records.index["op_ended"] = trail.now
    assert ground.verify().records.operations == verdict.records.operations


def test_an_operation_whose_first_events_have_ended_is_past_its_retention() -> None:
    """Its later events are there for some time; of one that is younger, the missing event is found."""
    times = [NOW, NOW + timedelta(days=20), NOW + timedelta(days=21)]
    chain = make_chain("op_1", times)
    ground = Ground(clock=FixedClock(NOW + timedelta(days=101)), kept_for=timedelta(days=100))
    ground.records.put("op_1", chain)
    ground.records.stored["op_1"] = chain[1:]
    verdict = ground.verify(Asked(operation_id="op_1"))
    assert (verdict.is_clean, verdict.records.operations, verdict.kept_since) == (True, 0, NOW + timedelta(days=1))
    ground.kept_for = timedelta(days=400)
    verdict = ground.verify(Asked(operation_id="op_1"))
    assert (verdict.is_clean, verdict.kept_since) == (False, None)
