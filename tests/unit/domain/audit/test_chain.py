"""One chain against its own links, its operation's record and what digests list: what is wrong is named where it begins."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from chalicelib.domain.audit.chain import Head, StoredChain, beside_record, broken_link, difference
from chalicelib.domain.audit.event import event_hash
from chalicelib.domain.audit.finding import Tampering
from tests.builders import NOW
from tests.trails import make_chain

ID = "op_1"
CHAIN = make_chain(ID, [NOW + timedelta(seconds=number) for number in range(5)])
HASHES = [event_hash(event) for event in CHAIN]
FORGED = make_chain(ID, [NOW + timedelta(hours=number) for number in range(1, 7)])
OTHERS = make_chain("op_2", [NOW] * 5)
Damage = Callable[[list[bytes]], Sequence[bytes]]


def found(chain: Sequence[bytes]) -> tuple[Tampering, int, str] | None:
    """Return what the links of a chain tell."""
    finding = broken_link(StoredChain(ID, chain))
    if finding is None:
        return None
    assert finding.operation_id == ID
    return Tampering(finding.kind), finding.sequence, finding.what


def test_a_chain_that_nobody_touched_is_whole() -> None:
    """Of any length."""
    for length in range(6):
        assert found(CHAIN[:length]) is None


@pytest.mark.parametrize(
    ("damage", "kind", "sequence", "what"),
    [
        (lambda e: [b"{", *e[1:]], Tampering.CHANGED, 1, "its bytes are no event: JSONDecodeError"),
        (lambda e: [*e[:2], b"{}", *e[3:]], Tampering.CHANGED, 3, "its bytes are no event: KeyError"),
        (lambda e: [FORGED[0], *e[1:]], Tampering.CHANGED, 1, "the event after it was chained to other bytes"),
        (lambda e: [*e[:2], FORGED[2], *e[3:]], Tampering.CHANGED, 2, "the event after it was chained to other bytes"),
        (lambda e: [e[0], e[1].replace(b"1001", b"1002"), *e[2:]], Tampering.CHANGED, 2,
         "the event after it was chained to other bytes"),
        (lambda e: [e[0].replace(b'"previous_hash":"0"', b'"previous_hash":"1"'), *e[1:]], Tampering.CHANGED, 1,
         "it follows another event"),
        (lambda e: [*e[:2], OTHERS[2], *e[3:]], Tampering.ADDED, 3, "it says that it is of op_2"),
        (lambda e: e[1:], Tampering.REMOVED, 1, "it is not there, though the one after it is"),
        (lambda e: [*e[:2], *e[3:]], Tampering.REMOVED, 3, "it is not there, though the one after it is"),
        (lambda e: [e[0], *e[3:]], Tampering.SEVERAL_REMOVED, 2,
         "it is not there, nor those up to 3, though the one after them is"),
        (lambda e: [e[0], e[4]], Tampering.SEVERAL_REMOVED, 2,
         "it is not there, nor those up to 4, though the one after them is"),
        (lambda e: [e[1], e[0], *e[2:]], Tampering.SWAPPED, 1, "event 2 stands in its place"),
        (lambda e: [*e[:3], e[4], e[3]], Tampering.SWAPPED, 4, "event 5 stands in its place"),
        (lambda e: [e[0], e[4], b"{", e[2], e[1]], Tampering.SWAPPED, 2, "event 5 stands in its place"),
        (lambda e: [*e[:3], e[2], *e[3:]], Tampering.ADDED, 4, "it says that it is event 3"),
        (lambda e: [*e, e[0]], Tampering.ADDED, 6, "it says that it is event 1"),
    ],
)  # fmt: skip
def test_links_name_what_was_done(damage: Damage, kind: Tampering, sequence: int, what: str) -> None:
    """No digest covers these, so the events have to tell of each other."""
    assert found(damage(list(CHAIN))) == (kind, sequence, what)


@pytest.mark.parametrize(
    ("head", "covered", "expected"),
    [
        (None, 0, None),
        (Head(5, HASHES[4]), 0, None),
        (Head(5, HASHES[3]), 0, (Tampering.CHANGED, 5, "the operation's record has another hash of it")),
        (Head(6, HASHES[4]), 0,
         (Tampering.TRUNCATED, 6, "it is not there, nor what followed: the chain ends after 5 of 6 events")),
        (Head(3, HASHES[2]), 3, (Tampering.ADDED, 4, "the operation's record says that event 3 is the newest")),
        (Head(3, HASHES[2]), 4, (Tampering.RESTORED, 4, "the operation's record says that event 3 is the newest")),
    ],
)  # fmt: skip
def test_the_record_of_an_operation_says_where_its_chain_ends(
    head: Head | None, covered: int, expected: tuple[Tampering, int, str] | None
) -> None:
    """A record that knows less than digests cover is the one that is old."""
    finding = beside_record(StoredChain(ID, CHAIN, head), covered)
    told = None if finding is None else (finding.kind, finding.sequence, finding.what)
    assert told == expected
    assert finding is None or finding.operation_id == ID


def test_a_record_without_any_event_tells_that_its_operation_was_removed() -> None:
    """Leave the record alone."""
    finding = beside_record(StoredChain(ID, [], Head(2, HASHES[1])), 0)
    assert finding is not None
    assert (finding.kind, finding.operation_id, finding.sequence) == (Tampering.OPERATION_REMOVED, ID, 1)
    assert finding.what == "none of its 2 events is there"


def compared(chain: Sequence[bytes], listed: Sequence[str] = HASHES) -> tuple[Tampering, int, str] | None:
    """Return what a listing tells of a chain."""
    stored = StoredChain(ID, chain)
    finding = difference(ID, stored.hashes(), listed, stored.follows())
    if finding is None:
        return None
    assert finding.operation_id == ID
    return Tampering(finding.kind), finding.sequence, finding.what


def test_a_chain_is_as_listed_when_it_begins_with_what_is_listed() -> None:
    """It may have gone on since."""
    for length in range(6):
        assert compared(CHAIN, HASHES[:length]) is None


NEXT = make_chain(ID, [NOW + timedelta(seconds=number) for number in range(7)])


@pytest.mark.parametrize(
    ("damage", "kind", "sequence", "what"),
    [
        (lambda e: [b"{", *e[1:]], Tampering.CHANGED, 1, f"its hash is {event_hash(b'{')}, and was {HASHES[0]}"),
        (lambda e: [*e[:4], FORGED[4]], Tampering.CHANGED, 5,
         f"its hash is {event_hash(FORGED[4])}, and was {HASHES[4]}"),
        (lambda _: FORGED, Tampering.CHANGED, 1, f"its hash is {event_hash(FORGED[0])}, and was {HASHES[0]}"),
        (lambda e: [*e[:3], e[4]], Tampering.REMOVED, 4, "it is not there, though the one after it is"),
        (lambda e: e[1:], Tampering.REMOVED, 1, "it is not there, though the one after it is"),
        (lambda e: e[2:], Tampering.SEVERAL_REMOVED, 1,
         "it is not there, nor those up to 2, though the one after them is"),
        (lambda e: [*e[:4], NEXT[5]], Tampering.REMOVED, 5, "it is not there, though the one after it is"),
        (lambda e: [*e[:3], NEXT[5]], Tampering.SEVERAL_REMOVED, 4,
         "it is not there, nor those up to 5, though the one after them is"),
        (lambda e: [e[0], e[3], e[2], e[1], e[4]], Tampering.SWAPPED, 2, "event 4 stands in its place"),
        (lambda e: [e[1], e[0], *e[2:]], Tampering.SWAPPED, 1, "event 2 stands in its place"),
        (lambda e: [e[0], FORGED[1], *e[1:]], Tampering.ADDED, 2, "it was put before the genuine event 2"),
        (lambda e: [e[0], e[0], *e[1:]], Tampering.ADDED, 2, "it was put before the genuine event 2"),
        (lambda e: e[:3], Tampering.TRUNCATED, 4,
         "it is not there, nor what followed: the chain ends after 3 of 5 events"),
        (lambda e: e[:0], Tampering.OPERATION_REMOVED, 1, "none of its 5 events is there"),
    ],
)  # fmt: skip
def test_a_listing_names_exactly_what_was_done(damage: Damage, kind: Tampering, sequence: int, what: str) -> None:
    """Also where the rest was chained anew, and where the event that follows is not listed yet."""
    assert compared(damage(list(CHAIN))) == (kind, sequence, what)
