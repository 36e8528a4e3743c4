"""Answers to bookings: both formats give the same values, and nothing that is in doubt becomes one."""

from dataclasses import MISSING, fields, replace
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.adapters.adultwork.codec.bookings import BOOKING, BOOKINGS, CANDIDATE, MADE, PROFILE
from chalicelib.adapters.adultwork.codec.wire import read_booking, read_made_bookings
from chalicelib.adapters.http.answer import UnreadableAnswerError, UpstreamAnswer
from chalicelib.domain.booking.booking import PROOF, BookedUser, Booking, UnreadableEntry
from chalicelib.domain.booking.upstream_value import upstream_name
from tests.unit.adapters.answers import XSI, json_answer, sample, xml_answer

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
        assert set(shape.by_name) == set(model.names.values()) - {"Unreadable"}
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
    "a candidate of text": ('<Disputes xmlns="' + PROFILE + '">0</Disputes>', "text"),
    "a candidate without UserID": ("<d4p1:UserID>123456</d4p1:UserID>", ""),
    "a UserID in another namespace": (BOOKINGS + '">', BOOKINGS + 's">'),
    "another root": ("MadeBooking", "ReceivedBooking"),
    "another namespace": (MADE, BOOKINGS),
}


@pytest.mark.parametrize("change", XML_CHANGES.values(), ids=XML_CHANGES.keys())
def test_a_changed_xml_booking_is_refused(change: tuple[str, str]) -> None:
    """A booking is believed only when every member that proves it is sound."""
    assert change[0] in XML
    with pytest.raises(UnreadableAnswerError):
        read_booking(xml_answer(XML.replace(*change)))


def test_a_candidate_that_is_only_text_is_refused() -> None:
    """An object is not made of a text."""
    start, end = XML.index("<Candidate"), XML.index("</Candidate>")
    with pytest.raises(UnreadableAnswerError):
        read_booking(xml_answer(f"{XML[:start]}<Candidate>123456{XML[end:]}"))


FOR_SHOW_IN_XML = {
    "an odd date": ("2018-01-20T12:34:56.789", "yesterday", "create_date", ("CreateDate",)),
    "an empty date": ('<AcceptedDate i:nil="true" />', "<AcceptedDate/>", "accepted_date", ("AcceptedDate",)),
    "a nil that is none": (
        '<AcceptedDate i:nil="true" />',
        '<AcceptedDate nil="true" />',
        "accepted_date",
        ("AcceptedDate",),
    ),
    "a nil that is no boolean": (
        '<AcceptedDate i:nil="true" />',
        '<AcceptedDate i:nil="ja" />',
        "accepted_date",
        ("AcceptedDate",),
    ),
    "comments of elements": (COMMENTS, "<Comments><b>Hi</b></Comments>", "comments", ("Comments",)),
    "comments twice": (COMMENTS, COMMENTS + COMMENTS, "comments", ("Comments",)),
    "a Status of elements": ("<Status>Pending</Status>", "<Status><a/></Status>", "status", ("Status",)),
}


@pytest.mark.parametrize(("old", "new", "field", "names"), FOR_SHOW_IN_XML.values(), ids=FOR_SHOW_IN_XML.keys())
def test_a_member_for_show_that_cannot_be_read_is_null_and_named(
    old: str, new: str, field: str, names: tuple[str, ...]
) -> None:
    """The booking stands, and was paid for, whatever its date of acceptance looks like."""
    assert old in XML
    booking = read_booking(xml_answer(XML.replace(old, new)))
    changed: dict[str, Any] = {field: None, "unreadable": names}
    assert booking == replace(read_booking(xml_answer(XML)), **changed)
    assert not {"unreadable", "Unreadable"} & booking.written(nulls=True).keys()


def test_everything_for_show_may_be_odd_at_once() -> None:
    """Another instance namespace makes every nil of the sample odd: each is named, in the order of the table."""
    booking = read_booking(xml_answer(XML.replace(XSI, XSI + "s")))
    assert booking.unreadable == ("AcceptedDate", "ConfirmedDate", "CancelledDate")
    assert (booking.booking_id, booking.accepted_date) == (1, None)


FOR_SHOW_IN_JSON = {
    "a Status that is a number": ('"Pending"', "1", ("Status",)),
    "a date that is a number": ('"2018-01-20T12:34:56.789"', "1516451696", ("CreateDate",)),
    "a rating with a fraction": ('"Ratings": 8', '"Ratings": 4.5', ("Candidate.Ratings",)),
    "two odd ones": ('"Comments": ', '"ActionClient": 1, "Comments": 2, "Words": ', ("Comments",)),
    "two spellings": ('"Comments": ', '"comments": "a", "COMMENTS": "b", "Words": ', ("Comments",)),
    "a nickname in a list": ('"Nickname": "BookedUser"', '"Nickname": ["BookedUser"]', ("Candidate.Nickname",)),
}


