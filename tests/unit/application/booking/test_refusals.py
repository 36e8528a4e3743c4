"""What ends before the claim: nothing is sent, and a known account's refusal is on record."""

from dataclasses import replace
from decimal import Decimal

import pytest

from chalicelib.application.audit.events import Subject
from chalicelib.application.booking.refusals import REASONS, Refusals
from chalicelib.domain.access import AccessToken, Scope
from chalicelib.domain.audit.event import GENESIS, told_request_id
from chalicelib.domain.booking.facts import BookingRequirements
from chalicelib.domain.booking.form import JsonValue
from chalicelib.domain.errors import (
    BookingRejectedError,
    DuplicateBookingError,
    IdempotencyKeyReusedError,
    InsufficientScopeError,
    InvalidTokenError,
    OutcomeUnknownError,
    StoreUnavailableError,
    SwitchboardError,
    TooManyBookingsError,
    Trouble,
    UpstreamRefusedError,
    UpstreamUnavailableError,
)
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.time_budget import Deadline
from chalicelib.domain.violation import Violation
from chalicelib.edge.problems.table import EVERY_PROBLEM_TYPE
from tests.builders import MEMBERS, PHONE, PRINCIPAL, TOKEN, members
from tests.contract.records import HASH_KEY
from tests.fakes.upstream import InMemoryGateway
from tests.sentences import require_sentences
from tests.unit.application.slowness import TickingGateway
from tests.unit.application.world import OTHER_KEY, World

WITHOUT_BOOKINGS = replace(PRINCIPAL, scopes=frozenset({Scope.CREDITS_HISTORY.value}))
LATE = UpstreamUnavailableError("late", trouble=Trouble.LATE)


def assert_nothing_was_claimed_or_sent(world: World) -> None:
    """Look at store and upstream."""
    assert world.store.claims == []
    assert world.gateway.sent == []


def rules(error: SwitchboardError) -> list[str]:
    """Return the rules that a refused booking breaks, in order."""
    assert isinstance(error, BookingRejectedError)
    return [violation.rule for violation in error.violations]


def test_all_mistakes_come_at_once_those_that_need_facts_included() -> None:
    """Break rules of the form, and offer less than the candidate asks and more than the account holds."""
    world = World()
    world.gateway.credits = Decimal(9)
    error = world.refusal(members(SessionDate="soon", Method=2, Credits=10, Comments="\0"))
    assert rules(error) == [
        "session-date-form",
        "comments-characters",
        "method-available",
        "credits-minimum",
        "balance-sufficient",
    ]
    assert error.audit_pending is False
    assert_nothing_was_claimed_or_sent(world)


@pytest.mark.parametrize(
    ("changes", "reads"),
    [
        ({"Comments": 1}, ["requirements", "balance"]),
        ({"BookUserID": 0}, ["balance"]),
        ({"Credits": "32"}, ["requirements"]),
        ({"BookUserID": "123456", "Credits": None}, []),
    ],
)
def test_only_facts_that_a_sound_member_needs_are_read(changes: dict[str, JsonValue], reads: list[str]) -> None:
    """Break the members that the facts are about; the token is introspected whatever else is wrong."""
    world = World()
    assert isinstance(world.refusal(members(**changes)), BookingRejectedError)
    assert (world.introspector.calls, sorted(world.gateway.reads)) == (1, sorted(reads))


@pytest.mark.parametrize("is_sound", [True, False])
def test_a_bad_token_comes_before_every_mistake(is_sound: bool) -> None:  # noqa: FBT001 (a row)
    """Let AdultWork refuse the token, at the introspection and at a read, for a sound form and a broken one."""
    document = MEMBERS if is_sound else members(Duration=4)
    world = World()
    world.introspector.failure = InvalidTokenError("unknown")
    assert world.refusal(document) is world.introspector.failure
    world.introspector.failure, world.gateway.read_failure = None, InvalidTokenError("expired")
    assert world.refusal(document) is world.gateway.read_failure


@pytest.mark.parametrize("failure", [LATE, UpstreamRefusedError("forbidden", upstream_status=403)])
def test_mistakes_are_told_also_where_the_facts_cannot_be_read(failure: SwitchboardError) -> None:
    """Fail the facts of a broken form; what could not be checked is on record."""
    world = World()
    world.gateway.read_failure = failure
    error = world.refusal(members(Duration=4))
    assert rules(error) == ["duration-minimum"]
    (event,) = world.events(error.operation_id)
    assert event["unchecked"] == ["candidate-bookable", "method-available"]


