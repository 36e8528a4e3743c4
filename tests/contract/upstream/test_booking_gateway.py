"""What every BookingGateway does, in memory and over HTTP alike; and what the sandbox's faults become."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from chalicelib.adapters.adultwork.phonechat import CREATE_BOOKING
from chalicelib.domain.access import AccessToken
from chalicelib.domain.booking.facts import BookingRequirements
from chalicelib.domain.errors import Trouble
from chalicelib.domain.operation.operation import OperationState, Outcome
from tests.builders import TOKEN, booking_request
from tests.contract.upstream.upstreams import UPSTREAMS, InMemoryUpstream, SandboxUpstream, Upstream, after, running

CANDIDATE = 123456


@pytest.fixture(params=UPSTREAMS)
def upstream(request: pytest.FixtureRequest) -> Iterator[Upstream]:
    """Return each upstream in turn."""
    if request.param == "memory":
        yield InMemoryUpstream()
    else:
        with running(request.param) as sandbox:
            yield sandbox


@pytest.fixture(params=["xml", "json"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[SandboxUpstream]:
    """Return the sandbox, in both forms."""
    with running(request.param) as server:
        yield server


def test_requirements_are_price_and_methods(upstream: Upstream) -> None:
    """The candidate of the documentation."""
    assert upstream.gateway.requirements(TOKEN, CANDIDATE, after(5)) == BookingRequirements(
        is_bookable=True, price_per_minute=Decimal("1.5"), methods={1: True, 2: False, 3: True}
    )


def test_a_balance_is_exact(upstream: Upstream) -> None:
    """The client's credits."""
    assert upstream.gateway.balance(TOKEN, after(5)) == Decimal(300)


def test_a_booking_is_confirmed_with_what_was_sent(upstream: Upstream) -> None:
    """Pending, with an id, and the same in every field that is compared."""
    request = booking_request()
    outcome = upstream.gateway.create_booking(TOKEN, request, after(5))
    assert (outcome.state, outcome.reason, outcome.upstream_status) == (OperationState.CONFIRMED, "booked", 200)
    booking = outcome.booking
    assert booking is not None
    assert (booking.booking_id, booking.status, booking.duration, booking.credits) == (1, "Pending", 15, Decimal(32))
    assert (booking.method, booking.phone_number, booking.skype_name) == (1, request.phone_number, None)
    assert (booking.session_date, booking.candidate.user_id) == ("2026-01-20T21:30:00", CANDIDATE)
    assert upstream.sent() == 1


def test_an_equal_booking_is_another_booking(upstream: Upstream) -> None:
    """The upstream knows no idempotency, so nobody may lean on it."""
    for number in (1, 2):
        booking = upstream.gateway.create_booking(TOKEN, booking_request(), after(5)).booking
        assert booking is not None
        assert booking.booking_id == number
    assert upstream.sent() == 2


def test_a_booking_without_an_answer_is_unknown(upstream: Upstream) -> None:
    """It went out, and was taken."""
    upstream.will_time_out_after_send()
    outcome = upstream.gateway.create_booking(TOKEN, booking_request(), after(0.3))
    assert outcome == Outcome(OperationState.UNKNOWN, "late", trouble=Trouble.LATE)
    assert upstream.sent() == 1


def test_a_booking_that_found_no_connection_was_not_sent(upstream: Upstream) -> None:
    """Not a byte of it."""
    upstream.will_refuse_connections()
    outcome = upstream.gateway.create_booking(TOKEN, booking_request(), after(5))
    assert outcome == Outcome(OperationState.NOT_SENT, "connection-refused", trouble=Trouble.UNREACHABLE)


@pytest.mark.parametrize(("status", "retry_after"), [(402, None), (429, 7)])
def test_a_booking_that_is_declined_tells_why(upstream: Upstream, status: int, retry_after: int | None) -> None:
    """The upstream's own message, and when to come again."""
    upstream.will_decline(status, "Not today.", retry_after)
    assert upstream.gateway.create_booking(TOKEN, booking_request(), after(5)) == Outcome(
        OperationState.REJECTED,
        "refused",
        upstream_status=status,
        message="Not today.",
        retry_after_seconds=retry_after,
    )
    assert upstream.sent() == 1


@pytest.mark.parametrize("candidate", [200001, 200004, 999999])
def test_a_candidate_who_cannot_be_booked_is_told(sandbox: SandboxUpstream, candidate: int) -> None:
    """DirectChat only, no PhoneChat, nobody at all."""
    requirements = sandbox.gateway.requirements(TOKEN, candidate, after(5))
    assert requirements == BookingRequirements(is_bookable=False)


def test_a_token_without_the_scope_has_no_balance(sandbox: SandboxUpstream) -> None:
    """Unknown, which is not the same as none."""
    assert sandbox.gateway.balance(AccessToken("no-balance-token"), after(5)) is None


@pytest.mark.parametrize(("token", "status"), [("poor-token", 402), ("no-scope-token", 403), ("nobodys-token", 401)])
def test_a_booking_that_the_upstream_declines_was_not_made(sandbox: SandboxUpstream, token: str, status: int) -> None:
    """Its own rules decide."""
    outcome = sandbox.gateway.create_booking(AccessToken(token), booking_request(), after(5))
    assert (outcome.state, outcome.upstream_status) == (OperationState.REJECTED, status)
    assert len(sandbox.server.world.bookings) == 0


SUCCESSES = ("created", "json-instead", "xml-instead", "close-after-answer", "latency")
UNKNOWNS = {
    "reset-before-commit": "connection-lost",
    "reset-after-commit": "connection-lost",
    "commit-then-drop": "connection-lost",
    "drip": "late",
    "stall": "late",
    "truncation": "connection-lost",
    "truncation-with-matching-length": "unreadable-answer",
    "status": "server-error",
    "html": "html-answer",
    "redirect": "redirected",
    "empty": "empty-answer",
    "accepted": "unexpected-status",
    "huge-body": "answer-too-large",
    "wrong-namespace": "unreadable-answer",
    "garbled": "unreadable-answer",
    "doctype": "unreadable-answer",
    "odd-encoding": "unreadable-answer",
    "echo-differs": "echo-differs",
}


@pytest.mark.parametrize("fault", SUCCESSES)
def test_a_sound_answer_counts_in_whatever_form_it_comes(sandbox: SandboxUpstream, fault: str) -> None:
    """200 or 201, XML or JSON."""
    sandbox.server.faults.arm(CREATE_BOOKING, fault, **({"seconds": 0.1} if fault == "latency" else {}))
    outcome = sandbox.gateway.create_booking(TOKEN, booking_request(), after(5))
    assert outcome.state is OperationState.CONFIRMED
    assert sandbox.sent() == len(sandbox.server.world.bookings) == 1


@pytest.mark.parametrize(("fault", "reason"), UNKNOWNS.items())
def test_an_odd_answer_leaves_the_outcome_open(sandbox: SandboxUpstream, fault: str, reason: str) -> None:
    """Whether or not it was made: it went out once, and is not taken for more than it is."""
    sandbox.server.faults.arm(CREATE_BOOKING, fault)
    seconds = 0.3 if reason == "late" else 5
    outcome = sandbox.gateway.create_booking(TOKEN, booking_request(), after(seconds))
    assert (outcome.state, outcome.reason, outcome.booking) == (OperationState.UNKNOWN, reason, None)
    assert sandbox.sent() == 1
