"""The same request under the same key: answered once, and then again with the very same answer."""

from collections.abc import Callable, Mapping
from decimal import Decimal

import pytest

from chalicelib.domain.booking.facts import BookingRequirements
from chalicelib.domain.booking.form import JsonValue
from chalicelib.domain.errors import (
    BookingRejectedError,
    DuplicateBookingError,
    IdempotencyKeyReusedError,
    InvalidTokenError,
    StoreUnavailableError,
    SwitchboardError,
    Trouble,
    UpstreamRefusedError,
    UpstreamUnavailableError,
)
from chalicelib.domain.operation.operation import OperationState
from chalicelib.edge.answer_form import HttpAnswers
from chalicelib.edge.links import Links
from tests.builders import MEMBERS, REFRESHED_TOKEN, members
from tests.unit.application.world import KEY, OTHER_KEY, World, body

HOUR = 3600
LATE = UpstreamUnavailableError("late", trouble=Trouble.LATE)
FORBIDDEN = UpstreamRefusedError("no", upstream_status=403)
TONIGHT = members(SessionDate="2026-01-15 21:30", AcceptBy="2026-01-15 18:00")


def is_booked(world: World) -> None:
    """Let AdultWork book."""
    world.gateway.will_answer_again()


def is_refused(world: World) -> None:
    """Let AdultWork decline for good."""
    world.gateway.will_decline(402, "Too few credits.")


def time_goes_by(world: World) -> None:
    """Let AcceptBy and SessionDate pass."""
    world.clock.tick(12 * HOUR)


def credits_are_spent(world: World) -> None:
    """Leave too few credits for a second booking."""
    world.gateway.credits = Decimal(1)


def candidate_leaves(world: World) -> None:
    """Take the candidate's methods away."""
    world.gateway.facts = BookingRequirements(is_bookable=False)


def all_of_it(world: World) -> None:
    """Let everything change."""
    time_goes_by(world)
    credits_are_spent(world)
    candidate_leaves(world)


def nothing(_: World) -> None:
    """Change nothing."""


@pytest.mark.parametrize(("upstream", "status"), [(is_booked, 201), (is_refused, 402)])
@pytest.mark.parametrize("change", [nothing, time_goes_by, credits_are_spent, candidate_leaves, all_of_it])
def test_a_repeat_gets_the_very_same_answer_whatever_has_changed_since(
    upstream: Callable[[World], None], status: int, change: Callable[[World], None]
) -> None:
    """Repeat a booking and a refusal; status, headers and every byte of the body are the first ones."""
    world = World()
    upstream(world)
    first = world.place(TONIGHT)
    change(world)
    again = world.place(TONIGHT, request_id="request-2")
    assert again.answer == first.answer
    assert again.answer.status == status
    assert (again.operation_id, again.is_replayed, again.audit_pending) == (first.operation_id, True, False)
    assert first.is_replayed is False
    assert len(world.gateway.sent) == 1
    assert len(world.events(first.operation_id)) == 2
    assert world.trail.refusals == []


def test_a_refusal_is_repeated_with_the_id_of_the_request_that_was_refused() -> None:
    """Repeat under another request id; the document is the first one."""
    world = World()
    is_refused(world)
    world.place()
    assert body(world.place(request_id="request-2"))["request_id"] == "request-1"


def test_a_repeat_with_a_refreshed_token_is_of_the_same_caller() -> None:
    """Come back with another token of the same account."""
    world = World()
    first = world.place()
    again = world.place(token=REFRESHED_TOKEN)
    assert (again.answer, again.is_replayed) == (first.answer, True)
    assert len(world.gateway.sent) == 1


@pytest.mark.parametrize(
    "document",
    [
        members(Credits=Decimal("32.00")),
        members(PhoneNumber="(07700) 900-123"),
        members(SessionDate="2026-01-20T21:30:00Z"),
        members(AcceptBy="2026-01-20T19:00:00+01:00"),
        members(SkypeName="live:not-used-by-method-1"),
        members(SkypeName=None),
        dict(sorted(MEMBERS.items())),
    ],
    ids=["credits", "spacing", "zulu", "offset", "unused", "null", "order"],
)
def test_a_repeat_may_be_written_differently(document: Mapping[str, JsonValue]) -> None:
    """Say the same in other words."""
    world = World()
    first = world.place()
    assert world.place(document).answer == first.answer
    assert len(world.gateway.sent) == 1


def test_a_new_request_whose_dates_have_passed_is_refused_though_it_has_a_key() -> None:
    """Send it for the first time; it costs the reads, because it might have been a repeat."""
    world = World()
    time_goes_by(world)
    error = world.refusal(TONIGHT)
    assert isinstance(error, BookingRejectedError)
    assert [violation.rule for violation in error.violations] == ["session-date-future", "accept-by-future"]
    assert world.kinds(error.operation_id) == ["refused"]
    assert (world.store.claims, world.gateway.sent) == ([], [])


