"""Proofs that a digest covers an event, and that a chain ended there as of that digest."""

from dataclasses import replace

import pytest

from chalicelib.domain.audit.digest import HOUR, Entry, due_at, hour_of, make_digest
from chalicelib.domain.audit.inclusion import Inclusion, Part, prove
from tests.builders import NOW

ENTRIES = [Entry(NOW, f"op_{number}", 1, f"{number:064}") for number in range(5)]
LATE = [replace(entry, at=NOW - HOUR, sequence=sequence) for sequence in (2, 3) for entry in ENTRIES[:2]]
DIGEST, LISTING = make_digest(None, NOW, due_at(NOW), [(hour_of(entry.at), entry) for entry in (*ENTRIES, *LATE)])


@pytest.mark.parametrize("part", Part)
def test_each_entry_of_a_section_is_proved(part: Part) -> None:
    """Nothing but the digest and the proof is needed."""
    entries = {Part.EVENTS: LISTING.on_time, Part.LATE: LISTING.late, Part.HEADS: LISTING.heads()}[part]
    for index, entry in enumerate(entries):
        proof = prove(LISTING, entry, part)
        assert (proof.part, proof.index) == (part, index)
        assert proof.holds(entry, DIGEST)
        assert not proof.holds(replace(entry, sequence=9), DIGEST)
        assert not replace(proof, index=index + 1).holds(entry, DIGEST)
        assert not Inclusion(part, index, (*proof.path, b"\x00" * 32)).holds(entry, DIGEST)


def test_an_entry_is_proved_where_it_stands_alone() -> None:
    """One that came late is not on time, and one that was followed is no head."""
    with pytest.raises(ValueError, match="not in"):
        prove(LISTING, LATE[0], Part.EVENTS)
    with pytest.raises(ValueError, match="not in"):
        prove(LISTING, ENTRIES[0], Part.HEADS)
    assert not replace(prove(LISTING, LATE[0], Part.LATE), part=Part.EVENTS).holds(LATE[0], DIGEST)
