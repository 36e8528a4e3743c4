"""Every declared read against the sandbox, over HTTP: the answer is the same in both of AdultWork's formats."""

from decimal import Decimal
from typing import Any

import pytest

from chalicelib.adapters.adultwork.endpoint_reader import AdultWorkReader
from chalicelib.domain.errors import UpstreamRefusedError
from chalicelib.domain.reading.endpoints import (
    CURRENT_CREDIT_BALANCE,
    ENDPOINTS,
    MADE_BOOKING_DETAILS,
    MADE_BOOKINGS,
    PERMISSIONS,
    SETTINGS,
    USER_BOOKING_REQUIREMENTS,
)
from chalicelib.domain.reading.parameter import Asked
from chalicelib.domain.reading.told import Told
from tests.builders import TOKEN, booking_request
from tests.contract.upstream.upstreams import SandboxUpstream, after, running

ASKED: dict[str, Asked] = {
    USER_BOOKING_REQUIREMENTS.path: {"BookUserID": 123456},
    MADE_BOOKINGS.path: {"StartDate": "2026-01-15", "OrderBy": "nickname-asc", "BookingsPerPage": 1, "PageNumber": 2},
    MADE_BOOKING_DETAILS.path: {"BookingID": 2},
}


def reader_of(upstream: SandboxUpstream) -> AdultWorkReader:
    """Return what reads a sandbox, unguarded."""
    return AdultWorkReader(upstream.gateway.client, lambda call: call())


def everything(form: str) -> dict[str, Any]:
    """Make two bookings, and return what every endpoint then tells."""
    with running(form) as upstream:
        for _ in range(2):
            upstream.gateway.create_booking(TOKEN, booking_request(), after(5))
        told: dict[str, Told] = {
            endpoint.path: reader_of(upstream).read(endpoint, ASKED.get(endpoint.path, {}), TOKEN, after(5))
            for endpoint in ENDPOINTS
        }
    return told


def test_all_reads_tell_the_same_in_xml_and_json() -> None:
    """And what the sandbox holds."""
    told = everything("xml")
    assert told == everything("json")
    assert told[CURRENT_CREDIT_BALANCE.path] == Decimal(236)
    assert told[USER_BOOKING_REQUIREMENTS.path] == {
        "PhoneChatPPM": Decimal("1.5"),
        "Methods": [
            {"Method": 1, "is_available": True},
            {"Method": 2, "is_available": False},
            {"Method": 3, "is_available": True},
        ],
    }
    page = told[MADE_BOOKINGS.path]
    assert (page["PageNumber"], page["PageCount"], page["unreadable"]) == (2, 2, [])
    assert [one["BookingID"] for one in page["Bookings"]] == [2]
    assert page["Bookings"] == [told[MADE_BOOKING_DETAILS.path]]
    assert told[SETTINGS.path]["PhoneChatPPM"] == Decimal("1.25")
    assert {"Permission": "account_credits_history", "Status": "granted"} in told[PERMISSIONS.path]["Permissions"]


@pytest.mark.parametrize("form", ["xml", "json"])
def test_what_is_not_there_is_refused_with_adultworks_reason(form: str) -> None:
    """A booking of nobody, a candidate who cannot be booked."""
    with running(form) as upstream:
        for endpoint, asked in (
            (MADE_BOOKING_DETAILS, {"BookingID": 99}),
            (USER_BOOKING_REQUIREMENTS, {"BookUserID": 200004}),
        ):
            with pytest.raises(UpstreamRefusedError) as refused:
                reader_of(upstream).read(endpoint, asked, TOKEN, after(5))
            assert refused.value.upstream_message