def test_without_a_key_a_booking_that_stands_is_told_also_when_its_dates_have_passed() -> None:
    """Repeat without a key: that it was booked is worth more than that it is too late."""
    world = World()
    first = world.place(TONIGHT, idempotency_key=None)
    time_goes_by(world)
    error = world.refusal(TONIGHT, idempotency_key=None)
    assert (type(error), error.operation_id) == (DuplicateBookingError, first.operation_id)


def test_a_form_that_is_wrong_besides_its_dates_is_no_repeat() -> None:
    """Let the dates pass and shorten the booking: what is wanted cannot be told any more."""
    world = World()
    world.place(TONIGHT)
    time_goes_by(world)
    error = world.refusal({**TONIGHT, "Duration": 4})
    assert isinstance(error, BookingRejectedError)
    rules = {violation.rule for violation in error.violations}
    assert rules == {"session-date-future", "accept-by-future", "duration-minimum"}


def test_all_violations_of_a_late_request_come_at_once() -> None:
    """Let the dates pass and the credits go: the rules of the form come first, then those of the facts."""
    world = World()
    time_goes_by(world)
    credits_are_spent(world)
    error = world.refusal(TONIGHT)
    assert isinstance(error, BookingRejectedError)
    assert [violation.rule for violation in error.violations] == [
        "session-date-future",
        "accept-by-future",
        "balance-sufficient",
    ]


def test_a_second_booking_of_the_same_is_a_duplicate_before_it_is_too_dear() -> None:
    """Spend the credits on the first and tap again under another key: the booking that stands is the better answer."""
    world = World()
    first = world.place()
    credits_are_spent(world)
    error = world.refusal(idempotency_key=OTHER_KEY)
    assert isinstance(error, DuplicateBookingError)
    assert error.operation_id == first.operation_id


def test_a_request_that_may_try_again_is_judged_by_today_s_facts() -> None:
    """Fail to send, and lose the credits before the second try."""
    world = World()
    world.gateway.will_refuse_connections()
    first = world.refusal()
    credits_are_spent(world)
    error = world.refusal()
    assert isinstance(error, BookingRejectedError)
    assert world.state_of(first.operation_id) is OperationState.NOT_SENT
    assert len(world.store.claims) == 1


@pytest.mark.parametrize("failure", [LATE, FORBIDDEN], ids=["late", "forbidden"])
def test_a_repeat_needs_no_facts(failure: SwitchboardError) -> None:
    """Repeat while AdultWork does not tell what the candidate asks for: the first answer is stored, and true."""
    world = World()
    first = world.place()
    world.gateway.read_failure = failure
    again = world.place(token=REFRESHED_TOKEN)
    assert (again.answer, again.is_replayed) == (first.answer, True)
    assert isinstance(world.refusal(idempotency_key=OTHER_KEY), DuplicateBookingError)
    assert len(world.gateway.sent) == 1


def test_a_new_request_without_facts_and_a_repeat_that_may_try_again_are_told_why_not() -> None:
    """Book for the first time, and again after a failed send, while the facts cannot be read: nothing is claimed."""
    world = World()
    world.gateway.read_failure = LATE
    assert world.refusal() is LATE
    world.gateway.read_failure = None
    world.gateway.will_refuse_connections()
    world.refusal()
    world.gateway.read_failure = LATE
    assert world.refusal() is LATE
    assert (len(world.store.claims), len(world.gateway.sent)) == (1, 1)


def test_a_token_that_the_facts_refuse_gets_no_repeat() -> None:
    """Let the token run out between its introspection and the reads: whoever holds it is no caller of ours."""
    world = World()
    world.place()
    world.gateway.read_failure = InvalidTokenError("expired")
    assert world.refusal() is world.gateway.read_failure


def test_when_nobody_can_tell_whether_it_is_a_repeat_no_violations_are_claimed() -> None:
    """Fail the store at the look for an earlier try."""
    world = World()
    world.place()
    credits_are_spent(world)
    world.store.will_fail_reads()
    assert isinstance(world.refusal(), StoreUnavailableError)
    assert world.place().is_replayed


def test_a_key_holds_as_long_as_its_operation_is_kept() -> None:
    """Repeat after days and after months: it is never another booking's."""
    world = World()
    first = world.place()
    for hours in (48, 24 * 90):
        world.clock.tick(hours * HOUR)
        assert world.place().answer == first.answer
        assert isinstance(world.refusal(members(SessionDate="2026-12-20 22:30")), IdempotencyKeyReusedError)
    assert len(world.gateway.sent) == 1


def test_what_is_kept_for_a_repeat_is_what_the_form_of_answers_made() -> None:
    """Change how answers look between two calls, as a new release may: the repeat still looks as it did."""
    world = World()
    is_refused(world)
    first = world.place()
    world.form = HttpAnswers(Links("/new", "https://problems.example/"))
    assert world.place().answer == first.answer
    assert body(first)["type"].startswith("/problems/")


def test_a_key_is_looked_up_as_it_was_sent() -> None:
    """Change one character of it: it is another key, and the booking a duplicate."""
    world = World()
    world.place()
    assert isinstance(world.refusal(idempotency_key=KEY[:-1] + "F"), DuplicateBookingError)
