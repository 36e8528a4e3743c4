"""ValidateBooking over real HTTP: what the booking would meet, and that nothing comes of asking."""

from decimal import Decimal
from typing import Any

import pytest

from tests.integration import bookings
from tests.integration.bookings import CREATE, MADE_BOOKINGS, MEMBERS, READS, REQUIREMENTS, VALIDATE, members, to_body
from tests.integration.exchange import Answer, require_problem
from tests.integration.service import Service


def quote(service: Service, request: dict[str, Any] = MEMBERS, token: str = bookings.TOKEN) -> Answer:
    """Ask for a quote as a page does."""
    answer = service.send("POST", VALIDATE, bookings.headers(token), to_body(request))
    assert answer.header("Access-Control-Allow-Origin") == bookings.ORIGIN
    return answer


def test_a_quote_has_the_exact_price_and_nothing_is_booked_or_recorded(service: Service) -> None:
    """The sandbox has seen reads alone, has no booking and all credits; our tables are as they were."""
    answer = quote(service)
    assert answer.status == 200
    assert answer.document == {
        "is_valid": True,
        "violations": [],
        "unchecked": [],
        "price_per_minute": Decimal("1.5"),
        "minimum_credits": Decimal("22.5"),
        "balance": 300,
        "balance_after": 268,
    }
    assert {request.path.casefold() for request in service.sandbox.journal.requests} <= {
        path.casefold() for path in READS
    }
    assert service.posts == service.calls(MADE_BOOKINGS) == 0
    assert service.sandbox.world.bookings == ()
    assert service.records.rows() == []
    assert service.records.kinds() == []


def test_a_quote_stands_in_the_way_of_no_booking_and_spends_no_limit(service: Service) -> None:
    """Ask twice, then book: 201, and the balance that was told before is the one after."""
    told = quote(service).document["balance_after"]
    assert quote(service).document["is_valid"] is True
    assert service.book().status == 201
    assert quote(service, bookings.later(1)).document["balance"] == told


def test_a_price_is_not_rounded(service: Service) -> None:
    """A third of a credit a minute."""
    answer = quote(service, members(BookUserID=200005, Duration=31, Credits=Decimal("10.3323")))
    assert b'"minimum_credits":10.3323,' in answer.body
    assert answer.document["is_valid"] is True


@pytest.mark.parametrize(
    ("token", "request_"),
    [
        ("client-token", members(Duration=1, AcceptBy=None, Credits=301)),
        ("poor-token", members(BookUserID=200002, Credits=29)),
        ("client-token", members(BookUserID=200001)),
        ("no-balance-token", members(Method=9)),
    ],
)
def test_the_violations_are_those_that_the_booking_is_refused_with(
    service: Service, token: str, request_: dict[str, Any]
) -> None:
    """The same list, with params, in the same order."""
    told = quote(service, request_, token).document
    refused = service.book(request_, token=token).document
    assert told["violations"] == refused["violations"]
    assert told["is_valid"] is False


def test_what_a_token_may_not_ask_is_unchecked_and_not_told(service: Service) -> None:
    """A token that may book need not be allowed to read the balance."""
    told = quote(service, token="no-balance-token").document
    assert (told["is_valid"], told["unchecked"]) == (True, ["balance-sufficient"])
    assert (told["balance"], told["balance_after"], told["minimum_credits"]) == (None, None, Decimal("22.5"))


def test_a_quote_is_refused_to_whom_the_booking_is(service: Service) -> None:
    """A missing scope, a token that nobody knows, a read that fails; none of it is a booking attempt on record."""
    require_problem(quote(service, token="no-scope-token"), 403, "insufficient-scope")
    require_problem(quote(service, token="nobody"), 401, "invalid-token")
    service.arm(REQUIREMENTS, "status", 6, status=500)  # the reads of the two before may still be on their way
    document = require_problem(quote(service), 503, "upstream-unavailable")
    assert document["instance"] == VALIDATE
    assert document["safe_to_retry_with_new_key"] is False
    assert service.records.kinds() == []
    assert service.calls(CREATE) == 0
