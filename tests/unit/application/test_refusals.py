"""What ends before the claim: nothing is sent, and a known account's refusal is on record."""

from dataclasses import replace
from decimal import Decimal

import pytest

from chalicelib.application.events import refused_form
from chalicelib.domain.access import Scope
from chalicelib.domain.audit import GENESIS
from chalicelib.domain.errors import (
    BookingRejectedError,
    InsufficientScopeError,
    InvalidTokenError,
    StoreUnavailableError,
    SwitchboardError,
    Trouble,
    UpstreamRefusedError,
    UpstreamUnavailableError,
)
from chalicelib.domain.facts import BookingRequirements
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.violation import Violation
from tests.builders import MEMBERS, NOW, PHONE, PRINCIPAL, TOKEN, members
from tests.sentences import require_sentences
from tests.unit.application.slowness import TickingGateway
from tests.unit.application.world import OTHER_KEY, World

WITHOUT_BOOKINGS = replace(PRINCIPAL, scopes=frozenset({Scope.CREDITS_HISTORY.value}))
LATE = UpstreamUnavailableError("late", trouble=Trouble.LATE)


def assert_nothing_was_claimed_or_sent(world: World) -> None:
    """Look at store and upstream."""
    assert world.store.claims == []
    assert world.gateway.sent == []


def test_a_wrong_form_costs_no_call_and_leaves_no_record() -> None:
    """Break five rules; who is asking is not even looked up."""
    world = World()
    document = members(BookUserID=0, Duration=4, Method=9, Credits="32", Comments="\0")
    error = world.refusal(document)
    assert isinstance(error, BookingRejectedError)
    assert [violation.rule for violation in error.violations] == [
        "book-user-id",
        "duration-minimum",
        "method",
        "credits-form",
        "comments-characters",
    ]
    assert (error.operation_id, error.audit_pending) == (None, False)
    assert (world.introspector.calls, world.gateway.reads, world.trail.appended) == (0, [], [])
    assert_nothing_was_claimed_or_sent(world)


@pytest.mark.parametrize(("user_id", "candidate"), [(123456, 123456), (0, None)])
def test_a_wrong_form_of_a_known_account_is_on_record(user_id: int, candidate: int | None) -> None:
    """The account is remembered from a call before: no call is needed to tell the reviewer, and no value is told."""
    world = World()
    world.introspector.known[TOKEN] = PRINCIPAL
    error = world.refusal({**members(BookUserID=user_id, Duration=4), PHONE: 1})
    (event,) = world.events(error.operation_id)
    assert (event["kind"], event["account"], event.get("candidate")) == ("refused", PRINCIPAL.account, candidate)
    assert "duration-minimum/Duration" in event["violations"]
    assert "unknown-member" in event["violations"]
    assert PHONE not in world.trail.rows()
    assert (world.introspector.calls, world.gateway.reads) == (0, [])


@pytest.mark.parametrize("unknown", [1, 50, 200])
def test_the_record_of_a_wrong_form_names_each_broken_rule_of_a_member_once(unknown: int) -> None:
    """Send members that nobody knows: the event stays small, is the first of its chain, and the answer has them all."""
    world = World()
    world.introspector.known[TOKEN] = PRINCIPAL
    error = world.refusal({**members(Duration=4), **{f"member-{number}": 1 for number in range(unknown)}})
    assert isinstance(error, BookingRejectedError)
    (event,) = world.events(error.operation_id)
    assert len(error.violations) == unknown + 1
    assert sorted(event["violations"]) == ["duration-minimum/Duration", "unknown-member"]
    assert "violations_left_out" not in event
    assert (event["sequence"], event["previous_hash"], event["request_id"]) == (1, GENESIS, "request-1")


@pytest.mark.parametrize(("rules", "left_out"), [(40, 0), (41, 1), (90, 50)])
def test_an_event_counts_the_broken_rules_that_it_has_no_room_for(rules: int, left_out: int) -> None:
    """Break many different ones, of ten characters each: four hundred fit, and a short one after a long one does as well."""
    broken = [Violation("/A", f"rule-{number:03}", "Mend it.") for number in range(rules)]
    event = refused_form("op_1", "request-1", PRINCIPAL, None, NOW, broken)
    assert event.details["violations"] == [f"rule-{number:03}/A" for number in range(min(rules, 40))]
    assert event.details.get("violations_left_out", 0) == left_out
    long_first = [Violation("/" + "A" * 400, "long", "Mend it."), Violation("/B", "short", "Mend it.")]
    assert refused_form("op_1", "request-1", PRINCIPAL, None, NOW, long_first).details == {
        "violations": ["short/B"],
        "violations_left_out": 1,
    }


@pytest.mark.parametrize("is_warm", [True, False])
def test_a_missing_scope_is_refused_and_on_record(is_warm: bool) -> None:  # noqa: FBT001 (a row)
    """Lack the scope, whether the token is known or not; the facts, which fail here, are not waited for."""
    world = World()
    world.introspector.principal = WITHOUT_BOOKINGS
    if is_warm:
        world.introspector.known[TOKEN] = WITHOUT_BOOKINGS
    world.gateway.read_failure = LATE
    error = world.refusal()
    assert isinstance(error, InsufficientScopeError)
    assert (error.scope, error.audit_pending) == ("account_phonechat_bookings", False)
    assert "the scope account_phonechat_bookings" in error.message
    require_sentences(error.message)
    assert world.introspector.recall(TOKEN) is None
    (event,) = world.events(error.operation_id)
    assert (event["kind"], event["missing_scope"]) == ("refused", "account_phonechat_bookings")
    assert (event["account"], event["candidate"], event["sequence"]) == (1001, 123456, 1)
    assert (event["previous_hash"], event["request_id"]) == (GENESIS, "request-1")
    assert PHONE not in world.store.rows()
    assert_nothing_was_claimed_or_sent(world)


