"""The gateway: the exact body of a booking, and an outcome for whatever the upstream does."""

import json
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.adultwork.client import AdultWorkClient
from chalicelib.adapters.adultwork.phonechat import PAGE_SIZE, AdultWorkGateway, request_body
from chalicelib.adapters.http.opening import Address
from chalicelib.domain.booking.booking import ContactMethod
from chalicelib.domain.booking.facts import BookingRequirements
from chalicelib.domain.errors import (
    InvalidTokenError,
    StoreUnavailableError,
    Trouble,
    UpstreamRefusedError,
    UpstreamUnavailableError,
)
from chalicelib.domain.operation.operation import OperationState, Outcome
from chalicelib.domain.time_budget import Deadline
from tests.builders import LONDON, PHONE, TOKEN, booking_request
from tests.fakes.certificates import Authority
from tests.fakes.raw_upstream import RawUpstream, Script, answer, resets, says, says_and_closes, says_and_stalls

ClientOf: TypeAlias = Callable[[str], AdultWorkClient]
BOOKED = (
    b'{"BookingID":7,"Duration":15,"Credits":32,"Status":"Pending","Method":1,"SessionDate":"2026-01-20T21:30:00",'
    b'"Candidate":{"UserID":123456}}'
)
REFUSED = b'{"Message":"No."}'


def after(seconds: float) -> Deadline:
    """Return a deadline on the real clock."""
    return Deadline.after(time.monotonic, seconds)


def outcome_of(client: AdultWorkClient, seconds: float = 5, zone: tzinfo = LONDON) -> Outcome:
    """Book."""
    return AdultWorkGateway(client, zone).create_booking(TOKEN, booking_request(), after(seconds))


def test_the_body_of_a_booking_is_the_documented_one() -> None:
    """The documented names in their order, dates in the documented form, numbers as numbers."""
    assert request_body(booking_request()) == (
        b'{"BookUserID":123456,"SessionDate":"2026-01-20 21:30","Duration":15,"Method":1,"PhoneNumber":"%b",'
        b'"Credits":32,"AcceptBy":"2026-01-20 18:00","Comments":"Hello"}' % PHONE.encode()
    )


def test_fields_that_are_not_there_are_left_out() -> None:
    """An empty value may make the upstream fail."""
    body = request_body(booking_request(method=ContactMethod.CLIENT_CALLS, phone_number=None, comments=None))
    assert body == (
        b'{"BookUserID":123456,"SessionDate":"2026-01-20 21:30","Duration":15,"Method":2,"Credits":32,'
        b'"AcceptBy":"2026-01-20 18:00"}'
    )


def test_a_skype_name_is_sent_where_it_is_there() -> None:
    """The third method has its own field."""
    body = request_body(booking_request(method=ContactMethod.SKYPE, phone_number=None, skype_name="live:somebody"))
    assert b'"Method":3,"SkypeName":"live:somebody","Credits"' in body


@pytest.mark.parametrize(
    ("credits", "sent"),
    [("32", b"32"), ("32.00", b"32"), ("8.5000", b"8.5"), ("100", b"100"), ("0.3333", b"0.3333"), ("1E+3", b"1000")],
)
def test_credits_are_sent_exact_and_plain(credits: str, sent: bytes) -> None:  # noqa: A002 (the field's own name)
    """Never a float, never an exponent, no zeros behind."""
    assert b'"Credits":%b,' % sent in request_body(booking_request(credits=Decimal(credits)))


@given(
    st.decimals(min_value=0, max_value=Decimal("9999999.9999"), places=4),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=50),
)
def test_whatever_is_sent_reads_back_the_same(amount: Decimal, comments: str) -> None:
    """Amounts to the last place, comments to the last character, in plain ASCII."""
    body = request_body(booking_request(credits=amount, comments=comments))
    document = json.loads(body.decode("ascii"), parse_float=Decimal, parse_int=Decimal)
    assert (document["Credits"], document["Comments"]) == (amount, comments)


