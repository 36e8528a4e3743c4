"""The main job over real HTTP: what is sent upstream, what comes back, and what is recorded before and after."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.audit.event import told_request_id
from sandbox.adultwork.clock import date_text
from sandbox.connection.message import Request
from tests.integration.bookings import (
    CREATE,
    DAY,
    MEMBERS,
    ORIGIN,
    PHONE,
    READS,
    SKYPE,
    TOKEN,
    YEAR,
    members,
)
from tests.integration.records import KINDS
from tests.integration.service import Service, wait_until

JSON, XML = "application/json", "application/xml"
KEY = "one-key-for-one-booking"
RATINGS = {"Total": 6, "Positive": 7, "Neutral": 0, "Negative": 1, "Ratings": 8, "Disputes": 0}


def sent_booking(service: Service) -> Request:
    """Return the one POST that reached the upstream."""
    (request,) = [request for request in service.sandbox.journal.requests if request.path == CREATE]
    return request


def expected_document(service: Service) -> dict[str, Any]:
    """Return the answer for the default booking: all members, in the upstream's order."""
    (booking,) = service.sandbox.world.bookings
    never = dict.fromkeys(
        ("AcceptedDate", "ConfirmedDate", "CancelledDate", "CancelledReason", "CancelledBy", "RejectedReason")
    )
    return {
        "BookingID": booking.booking_id,
        "Duration": 15,
        "Credits": 32,
        "Status": "Pending",
        "Method": 1,
        "PhoneNumber": PHONE,
        "SkypeName": None,
        "CreateDate": date_text(booking.create_date),
        "SessionDate": f"{DAY}T21:30:00",
        "AcceptBy": f"{DAY}T18:00:00",
        **never,
        "LastUpdated": date_text(booking.last_updated),
        "Comments": "Hello",
        "ActionClient": "BookedUser needs to accept or reject",
        "Candidate": {"UserID": 123456, "Nickname": "BookedUser", "PhoneNumber": None, "SkypeName": None, **RATINGS},
    }


@pytest.mark.parametrize("instead", [None, "json-instead", "xml-instead"])
@pytest.mark.parametrize("accept", [XML, JSON])
def test_the_answer_is_the_same_document_whatever_form_the_upstream_answers_in(
    configured: Callable[..., Service], accept: str, instead: str | None
) -> None:
    """Twenty members in the upstream's order, exact to the byte."""
    service = configured(ADULTWORK_ACCEPT=accept)
    if instead is not None:
        service.arm("*", instead, "forever")
    answer = service.book()
    expected = expected_document(service)
    assert len(expected) == 20
    assert (answer.status, answer.body) == (201, json.dumps(expected, separators=(",", ":")).encode())
    assert sent_booking(service).header("Accept") == accept


def test_the_answer_says_where_its_operation_is_and_what_a_browser_may_do_with_it(service: Service) -> None:
    """Every header of a 201, and no others."""
    answer = service.book(key=KEY)
    headers = {name.lower(): value for name, value in answer.headers}
    assert {name: headers.pop(name) for name in ("date", "content-length", "x-request-id")}["x-request-id"]
    assert headers == {
        "content-type": JSON,
        "location": f"/v1/operations/{service.records.operation()['operation_id']}",
        "vary": "Origin",
        "access-control-allow-origin": ORIGIN,
        "access-control-expose-headers": "Retry-After, X-Request-Id, Idempotency-Replayed, Audit-Status, RateLimit, "
        "RateLimit-Policy, Location, Allow, WWW-Authenticate, x-amzn-Remapped-WWW-Authenticate",
        "cache-control": "no-store",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "referrer-policy": "no-referrer",
        "strict-transport-security": "max-age=31536000; includeSubDomains",
        "x-content-type-options": "nosniff",
    }


def test_a_page_may_choose_the_request_id_that_the_record_is_found_by(service: Service) -> None:
    """The answer repeats it, and both events carry it."""
    answer = service.post(json.dumps(MEMBERS).encode(), x_request_id="page-load-17")
    assert answer.header("X-Request-Id") == "page-load-17"
    assert [event["request_id"] for event in service.records.events()] == [told_request_id("page-load-17")] * 2


