"""Reads for callers, over real sockets: what is asked, and what AdultWork says of a read that it declines."""

import time
from collections.abc import Callable

import pytest

from chalicelib.adapters.adultwork.client import AdultWorkClient
from chalicelib.adapters.adultwork.endpoint_reader import AdultWorkReader
from chalicelib.domain.errors import (
    InvalidTokenError,
    SwitchboardError,
    Trouble,
    UpstreamRefusedError,
    UpstreamUnavailableError,
)
from chalicelib.domain.reading.endpoint import Endpoint
from chalicelib.domain.reading.endpoints import CURRENT_CREDIT_BALANCE, MADE_BOOKINGS, PERMISSIONS, SETTINGS
from chalicelib.domain.reading.parameter import Asked
from chalicelib.domain.reading.told import Told
from chalicelib.domain.time_budget import Deadline
from tests.builders import TOKEN
from tests.fakes.raw_upstream import RawUpstream, answer, says

ClientOf = Callable[[str], AdultWorkClient]


def read(client: AdultWorkClient, endpoint: Endpoint, asked: Asked | None = None) -> Told:
    """Read an endpoint, unguarded."""
    reader = AdultWorkReader(client, lambda call: call())
    return reader.read(endpoint, asked or {}, TOKEN, Deadline.after(time.monotonic, 5))


@pytest.mark.parametrize(
    ("asked", "query"),
    [({}, ""), ({"StartDate": "2026-01-15", "PageNumber": 2}, "?StartDate=2026-01-15&PageNumber=2")],
)
def test_only_what_was_asked_stands_in_the_query(client_of: ClientOf, asked: Asked, query: str) -> None:
    """AdultWork's own defaults are its own."""
    with RawUpstream(says(answer(b'{"Bookings": []}'))) as upstream:
        read(client_of(upstream.url), MADE_BOOKINGS, asked)
    assert [request.target for request in upstream.requests] == [f"/v1/PhoneChat/MadeBookings{query}"]


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (
            "400 Bad",
            b'{"Message": "BookUserID 07700 900123 is odd, client-token."}',
            "BookUserID [hidden] is odd, [hidden].",
        ),
        ("403 Forbidden", b"", None),
        ("404 Not Found", b'{"Message": "The booking could not be found."}', "The booking could not be found."),
        ("422 Odd", b'{"Message": "No."}', "No."),
    ],
)
def test_a_refusal_keeps_its_status_and_its_reason(
    client_of: ClientOf, status: str, body: bytes, reason: str | None
) -> None:
    """Without what could be personal, and without the token."""
    with RawUpstream(says(answer(body, status))) as upstream, pytest.raises(UpstreamRefusedError) as refused:
        read(client_of(upstream.url), SETTINGS)
    assert (refused.value.upstream_status, refused.value.upstream_message) == (int(status[:3]), reason)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        ("401 No", b'{"Message": "Denied."}', InvalidTokenError),
        (
            "404 Not Found",
            b'{"Message": "No HTTP resource was found.", "MessageDetail": "x"}',
            UpstreamUnavailableError,
        ),
        ("404 Not Found", b"<html>", UpstreamUnavailableError),
        ("429 Slow", b'{"Message": "Slow down."}', UpstreamUnavailableError),
        ("503 Busy", b"", UpstreamUnavailableError),
        ("200 OK", b"<html>", UpstreamUnavailableError),
    ],
)
@pytest.mark.parametrize("endpoint", [PERMISSIONS, CURRENT_CREDIT_BALANCE])
def test_everything_else_is_no_word_of_adultworks_on_the_read(
    client_of: ClientOf, endpoint: Endpoint, status: str, body: bytes, error: type[SwitchboardError]
) -> None:
    """A bad token, a wrong address, too many questions, a service that is down."""
    with RawUpstream(says(answer(body, status))) as upstream, pytest.raises(error):
        read(client_of(upstream.url), endpoint)


def test_a_document_that_no_parser_takes_is_asked_for_in_the_other_form(client_of: ClientOf) -> None:
    """A bare number is not: cut off, it would be another number."""
    broken = answer(b"<broken").replace(b"application/json", b"application/xml")
    with RawUpstream(says(broken)) as upstream:
        for endpoint in (PERMISSIONS, CURRENT_CREDIT_BALANCE):
            with pytest.raises(UpstreamUnavailableError):
                read(client_of(upstream.url), endpoint)
    accepted = [(request.target.rpartition("/")[2], request.headers["accept"]) for request in upstream.requests]
    assert accepted == [
        ("GetPermissions", "application/xml"),
        ("GetPermissions", "application/json"),
        ("GetCurrentCreditBalance", "application/xml"),
    ]


def test_a_breaker_that_is_open_lets_no_read_through(client_of: ClientOf) -> None:
    """The guard decides."""

    def closed(_call: Callable[[], Told]) -> Told:
        raise UpstreamUnavailableError("down", trouble=Trouble.UNREACHABLE)

    with RawUpstream(says(answer(b"299"))) as upstream:
        reader = AdultWorkReader(client_of(upstream.url), closed)
        with pytest.raises(UpstreamUnavailableError):
            reader.read(CURRENT_CREDIT_BALANCE, {}, TOKEN, Deadline.after(time.monotonic, 5))
    assert upstream.requests == []
