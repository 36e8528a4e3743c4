"""How often an account may book, and when AdultWork is left alone, over real HTTP."""

import re
from collections.abc import Callable

import pytest

from tests.integration.bookings import CREATE, READS, later
from tests.integration.exchange import Answer, require_problem
from tests.integration.service import FOREVER, Service, wait_until

KEY = "the-key-of-the-first-try"
OTHER = "other-client-token"


def require_limit(answer: Answer, limit: int, window: int) -> None:
    """Check that an answer says which limit it is, and how long it holds."""
    document = require_problem(answer, 429, "too-many-bookings")
    assert document["safe_to_retry_with_new_key"] is False
    wait = int(answer.header("Retry-After") or 0)
    assert 1 <= wait <= window
    assert answer.header("RateLimit-Policy") == f'"bookings";q={limit};w={window}'
    assert re.fullmatch(rf'"bookings";r=0;t={wait}', answer.header("RateLimit") or "")


def test_an_account_that_books_too_often_is_told_how_long_to_wait(configured: Callable[..., Service]) -> None:
    """Nothing is sent or recorded for the third booking of the day; the other account books on."""
    service = configured(BOOKINGS_PER_DAY="2")
    assert [service.book(later(minute)).status for minute in (0, 1)] == [201, 201]
    require_limit(service.book(later(2), key=KEY), 2, 86_400)
    assert (service.posts, service.records.states()) == (2, ["CONFIRMED"] * 2)
    assert service.book(later(2), token=OTHER).status == 201


def test_a_minute_has_a_limit_of_its_own(configured: Callable[..., Service]) -> None:
    """Three bookings within moments touch two minutes at most."""
    service = configured(BOOKINGS_PER_MINUTE="1", BOOKINGS_PER_DAY="30")
    refused = [answer for answer in (service.book(later(minute)) for minute in range(3)) if answer.status == 429]
    assert refused
    for answer in refused:
        require_limit(answer, 1, 60)


def test_repeats_and_duplicates_do_not_count(configured: Callable[..., Service]) -> None:
    """They are told what they are, before any limit."""
    service = configured(BOOKINGS_PER_DAY="1")
    first = service.book(key=KEY)
    again = service.book(key=KEY)
    assert (first.status, again.body, again.header("Idempotency-Replayed")) == (201, first.body, "true")
    assert service.book().kind == (409, "duplicate-booking")


def test_zero_is_no_limit(configured: Callable[..., Service]) -> None:
    """Both can be switched off."""
    service = configured(BOOKINGS_PER_MINUTE="0", BOOKINGS_PER_DAY="0")
    assert [service.book(later(minute)).status for minute in range(8)] == [201] * 8


def break_down(service: Service) -> None:
    """Let every call of AdultWork fail, until the breaker is open and nothing is on its way any more."""
    service.arm("*", "status", FOREVER, status=503)
    assert service.book(key=KEY).kind == (503, "upstream-unavailable")
    wait_until(lambda: service.calls() == 2 * len(READS))


def test_an_upstream_that_fails_is_left_alone(configured: Callable[..., Service]) -> None:
    """At once, before the claim, without a single call, and safe to try again."""
    service = configured(BREAKER_FAILURES="2", BREAKER_SECONDS="60")
    break_down(service)
    calls = service.calls()
    answer = service.book(key=KEY)
    document = require_problem(answer, 503, "upstream-unavailable")
    assert document["safe_to_retry_with_new_key"] is False
    assert 1 <= int(answer.header("Retry-After") or 0) <= 60
    assert (service.calls(), service.posts, service.records.rows()) == (calls, 0, [])


def test_an_upstream_that_is_back_is_found_by_a_read(configured: Callable[..., Service]) -> None:
    """After BREAKER_SECONDS; a booking is never the probe, and the same key books."""
    service = configured(BREAKER_FAILURES="2", BREAKER_SECONDS="0.2")
    break_down(service)
    service.sandbox.reset()
    wait_until(lambda: service.book(key=KEY).status == 201)
    assert service.posts == 1
    first_seen = service.sandbox.journal.requests[0]
    assert first_seen.method == "GET"
    assert service.records.states() == ["CONFIRMED"]


def test_one_failure_is_none_yet(configured: Callable[..., Service]) -> None:
    """A booking that failed alone leaves the way open."""
    service = configured(BREAKER_FAILURES="3", BREAKER_SECONDS="60")
    service.arm(CREATE, "status", status=500)
    assert service.book(later(0)).kind == (502, "outcome-unknown")
    assert service.book(later(1)).status == 201


@pytest.mark.parametrize("failures", ["0", "50"])
def test_a_breaker_that_is_off_or_patient_lets_every_call_through(
    configured: Callable[..., Service], failures: str
) -> None:
    """Off is the default."""
    service = configured(BREAKER_FAILURES=failures)
    break_down(service)
    service.sandbox.reset()
    assert service.book(key=KEY).status == 201
