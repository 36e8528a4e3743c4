"""Answers to bookings: both formats give the same values, and nothing that is in doubt becomes one."""

from decimal import Decimal

import pytest

from chalicelib.adapters.adultwork.answer import UnreadableAnswerError, UpstreamAnswer
from chalicelib.adapters.adultwork.bookings import BOOKING, BOOKINGS, CANDIDATE, MADE, PROFILE
from chalicelib.adapters.adultwork.wire import read_booking, read_made_bookings
from chalicelib.domain.booking import BookedUser, Booking
from tests.unit.adapters.adultwork.answers import XSI, json_answer, sample, xml_answer

XML = sample("made-booking.xml").body.decode()
JSON = sample("made-booking.json").body.decode()
NIL_COMMENTS = '<Comments i:nil="true" />'
COMMENTS = "<Comments>Hi, I had a great time last weekend, I want to do it again tonight!</Comments>"


def test_the_three_good_samples_are_one_booking() -> None:
    """Prefix, depth and format make no difference."""
    booking = read_booking(sample("made-booking.json"))
    assert read_booking(sample("made-booking.xml")) == booking
    assert read_booking(sample("made-booking.d2p1.xml")) == booking
    assert booking.credits == Decimal(8)
    assert booking.accepted_date is None
    assert booking.create_date == "2018-01-20T12:34:56.789"
    assert booking.candidate == BookedUser(
        user_id=123456, nickname="BookedUser", total=6, positive=7, neutral=0, negative=1, ratings=8, disputes=0
    )


def test_the_sample_as_the_upstream_prints_it_is_refused() -> None:
    """It is not well-formed; whatever could be made of it would be a guess."""
    with pytest.raises(UnreadableAnswerError):
        read_booking(sample("made-booking.as-printed.xml"))


def test_the_tables_name_every_member_of_the_model() -> None:
    """A member that the model gains must be read as well."""
    for shape, model in ((BOOKING, Booking), (CANDIDATE, BookedUser)):
        assert set(shape.by_name) == {field.alias for field in model.model_fields.values()}
        assert len(shape.by_tag) == len(shape.by_name)


def test_an_empty_element_is_an_empty_text_and_nil_is_null() -> None:
    """The two are told apart, as in JSON."""
    empty = read_booking(xml_answer(XML.replace(COMMENTS, "<Comments />")))
    null = read_booking(xml_answer(XML.replace(COMMENTS, NIL_COMMENTS)))
    absent = read_booking(xml_answer(XML.replace(COMMENTS, "")))
    assert (empty.comments, null.comments, absent.comments) == ("", None, None)


def test_unknown_members_are_ignored() -> None:
    """The upstream may add members, even twice; a typed reader looks for its own."""
    more = "<New><Deep/></New><New/><Comments xmlns='other'>x</Comments></MadeBooking>"
    assert read_booking(xml_answer(XML.replace("</MadeBooking>", more))) == read_booking(xml_answer(XML))
    assert read_booking(json_answer(JSON.replace("{", '{"New": [], ', 1))) == read_booking(json_answer(JSON))


def test_camel_case_names_are_taken_in_json() -> None:
    """Upstream clients can ask for them, so they may arrive."""
    camel = JSON.replace('"BookingID"', '"bookingID"').replace('"UserID"', '"userID"').replace('"Credits"', '"credits"')
    assert read_booking(json_answer(camel)) == read_booking(json_answer(JSON))


