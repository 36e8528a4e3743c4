"""Token and facts are read at once, and only as far as they are needed."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from threading import Barrier
from typing import TypeVar

import pytest

from chalicelib.adapters.system import ThreadConcurrency
from chalicelib.application.booking.reads import Reads
from chalicelib.domain.access import AccessToken, Principal, Scope
from chalicelib.domain.booking.facts import BookingRequirements, Facts
from chalicelib.domain.booking.rules.facts import FactsNeeded
from chalicelib.domain.errors import (
    InvalidTokenError,
    SwitchboardError,
    Trouble,
    UpstreamError,
    UpstreamRefusedError,
    UpstreamUnavailableError,
)
from chalicelib.domain.time_budget import Deadline
from tests.builders import PRINCIPAL, TOKEN
from tests.fakes.clock import FixedClock
from tests.fakes.system import SequentialConcurrency
from tests.fakes.upstream import InMemoryGateway, InMemoryIntrospector

T = TypeVar("T")
Read = Callable[[], tuple[Facts, UpstreamError | None]]
NEEDED = FactsNeeded(123456, balance=True)
WITHOUT_BALANCE = replace(PRINCIPAL, scopes=frozenset({Scope.PHONECHAT_BOOKINGS.value}))
LATE = UpstreamUnavailableError("late", trouble=Trouble.LATE)


class MeetingPlace:
    """Lets nobody go on before three calls are under way at the same time."""

    def __init__(self) -> None:
        self._barrier = Barrier(3)

    def meet(self, result: Callable[[], T]) -> T:
        """Wait for the other two, at most two seconds."""
        self._barrier.wait(2)
        return result()


class MeetingIntrospector(InMemoryIntrospector):
    """An introspection that meets the other reads."""

    def __init__(self, place: MeetingPlace) -> None:
        super().__init__()
        self._place = place

    def introspect(self, token: AccessToken, deadline: Deadline) -> Principal:
        """Meet, then answer."""
        return self._place.meet(lambda: super(MeetingIntrospector, self).introspect(token, deadline))


class MeetingGateway(InMemoryGateway):
    """Facts whose reads meet each other and the introspection."""

    def __init__(self, place: MeetingPlace) -> None:
        super().__init__()
        self._place = place

    def requirements(self, token: AccessToken, candidate: int, deadline: Deadline) -> BookingRequirements:
        """Meet, then answer."""
        return self._place.meet(lambda: super(MeetingGateway, self).requirements(token, candidate, deadline))

    def balance(self, token: AccessToken, deadline: Deadline) -> Decimal | None:
        """Meet, then answer."""
        return self._place.meet(lambda: super(MeetingGateway, self).balance(token, deadline))


def deadline() -> Deadline:
    """Return the end of the reads."""
    return Deadline.after(FixedClock().monotonic, 6)


def start(introspector: InMemoryIntrospector, gateway: InMemoryGateway) -> tuple[Principal, Read]:
    """Begin the reads of one booking; return the principal, and what waits for the facts."""
    principal, pending = Reads(introspector, gateway, SequentialConcurrency()).start(TOKEN, NEEDED, deadline())
    return principal, pending.read


def test_on_a_cold_cache_all_three_reads_are_under_way_at_once() -> None:
    """Let each read wait for the other two; in sequence this would never end."""
    place = MeetingPlace()
    gateway = MeetingGateway(place)
    reads = Reads(MeetingIntrospector(place), gateway, ThreadConcurrency(2))
    principal, pending = reads.start(TOKEN, NEEDED, deadline())
    assert principal == PRINCIPAL
    assert pending.read() == (Facts(gateway.facts, Decimal(300)), None)


def test_on_a_warm_cache_the_token_is_not_introspected_again() -> None:
    """Read twice."""
    introspector, gateway = InMemoryIntrospector(), InMemoryGateway()
    for _ in range(2):
        principal, read = start(introspector, gateway)
        assert principal == PRINCIPAL
        assert read() == (Facts(gateway.facts, Decimal(300)), None)
    assert introspector.calls == 1
    assert gateway.reads == ["requirements", "balance"] * 2


def test_a_balance_that_is_known_to_be_forbidden_is_never_asked_for() -> None:
    """Know the token, and that it lacks the scope."""
    introspector, gateway = InMemoryIntrospector(), InMemoryGateway()
    introspector.known[TOKEN] = WITHOUT_BALANCE
    principal, read = start(introspector, gateway)
    assert principal == WITHOUT_BALANCE
    assert read() == (Facts(gateway.facts, None), None)
    assert gateway.reads == ["requirements"]


class FailingBalance(InMemoryGateway):
    """An upstream that never tells the balance in time."""

    def balance(self, token: AccessToken, deadline: Deadline) -> Decimal | None:
        """Fail."""
        del token, deadline
        raise LATE


@pytest.mark.parametrize("gateway", [InMemoryGateway(), FailingBalance()], ids=["told", "failed"])
def test_a_balance_that_turns_out_to_be_forbidden_is_unknown_whatever_came_of_asking(gateway: InMemoryGateway) -> None:
    """Ask for it speculatively, with a token that turns out to lack the scope."""
    _, read = start(InMemoryIntrospector(WITHOUT_BALANCE), gateway)
    assert read() == (Facts(gateway.facts, None), None)


def test_a_balance_that_is_granted_and_cannot_be_read_in_time_is_told_beside_what_could_be_read() -> None:
    """Fail it for a token that has the scope."""
    gateway = FailingBalance()
    _, read = start(InMemoryIntrospector(), gateway)
    assert read() == (Facts(gateway.facts, None), LATE)


def test_the_first_of_two_failures_is_told() -> None:
    """Fail both reads."""
    gateway = FailingBalance()
    gateway.read_failure = UpstreamRefusedError("forbidden", upstream_status=403)
    _, read = start(InMemoryIntrospector(), gateway)
    assert read() == (Facts(None, None), gateway.read_failure)


@pytest.mark.parametrize("is_warm", [True, False])
@pytest.mark.parametrize(
    ("needed", "reads"),
    [
        (FactsNeeded(None, balance=True), ["balance"]),
        (FactsNeeded(123456, balance=False), ["requirements"]),
        (FactsNeeded(None, balance=False), []),
    ],
)
def test_what_no_rule_needs_is_not_read(needed: FactsNeeded, reads: list[str], is_warm: bool) -> None:  # noqa: FBT001 (a row)
    """Need one of the facts, or none; the token is introspected all the same."""
    introspector, gateway = InMemoryIntrospector(), InMemoryGateway()
    introspector.known = {TOKEN: PRINCIPAL} if is_warm else {}
    principal, pending = Reads(introspector, gateway, SequentialConcurrency()).start(TOKEN, needed, deadline())
    facts, failure = pending.read()
    assert (principal, gateway.reads, failure) == (PRINCIPAL, reads, None)
    assert (facts.requirements, facts.balance) == (
        gateway.facts if "requirements" in reads else None,
        Decimal(300) if "balance" in reads else None,
    )


def test_a_balance_that_is_no_number_is_unknown() -> None:
    """Answer the one who may ask with nothing."""
    gateway = InMemoryGateway()
    gateway.credits = None
    _, read = start(InMemoryIntrospector(), gateway)
    assert read() == (Facts(gateway.facts, None), None)
    assert gateway.reads == ["requirements", "balance"]


@pytest.mark.parametrize("failure", [InvalidTokenError("unknown"), LATE])
def test_an_introspection_that_fails_is_the_answer(failure: SwitchboardError) -> None:
    """Fail it; the speculative reads do not hide it."""
    introspector, gateway = InMemoryIntrospector(), InMemoryGateway()
    introspector.failure, gateway.read_failure = failure, UpstreamRefusedError("no")
    with pytest.raises(type(failure)) as caught:
        start(introspector, gateway)
    assert caught.value is failure


@pytest.mark.parametrize(
    ("failure", "forgotten"),
    [
        (InvalidTokenError("expired"), [TOKEN]),
        (UpstreamRefusedError("forbidden", upstream_status=403), [TOKEN]),
        (LATE, []),
    ],
)
def test_a_read_that_refuses_the_token_drops_what_was_learnt_about_it(
    failure: SwitchboardError, forgotten: list[AccessToken]
) -> None:
    """Fail the read of a token that the cache knows; an upstream that is late says nothing about the token."""
    introspector, gateway = InMemoryIntrospector(), InMemoryGateway()
    introspector.known[TOKEN], gateway.read_failure = PRINCIPAL, failure
    _, read = start(introspector, gateway)
    if isinstance(failure, InvalidTokenError):
        with pytest.raises(InvalidTokenError) as caught:
            read()
        assert caught.value is failure
    else:
        assert read() == (Facts(None, Decimal(300)), failure)
    assert introspector.forgotten == forgotten
    assert (introspector.recall(TOKEN) is None) == bool(forgotten)


@pytest.mark.parametrize("scopes", [PRINCIPAL, WITHOUT_BALANCE], ids=["may ask", "may not ask"])
@pytest.mark.parametrize("is_warm", [True, False])
def test_a_caller_is_new_when_the_token_had_to_be_introspected(scopes: Principal, is_warm: bool) -> None:  # noqa: FBT001 (a row)
    """Start with tokens that are known and not, with the scope of the balance and without."""
    introspector = InMemoryIntrospector(scopes)
    introspector.known = {TOKEN: scopes} if is_warm else {}
    _, pending = Reads(introspector, InMemoryGateway(), SequentialConcurrency()).start(TOKEN, NEEDED, deadline())
    assert pending.is_new_caller is (not is_warm)


@pytest.mark.parametrize("is_warm", [True, False])
def test_what_was_learnt_is_dropped_for_a_token_without_the_balance_as_well(is_warm: bool) -> None:  # noqa: FBT001 (a row)
    """Refuse the facts of the candidate."""
    introspector, gateway = InMemoryIntrospector(WITHOUT_BALANCE), InMemoryGateway()
    introspector.known = {TOKEN: WITHOUT_BALANCE} if is_warm else {}
    gateway.read_failure = InvalidTokenError("expired")
    _, read = start(introspector, gateway)
    with pytest.raises(InvalidTokenError):
        read()
    assert introspector.forgotten == [TOKEN]


def test_every_read_is_about_the_candidate_with_the_caller_s_own_token() -> None:
    """Look at what was asked."""
    gateway = InMemoryGateway()
    start(InMemoryIntrospector(), gateway)
    assert (gateway.tokens, gateway.candidates) == ([TOKEN, TOKEN], [123456])
