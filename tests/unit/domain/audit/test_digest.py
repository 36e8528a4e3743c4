"""Digests: which hour an event belongs to, what is late, and what the signed bytes say."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from chalicelib.domain.audit.digest import (
    GRACE,
    HOUR,
    LATEST,
    Digest,
    Entry,
    Listing,
    Section,
    UnreadableDigestError,
    due_at,
    hour_of,
    make_digest,
    placed,
)
from chalicelib.domain.audit.event import GENESIS
from chalicelib.domain.audit.merkle import EMPTY_ROOT, root
from chalicelib.domain.audit.stored_event import StoredEvent
from chalicelib.domain.canonical import Canonical, canonical_bytes
from tests.builders import NOW
from tests.trails import make_chain

MINUTE = timedelta(minutes=1)
LINE = b'["2026-01-15T12:07:00.000+00:00","op_1",2,"' + b"ab" * 32 + b'"]'
ENTRY = Entry(NOW + 7 * MINUTE, "op_1", 2, "ab" * 32)


def entry(minutes: float, operation_id: str = "op_1", sequence: int = 1) -> Entry:
    """Return an entry at so many minutes from NOW, which is the start of an hour."""
    return Entry(NOW + minutes * MINUTE, operation_id, sequence, hashlib.sha256(operation_id.encode()).hexdigest())


def first_digest(*entries: Entry) -> tuple[Digest, Listing]:
    """Return a first digest of NOW's hour over entries of their own hours."""
    return make_digest(None, NOW, due_at(NOW), [(hour_of(one.at), one) for one in entries])


def test_an_entry_is_a_line_of_canonical_json() -> None:
    """Write one out, and read it back."""
    assert ENTRY.leaf() == LINE
    assert Entry.read(LINE) == ENTRY
    assert Entry.read(LINE).at.tzinfo is UTC


def test_the_entry_of_an_event_says_when_of_what_which_and_its_hash() -> None:
    """Take a stored event."""
    event = StoredEvent.read(make_chain("op_9", [NOW])[0])
    assert Entry.of(event) == Entry(NOW, "op_9", 1, event.hash)


@pytest.mark.parametrize("line", [b"", b"{}", b"7", b"[1,2,3,4]", LINE[:-1] + b",1]", LINE.replace(b'",', b'", ')])
def test_another_line_is_no_entry(line: bytes) -> None:
    """Neither another document, nor the same with a space."""
    with pytest.raises(UnreadableDigestError, match=r"^no (canonical )?entry of a listing$"):
        Entry.read(line)


def test_entries_are_ordered_by_time_operation_and_number() -> None:
    """Shuffle some."""
    ordered = [entry(0, "op_9", 9), entry(1, "op_1", 2), entry(1, "op_1", 10), entry(1, "op_2", 1)]
    assert sorted([ordered[number] for number in (2, 0, 3, 1)]) == ordered


def test_an_event_belongs_to_the_hour_of_its_time_but_to_no_earlier_one_than_the_event_before() -> None:
    """Let the clock of the third event go back over the hour."""
    times = [NOW + minutes * MINUTE for minutes in (59, 61, 58, 121)]
    found = list(placed(map(StoredEvent.read, make_chain("op_1", times))))
    assert [hour for hour, _ in found] == [NOW, NOW + HOUR, NOW + HOUR, NOW + 2 * HOUR]
    assert [(one.at, one.sequence) for _, one in found] == [(at, number) for number, at in enumerate(times, start=1)]