def test_a_balance_that_cannot_be_read_does_not_hide_what_the_candidate_forbids() -> None:
    """Fail the balance alone, for a candidate who takes no bookings."""
    world = World()
    world.gateway = NoBalance()
    world.gateway.facts = BookingRequirements(is_bookable=False)
    error = world.refusal()
    assert rules(error) == ["candidate-bookable"]
    assert world.events(error.operation_id)[0]["unchecked"] == ["balance-sufficient"]


class NoBalance(InMemoryGateway):
    """An upstream that never tells the balance in time."""

    def balance(self, token: AccessToken, deadline: Deadline) -> Decimal | None:
        """Fail."""
        del token, deadline
        raise LATE


@pytest.mark.parametrize(("user_id", "candidate"), [(123456, 123456), (0, None)])
@pytest.mark.parametrize("is_warm", [True, False])
def test_a_wrong_form_is_on_record_without_its_values(user_id: int, candidate: int | None, is_warm: bool) -> None:  # noqa: FBT001 (a row)
    """Break rules with a token that is remembered, and with one that is not: it makes no difference."""
    world = World()
    world.introspector.known = {TOKEN: PRINCIPAL} if is_warm else {}
    error = world.refusal({**members(BookUserID=user_id, Duration=4), PHONE: 1})
    (event,) = world.events(error.operation_id)
    assert (event["kind"], event["reason"]) == ("refused", "booking-rejected")
    assert (event["client"], event.get("candidate"), event["request_id"]) == (
        world.register.rows[PRINCIPAL.account],
        world.register.rows.get(candidate or 0),
        told_request_id("request-1"),
    )
    assert (candidate in world.register.rows) is (candidate is not None)
    assert (event["sequence"], event["previous_hash"]) == (1, GENESIS)
    assert "unknown-member" in event["violations"]
    assert "duration-minimum/Duration" in event["violations"]
    assert "request" not in event
    assert PHONE not in world.trail.rows()


def test_the_record_of_a_wrong_form_names_each_rule_once() -> None:
    """Send members that nobody knows: the event stays small, and the answer has them all."""
    world = World()
    error = world.refusal({**members(Duration=4), **{f"member-{number}": 1 for number in range(200)}})
    assert len(rules(error)) == 201
    (event,) = world.events(error.operation_id)
    assert event["violations"] == ["unknown-member", "duration-minimum/Duration"]


def recorded(violations: list[Violation]) -> dict[str, object]:
    """Return the details of the event of a booking that breaks rules."""
    world = World()
    subject = Subject("op_1", "request-1", PRINCIPAL, None, HASH_KEY)
    refusals = Refusals(world.trail, world.register, world.clock, world.budget)
    with pytest.raises(BookingRejectedError), refusals.recorded(subject, Deadline.after(world.clock.monotonic, 5)):
        raise BookingRejectedError(violations)
    return dict(world.trail.refusals[0].details)


@pytest.mark.parametrize(("rules", "left_out"), [(32, 0), (33, 1), (90, 58)])
def test_an_event_counts_the_broken_rules_that_it_has_no_room_for(rules: int, left_out: int) -> None:
    """Break many different ones, of ten characters each: 320 fit, and a short one after a long one does as well."""
    details = recorded([Violation("/A", f"rule-{number:03}", "Mend it.") for number in range(rules)])
    assert details["violations"] == [f"rule-{number:03}/A" for number in range(min(rules, 32))]
    assert details.get("violations_left_out", 0) == left_out
    assert ("violations_left_out" in details) is (left_out > 0)
    long_first = [Violation("/" + "A" * 400, "long", "Mend it."), Violation("/B", "short", "Mend it.")]
    details = recorded(long_first)
    assert (details["violations"], details["violations_left_out"]) == (["short/B"], 1)


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
    assert (event["kind"], event["reason"]) == ("refused", "insufficient-scope")
    assert event["missing_scope"] == "account_phonechat_bookings"
    assert (event["client"], event["candidate"]) == (world.register.rows[1001], world.register.rows[123456])
    assert event["sequence"] == 1
    assert (event["previous_hash"], event["request_id"]) == (GENESIS, told_request_id("request-1"))
    assert PHONE not in world.store.rows()
    assert_nothing_was_claimed_or_sent(world)