XML_CHANGES = {
    "a missing BookingID": ("<BookingID>1</BookingID>", ""),
    "a nil BookingID": ("<BookingID>1</BookingID>", '<BookingID i:nil="true"/>'),
    "an empty BookingID": ("<BookingID>1</BookingID>", "<BookingID/>"),
    "a long BookingID": ("<BookingID>1<", "<BookingID>12345678901<"),
    "two BookingIDs": ("<BookingID>1</BookingID>", "<BookingID>1</BookingID><BookingID>1</BookingID>"),
    "a BookingID in no namespace": ("<BookingID>", '<BookingID xmlns="">'),
    "a BookingID of elements": (">1</BookingID>", "><a/></BookingID>"),
    "a decimal Duration": ("<Duration>15<", "<Duration>15.0<"),
    "Credits with an exponent": ("8.0000", "8E0"),
    "a SessionDate of never": ("2018-01-22T21:30:00", "0001-01-01T00:00:00"),
    "an odd date": ("2018-01-20T12:34:56.789", "yesterday"),
    "an empty date": ('<AcceptedDate i:nil="true" />', "<AcceptedDate/>"),
    "a nil that is none": ('<AcceptedDate i:nil="true" />', '<AcceptedDate nil="true" />'),
    "a candidate of text": ('<Disputes xmlns="' + PROFILE + '">0</Disputes>', "text"),
    "a candidate without UserID": ("<d4p1:UserID>123456</d4p1:UserID>", ""),
    "a UserID in another namespace": (BOOKINGS + '">', BOOKINGS + 's">'),
    "another root": ("MadeBooking", "ReceivedBooking"),
    "another namespace": (MADE, BOOKINGS),
    "another instance namespace": (XSI, XSI + "s"),
}


@pytest.mark.parametrize("change", XML_CHANGES.values(), ids=XML_CHANGES.keys())
def test_a_changed_xml_booking_is_refused(change: tuple[str, str]) -> None:
    """A booking is believed only when every member that it has is sound."""
    assert change[0] in XML
    with pytest.raises(UnreadableAnswerError):
        read_booking(xml_answer(XML.replace(*change)))


def test_a_candidate_that_is_only_text_is_refused() -> None:
    """An object is not made of a text."""
    start, end = XML.index("<Candidate"), XML.index("</Candidate>")
    with pytest.raises(UnreadableAnswerError):
        read_booking(xml_answer(f"{XML[:start]}<Candidate>123456{XML[end:]}"))


JSON_CHANGES = {
    "a BookingID as text": ('"BookingID": 1', '"BookingID": "1"'),
    "a BookingID of true": ('"BookingID": 1', '"BookingID": true'),
    "a BookingID of 1.0": ('"BookingID": 1', '"BookingID": 1.0'),
    "a null BookingID": ('"BookingID": 1', '"BookingID": null'),
    "no BookingID": ('"BookingID"', '"Booking"'),
    "two spellings of BookingID": ('"BookingID": 1', '"bookingID": 1, "BOOKINGID": 1'),
    "Credits as text": ('"Credits": 8', '"Credits": "8"'),
    "a Status that is a number": ('"Pending"', "1"),
    "a null Status": ('"Pending"', "null"),
    "a date that is a number": ('"2018-01-20T12:34:56.789"', "1516451696"),
    "no candidate": ('"Candidate"', '"Candidates"'),
    "a candidate in a list": ('"Candidate": {', '"Candidate": [], "Other": {'),
    "a candidate that is a text": ('"Candidate": {', '"Candidate": "BookedUser", "Other": {'),
}


@pytest.mark.parametrize("change", JSON_CHANGES.values(), ids=JSON_CHANGES.keys())
def test_a_changed_json_booking_is_refused(change: tuple[str, str]) -> None:
    """JSON tells types apart, so no other type is taken."""
    assert change[0] in JSON
    with pytest.raises(UnreadableAnswerError):
        read_booking(json_answer(JSON.replace(*change)))


@pytest.mark.parametrize("body", ["1", "null", "[]", "{}", f"[{JSON}]"])
def test_json_that_is_no_object_is_no_booking(body: str) -> None:
    """A list of one booking is not one booking."""
    with pytest.raises(UnreadableAnswerError):
        read_booking(json_answer(body))


@pytest.mark.parametrize("content_type", ["text/html", "", "text/plain", "application/xml; charset=utf-16"])
def test_a_good_body_of_another_type_is_refused(content_type: str) -> None:
    """The content type decides; bodies are not guessed at."""
    with pytest.raises(UnreadableAnswerError):
        read_booking(xml_answer(XML, content_type=content_type))


