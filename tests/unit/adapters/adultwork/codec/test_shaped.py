"""Documents in the shapes of the table: documented members typed, the others passed on, and nothing guessed."""

from decimal import Decimal

import pytest

from chalicelib.adapters.adultwork.codec.shaped import read_shape, told
from chalicelib.adapters.adultwork.codec.wire import read_document
from chalicelib.adapters.http.answer import UnreadableAnswerError, UpstreamAnswer
from chalicelib.domain.reading.endpoints import CURRENT_CREDIT_BALANCE, PERMISSIONS, SETTINGS
from chalicelib.domain.reading.shape import Items, Known, Leaf, Record, Shape
from tests.unit.adapters.answers import XSI, json_answer, sample, xml_answer

SERIALIZATION = "http://schemas.microsoft.com/2003/10/Serialization/"
SETTINGS_TOLD = {
    "OfferDirectChat": True,
    "DirectChat": {"Pin": "1"},
    "PhoneChatNumber": "+447700900001",
    "ShowPhoneChatNumber": None,
    "PhoneChatPPM": Decimal("1.25"),
    "New": "x",
}


@pytest.mark.parametrize(
    "answer",
    [
        json_answer(
            '{"phoneChatPPM": 1.25, "offerDirectChat": true, "DirectChat": {"Pin": "1"}, "New": "x",'
            '"PhoneChatNumber": "+447700900001"}'
        ),
        xml_answer(
            f'<S xmlns="n" xmlns:i="{XSI}"><DirectChat xmlns:d2p1="o"><d2p1:Pin>1</d2p1:Pin></DirectChat><New>x</New>'
            "<OfferDirectChat>true</OfferDirectChat><PhoneChatNumber>+447700900001</PhoneChatNumber>"
            '<PhoneChatPPM>1.2500</PhoneChatPPM><ShowPhoneChatNumber i:nil="true"/></S>'
        ),
    ],
)
def test_documented_members_are_typed_and_others_passed_on(answer: UpstreamAnswer) -> None:
    """In both forms alike; what is missing is null, as nil is."""
    assert read_shape(SETTINGS.shape, answer, {}) == SETTINGS_TOLD


def test_a_list_is_read_item_by_item() -> None:
    """Null among them stays null; an empty list is one."""
    shape = Record({"A": Items(Leaf.INTEGER)})
    assert read_shape(shape, json_answer('{"A": [1, null, 3]}'), {}) == {"A": [1, None, 3]}
    assert read_shape(shape, xml_answer("<R><A><int>1</int></A></R>"), {}) == {"A": [1]}
    assert read_shape(PERMISSIONS.shape, json_answer('{"Permissions": []}'), {}) == {"Permissions": []}


@pytest.mark.parametrize("answer", [json_answer("299"), xml_answer(f'<int xmlns="{SERIALIZATION}">299</int>')])
def test_a_bare_number_is_one(answer: UpstreamAnswer) -> None:
    """As AdultWork's samples have it."""
    assert read_shape(CURRENT_CREDIT_BALANCE.shape, answer, {}) == 299


@pytest.mark.parametrize(
    ("shape", "answer"),
    [
        (Leaf.NUMBER, xml_answer("<html>299</html>")),
        (Leaf.NUMBER, json_answer('"299"')),
        (SETTINGS.shape, json_answer("[]")),
        (SETTINGS.shape, json_answer('{"Message": "An error has occurred."}')),
        (SETTINGS.shape, json_answer('{"OfferDirectChat": 1}')),
        (PERMISSIONS.shape, json_answer('{"Permissions": {"a": 1}}')),
        (Known.BOOKING, json_answer('{"Message": "No."}')),
        (Known.BOOKINGS, json_answer('{"Message": "No."}')),
        (Known.REQUIREMENTS, json_answer('{"Message": "No."}')),
        (Record({"A": Known.BOOKING}), json_answer('{"A": {}}')),
    ],
)
def test_what_is_not_in_its_shape_is_refused(shape: Shape, answer: UpstreamAnswer) -> None:
    """An error that comes with a 200 is no answer."""
    with pytest.raises(UnreadableAnswerError):
        read_shape(shape, answer, {})


def test_anything_is_passed_on_where_nothing_is_documented() -> None:
    """Null included."""
    assert read_shape(Leaf.ANY, json_answer('{"Message": "No."}'), {}) == {"Message": "No."}
    assert told(Leaf.ANY, read_document(json_answer("null"))) is None


def test_a_booking_is_read_as_one_that_was_made() -> None:
    """Every member, null where there is none."""
    booking = read_shape(Known.BOOKING, sample("made-booking.xml"), {})
    assert isinstance(booking, dict)
    assert {"BookingID", "Candidate", "RejectedReason"} <= booking.keys()


def test_a_page_of_bookings_tells_what_it_could_not_read() -> None:
    """By its BookingID, so that nothing vanishes."""
    sound = (
        '{"BookingID": 7, "Duration": 15, "Credits": 8, "Method": 1, "SessionDate": "2026-01-20T21:30:00",'
        '"Candidate": {"UserID": 1}}'
    )
    odd = '{"BookingID": 8, "Duration": "long", "Credits": 8, "Candidate": {"UserID": 1}}'
    page = read_shape(Known.BOOKINGS, json_answer(f'{{"PageCount": 3, "X": [{sound}, {odd}]}}'), {"PageNumber": 2})
    assert isinstance(page, dict)
    assert (page["PageNumber"], page["PageCount"], page["unreadable"]) == (2, 3, [8])
    assert [one["BookingID"] for one in page["Bookings"]] == [7]


def test_a_page_that_counts_no_pages_says_so() -> None:
    """The first one is asked for without a number."""
    assert read_shape(Known.BOOKINGS, json_answer('{"X": []}'), {}) == {
        "PageNumber": 1,
        "PageCount": None,
        "Bookings": [],
        "unreadable": [],
    }


def test_methods_that_cannot_be_told_are_null() -> None:
    """And the price stands all the same."""
    assert read_shape(Known.REQUIREMENTS, json_answer('{"PhoneChatPPM": 1.5, "Methods": [{"a": "b"}]}'), {}) == {
        "PhoneChatPPM": Decimal("1.5"),
        "Methods": None,
    }
