"""Check what can be done with bookings once made: list, look, cancel, let run out."""

import pytest

from sandbox import SandboxServer
from tests.unit.sandbox.caller import CANCEL, DETAILS, MADE, Caller
from tests.unit.sandbox.conftest import StandingClock


def test_made_bookings_come_newest_first_in_pages(client: Caller, clock: StandingClock) -> None:
    """Book five times and read pages of two."""
    for _ in range(5):
        client.book()
        clock.move(minutes=1)
    pages = [client.get(f"{MADE}?BookingsPerPage=2&PageNumber={number}").json for number in (1, 2, 3, 4)]
    assert [[booking["BookingID"] for booking in page["Bookings"]] for page in pages] == [[5, 4], [3, 2], [1], []]
    assert {(page["PageCount"], page["PageNumber"]) for page in pages} == {(3, 1), (3, 2), (3, 3), (3, 4)}


@pytest.mark.parametrize(
    ("order_by", "expected"),
    [
        ("date-asc", [1, 2, 3]),
        ("date-desc", [3, 2, 1]),
        ("sessiondate-asc", [2, 1, 3]),
        ("sessiondate-desc", [3, 1, 2]),
        ("nickname-asc", [1, 3, 2]),
        ("nickname-desc", [2, 3, 1]),
    ],
)
def test_made_bookings_can_be_ordered(client: Caller, order_by: str, expected: list[int]) -> None:
    """Order three bookings by the documented words."""
    client.book(SessionDate="2018-03-02 10:00")
    client.book(SessionDate="2018-03-01 10:00", BookUserID=200005)
    client.book(SessionDate="2018-03-03 10:00", BookUserID=200003)
    found = client.get(f"{MADE}?OrderBy={order_by}").json["Bookings"]
    assert [booking["BookingID"] for booking in found] == expected


def test_made_bookings_can_begin_at_a_date(client: Caller, clock: StandingClock) -> None:
    """Leave out what was created earlier."""
    client.book()
    clock.move(days=1)
    client.book()
    assert [one["BookingID"] for one in client.get(f"{MADE}?StartDate=2018-01-21").json["Bookings"]] == [2]


@pytest.mark.parametrize(
    "query",
    ["BookingsPerPage=0", "BookingsPerPage=101", "PageNumber=0", "OrderBy=date", "StartDate=20180121", "PageNumber=-1"],
)
def test_made_bookings_refuse_odd_parameters(client: Caller, query: str) -> None:
    """Break each documented limit."""
    assert client.get(f"{MADE}?{query}").status == 400


def test_bookings_of_others_stay_hidden(server: SandboxServer, client: Caller) -> None:
    """Book as one account and look as another."""
    client.book()
    other = Caller(server, token="other-client-token")
    assert other.get(MADE).json["Bookings"] == []
    assert other.get(f"{DETAILS}?BookingID=1").status == 404
    assert other.post(CANCEL, {"BookingID": 1, "Reason": "x"}).status == 404
    assert client.get(f"{DETAILS}?BookingID=1").json["BookingID"] == 1


def test_cancelling_gives_the_credits_back_once(client: Caller) -> None:
    """Cancel twice: the second time is refused."""
    client.book()
    seen = client.post(CANCEL, {"BookingID": 1, "Reason": "ill"}).json
    assert (seen["Status"], seen["CancelledReason"], seen["CancelledBy"]) == ("Cancelled", "ill", "Client")
    assert seen["ActionClient"] is None
    assert client.post(CANCEL, {"BookingID": 1, "Reason": "ill"}).status == 409
    assert client.balance() == "300"


@pytest.mark.parametrize("body", [{"BookingID": 1}, {"BookingID": 1, "Reason": " "}, {"Reason": "x"}])
def test_cancelling_needs_a_number_and_a_reason(client: Caller, body: object) -> None:
    """Leave out either."""
    client.book()
    assert client.post(CANCEL, body).status == 400


def test_a_confirmed_booking_cannot_be_cancelled_after_it_began(client: Caller, clock: StandingClock) -> None:
    """Confirm, let the session begin, and cancel."""
    client.book()
    client.post("/_sandbox/bookings/1", {"Status": "Confirmed"})
    clock.move(days=60)
    assert client.post(CANCEL, {"BookingID": 1, "Reason": "late"}).status == 409


def test_a_booking_nobody_accepted_in_time_is_rejected(client: Caller, clock: StandingClock) -> None:
    """Let AcceptBy pass and find the booking rejected and its credits back."""
    client.book()
    clock.move(days=60)
    seen = client.get(f"{DETAILS}?BookingID=1").json
    assert seen["Status"] == "Rejected"
    assert seen["RejectedReason"]
    assert client.balance() == "300"


def test_bookings_run_out_one_by_one(client: Caller, clock: StandingClock) -> None:
    """Make two with different AcceptBy and watch them go at their own times."""
    client.book(AcceptBy="2018-01-22 00:00")
    client.book(AcceptBy="2018-01-24 00:00")
    seen = []
    for _ in range(3):
        seen.append([one["Status"] for one in client.get(f"{MADE}?OrderBy=date-asc").json["Bookings"]])
        clock.move(days=2)
    assert seen == [["Pending", "Pending"], ["Rejected", "Pending"], ["Rejected", "Rejected"]]