def test_an_hour_begins_in_utc_to_the_microsecond() -> None:
    """Whatever the zone that a time is told in; some are off by half an hour."""
    at = datetime(2026, 1, 15, 17, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert hour_of(at) == NOW
    assert hour_of(at).tzinfo is UTC


def test_the_first_digest_follows_nothing() -> None:
    """Make one over two entries of the hour and one of an earlier one."""
    late, second, first = entry(-600, "op_3"), entry(59, "op_1", 2), entry(0, "op_1", 1)
    digest, listing = first_digest(late, second, first)
    assert listing == Listing((first, second), (late,))
    assert digest == Digest(
        number=1,
        hour=NOW,
        made_at=NOW + HOUR + GRACE,
        on_time=Section(2, first, second, root([first.leaf(), second.leaf()]).hex()),
        late=Section(1, late, late, root([late.leaf()]).hex()),
        heads=Section(2, second, late, root([second.leaf(), late.leaf()]).hex()),
        previous_hash=GENESIS,
    )
    assert digest.is_of(listing)


def test_the_next_digest_names_the_one_before() -> None:
    """An hour without events has one as well."""
    first, _ = first_digest(entry(0))
    second, listing = make_digest(first, NOW + HOUR, due_at(NOW + HOUR), [])
    assert (second.number, second.previous_hash) == (2, hashlib.sha256(first.canonical()).hexdigest())
    assert listing == Listing()
    assert second.on_time == second.late == second.heads == Section(0, None, None, EMPTY_ROOT.hex())


def test_the_signed_bytes_are_canonical_and_small() -> None:
    """Write a digest out in full; KMS signs up to 4,096 bytes."""
    digest, _ = first_digest(ENTRY)
    section = {"count": 1, "first": json.loads(LINE), "last": json.loads(LINE), "root": root([LINE]).hex()}
    assert digest.canonical() == canonical_bytes(
        {
            "version": 2,
            "number": 1,
            "hour": "2026-01-15T12:00:00.000+00:00",
            "made_at": "2026-01-15T13:20:00.000+00:00",
            "previous_hash": "0",
            "events": section,
            "late": {"count": 0, "root": EMPTY_ROOT.hex()},
            "heads": section,
        }
    )
    assert len(digest.canonical()) < 2000
    assert Digest.read(digest.canonical()) == digest


@pytest.mark.parametrize(("hours", "is_covered"), [(1, True), (3, True), (4, False)])
def test_an_event_that_is_too_late_is_left_out(hours: int, *, is_covered: bool) -> None:
    """No function of ours lives for so long; only the first digest covers all that is older."""
    assert timedelta(hours=3) == LATEST
    first, _ = make_digest(None, NOW - HOUR, due_at(NOW), [])
    _, listing = make_digest(first, NOW, due_at(NOW), [(NOW - hours * HOUR, entry(0))])
    assert listing == Listing((), (entry(0),) if is_covered else ())


def test_a_digest_is_made_some_time_after_its_hour() -> None:
    """Fifteen minutes is the longest run of a function, five are for clocks."""
    assert due_at(NOW) == NOW + timedelta(minutes=80)
    make_digest(None, NOW, due_at(NOW), [])
    with pytest.raises(ValueError, match=r"^the hour is not over for long enough$"):
        make_digest(None, NOW, due_at(NOW) - timedelta(milliseconds=1), [])


@pytest.mark.parametrize("hours", [0, 2, -1])
def test_a_digest_follows_that_of_the_hour_before(hours: int) -> None:
    """Leave none out, and make none twice."""
    first, _ = first_digest()
    with pytest.raises(ValueError, match=r"^a digest follows that of the hour before$"):
        make_digest(first, NOW + hours * HOUR, NOW + 9 * HOUR, [])


def test_an_event_of_a_later_hour_has_to_wait() -> None:
    """It is on time for the next digest."""
    with pytest.raises(ValueError, match=r"^an event of a later hour has no place in this digest$"):
        first_digest(entry(60))


def test_heads_are_the_newest_events_of_each_operation_by_operation() -> None:
    """A number tells which one is newer: a clock that went back does not."""
    older, newer, other = entry(3, "op_2", 1), entry(1, "op_2", 2), entry(9, "op_1", 5)
    listing = Listing((newer, older, other), (entry(-60, "op_1", 4),))
    assert listing.heads() == [other, newer]
    assert list(listing.all()) == [entry(-60, "op_1", 4), newer, older, other]


@pytest.mark.parametrize(
    "change",
    [
        lambda listing: replace(listing, on_time=listing.on_time[:-1]),
        lambda listing: replace(listing, on_time=listing.on_time[::-1]),
        lambda listing: replace(listing, late=()),
        lambda listing: Listing(listing.on_time, (replace(listing.late[0], hash="0" * 64),)),
    ],
    ids=["one less", "another order", "without the late one", "another hash"],
)
def test_a_digest_proves_its_listing_alone(change: Callable[[Listing], Listing]) -> None:
    """Change the listing."""
    digest, listing = first_digest(entry(-60, "op_3"), entry(0), entry(1, "op_2"))
    assert not digest.is_of(change(listing))
    assert not replace(digest, heads=digest.late).is_of(listing)


def changed(**change: Canonical) -> bytes:
    """Return the bytes of a digest with other members."""
    digest, _ = first_digest(ENTRY)
    return canonical_bytes({**json.loads(digest.canonical()), **change})


@pytest.mark.parametrize(
    "canonical",
    [
        b"",
        b"[]",
        b"{}",
        b"[" * 100_000,
        changed(hour="noon"),
        changed(hour=None),
        changed(events=None),
        changed(late={"count": 0}),
        changed(late={"count": 0, "root": "ab"}),
        changed(late={"count": 0, "root": "xy" * 32}),
        changed(heads={"count": 1, "root": "ab" * 32, "first": [1, 2, 3, 4]}),
    ],
)
def test_other_bytes_are_no_digest(canonical: bytes) -> None:
    """Leave out or change what a digest has."""
    with pytest.raises(UnreadableDigestError, match=r"^no digest$"):
        Digest.read(canonical)


@pytest.mark.parametrize("canonical", [changed() + b" ", changed(hour="2026-01-15T12:00:00+00:00")])
def test_a_digest_is_read_from_its_canonical_bytes_alone(canonical: bytes) -> None:
    """Two spellings of one digest would have two hashes."""
    with pytest.raises(UnreadableDigestError, match=r"^no canonical digest$"):
        Digest.read(canonical)


OLD = (  # a digest as version 1 wrote it
    b'{"events":{"count":0,"root":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},'
    b'"heads":{"count":0,"root":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},'
    b'"hour":"2026-01-15T12:00:00.000+00:00",'
    b'"late":{"count":0,"root":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},'
    b'"made_at":"2026-01-15T13:20:00.000+00:00","number":1,"previous_hash":"0","version":1}'
)


def test_a_digest_of_the_first_format_is_read_and_keeps_its_hash() -> None:
    """What signed it does not change; only it does not cover looks."""
    digest = Digest.read(OLD)
    assert digest.canonical() == OLD
    assert digest.hash == hashlib.sha256(OLD).hexdigest()
    assert (digest.version, digest.covers_looks, digest.is_of(Listing())) == (1, False, True)
    following, _ = make_digest(digest, NOW + HOUR, due_at(NOW + HOUR), [])
    assert (following.version, following.covers_looks, following.previous_hash) == (2, True, digest.hash)


@pytest.mark.parametrize("version", [b"0", b"3", b"true", b'"1"', b"null"])
def test_a_format_that_nobody_knows_is_refused(version: bytes) -> None:
    """A later one, none, and what merely equals a number."""
    with pytest.raises(UnreadableDigestError, match=r"^no digest$"):
        Digest.read(OLD.replace(b'"version":1', b'"version":' + version))
