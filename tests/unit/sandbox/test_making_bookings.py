"""Check the booking calls: the documented rules, the prerequisites, the money."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from sandbox import SandboxServer
from tests.unit.sandbox.caller import CREATE, REQUIREMENTS, Caller, an_order


def test_a_booking_answers_the_order(client: Caller) -> None:
    """Compare every member with what was sent."""
    seen = client.book()
    assert seen.status == 200
    assert seen.json == {
        "BookingID": 1,
        "Duration": 15,
        "Credits": 32,
        "Status": "Pending",
        "Method": 1,
        "PhoneNumber": "07123456789",
        "SkypeName": None,
        "CreateDate": "2018-01-20T12:34:56.789",
        "SessionDate": "2018-02-21T21:30:00",
        "AcceptBy": "2018-02-21T18:00:00",
        "AcceptedDate": None,
        "ConfirmedDate": None,
        "CancelledDate": None,
        "CancelledReason": None,
        "CancelledBy": None,
        "RejectedReason": None,
        "LastUpdated": "2018-01-20T12:34:56.789",
        "Comments": "Hi",
        "ActionClient": "BookedUser needs to accept or reject",
        "Candidate": {
            "UserID": 123456,
            "Nickname": "BookedUser",
            "PhoneNumber": None,
            "SkypeName": None,
            "Total": 6,
            "Positive": 7,
            "Neutral": 0,
            "Negative": 1,
            "Ratings": 8,
            "Disputes": 0,
        },
    }


def test_equal_orders_book_twice_and_cost_twice(client: Caller) -> None:
    """Repeat an order: nothing upstream keeps the second one out."""
    assert [client.book().json["BookingID"], client.book().json["BookingID"]] == [1, 2]
    assert client.balance() == "236"


@pytest.mark.parametrize("name", ["BookUserID", "SessionDate", "Duration", "Method", "Credits", "AcceptBy"])
@pytest.mark.parametrize("how", ["missing", "null", "odd"])
def test_required_members_are_required_and_typed(client: Caller, name: str, how: str) -> None:
    """Leave each one out, send null, and send an object."""
    order = an_order()
    order[name] = None if how == "null" else {}
    if how == "missing":
        del order[name]
    seen = client.post(CREATE, order)
    assert (seen.status, seen.json["Message"]) == (400, "The request is invalid.")
    assert list(seen.json["ModelState"]) == [f"booking.{name}"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SessionDate", "2018-01-20 12:34"),
        ("SessionDate", "2018-02-21T21:30"),
        ("SessionDate", "2018-02-21 21:30:00"),
        ("SessionDate", "2018-02-30 21:30"),
        ("SessionDate", "2018-02-21 24:30"),
        ("AcceptBy", "2018-01-20 12:34"),
        ("AcceptBy", "2018-02-21 21:30"),
        ("AcceptBy", "2018-2-21 21:30"),
        ("Duration", 4),
        ("Duration", 15.5),
        ("Duration", "15"),
        ("Duration", True),
        ("Method", 0),
        ("Method", 4),
        ("BookUserID", "123456"),
        ("Credits", "32"),
        ("Credits", -1),
        ("Credits", 1e30),
        ("PhoneNumber", None),
        ("PhoneNumber", ""),
        ("PhoneNumber", "071234567"),
        ("PhoneNumber", "071234567890"),
        ("PhoneNumber", "+4471234567"),
        ("PhoneNumber", "0712 345678"),
        ("PhoneNumber", 7123456789),
        ("Comments", 5),
    ],
)
def test_a_broken_rule_names_its_member(client: Caller, name: str, value: object) -> None:
    """Break one documented rule at a time; an AcceptBy in the past is before any SessionDate."""
    changes = {"AcceptBy": "2018-01-20 12:35"} if name == "SessionDate" else {}
    seen = client.book(**(changes | {name: value}))
    assert seen.status == 400
    assert f"booking.{name}" in seen.json["ModelState"]
    assert client.balance() == "300"


def test_all_broken_rules_come_in_one_answer(xml_client: Caller) -> None:
    """Break three rules and read three messages in XML."""
    seen = xml_client.book(Duration=1, Method=3, SkypeName=" ", Credits={})
    assert seen.status == 400
    for name in ("Duration", "SkypeName", "Credits"):
        assert f"</booking.{name}>" in seen.text


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"1", b'{"Credits": NaN}', b"\xff", b"\xef\xbb\xbf{}", b"[" * 100_000]
)
def test_a_body_that_is_no_json_object_is_400(client: Caller, body: bytes) -> None:
    """Send what cannot be read."""
    assert client.post(CREATE, body).status == 400


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", ""])
def test_a_body_of_another_type_is_415(server: SandboxServer, content_type: str) -> None:
    """Send JSON under another name."""
    assert Caller(server, extra={"Content-Type": content_type}).book().status == 415


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"BookUserID": 1}, 404),
        ({"BookUserID": 200001}, 400),
        ({"BookUserID": 200004}, 400),
        ({"Method": 2}, 400),
        ({"BookUserID": 200002, "Method": 1}, 400),
        ({"Credits": 22.4999}, 400),
        ({"Credits": 300.0001}, 402),
    ],
)
def test_an_unmet_prerequisite_is_refused_with_a_message(
    client: Caller, changes: dict[str, object], status: int
) -> None:
    """Order what the candidate or the account does not allow."""
    seen = client.book(**changes)
    assert seen.status == status
    assert set(seen.json) == {"Message"}
    assert client.balance() == "300"


@pytest.mark.parametrize(
    "changes",
    [
        {"Credits": 22.5},
        {"Credits": 300},
        {"Method": 3, "SkypeName": "me", "PhoneNumber": None},
        {"PhoneNumber": "0712345678"},
        {"Comments": None},
        {"Duration": 5, "Credits": 7.5},
        {"BookUserID": 200002, "Method": 3, "SkypeName": "me"},
        {"BookUserID": 200003, "Method": 2, "PhoneNumber": None, "Credits": 0},
        {"BookUserID": 200005, "Method": 2, "Duration": 7, "Credits": 2.3331},
        {"Unknown": "member"},
    ],
)
def test_a_sound_order_is_booked(client: Caller, changes: dict[str, object]) -> None:
    """Order at the edge of the rules."""
    assert client.book(**changes).status == 200


def test_the_price_is_exact(client: Caller) -> None:
    """Stay one ten-thousandth below 7 times 0.3333."""
    assert client.book(BookUserID=200005, Method=2, Duration=7, Credits=2.3330).status == 400


def test_only_the_contact_of_the_method_is_kept(client: Caller) -> None:
    """Send both contacts, the unused one odd, with each method."""
    by_phone = client.book(SkypeName=5).json
    by_skype = client.book(Method=3, SkypeName="me", PhoneNumber="odd").json
    assert (by_phone["PhoneNumber"], by_phone["SkypeName"]) == ("07123456789", None)
    assert (by_skype["PhoneNumber"], by_skype["SkypeName"]) == (None, "me")


def test_a_poor_account_cannot_book_and_a_spent_one_neither(server: SandboxServer, client: Caller) -> None:
    """Meet the balance at once, and after nine bookings."""
    assert Caller(server, token="poor-token").book().status == 402
    assert [client.book().status for _ in range(10)] == [200] * 9 + [402]
    assert client.balance() == "12"


def test_two_tokens_of_one_account_share_its_money(server: SandboxServer, client: Caller) -> None:
    """Book with one token and read the balance with the other."""
    client.book(Credits=32.5)
    assert Caller(server, token="refreshed-client-token").balance() == "267.5000"
    assert Caller(server, token="other-client-token").balance() == "300"


def test_orders_at_the_same_time_never_overspend(server: SandboxServer, client: Caller) -> None:
    """Race 16 orders for the money of nine."""
    with ThreadPoolExecutor(16) as pool:
        statuses = sorted(seen.status for seen in pool.map(lambda _: client.book(), range(16)))
    assert statuses == [200] * 9 + [402] * 7
    assert sorted(booking.booking_id for booking in server.world.bookings) == list(range(1, 10))


@pytest.mark.parametrize(
    ("candidate", "price", "methods"),
    [
        (123456, Decimal("1.5"), {1, 3}),
        (200002, Decimal(2), {3}),
        (200003, None, {1, 2, 3}),
        (200005, Decimal("0.3333"), {1, 2, 3}),
    ],
)
def test_requirements_list_every_method_with_its_flag(
    client: Caller, candidate: int, price: Decimal | None, methods: set[int]
) -> None:
    """Read price and methods of the candidates that can be booked."""
    found = client.get(f"{REQUIREMENTS}?BookUserID={candidate}").json
    assert found["PhoneChatPPM"] == (None if price is None else float(price))
    assert found["Methods"] == [{"MethodID": number, "IsAvailable": number in methods} for number in (1, 2, 3)]


def test_requirements_in_xml_keep_one_namespace(xml_client: Caller) -> None:
    """Read a price with its four places and a flag in lower case."""
    text = xml_client.get(f"{REQUIREMENTS}?bookuserid=123456").text
    assert "<PhoneChatPPM>1.5000</PhoneChatPPM>" in text
    assert "<PhoneChatMethod><IsAvailable>false</IsAvailable><MethodID>2</MethodID></PhoneChatMethod>" in text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("BookUserID=200001", 400),
        ("BookUserID=200004", 400),
        ("BookUserID=7", 404),
        ("", 400),
        ("BookUserID=x", 400),
        ("BookUserID=" + "9" * 50, 400),
    ],
)
def test_requirements_of_others_are_refused(client: Caller, query: str, status: int) -> None:
    """Ask for candidates that cannot be booked."""
    seen = client.get(f"{REQUIREMENTS}?{query}")
    assert seen.status == status
    assert "Message" in seen.json


def test_a_lone_surrogate_does_not_break_the_answer(client: Caller) -> None:
    """Send half a character, which UTF-8 cannot carry."""
    order = b'{"Comments":"\\ud800",' + str(an_order(Comments=None)).replace("'", '"').encode()[1:]
    assert client.post(CREATE, order).json["Comments"] == "\ufffd"
