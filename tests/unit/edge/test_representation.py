"""Bookings as JSON: the upstream's names and order, exact amounts."""

import json
import re
from decimal import Decimal

import pytest

from chalicelib.domain.booking.booking import Booking
from chalicelib.edge.representation import booking_json, to_json
from devtools.places import UPSTREAM_SAMPLES

SAMPLE = UPSTREAM_SAMPLES / "made-booking.json"


def sample_booking(credit_text: str) -> Booking:
    """Return the upstream's sample with an amount as its XML writes it."""
    document = json.loads(SAMPLE.read_text(), parse_int=int, parse_float=Decimal)
    return Booking.read(document | {"Credits": Decimal(credit_text)})


def test_the_upstreams_sample_comes_out_character_by_character() -> None:
    """Only the white space between tokens differs."""
    text = booking_json(sample_booking("8.0000"))
    assert json.loads(text) == json.loads(SAMPLE.read_text())
    assert text == json.dumps(json.loads(SAMPLE.read_text()), separators=(",", ":"))


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("8.0000", "8"),
        ("8.5000", "8.5"),
        ("100", "100"),
        ("1E+2", "100"),
        ("0.00000001", "0.00000001"),
        ("0.0000", "0"),
        ("123456789012345678901234567890.1230", "123456789012345678901234567890.123"),
    ],
)
def test_an_amount_is_exact_and_never_scientific(amount: str, written: str) -> None:
    """No float, no exponent, no trailing zero."""
    match = re.search(r'"Credits":([^,]+),', booking_json(sample_booking(amount)))
    assert match is not None
    assert match[1] == written


def test_a_document_is_compact_ascii_in_its_own_order() -> None:
    """Amounts are exact at any depth; what is not ASCII is escaped."""
    assert to_json({"b": [Decimal("1.50"), True], "a": {"é": None}}) == r'{"b":[1.5,true],"a":{"\u00e9":null}}'