def test_a_booking_that_is_made_is_confirmed(client_of: ClientOf) -> None:
    """The documented path and body go out, and the answer comes back typed."""
    with RawUpstream(says(answer(BOOKED, "201 Created"))) as upstream:
        outcome = outcome_of(client_of(upstream.url))
    (request,) = upstream.requests
    assert (request.method, request.target) == ("POST", "/v1/PhoneChat/CreateBooking")
    assert request.body == request_body(booking_request())
    assert outcome.booking is not None
    assert (outcome.state, outcome.upstream_status, outcome.booking.booking_id) == (OperationState.CONFIRMED, 201, 7)


@pytest.mark.parametrize(
    ("script", "reason", "trouble"),
    [
        (says_and_stalls(b"HTTP/1.1 200 OK\r\n"), "late", Trouble.LATE),
        (resets, "connection-lost", Trouble.UNREADABLE),
        (says(answer(b" " * 300_000)), "answer-too-large", Trouble.UNREADABLE),
    ],
)
def test_a_booking_that_went_out_without_an_answer_is_unknown(
    client_of: ClientOf, script: Script, reason: str, trouble: Trouble
) -> None:
    """It may have been made, so it is sent once and never again."""
    with RawUpstream(script) as upstream:
        outcome = outcome_of(client_of(upstream.url), 0.3)
    assert outcome == Outcome(OperationState.UNKNOWN, reason, trouble=trouble)
    assert len(upstream.requests) == 1


def not_sent(reason: str) -> Outcome:
    """Return the outcome of a booking of which not a byte left us."""
    return Outcome(OperationState.NOT_SENT, reason, trouble=Trouble.UNREACHABLE)


def test_a_booking_that_nobody_listened_to_was_not_sent(client_of: ClientOf) -> None:
    """Refused."""
    with RawUpstream() as upstream:
        url = upstream.url
    assert outcome_of(client_of(url)) == not_sent("connection-refused")


def test_a_booking_whose_connection_takes_too_long_was_not_sent(client_of: ClientOf) -> None:
    """A handshake that stalls counts as connecting."""
    with RawUpstream(greeting=lambda peer: peer.pause()) as upstream:
        outcome = outcome_of(client_of(f"https://localhost:{upstream.port}"), 0.2)
    assert outcome == not_sent("connect-timeout")


def test_a_booking_for_an_impostor_was_not_sent(client_of: ClientOf, other_authority: Authority) -> None:
    """The certificate is nobody's whom we trust."""
    with RawUpstream(context=other_authority.server_context()) as upstream:
        assert outcome_of(client_of(upstream.url)) == not_sent("tls-failed")
    assert upstream.requests == []


def test_a_booking_for_a_name_that_is_not_known_was_not_sent(client_of: ClientOf) -> None:
    """The name server says so."""

    def resolve(host: str, port: int) -> Sequence[Address]:
        del host, port
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    client = replace(client_of("https://example.test"), resolve=resolve)
    assert outcome_of(client) == not_sent("name-not-resolved")


def test_a_booking_without_an_address_was_not_sent(client_of: ClientOf) -> None:
    """Any other failure to connect."""
    client = replace(client_of("https://example.test"), resolve=lambda _host, _port: [])
    assert outcome_of(client) == not_sent("connection-failed")


def test_a_booking_without_its_key_headers_was_not_sent(client_of: ClientOf) -> None:
    """Whatever fails while the request is put together is an outcome as well."""

    def fails() -> dict[str, str]:
        raise StoreUnavailableError("The secrets could not be fetched.")

    with RawUpstream() as upstream:
        assert outcome_of(replace(client_of(upstream.url), key_headers=fails)) == not_sent("not-prepared")
    assert upstream.connections == 0