def test_made_bookings_are_found_at_any_depth_in_order() -> None:
    """The names around them are not documented, so none is needed."""
    second_json = JSON.replace('"BookingID": 1', '"BookingID": 2')
    listed = json_answer(f'{{"PageCount": 1, "Anything": {{"Else": [{JSON}, {second_json}]}}, "Last": null}}')
    second_xml = XML.replace("<BookingID>1<", "<BookingID>2<")
    wrapped = xml_answer(f'<W xmlns="{MADE}"><PageCount>1</PageCount><L>{XML}{second_xml}</L></W>')
    expected = (read_booking(json_answer(JSON)), read_booking(json_answer(second_json)))
    assert read_made_bookings(listed) == read_made_bookings(wrapped) == expected
    assert read_made_bookings(json_answer(f"[{JSON}]")) == expected[:1]


@pytest.mark.parametrize(
    "answer",
    [
        json_answer("[]"),
        json_answer('{"PageCount": 0, "Bookings": []}'),
        json_answer('{"Pages": 0, "Items": []}'),
        json_answer('{"PageCount": 1, "MadeBookings": null}'),
        xml_answer(f'<W xmlns="{MADE}"><L/></W>'),
        xml_answer(f'<W xmlns="{MADE}"><PageCount>1</PageCount><L> </L></W>'),
        xml_answer(f'<ArrayOfMadeBooking xmlns="{MADE}"/>'),
        xml_answer(f'<W xmlns="{MADE}" xmlns:i="{XSI}"><PageCount>0</PageCount><L i:nil="true"/></W>'),
    ],
)
def test_no_made_bookings_is_a_fair_answer_where_an_empty_list_can_be_seen(answer: UpstreamAnswer) -> None:
    """An account without bookings has an empty list, whatever its name is."""
    assert read_made_bookings(answer) == ()


@pytest.mark.parametrize(
    "answer",
    [
        json_answer("{}"),
        json_answer('{"Status": "Maintenance"}'),
        json_answer('{"PageCount": 3, "PageNumber": 1}'),
        json_answer('{"PageCount": 2, "Bookings": []}'),
        json_answer('{"Code": 17, "Result": null}'),
        xml_answer("<Fault><Code>17</Code></Fault>"),
        xml_answer("<html><body/></html>"),
        xml_answer('<Error xmlns=""/>'),
        xml_answer(f'<W xmlns="{MADE}"><Code>17</Code></W>'),
        xml_answer(f'<W xmlns="{MADE}"><PageCount>2</PageCount><L/></W>'),
    ],
)
def test_a_document_in_which_no_list_can_be_seen_is_not_an_empty_one(answer: UpstreamAnswer) -> None:
    """Read a page of maintenance, half a list, a fault: "not created" must not rest on any of them."""
    with pytest.raises(UnreadableAnswerError):
        read_made_bookings(answer)


def test_the_last_page_may_be_empty() -> None:
    """Ask for the page after the last of two."""
    assert read_made_bookings(json_answer('{"PageCount": 2, "Bookings": []}'), 3) == ()


@pytest.mark.parametrize(
    "body",
    [
        '{"BookingID": 1}',
        f'[{JSON}, {{"bookingid": 2}}]',
        '{"Message": "Something went wrong"}',
        '"none"',
        "null",
        "0",
    ],
)
def test_a_list_in_doubt_is_unreadable(body: str) -> None:
    """A booking that cannot be read may be the one that is looked for, and an error is not an empty list."""
    with pytest.raises(UnreadableAnswerError):
        read_made_bookings(json_answer(body))


def test_made_bookings_in_another_namespace_are_unreadable() -> None:
    """They are not skipped: a booking that is not understood is still there."""
    with pytest.raises(UnreadableAnswerError):
        read_made_bookings(xml_answer(f"<W>{XML.replace(MADE, BOOKINGS)}</W>"))
