"""Lines: what was exported is read again, byte by byte, and verifies."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.audit.chain import broken_link
from chalicelib.domain.audit.finding import Tampering
from chalicelib.domain.review.exports.lines import read, written
from tests.builders import NOW
from tests.trails import make_chain


@given(st.lists(st.integers(1, 6), min_size=1, max_size=6))
def test_what_was_exported_reads_back_as_it_was(lengths: list[int]) -> None:
    """Any number of operations, of any length."""
    chains = {f"op_{number}": make_chain(f"op_{number}", [NOW] * length) for number, length in enumerate(lengths)}
    found = list(read(written(event for chain in chains.values() for event in chain)))
    assert {one.operation_id: list(one.events) for one in found} == chains
    assert [broken_link(one) for one in found] == [None] * len(chains)


@given(st.data())
def test_a_changed_byte_is_found(data: st.DataObject) -> None:
    """Wherever it is, but in the last event, which only a digest or a record can vouch for."""
    events = make_chain("op_1", [NOW] * 3)
    at, place = data.draw(st.integers(0, 1)), data.draw(st.integers(0, len(events[0]) - 1))
    changed = bytearray(events[at])
    changed[place] ^= 1
    events[at] = bytes(changed)
    found = [broken_link(one) for one in read(written(events))]
    assert any(finding is not None for finding in found)


def test_a_line_that_cannot_be_read_is_named_in_its_chain() -> None:
    """And before the first one, in a chain without a name."""
    first, second = make_chain("op_1", [NOW] * 2)
    found = [(one.operation_id, broken_link(one)) for one in read([b"x\n", first + b"\n", b"{}", second])]
    assert [name for name, _ in found] == ["", "op_1"]
    finding = found[1][1]
    assert finding is not None
    assert (finding.kind, finding.sequence) == (Tampering.CHANGED, 2)