class BrokenZone(tzinfo):
    """A zone that cannot be used."""

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        """Fail."""
        raise RuntimeError(dt)

    dst = utcoffset

    def tzname(self, dt: datetime | None) -> str | None:
        """Fail."""
        raise RuntimeError(dt)


def test_a_fault_of_our_own_after_the_answer_leaves_the_outcome_open(client_of: ClientOf) -> None:
    """The booking was made, so an error must not look as if it was not."""
    echo = BOOKED.replace(b"21:30:00", b"21:30:00Z")
    with RawUpstream(says(answer(echo))) as upstream:
        outcome = outcome_of(client_of(upstream.url), zone=BrokenZone())
    assert outcome == Outcome(OperationState.UNKNOWN, "unreadable-answer", 200, trouble=Trouble.UNREADABLE)


def test_a_good_answer_that_is_cut_off_anywhere_is_never_a_success(client_of: ClientOf) -> None:
    """Every byte of it is needed, of its head and of its body."""
    text = answer(BOOKED)
    for length in range(len(text)):
        with RawUpstream(says_and_closes(text[:length])) as upstream:
            assert outcome_of(client_of(upstream.url)).state is OperationState.UNKNOWN, length
        assert len(upstream.requests) == 1


@pytest.mark.parametrize(
    ("body", "requirements"),
    [
        (
            b'{"PhoneChatPPM":1.5,"Methods":[{"MethodID":1,"IsAvailable":true},{"MethodID":2,"IsAvailable":false}]}',
            BookingRequirements(is_bookable=True, price_per_minute=Decimal("1.5"), methods={1: True, 2: False}),
        ),
        (b'{"PhoneChatPPM":null}', BookingRequirements(is_bookable=True)),
    ],
)
def test_requirements_are_read(client_of: ClientOf, body: bytes, requirements: BookingRequirements) -> None:
    """The candidate goes into the query."""
    with RawUpstream(says(answer(body))) as upstream:
        gateway = AdultWorkGateway(client_of(upstream.url), LONDON)
        assert gateway.requirements(TOKEN, 123456, after(5)) == requirements
    assert upstream.requests[0].target == "/v1/PhoneChat/GetUserBookingRequirements?BookUserID=123456"


def test_the_made_bookings_are_read_a_page_at_a_time(client_of: ClientOf) -> None:
    """From a day on, newest first, as many as a page holds."""
    with RawUpstream(says(answer(b'{"MadeBookings":[%b]}' % BOOKED))) as upstream:
        (entry,) = AdultWorkGateway(client_of(upstream.url), LONDON).made_bookings(TOKEN, date(2026, 1, 2), 3, after(5))
    assert entry.booking_id == 7
    assert upstream.requests[0].target == (
        f"/v1/PhoneChat/MadeBookings?StartDate=2026-01-02&OrderBy=date-desc&BookingsPerPage={PAGE_SIZE}&PageNumber=3"
    )


def test_one_booking_is_read_by_its_id(client_of: ClientOf) -> None:
    """It goes into the query."""
    with RawUpstream(says(answer(BOOKED))) as upstream:
        assert AdultWorkGateway(client_of(upstream.url), LONDON).booking_details(TOKEN, 7, after(5)).booking_id == 7
    assert upstream.requests[0].target == "/v1/PhoneChat/MadeBookingDetails?BookingID=7"


def in_xml(body: bytes) -> bytes:
    """Return an answer that is declared as XML."""
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


CONTROL_CHARACTER = b"<R><PhoneChatPPM>1.5</PhoneChatPPM><Note>\x0b</Note></R>"


def test_a_read_whose_xml_cannot_be_parsed_is_asked_for_once_more_in_json(client_of: ClientOf) -> None:
    """A control character in a text makes XML that no parser takes; JSON escapes it."""
    broken = in_xml(CONTROL_CHARACTER)
    with RawUpstream(says(broken), says(answer(b'{"PhoneChatPPM":1.5}'))) as upstream:
        gateway = AdultWorkGateway(client_of(upstream.url), LONDON)
        assert gateway.requirements(TOKEN, 1, after(5)).price_per_minute == Decimal("1.5")
    assert [request.headers["accept"] for request in upstream.requests] == ["application/xml", "application/json"]


