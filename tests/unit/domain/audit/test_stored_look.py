"""Looks as they are stored: read as links of their chains, and nothing else under their name."""

from datetime import timedelta

import pytest

from chalicelib.domain.audit.chain import StoredChain, broken_link, lost
from chalicelib.domain.audit.event import GENESIS, AuditEvent, EventKind, event_hash
from chalicelib.domain.audit.finding import Tampering, tampered
from chalicelib.domain.audit.stored_event import StoredEvent, UnreadableEventError
from chalicelib.domain.audit.stored_look import StoredLook, read_link
from tests.builders import NOW
from tests.trails import make_chain, make_looks

NAME, LOOKS = make_looks("rita", [NOW, NOW + timedelta(minutes=1), NOW + timedelta(minutes=2)])


def test_a_look_says_its_place() -> None:
    """The name of its chain is that of its rows."""
    assert NAME.startswith("REVIEW#2026-01-15#")
    link = read_link(LOOKS[1])
    assert isinstance(link, StoredLook)
    assert (link.operation_id, link.sequence, link.at) == (NAME, 2, NOW + timedelta(minutes=1))
    assert link.canonical == LOOKS[1]
    assert (link.previous_hash, link.hash) == (event_hash(LOOKS[0]), event_hash(LOOKS[1]))
    assert read_link(LOOKS[0]).previous_hash == GENESIS


def test_an_event_of_an_operation_is_read_as_one() -> None:
    """By the same reader."""
    (event,) = make_chain("op_1", [NOW])
    assert read_link(event) == StoredEvent.read(event)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b'"kind":"looked"', b'"kind":"claimed"', "^no look: it says that it is something else$"),
        (b'"at":"2026-01-15T', b'"at":"2026-01-16T', "^no look: it says another day than its chain$"),
        (b'"sequence":1', b'"sequence":true', "no int where one belongs"),
        (b'"at":"2026-01-15T12:00:00.000+00:00"', b'"at":7', "TypeError"),
        (b'"found":0', b'"found": 0', "not canonical"),
    ],
)
def test_what_is_no_look_is_refused(old: bytes, new: bytes, why: str) -> None:
    """Each says why."""
    assert old in LOOKS[0]
    with pytest.raises(UnreadableEventError, match=why):
        read_link(LOOKS[0].replace(old, new))


def test_an_event_under_the_name_of_a_chain_of_looks_says_why_it_is_none() -> None:
    """Whoever reads it alone."""
    event = AuditEvent(NAME, 4, NOW, EventKind.RELEASED, 9, "r", previous_hash=event_hash(LOOKS[-1])).canonical()
    with pytest.raises(UnreadableEventError, match=r"^no look: it is an event of an operation, by its form$"):
        read_link(event)


def test_an_event_of_an_operation_has_no_place_among_looks() -> None:
    """Whoever writes one under the name of their chain is found, though it is chained as it should be."""
    forged = AuditEvent(NAME, 4, NOW, EventKind.RELEASED, 9, "r", previous_hash=event_hash(LOOKS[-1])).canonical()
    finding = broken_link(StoredChain(NAME, [*LOOKS, forged]))
    assert finding is not None
    assert (finding.kind, finding.sequence) == (Tampering.CHANGED, 4)
    assert broken_link(StoredChain(NAME, LOOKS)) is None


def test_findings_of_looks_say_look_and_how_to_read_them() -> None:
    """No booking stands behind them."""
    gone, cut = lost(NAME, 0, 3), lost(NAME, 2, 3)
    assert (gone.kind, cut.kind) == (Tampering.LOOKS_REMOVED, Tampering.TRUNCATED)
    assert str(cut).startswith(f"truncated: {NAME}, look 3: ")
    assert "AdultWork" not in gone.how_to_read + cut.how_to_read
    assert "what this reader looked at" in cut.how_to_read
    assert "what this reader looked at" not in lost("op_1", 2, 3).how_to_read
    of_both = tampered(Tampering.CHANGED, NAME, 1, ""), tampered(Tampering.CHANGED, "op_1", 1, "")
    assert of_both[0].how_to_read == of_both[1].how_to_read
    assert str(of_both[1]) == "changed: op_1, event 1: "