def test_only_the_headers_that_the_upstream_documents_are_sent(service: Service) -> None:
    """The caller's token goes along; no cookie, origin, key or request id of the caller does."""
    service.post(json.dumps(MEMBERS).encode(), cookie="a=b", x_forwarded_for="192.0.2.1", idempotency_key=KEY)
    request = sent_booking(service)
    assert dict(request.headers) == {
        "Host": service.sandbox.url.removeprefix("http://"),
        "Authorization": f"bearer {TOKEN}",
        "Accept": XML,
        "Accept-Encoding": "identity",
        "User-Agent": "Switchboard",
        "Content-Type": JSON,
        "Content-Length": str(len(request.body)),
    }
    for read in service.sandbox.journal.requests[:-1]:
        assert {name for name, _ in read.headers} == {
            "Host",
            "Authorization",
            "Accept",
            "Accept-Encoding",
            "User-Agent",
        }


def test_the_developer_key_goes_along_only_when_the_setting_says_so(configured: Callable[..., Service]) -> None:
    """Both headers, on every call."""
    keys = {"ADULTWORK_API_KEY": "the-key", "ADULTWORK_API_SECRET": "the-secret", "ADULTWORK_CA_BUNDLE": ""}
    for sends, expected in (("false", {(None, None)}), ("true", {("the-key", "the-secret")})):
        service = configured(ADULTWORK_SEND_API_KEY=sends, **keys)
        assert service.book().status == 201
        requests = service.sandbox.journal.requests
        assert {(request.header("X-ApiKey"), request.header("X-ApiSecret")) for request in requests} == expected


@pytest.mark.parametrize(
    ("method", "candidate", "forwarded"),
    [(1, 123456, {"PhoneNumber": PHONE}), (2, 200003, {}), (3, 200002, {"SkypeName": SKYPE})],
    ids=["the candidate calls", "the client calls", "skype"],
)
def test_only_the_contact_that_the_method_uses_is_forwarded(
    service: Service, method: int, candidate: int, forwarded: dict[str, str]
) -> None:
    """The other one is neither sent nor told back, and absent members are left out rather than sent empty."""
    request = members(BookUserID=candidate, Method=method, PhoneNumber="07700 900-123", SkypeName=SKYPE, Comments=None)
    answer = service.book(request)
    assert answer.status == 201
    expected = {name: request[name] for name in ("BookUserID", "SessionDate", "Duration", "Method")}
    rest = {name: request[name] for name in ("Credits", "AcceptBy")}
    assert json.loads(sent_booking(service).body) == expected | forwarded | rest
    contact = {name: answer.document[name] for name in ("PhoneNumber", "SkypeName")}
    assert contact == {"PhoneNumber": None, "SkypeName": None, **forwarded}


def test_the_longest_comments_pass_in_the_longest_spelling(service: Service) -> None:
    """Two thousand emoji, each of them two escapes, reach the upstream as they are."""
    comments = "\U0001f600" * 2000
    answer = service.book(members(Comments=comments))
    assert answer.status == 201
    assert json.loads(sent_booking(service).body)["Comments"] == comments


@pytest.mark.parametrize(
    "number", ["+44 (0)7700 900123", "0044\u00a07700\u2011900\u2011123", "\u202a+447700900123\u202c"]
)
def test_a_pasted_phone_number_is_sent_in_the_national_form(service: Service, number: str) -> None:
    """The candidate is given digits to ring."""
    assert service.book(members(PhoneNumber=number)).status == 201
    assert json.loads(sent_booking(service).body)["PhoneNumber"] == "07700900123"


@pytest.mark.parametrize(("given", "exact"), [("32.50", "32.5"), ("32.0000", "32"), ("299.9999", "299.9999")])
def test_credits_stay_exact_on_the_way_there_and_back(service: Service, given: str, exact: str) -> None:
    """No float in between; the upstream pays what was offered, and the answer tells it in its shortest form."""
    answer = service.book(members(Credits=Decimal(given)))
    assert f'"Credits":{exact},'.encode() in answer.body
    assert f'"Credits":{exact},'.encode() in sent_booking(service).body
    account = service.sandbox.world.account(1001)
    assert account is not None
    assert account.credits == 300 - Decimal(given)
    assert Decimal(service.records.operation()["credits"]) == Decimal(given)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (f"{YEAR}-06-21T20:30:00Z", f"{YEAR}-06-21 21:30"),
        (f"{YEAR}-06-22T02:00:00+05:30", f"{YEAR}-06-21 21:30"),
        (f"{YEAR}-11-21T21:30:00+00:00", f"{YEAR}-11-21 21:30"),
        (f"{YEAR}-11-21 21:30", f"{YEAR}-11-21 21:30"),
        (f"{YEAR}-11-21T21:30", f"{YEAR}-11-21 21:30"),
        (f"{YEAR}-06-21T21:30:00", f"{YEAR}-06-21 21:30"),
    ],
)
def test_dates_with_an_offset_are_sent_on_the_upstreams_clock(service: Service, given: str, sent: str) -> None:
    """Summer time counts; the upstream's own form, and that of its answers, is on its clock already."""
    answer = service.book(members(SessionDate=given))
    assert answer.status == 201
    assert json.loads(sent_booking(service).body)["SessionDate"] == sent
    assert answer.document["SessionDate"] == f"{sent.replace(' ', 'T')}:00"