def test_a_booking_that_the_facts_forbid_is_refused_with_all_violations_and_on_record() -> None:
    """Offer too little with a method that is not offered, and hold even less."""
    world = World()
    world.gateway.credits = Decimal(1)
    error = world.refusal(members(Method=2, Credits=10))
    assert rules(error) == ["method-available", "credits-minimum", "balance-sufficient"]
    (event,) = world.events(error.operation_id)
    assert event["kind"] == "refused"
    assert event["violations"] == [
        "method-available/Method",
        "credits-minimum/Credits",
        "balance-sufficient/Credits",
    ]
    assert event["request"]["credits"] == "10"
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
    world.trail.will_fail_to_record()
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
    assert world.trail.refusals == []
    assert_nothing_was_claimed_or_sent(world)


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (InvalidTokenError("expired"), {"reason": "invalid-token"}),
        (
            UpstreamRefusedError("forbidden", upstream_status=403),
            {"reason": "upstream-refused", "upstream_status": 403},
        ),
        (LATE, {"reason": "upstream-unavailable", "trouble": "late", "upstream_status": None}),
    ],
)
def test_facts_that_cannot_be_read_end_the_booking_and_are_on_record(
    failure: SwitchboardError, told: dict[str, object]
) -> None:
    """Fail the read of the requirements; the error is about no operation that could be asked for."""
    world = World()
    world.gateway.read_failure = failure
    assert world.refusal() is failure
    assert failure.operation_id is None
    (event,) = world.trail.refusals
    assert (event.kind, event.account) == ("refused", PRINCIPAL.account)
    assert event.candidate == world.register.rows[123456]
    assert told.items() <= event.details.items()
    assert_nothing_was_claimed_or_sent(world)


def test_whoever_books_too_often_is_on_record() -> None:
    """Use the limit up."""
    world = World()
    world.store.limits = [(1, 60)]
    world.place()
    error = world.refusal(members(SessionDate="2026-01-22 21:30"), idempotency_key=OTHER_KEY)
    assert isinstance(error, TooManyBookingsError)
    (event,) = world.trail.refusals
    assert event.operation_id != error.operation_id
    assert {"reason": "too-many-bookings", "limit": 1, "window_seconds": 60}.items() <= event.details.items()


def test_an_equal_booking_and_a_reused_key_are_on_record() -> None:
    """Book the same under another key, and another booking under the same key."""
    world = World()
    placed = world.place()
    duplicate = world.refusal(idempotency_key=OTHER_KEY)
    assert (type(duplicate), duplicate.operation_id) == (DuplicateBookingError, placed.operation_id)
    assert isinstance(world.refusal(members(Duration=30, Credits=60)), IdempotencyKeyReusedError)
    first, second = world.trail.refusals
    assert (first.details["reason"], first.details["earlier"]) == ("duplicate-booking", placed.operation_id)
    assert second.details["reason"] == "idempotency-key-reused"
    assert len({first.operation_id, second.operation_id, placed.operation_id}) == 3


def test_a_repeat_is_no_refusal() -> None:
    """Repeat a booking that stands, one whose outcome is unknown, and one that is being sent: nothing was attempted."""
    world = World()
    world.place()
    assert world.place().is_replayed
    world.gateway.will_time_out_after_send()
    lost = {"document": members(SessionDate="2026-01-22 21:30"), "idempotency_key": OTHER_KEY}
    assert isinstance(world.refusal(**lost), OutcomeUnknownError)
    assert isinstance(world.refusal(**lost), OutcomeUnknownError)
    world.vault.will_fail()
    assert isinstance(world.refusal(), DuplicateBookingError)  # its answer cannot be opened
    assert world.trail.refusals == []


def test_every_reason_on_record_is_the_name_of_a_problem() -> None:
    """Compare both tables: a reviewer reads the word that the caller was told."""
    assert {EVERY_PROBLEM_TYPE[error].slug for error in REASONS} == set(REASONS.values())
    assert all(EVERY_PROBLEM_TYPE[error].slug == reason for error, reason in REASONS.items())


class LostKeys:
    """Keys that cannot be fetched; implements `HmacKeys`."""

    def in_use(self) -> tuple[HmacKey, ...]:
        """Fail."""
        raise StoreUnavailableError("the keys are out of reach")


def test_without_the_key_of_the_hashes_nothing_is_claimed_or_sent() -> None:
    """Lose the secret."""
    world = World(keys=LostKeys())
    assert isinstance(world.refusal(), StoreUnavailableError)
    assert world.trail.refusals == []
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
    assert [event.details["reason"] for event in world.trail.refusals] == ["upstream-unavailable"]


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
