"""Findings: each names its place, and every kind says how it is read."""

import pytest

from chalicelib.domain.audit.finding import Tampering, tampered


@pytest.mark.parametrize("kind", Tampering)
def test_every_tampering_says_how_to_read_it(kind: Tampering) -> None:
    """Whole sentences, for whoever has not read this code."""
    finding = tampered(kind, "op_1", 3, "it is odd")
    assert (finding.kind, finding.operation_id, finding.sequence, finding.what) == (kind, "op_1", 3, "it is odd")
    assert finding.how_to_read.endswith(".")
    assert len(finding.how_to_read) > 40


def test_a_finding_is_told_in_a_line() -> None:
    """Of an event, and of a digest."""
    assert str(tampered(Tampering.CHANGED, "op_1", 3, "it is odd")) == "changed: op_1, event 3: it is odd"
    assert str(tampered(Tampering.RESIGNED, None, 4, "it is odd")) == "re-signed: digest 4: it is odd"