def test_a_booking_that_the_facts_forbid_is_refused_with_all_violations_and_on_record() -> None:
    """Offer too little with a method that is not offered, and hold even less."""
    world = World()
    world.gateway.credits = Decimal(1)
    error = world.refusal(members(Method=2, Credits=10))
    assert isinstance(error, BookingRejectedError)
    rules = ["method-available", "credits-minimum", "balance-sufficient"]
    assert [violation.rule for violation in error.violations] == rules
    (event,) = world.events(error.operation_id)
    assert event["kind"] == "refused"
    assert event["violations"] == ["method-available/Method", "credits-minimum/Credits", "balance-sufficient/Credits"]
    assert event["unchecked"] == []
    assert_nothing_was_claimed_or_sent(world)


def test_a_refusal_s_record_names_the_rules_that_could_not_be_checked() -> None:
    """Refuse the candidate while the balance is unknown."""
    world = World()
    world.gateway.facts, world.gateway.credits = BookingRequirements(is_bookable=False), None
    (event,) = world.events(world.refusal().operation_id)
    assert event["violations"] == ["candidate-bookable/BookUserID"]
    assert event["unchecked"] == ["balance-sufficient"]


@pytest.mark.parametrize("lacks_scope", [True, False])
def test_a_refusal_that_cannot_be_recorded_is_the_same_refusal(lacks_scope: bool) -> None:  # noqa: FBT001 (a row)
    """Fail the audit trail; the caller learns the truth, and the edge that the record is missing."""
    world = World()
    world.trail.will_fail_append()
    if lacks_scope:
        world.introspector.principal = WITHOUT_BOOKINGS
    world.gateway.facts = BookingRequirements(is_bookable=False)
    error = world.refusal()
    assert isinstance(error, InsufficientScopeError if lacks_scope else BookingRejectedError)
    assert error.audit_pending is True
    assert world.kinds(error.operation_id) == []
    assert_nothing_was_claimed_or_sent(world)


def test_a_refusal_is_not_kept_from_trying_again() -> None:
    """Top up after a refusal, and book under the same key."""
    world = World()
    world.gateway.credits = Decimal(1)
    world.refusal()
    world.gateway.credits = Decimal(300)
    assert world.place().booking_id == 1


@pytest.mark.parametrize("failure", [InvalidTokenError("unknown"), LATE])
def test_a_token_that_cannot_be_introspected_is_refused_without_a_record(failure: SwitchboardError) -> None:
    """Fail the introspection; no account is known to write about."""
    world = World()
    world.introspector.failure = failure
    assert world.refusal() is failure
    assert world.trail.appended == []
    assert_nothing_was_claimed_or_sent(world)


@pytest.mark.parametrize(
    "failure", [InvalidTokenError("expired"), UpstreamRefusedError("forbidden", upstream_status=403), LATE]
)
def test_facts_that_cannot_be_read_end_the_booking(failure: SwitchboardError) -> None:
    """Fail the read of the requirements."""
    world = World()
    world.gateway.read_failure = failure
    assert world.refusal() is failure
    assert_nothing_was_claimed_or_sent(world)


class LostKeys:
    """Keys that cannot be fetched; implements `HmacKeys`."""

    def in_use(self) -> tuple[HmacKey, ...]:
        """Fail."""
        raise StoreUnavailableError("the keys are out of reach")


def test_without_the_key_of_the_hashes_nothing_is_claimed_or_sent() -> None:
    """Lose the secret."""
    world = World(keys=LostKeys())
    assert isinstance(world.refusal(), StoreUnavailableError)
    assert world.trail.appended == []
    assert_nothing_was_claimed_or_sent(world)


@pytest.mark.parametrize("seconds_left", [16.9, 5, 0, -1])
def test_a_call_that_begins_too_late_claims_nothing(seconds_left: float) -> None:
    """Begin with less than the POST and its conclusion need."""
    world = World()
    error = world.refusal(seconds_left=seconds_left)
    assert isinstance(error, UpstreamUnavailableError)
    assert (error.trouble, error.retry_after_seconds, error.operation_id) == (Trouble.LATE, 5, None)
    assert "sent nothing" in error.message
    assert_nothing_was_claimed_or_sent(world)
    assert world.store.trail.appended == []


def test_reads_that_took_too_long_end_the_call_before_the_claim() -> None:
    """Let the reads use more than the call can spare, then a little less."""
    world = World()
    world.gateway = TickingGateway(world.clock, read=3.6)
    assert isinstance(world.refusal(), UpstreamUnavailableError)
    assert_nothing_was_claimed_or_sent(world)
    world.gateway = TickingGateway(world.clock, read=3.5)
    assert world.place(MEMBERS).booking_id == 1


def test_the_rules_are_judged_at_the_instant_of_the_request() -> None:
    """Let AcceptBy pass while the facts are read; the request was sound when it came."""
    world = World()
    world.gateway = TickingGateway(world.clock, read=2)
    world.clock.tick(58)
    assert world.place(members(AcceptBy="2026-01-15 12:01", SessionDate="2026-01-15 12:02")).booking_id == 1
    late = members(AcceptBy="2026-01-15 12:01", SessionDate="2026-01-15 12:03")
    assert isinstance(world.refusal(late, idempotency_key=OTHER_KEY), BookingRejectedError)
