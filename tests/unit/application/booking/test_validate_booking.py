"""A quote says what the booking would meet, and leaves nothing behind."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.application.booking.validate_booking import Quote, ValidateBookingCommand
from chalicelib.domain.access import AccessToken, Scope
from chalicelib.domain.booking.facts import BookingRequirements
from chalicelib.domain.booking.form import JsonValue
from chalicelib.domain.errors import (
    BookingRejectedError,
    InsufficientScopeError,
    InvalidTokenError,
    SwitchboardError,
    Trouble,
    UpstreamUnavailableError,
)
from chalicelib.domain.time_budget import Deadline, TimeBudget
from tests.builders import PRINCIPAL, TOKEN, members, without
from tests.fakes.upstream import InMemoryGateway
from tests.unit.application.world import World

T = TypeVar("T")
LATE = UpstreamUnavailableError("late", trouble=Trouble.LATE)


def left_no_trace(world: World) -> bool:
    """Tell whether nothing was claimed, recorded, sealed or sent."""
    return not (world.store.claims or world.trail.rows() != "{}" or world.gateway.sent)


def test_a_sound_booking_is_valid_and_has_its_price() -> None:
    """Exact amounts: 1.5 credits a minute for 15 minutes, and 300 in the account of which 32 are offered."""
    world = World()
    assert world.quote() == Quote((), (), Decimal("1.5"), Decimal("22.5"), Decimal(300), Decimal(268))
    assert world.quote().is_valid
    assert left_no_trace(world)


def test_every_mistake_comes_at_once_and_the_price_beside_it() -> None:
    """The form's and the facts', as a booking would be refused with."""
    world = World()
    quote = world.quote(without("AcceptBy", Credits=301))
    assert [(one.pointer, one.rule) for one in quote.violations] == [
        ("/AcceptBy", "required"),
        ("/Credits", "balance-sufficient"),
    ]
    assert not quote.is_valid
    assert (quote.minimum_credits, quote.balance_after) == (Decimal("22.5"), Decimal(-1))
    assert left_no_trace(world)


def test_amounts_that_lack_a_fact_or_a_member_are_not_known() -> None:
    """No balance without its scope, no price where the candidate set none, no sum without what it is of."""
    world = World()
    world.introspector.principal = replace(PRINCIPAL, scopes=frozenset({Scope.PHONECHAT_BOOKINGS.value}))
    world.gateway.facts = BookingRequirements(is_bookable=True)
    assert world.quote() == Quote((), ("method-available", "balance-sufficient"), None, None, None, None)
    quote = World().quote(without("Duration", "Credits"))
    assert (quote.price_per_minute, quote.minimum_credits) == (Decimal("1.5"), None)
    assert (quote.balance, quote.balance_after) == (None, None)  # nobody asks for the balance when nothing is offered


def test_a_fact_that_cannot_be_read_ends_the_quote_as_it_would_the_booking() -> None:
    """A broken rule decides without it: the rules that need it are unchecked then."""
    world = World()
    world.gateway.read_failure = LATE
    with pytest.raises(UpstreamUnavailableError):
        world.quote()
    quote = world.quote(members(Duration=1))
    assert [one.rule for one in quote.violations] == ["duration-minimum"]
    assert quote.unchecked == ("candidate-bookable", "method-available")
    assert quote.price_per_minute is None


def test_who_may_not_book_gets_no_quote() -> None:
    """The scope is asked for anew at the next call."""
    world = World()
    world.introspector.principal = replace(PRINCIPAL, scopes=frozenset())
    with pytest.raises(InsufficientScopeError) as caught:
        world.quote()
    assert caught.value.scope == "account_phonechat_bookings"
    assert world.introspector.forgotten == [TOKEN]
    assert left_no_trace(world)


def test_a_token_that_nobody_knows_gets_no_quote() -> None:
    """It comes before every rule."""
    world = World()
    world.introspector.failure = InvalidTokenError("unknown")
    with pytest.raises(InvalidTokenError):
        world.quote(members(Duration=1))


class TimedGateway(InMemoryGateway):
    """Notes how much time each read of a candidate was given, in seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.granted: list[float] = []

    def requirements(self, token: AccessToken, candidate: int, deadline: Deadline) -> BookingRequirements:
        """Note it, then answer."""
        self.granted.append(deadline.remaining())
        return super().requirements(token, candidate, deadline)


@pytest.mark.parametrize(("seconds_left", "budget", "granted"), [(3, {}, 3), (26, {}, 6), (26, {"reads": 30}, 24)])
def test_the_reads_end_with_the_call(seconds_left: float, budget: dict[str, float], granted: float) -> None:
    """What the platform grants bounds them, and what the settings do: all reads together, and the call."""
    gateway = TimedGateway()
    World(gateway=gateway, budget=TimeBudget(**budget)).quote(seconds_left=seconds_left)
    assert gateway.granted == [granted]


def test_what_was_sent_shows_in_no_trace() -> None:
    """The members of a request are personal."""
    assert "07700900123" not in repr(ValidateBookingCommand(TOKEN, members(), 26))


def outcome(call: Callable[[], T]) -> T | SwitchboardError:
    """Return what a call returns or is refused with."""
    try:
        return call()
    except SwitchboardError as error:
        return error


FORMS = st.fixed_dictionaries(
    {},
    optional={
        "BookUserID": st.sampled_from([123456, 0]),
        "SessionDate": st.sampled_from(["2026-01-20 21:30", "2026-01-10 21:30", "soon"]),
        "Duration": st.sampled_from([15, 4, "15"]),
        "Method": st.sampled_from([1, 2, 3, 4]),
        "Credits": st.sampled_from([32, 1, 301, "32"]),
        "AcceptBy": st.sampled_from(["2026-01-20 18:00", "2026-01-21 18:00"]),
        "PhoneNumber": st.sampled_from(["07700900123", "0770"]),
        "Unknown": st.just(1),
    },
)
FACTS = st.builds(
    BookingRequirements,
    is_bookable=st.booleans(),
    price_per_minute=st.sampled_from([None, Decimal("1.5"), Decimal(3)]),
    methods=st.sampled_from([None, {1: True, 2: False}, {1: False}]),
)


@given(document=FORMS, facts=FACTS, credits_=st.sampled_from([None, Decimal(1), Decimal(300)]), fails=st.booleans())
def test_a_quote_says_what_the_booking_is_told(
    document: Mapping[str, JsonValue], facts: BookingRequirements, credits_: Decimal | None, *, fails: bool
) -> None:
    """The same violations, the same unchecked rules, the same failure: one is no promise without the other."""
    quoted, booked = World(), World()
    for world in (quoted, booked):
        world.gateway.facts, world.gateway.credits = facts, credits_
        world.gateway.read_failure = LATE if fails else None
    quote, told = outcome(lambda: quoted.quote(document)), outcome(lambda: booked.place(document))
    if isinstance(told, BookingRejectedError):
        assert isinstance(quote, Quote)
        assert (quote.violations, quote.unchecked) == (told.violations, told.unchecked)
    elif isinstance(told, SwitchboardError):
        assert type(quote) is type(told)
    else:
        assert isinstance(quote, Quote)
        assert quote.is_valid
    assert left_no_trace(quoted)


def test_everything_is_asked_for_in_the_caller_s_own_name() -> None:
    """Look at the tokens that AdultWork was shown."""
    world = World()
    world.quote()
    assert set(world.gateway.tokens) == {TOKEN}
    assert len(world.gateway.tokens) == 2