@pytest.mark.parametrize(("old", "new", "names"), FOR_SHOW_IN_JSON.values(), ids=FOR_SHOW_IN_JSON.keys())
def test_a_member_for_show_that_cannot_be_read_costs_nothing_in_json_either(
    old: str, new: str, names: tuple[str, ...]
) -> None:
    """What proves the booking is sound."""
    assert old in JSON
    body = JSON.replace(old, new)
    if body.count('"ActionClient"') > 1:
        body = body.replace('"ActionClient": 1, ', "")
    booking = read_booking(json_answer(body))
    assert (booking.booking_id, booking.unreadable) == (1, names)


def test_a_null_status_is_a_fair_one() -> None:
    """It is there and says nothing; nothing about it cannot be read."""
    booking = read_booking(json_answer(JSON.replace('"Pending"', "null")))
    assert (booking.status, booking.unreadable) == (None, ())


def test_one_table_says_what_proves_a_booking() -> None:
    """Each of its members is needed, and no other one is."""
    for name in ("BookingID", "Duration", "Method", "Credits", "SessionDate"):
        assert name in PROOF
        with pytest.raises(UnreadableAnswerError):
            read_booking(json_answer(JSON.replace(f'"{name}"', f'"No{name}"')))
    assert len(PROOF) == 6
    needed = {upstream_name(one.name) for one in fields(Booking) if one.default is MISSING}
    assert needed == {name.partition(".")[0] for name in PROOF}


JSON_CHANGES = {
    "a BookingID as text": ('"BookingID": 1', '"BookingID": "1"'),
    "a BookingID of true": ('"BookingID": 1', '"BookingID": true'),
    "a BookingID of 1.0": ('"BookingID": 1', '"BookingID": 1.0'),
    "a null BookingID": ('"BookingID": 1', '"BookingID": null'),
    "no BookingID": ('"BookingID"', '"Booking"'),
    "two spellings of BookingID": ('"BookingID": 1', '"bookingID": 1, "BOOKINGID": 1'),
    "Credits as text": ('"Credits": 8', '"Credits": "8"'),
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


def test_made_bookings_in_another_namespace_are_told_as_far_as_they_can_be() -> None:
    """They are not skipped: a booking that is not understood is still there."""
    listed = read_made_bookings(xml_answer(f"<W>{XML.replace(MADE, BOOKINGS)}</W>"))
    assert listed == (UnreadableEntry(1, 123456, "2018-01-22T21:30:00"),)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ('{"BookingID": 2}', UnreadableEntry(2)),
        ('{"bookingid": 2, "Candidate": {"UserID": 5}}', UnreadableEntry(2, 5)),
        (
            '{"BookingID": "two", "SessionDate": "2018-01-22T21:30:00"}',
            UnreadableEntry(None, None, "2018-01-22T21:30:00"),
        ),
        ('{"BookingID": 2, "Candidate": null, "SessionDate": "soon"}', UnreadableEntry(2)),
        ('{"BookingID": 2, "Candidate": {"UserID": 5, "userid": 6}}', UnreadableEntry(2, 5)),
        ('{"BookingID": 2, "Candidate": {"userID": 5, "userid": 6}}', UnreadableEntry(2)),
        ("null", UnreadableEntry()),
        ("{}", UnreadableEntry()),
        ("7", UnreadableEntry()),
    ],
)
def test_an_entry_that_cannot_be_read_hides_no_other(entry: str, told: UnreadableEntry) -> None:
    """Put it before and behind a sound one; what can be told of it is."""
    sound = read_booking(json_answer(JSON))
    assert read_made_bookings(json_answer(f'{{"Rows": [{entry}, {JSON}]}}')) == (told, sound)
    assert read_made_bookings(json_answer(f'{{"Rows": [{JSON}, {entry}]}}')) == (sound, told)


def test_an_odd_entry_in_xml_is_told_beside_the_sound_ones_and_a_page_count_is_none() -> None:
    """What bears an entry's name is one; what stands beside the entries with another name is not."""
    odd = f'<MadeBooking xmlns="{MADE}" />'
    listed = read_made_bookings(xml_answer(f'<W xmlns="{MADE}"><PageCount>1</PageCount>{odd}{XML}</W>'))
    assert listed == (UnreadableEntry(), read_booking(xml_answer(XML)))


def test_a_single_booking_may_stand_for_a_list() -> None:
    """Sound or not."""
    assert read_made_bookings(json_answer(JSON)) == (read_booking(json_answer(JSON)),)
    assert read_made_bookings(json_answer('{"BookingID": 1}')) == (UnreadableEntry(1),)