def test_a_read_whose_json_cannot_be_parsed_is_asked_for_once_more_in_xml(client_of: ClientOf) -> None:
    """Where JSON is the configured form."""
    whole = in_xml(b"<R><PhoneChatPPM>1.5</PhoneChatPPM></R>")
    with RawUpstream(says(answer(b'{"PhoneChatPPM":1.5')), says(whole)) as upstream:
        client = replace(client_of(upstream.url), accept="application/json")
        assert AdultWorkGateway(client, LONDON).requirements(TOKEN, 1, after(5)).price_per_minute == Decimal("1.5")
    assert [request.headers["accept"] for request in upstream.requests] == ["application/json", "application/xml"]


def test_a_read_that_cannot_be_parsed_in_either_form_is_an_error_and_a_booking_is_never_sent_again(
    client_of: ClientOf,
) -> None:
    """Two tries for a read, one for the POST."""
    broken = in_xml(CONTROL_CHARACTER)
    with RawUpstream(says(broken)) as upstream:
        gateway = AdultWorkGateway(client_of(upstream.url), LONDON)
        with pytest.raises(UpstreamUnavailableError):
            gateway.requirements(TOKEN, 1, after(5))
        assert len(upstream.requests) == 2
        assert outcome_of(client_of(upstream.url)).state is OperationState.UNKNOWN
        assert len(upstream.requests) == 3


def test_a_candidate_who_is_refused_cannot_be_booked(client_of: ClientOf) -> None:
    """An understood question with a no for an answer is a fact and not an error."""
    with RawUpstream(says(answer(b'{"Message":"No such user"}', "404 Not Found"))) as upstream:
        gateway = AdultWorkGateway(client_of(upstream.url), LONDON)
        assert gateway.requirements(TOKEN, 1, after(5)) == BookingRequirements(is_bookable=False)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (answer(REFUSED, "401 Unauthorized"), InvalidTokenError),
        (answer(REFUSED, "403 Forbidden"), UpstreamRefusedError),
        (answer(b"{}", "500 Oops"), UpstreamUnavailableError),
        (answer(b"<html>"), UpstreamUnavailableError),
    ],
)
def test_requirements_that_cannot_be_had_are_an_error(client_of: ClientOf, text: bytes, error: type[Exception]) -> None:
    """Each of its own kind."""
    with RawUpstream(says(text)) as upstream:
        gateway = AdultWorkGateway(client_of(upstream.url), LONDON)
        with pytest.raises(error):
            gateway.requirements(TOKEN, 123456, after(5))


@pytest.mark.parametrize(
    ("text", "credits_left"),
    [
        (answer(b"300.5"), Decimal("300.5")),
        (answer(REFUSED, "401 Unauthorized"), None),
        (answer(REFUSED, "403 Forbidden"), None),
        (answer(b'"many"'), None),
    ],
)
def test_a_balance_is_a_number_or_unknown(client_of: ClientOf, text: bytes, credits_left: Decimal | None) -> None:
    """A token that may not ask is no bad token."""
    with RawUpstream(says(text)) as upstream:
        assert AdultWorkGateway(client_of(upstream.url), LONDON).balance(TOKEN, after(5)) == credits_left
    assert upstream.requests[0].target == "/v1/CreditHistory/GetCurrentCreditBalance"


def test_a_balance_that_does_not_come_is_an_error(client_of: ClientOf) -> None:
    """No answer is something else than an unknown balance."""
    with RawUpstream(says(answer(b"", "503 Busy"))) as upstream:
        gateway = AdultWorkGateway(client_of(upstream.url), LONDON)
        with pytest.raises(UpstreamUnavailableError):
            gateway.balance(TOKEN, after(5))