def test_the_claim_is_older_than_the_send_and_the_confirmation_younger(service: Service) -> None:
    """Two events in an unbroken chain; between them the POST arrived."""
    service.book(key=KEY)
    claimed, confirmed = service.records.events()
    assert (claimed["kind"], confirmed["kind"]) == ("claimed", "confirmed")
    arrived = sent_booking(service).arrived
    assert datetime.fromisoformat(claimed["at"]) <= arrived
    # Events are on the millisecond, cut off; so is this.
    assert arrived.replace(microsecond=arrived.microsecond // 1000 * 1000) <= datetime.fromisoformat(confirmed["at"])
    (booking,) = service.sandbox.world.bookings
    assert confirmed["booking_id"] == booking.booking_id
    assert confirmed["upstream_status"] == 200
    assert claimed["candidate"] == confirmed["candidate"] != confirmed["client"]
    assert claimed["unchecked"] == []


def test_the_record_stands_while_the_booking_is_on_its_way(service: Service) -> None:
    """Whatever happens to the function now, the operation is known as being sent."""
    service.arm(CREATE, "latency", seconds=0.3)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(service.book, key=KEY)
        wait_until(lambda: service.posts == 1)
        assert service.records.states() == ["SENDING"]
        assert service.records.kinds() == ["claimed"]
        assert len(service.records.rows("OP", "GUARD")) == 2
        assert answer.result().status == 201
    assert service.records.states() == ["CONFIRMED"]


def test_a_confirmed_operation_has_its_rows_and_nothing_personal_in_them(service: Service) -> None:
    """Guard and booking point to the operation; what a repeat will be answered with is sealed in it."""
    service.book(key=KEY)
    (booking,) = service.sandbox.world.bookings
    operation = service.records.operation()
    rows = [row for kind in KINDS for row in service.records.rows(kind)]
    assert [row["operation_id"] for row in rows] == [operation["operation_id"]] * 3
    assert operation["state"] == "CONFIRMED"
    assert [kind for kind, row in zip(KINDS, rows, strict=True) if "answer" in row] == ["OP"]
    assert operation["booking_id"] == booking.booking_id
    assert rows[-1]["pk"] == f"BOOKING#{booking.booking_id}"
    assert not [secret for secret in (PHONE, TOKEN, KEY, "Hello") if secret in service.records.text()]


def test_a_cold_booking_reads_in_parallel_and_makes_five_calls(service: Service) -> None:
    """All four reads arrive before the first of them is answered."""
    for path in READS:
        service.arm(path, "latency", seconds=0.3)
    assert service.book().status == 201
    reads = [request for request in service.sandbox.journal.requests if request.method == "GET"]
    assert sorted(request.path for request in reads) == sorted(READS)
    arrivals = [request.arrived for request in reads]
    assert (max(arrivals) - min(arrivals)).total_seconds() < 0.3
    assert service.calls() == 5


def test_the_post_rides_a_connection_that_a_read_of_the_same_call_proved(service: Service) -> None:
    """So no connection is opened for it, and none that sat idle is trusted with it."""
    service.book()
    reads = {request.connection for request in service.sandbox.journal.requests if request.method == "GET"}
    assert sent_booking(service).connection in reads


def test_health_says_ok_and_which_version_answers(service: Service) -> None:
    """Nothing about its configuration."""
    answer = service.send("GET", "/health")
    assert answer.status == 200
    assert answer.document.keys() == {"status", "version"}
    assert answer.document["status"] == "ok"
    assert service.calls() == 0
