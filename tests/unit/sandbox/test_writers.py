"""Check that both writers print what the documentation prints."""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest

from devtools.places import UPSTREAM_SAMPLES
from sandbox.adultwork import shapes
from sandbox.adultwork.booking import Booking
from sandbox.adultwork.cast import CANDIDATES
from sandbox.adultwork.clock import date_text
from sandbox.writing.datacontract import write_xml
from sandbox.writing.documents import ErrorDocument, Listing, Record, Scalar
from sandbox.writing.json_writer import write_json

UPSTREAM = UPSTREAM_SAMPLES


@pytest.fixture
def documented() -> Booking:
    """Return the booking that the documentation shows."""
    return Booking(
        booking_id=1,
        account_id=1001,
        candidate=CANDIDATES[123456],
        duration=15,
        credits=Decimal(8),
        method=1,
        phone_number="44...",
        skype_name=None,
        create_date=datetime.fromisoformat("2018-01-20 12:34:56.789"),
        session_date=datetime.fromisoformat("2018-01-22 21:30"),
        accept_by=datetime.fromisoformat("2018-01-22 00:00"),
        last_updated=datetime.fromisoformat("2018-01-21 13:24:05.987"),
        comments="Hi, I had a great time last weekend, I want to do it again tonight!",
    )


def without_indentation(text: str) -> str:
    """Drop the blanks between elements."""
    return re.sub(r">\s+<", "><", text.strip())


def test_a_booking_in_xml_is_the_documented_sample_without_its_indentation(documented: Booking) -> None:
    """Compare byte for byte."""
    sample = (UPSTREAM / "made-booking.d2p1.xml").read_text()
    assert write_xml(shapes.made_booking(documented)).decode() == without_indentation(sample)


def test_a_booking_inside_a_list_has_the_prefix_of_its_depth(documented: Booking) -> None:
    """Find the printed sample, which was cut out of a list, inside the list."""
    sample = without_indentation((UPSTREAM / "made-booking.xml").read_text())
    members = sample.partition(">")[2].removesuffix("</MadeBooking>")
    written = write_xml(shapes.made_bookings((documented,), 1, 1)).decode()
    assert f"<Bookings><MadeBooking>{members}</MadeBooking></Bookings><PageCount>1</PageCount>" in written


def test_a_booking_in_json_is_the_documented_sample_in_the_documented_order(documented: Booking) -> None:
    """Compare members, values and order."""
    sample = json.loads((UPSTREAM / "made-booking.json").read_text())
    written = json.loads(write_json(shapes.made_booking(documented)))
    assert written == sample
    assert list(written) == list(sample)
    assert list(written["Candidate"]) == list(sample["Candidate"])


def test_credits_keep_four_places_in_both_formats(documented: Booking) -> None:
    """Look for the scale of a money column."""
    assert b'"Credits":8.0000,' in write_json(shapes.made_booking(documented))
    assert b"<Credits>8.0000</Credits>" in write_xml(shapes.made_booking(documented))


def test_a_whole_balance_is_the_documented_scalar() -> None:
    """Compare with the printed sample."""
    assert write_xml(Scalar(Decimal("299.0000"))).decode() == (UPSTREAM / "credit-balance.xml").read_text().strip()
    assert write_json(Scalar(Decimal("299.0000"))) == b"299"


def test_a_broken_balance_is_a_decimal_scalar() -> None:
    """Write what the table of the page says and its sample does not show."""
    expected = b'<decimal xmlns="http://schemas.microsoft.com/2003/10/Serialization/">299.5000</decimal>'
    assert write_xml(Scalar(Decimal("299.5"))) == expected
    assert write_json(Scalar(Decimal("299.5"))) == b"299.5000"


@pytest.mark.parametrize("write", [write_xml, write_json])
def test_markup_in_a_text_survives(write: Callable[[Record], bytes]) -> None:
    """Read back a text full of special characters."""
    nasty = '</A> & "quotes" \\ é 電 \t\n\r ]]>'
    written = write(Record("Root", "urn:x", (("A", nasty),)))
    if write is write_json:
        assert json.loads(written)["A"] == nasty
    else:
        found = ET.fromstring(written).find("{urn:x}A")  # noqa: S314 - our own text
        assert found is not None
        assert found.text == nasty


def test_a_control_character_makes_xml_that_no_reader_takes() -> None:
    """Let the character out as the unchecked writer upstream would."""
    written = write_xml(Record("Root", "urn:x", (("A", "\x01"),)))
    assert b"&#x1;" in written
    with pytest.raises(ET.ParseError):
        ET.fromstring(written)  # noqa: S314 - our own text


def test_empty_text_and_null_differ() -> None:
    """Write an empty element for the one and the nil attribute for the other."""
    written = write_xml(Record("Root", "urn:x", (("A", ""), ("B", None), ("C", True), ("D", Listing("urn:x", ())))))
    assert b'><A /><B i:nil="true" /><C>true</C><D /></Root>' in written


def test_members_are_sorted_by_code_point_with_the_inherited_ones_first() -> None:
    """Write upper case before lower case, and each level apart."""
    record = Record("Root", "urn:x", (("b", 1), ("a", 2), ("Z", 3)), Record("Inherited", "urn:x", (("y", 4), ("x", 5))))
    assert write_xml(record).endswith(b"><x>5</x><y>4</y><Z>3</Z><a>2</a><b>1</b></Root>")


def test_items_of_a_foreign_namespace_carry_the_prefix_declared_on_the_collection() -> None:
    """Declare once, at the depth of the collection."""
    item = Record("Item", "urn:item", (("A", 1),))
    written = write_xml(Record("Root", "urn:x", (("Items", Listing("urn:item", (item,))),)))
    assert b'<Items xmlns:d2p1="urn:item"><d2p1:Item><d2p1:A>1</d2p1:A></d2p1:Item></Items>' in written


def test_an_error_keeps_its_order_and_has_no_namespace() -> None:
    """Write the stock shape in both formats."""
    error = ErrorDocument("No & never", "because", (("booking.Z", "late"), ("booking.A", "early")))
    state = "<ModelState><booking.Z>late</booking.Z><booking.A>early</booking.A></ModelState>"
    expected = f"<Error><Message>No &amp; never</Message><MessageDetail>because</MessageDetail>{state}</Error>"
    assert write_xml(error).decode() == expected
    assert json.loads(write_json(error)) == {
        "Message": "No & never",
        "MessageDetail": "because",
        "ModelState": {"booking.Z": ["late"], "booking.A": ["early"]},
    }


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        ("2018-01-20 12:34:56.789", "2018-01-20T12:34:56.789"),
        ("2018-01-20 12:34:56.780", "2018-01-20T12:34:56.78"),
        ("2018-01-20 12:34:56", "2018-01-20T12:34:56"),
        ("2018-01-20 12:34", "2018-01-20T12:34:00"),
    ],
)
def test_dates_lose_the_trailing_zeros_of_their_fraction(moment: str, text: str) -> None:
    """Write dates in the .NET manner."""
    assert date_text(datetime.fromisoformat(moment)) == text
