"""A series of digests: what is wrong with one is found, and only what is right proves something."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib.domain.audit.coverage import Coverage, DigestedHour, Stretch
from chalicelib.domain.audit.digest import HOUR, LONG_AGO, Digest, Listing, due_at
from chalicelib.domain.audit.event import event_hash
from chalicelib.domain.audit.finding import Tampering
from chalicelib.domain.audit.signature import Signed, sign
from tests.builders import NOW
from tests.fakes.digest_signer import QuickSigner
from tests.trails import SIGNER, make_chain, make_hours

MINUTE = timedelta(minutes=1)
CHAINS = {f"op_{number}": make_chain(f"op_{number}", [NOW + number * HOUR + MINUTE] * 2) for number in range(4)}
HOURS = make_hours(CHAINS, NOW, 4)
IN_TIME = due_at(NOW + 4 * HOUR) + HOUR
Hours = Sequence[DigestedHour]


def read(hours: Hours) -> Coverage:
    """Return what digests prove when the next one is not overdue yet."""
    coverage = Coverage(SIGNER)
    coverage.read(hours, IN_TIME)
    return coverage


def stretch(hours: Hours, since: timedelta, until: timedelta | None = None, *, now: datetime = IN_TIME) -> Coverage:
    """Return what the digests of a stretch prove; its bounds count from NOW."""
    coverage = Coverage(SIGNER, Stretch(NOW + since, None if until is None else NOW + until))
    coverage.read(hours, now)
    return coverage


def found(coverage: Coverage) -> list[tuple[Tampering, int, str]]:
    """Return what was found, all of it about digests."""
    assert all(finding.operation_id is None for finding in coverage.findings)
    return [(Tampering(finding.kind), finding.sequence, finding.what) for finding in coverage.findings]


def again(made: DigestedHour, /, listing: Listing | None = None, **change: object) -> DigestedHour:
    """Return a digest with other members, signed with the right key: a fault of our own."""
    digest = replace(Digest.read(made.signed.canonical), **change)  # type: ignore[arg-type]
    return DigestedHour(sign(digest.canonical(), SIGNER), listing or made.listing)


def test_digests_that_nobody_touched_prove_where_each_chain_ends() -> None:
    """Read four of them."""
    coverage = read(HOURS)
    assert found(coverage) == []
    assert coverage.heads == {id_: (2, bytes.fromhex(event_hash(chain[1]))) for id_, chain in CHAINS.items()}
    assert (coverage.digests, coverage.late, coverage.proving) == (4, 0, {1, 2, 3, 4})
    assert (coverage.closed_until, coverage.unproved_until) == (NOW + 3 * HOUR, LONG_AGO)
    assert list(coverage.listings(HOURS)) == [hour.listing for hour in HOURS]


def test_an_hour_is_closed_by_no_digest_before_it_is_over_for_long_enough() -> None:
    """One that was made ahead of its time covers what it lists; what is written after it may be covered as late."""
    coverage = Coverage(SIGNER)
    coverage.read(HOURS, due_at(NOW + 3 * HOUR) - timedelta(seconds=1))
    assert (found(coverage), len(coverage.heads)) == ([], len(CHAINS))
    assert coverage.closed_until == NOW + 2 * HOUR


def test_without_digests_nothing_is_proved() -> None:
    """There need not be any yet."""
    coverage = read([])
    assert found(coverage) == []
    assert (coverage.heads, coverage.closed_until) == ({}, LONG_AGO)


def test_digests_without_looks_leave_chains_of_looks_unproved_and_no_others() -> None:
    """Those of the first version list operations alone."""
    coverage = Coverage(SIGNER, unproved_until=NOW, without_looks_until=NOW + HOUR)
    assert coverage.unproved_of("REVIEW#2026-01-15") == NOW + HOUR
    assert coverage.unproved_of("op_1") == NOW


def test_late_events_are_counted() -> None:
    """Let one operation be written an hour late."""
    assert read(make_hours(CHAINS, NOW, 4, delays={"op_1": HOUR})).late == 0
    assert read(make_hours(CHAINS, NOW, 4, delays={"op_1": HOUR + 20 * MINUTE})).late == 2


@pytest.mark.parametrize(("after", "is_overdue"), [(timedelta(0), False), (timedelta(milliseconds=1), True)])
def test_the_newest_digest_may_be_an_hour_overdue(after: timedelta, *, is_overdue: bool) -> None:
    """Its function may fail once."""
    coverage = Coverage(SIGNER)
    coverage.read(HOURS, IN_TIME + after)
    what = "the digest of the hour from 2026-01-15 16:00 UTC is overdue"
    assert found(coverage) == ([(Tampering.DIGEST_MISSING, 5, what)] if is_overdue else [])


def test_a_digest_that_another_key_has_signed_proves_nothing() -> None:
    """It says that it is the right key; the digests around it still prove what they say."""
    forged = replace(sign(HOURS[1].signed.canonical, QuickSigner("another")), key_id="quick")
    coverage = read([HOURS[0], DigestedHour(forged, HOURS[1].listing), *HOURS[2:]])
    what = "its signature, said to be of the key quick, does not hold"
    assert found(coverage) == [(Tampering.RESIGNED, 2, what)]
    assert coverage.heads.keys() == {"op_0", "op_2", "op_3"}
    assert coverage.proving == {1, 3, 4}
    assert list(coverage.listings(HOURS)) == [HOURS[number].listing for number in (0, 2, 3)]
    assert (coverage.closed_until, coverage.unproved_until) == (NOW + 3 * HOUR, NOW + HOUR)


def test_a_first_digest_that_proves_nothing_leaves_its_hour_to_be_told_by_the_next() -> None:
    """Until then nobody knows which hour is closed."""
    forged = DigestedHour(replace(HOURS[0].signed, signature=b""), HOURS[0].listing)
    alone = read([forged])
    assert [(kind, number) for kind, number, _ in found(alone)] == [(Tampering.RESIGNED, 1)]
    assert (alone.closed_until, alone.unproved_until) == (LONG_AGO, LONG_AGO)
    coverage = read([forged, *HOURS[1:]])
    assert len(found(coverage)) == 1
    assert (coverage.closed_until, coverage.unproved_until) == (NOW + 3 * HOUR, NOW)


def test_the_newest_digest_closes_its_hour_even_if_it_proves_nothing() -> None:
    """What belongs to it is not proved, and not open either."""
    coverage = read([*HOURS[:3], DigestedHour(replace(HOURS[3].signed, signature=b""), HOURS[3].listing)])
    assert (coverage.closed_until, coverage.unproved_until) == (NOW + 3 * HOUR, NOW + 3 * HOUR)


def test_bytes_that_are_no_digest_prove_nothing() -> None:
    """Whoever signed them."""
    coverage = read([*HOURS[:2], DigestedHour(sign(b"{}", SIGNER), Listing()), HOURS[3]])
    assert found(coverage) == [(Tampering.DIGEST_CHANGED, 3, "its bytes are no digest")]
    assert coverage.heads.keys() == {"op_0", "op_1", "op_3"}


@pytest.mark.parametrize(
    ("left", "number", "what"),
    [
        (lambda hours: hours[1:], 1, "it is not there"),
        (lambda hours: [hours[0], *hours[2:]], 2, "it is not there"),
        (lambda hours: [hours[0], hours[3]], 2, "it is not there, nor those up to 3"),
        (lambda hours: hours[3:], 1, "it is not there, nor those up to 3"),
    ],
)
def test_a_missing_digest_is_found(left: Callable[[Hours], Hours], number: int, what: str) -> None:
    """The digests that are there still prove what they say."""
    hours = left(HOURS)
    coverage = read(hours)
    assert found(coverage) == [(Tampering.DIGEST_MISSING, number, what)]
    assert coverage.heads.keys() == {entry.operation_id for hour in hours for entry in hour.listing.all()}
    last_missing = max(set(range(4)) - {HOURS.index(hour) for hour in hours})
    assert coverage.unproved_until == NOW + last_missing * HOUR


@pytest.mark.parametrize(
    ("change", "number", "what"),
    [
        (lambda hours: [hours[0], hours[0], *hours[1:]], 2, "it says that it is digest 1"),
        (lambda hours: [hours[0], again(hours[1], hour=NOW + 2 * HOUR, made_at=IN_TIME)], 2,
         "it is of the hour from 2026-01-15 14:00 UTC"),
        (lambda hours: [hours[0], again(hours[1], previous_hash="a" * 64)], 2,
         "it follows another digest than the one before it"),
        (lambda hours: [again(hours[0], previous_hash="a" * 64)], 1, "it follows another digest than the one before it"),
        (lambda hours: [again(hours[0], made_at=due_at(NOW) - MINUTE)], 1,
         "it was made before its hour was over for long enough"),
        (lambda hours: [hours[0], again(hours[1], hours[0].listing)], 2,
         "its listing is not the one that it was made with"),
    ],
)  # fmt: skip
def test_a_digest_that_does_not_fit_is_found(change: Callable[[Hours], Hours], number: int, what: str) -> None:
    """Even if the right key has signed it."""
    assert found(read(change(HOURS)))[0] == (Tampering.DIGEST_CHANGED, number, what)


def test_after_a_gap_the_hour_still_has_to_fit() -> None:
    """Two digests are missing, so the next one is of the third hour after."""
    third = again(HOURS[3], hour=NOW + 2 * HOUR)
    what = "it is of the hour from 2026-01-15 14:00 UTC"
    assert found(read([HOURS[0], third]))[1:] == [(Tampering.DIGEST_CHANGED, 4, what)]


def test_after_a_digest_that_proves_nothing_the_hour_still_has_to_fit() -> None:
    """The one after it is of the hour after it."""
    forged = DigestedHour(replace(HOURS[1].signed, signature=b""), HOURS[1].listing)
    third = again(HOURS[2], hour=NOW + 3 * HOUR, made_at=IN_TIME)
    what = "it is of the hour from 2026-01-15 15:00 UTC"
    assert found(read([HOURS[0], forged, third]))[1] == (Tampering.DIGEST_CHANGED, 3, what)


def test_no_event_is_in_two_digests() -> None:
    """Make the next digest over the same events."""
    first = HOURS[0]
    digest = Digest.read(first.signed.canonical)
    second = again(first, number=2, hour=NOW + HOUR, made_at=IN_TIME, previous_hash=digest.hash)
    what = "it covers op_0, event 1, which an earlier one covers"
    assert found(read([first, second]))[0] == (Tampering.DIGEST_CHANGED, 2, what)


def test_not_even_the_newest_event_of_a_digest_is_in_the_next() -> None:
    """Make the next digest over the same single event."""
    (first,) = make_hours({"op_0": make_chain("op_0", [NOW])}, NOW, 1)
    digest = Digest.read(first.signed.canonical)
    second = again(first, number=2, hour=NOW + HOUR, made_at=IN_TIME, previous_hash=digest.hash)
    what = "it covers op_0, event 1, which an earlier one covers"
    assert found(read([first, second]))[0] == (Tampering.DIGEST_CHANGED, 2, what)


def test_what_is_signed_is_asked_of_the_check_alone() -> None:
    """The names that a signer gives prove nothing."""
    other = Signed(HOURS[0].signed.canonical, HOURS[0].signed.signature, "any name", "any algorithm")
    assert found(read([DigestedHour(other, HOURS[0].listing), *HOURS[1:]])) == []


def test_a_stretch_begins_at_whatever_number_its_first_hour_has() -> None:
    """The digest before it is not looked at, so what is of its hour may have been covered there."""
    coverage = stretch(HOURS[2:], 2 * HOUR)
    assert (found(coverage), list(coverage.heads)) == ([], ["op_2", "op_3"])
    assert coverage.begun == {"op_2": NOW + 2 * HOUR + MINUTE, "op_3": NOW + 3 * HOUR + MINUTE}
    assert (coverage.closed_until, coverage.unproved_until) == (NOW + 3 * HOUR, NOW + HOUR)


@pytest.mark.parametrize(
    ("left", "since", "number", "what"),
    [
        (1, 0 * HOUR, 1, "it is not there"),
        (3, 2 * HOUR, 3, "it is not there"),
        (3, 1 * HOUR, 2, "it is not there, nor those up to 3"),
    ],
)
def test_digests_that_are_missing_at_the_beginning_of_a_stretch_are_counted(
    left: int, since: timedelta, number: int, what: str
) -> None:
    """By the hours between the first one that is there and the first that was asked for."""
    coverage = stretch(HOURS[left:], since)
    assert found(coverage) == [(Tampering.DIGEST_MISSING, number, what)]
    assert coverage.unproved_until == NOW + (left - 1) * HOUR


@pytest.mark.parametrize(("first", "since"), [(0, -5 * HOUR), (0, 0 * HOUR), (0, HOUR / 2), (3, 2.5 * HOUR)])
def test_before_the_first_digest_none_is_missing(first: int, since: timedelta) -> None:
    """A stretch may begin before there were any; and in the middle of an hour."""
    assert found(stretch(HOURS[first:], since)) == []


def test_the_first_digest_of_all_follows_none_in_a_stretch_too() -> None:
    """One that does is another one."""
    (kind, number, what) = found(stretch([again(HOURS[0], previous_hash="a" * 64)], 0 * HOUR))[0]
    assert (kind, number, what) == (Tampering.DIGEST_CHANGED, 1, "it follows another digest than the one before it")


def test_a_stretch_whose_first_digest_cannot_be_read_is_numbered_by_the_next() -> None:
    """Its hour is known all the same, and proved by nothing."""
    broken = DigestedHour(sign(b"{}", SIGNER), Listing())
    coverage = stretch([broken, HOURS[3]], 2 * HOUR)
    assert [kind for kind, _, _ in found(coverage)] == [Tampering.DIGEST_CHANGED]
    assert (list(coverage.heads), coverage.unproved_until) == (["op_3"], NOW + 2 * HOUR)
    alone = stretch([broken], 2 * HOUR)
    assert (alone.closed_until, alone.unproved_until) == (NOW + 2 * HOUR, NOW + 2 * HOUR)


def test_a_number_that_a_readable_digest_told_is_guessed_no_more() -> None:
    """Even one that does not fit: what is missing behind it is missed."""
    broken, misplaced = DigestedHour(sign(b"{}", SIGNER), Listing()), again(HOURS[1], hour=NOW + 5 * HOUR)
    told = found(stretch([broken, misplaced, HOURS[3]], 0 * HOUR))
    assert [(kind, number) for kind, number, _ in told][1:] == [
        (Tampering.DIGEST_CHANGED, 2),
        (Tampering.DIGEST_MISSING, 3),
    ]


@pytest.mark.parametrize(("until", "is_missed"), [(4 * HOUR, False), (5 * HOUR, True), (None, True)])
def test_after_the_end_of_a_stretch_no_digest_is_missed(until: timedelta | None, *, is_missed: bool) -> None:
    """Long after, when those of later hours have been made and were not asked for."""
    coverage = stretch(HOURS, 0 * HOUR, until, now=IN_TIME + 9 * HOUR)
    assert [(kind, number) for kind, number, _ in found(coverage)] == [(Tampering.DIGEST_MISSING, 5)] * is_missed


def test_a_stretch_without_any_digest_misses_its_first() -> None:
    """Once it is overdue."""
    assert found(stretch([], 4 * HOUR)) == []
    late = found(stretch([], 4 * HOUR, now=IN_TIME + MINUTE))
    assert late == [(Tampering.DIGEST_MISSING, 1, "the digest of the hour from 2026-01-15 16:00 UTC is overdue")]
