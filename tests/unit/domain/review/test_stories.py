"""The stories of many chains: a booking is of one operation, and so is a session at any time."""

import dataclasses
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from chalicelib.domain.audit.chain import StoredChain
from chalicelib.domain.audit.stored_event import ALLOWED_SKEW
from chalicelib.domain.review.behaviour import Windows
from chalicelib.domain.review.impossible import Impossible
from chalicelib.domain.review.stories import FEW, Stories, impossible_stories
from tests.builders import NOW
from tests.unit.application.scenarios import SCENARIOS
from tests.unit.application.world import World
from tests.unit.domain.review.telling import (
    CLAIMED,
    CONFIRMED,
    FOUND,
    NOT_CREATED,
    NOT_SENT,
    REFUSED,
    REFUSED_TOKEN,
    RELEASED,
    REQUEST,
    SESSION_ENDS,
    UNKNOWN,
    Step,
    claim,
    stored,
)

EXACT = Windows(skew=timedelta(0))
HELD = f"op_1 held the same session until {SESSION_ENDS:%Y-%m-%d %H:%M:%S} UTC"


def found(
    chains: Sequence[StoredChain], windows: Windows | None = None
) -> list[tuple[Impossible, str | None, int, str]]:
    """Return everything that is wrong with some chains."""
    return [
        (Impossible(one.kind), one.operation_id, one.sequence, one.what) for one in impossible_stories(chains, windows)
    ]


def other(*steps: Step, seconds: float = 500) -> StoredChain:
    """Return the chain of another operation, so many seconds later."""
    return stored(*(step.at(step.seconds + seconds) for step in steps), operation_id="op_2")


def elsewhere(step: Step) -> Step:
    """Return a claim of another session."""
    return step.but(request={**REQUEST, "session_date": "2026-02-02 20:00"})


def test_chains_that_do_not_meet_are_no_finding() -> None:
    """A session after another, refusals, and the same one anew when it was free."""
    chains = [
        stored(CLAIMED, CONFIRMED, RELEASED.at(400)),
        stored(REFUSED, operation_id="op_9"),
        other(CLAIMED, dataclasses.replace(CONFIRMED, booking_id=8)),
        stored(elsewhere(CLAIMED), dataclasses.replace(CONFIRMED, booking_id=9), operation_id="op_3"),
    ]
    assert found(chains, EXACT) == []


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_what_the_use_cases_write_is_no_finding(scenario: Callable[[World], None]) -> None:
    """Book, refuse, lose, find, expire, release."""
    world = World()
    scenario(world)
    ids = [record.id for record in world.store.records()] + [event.operation_id for event in world.trail.refusals]
    assert found([StoredChain(id_, world.trail.events(id_)) for id_ in ids], EXACT) == []


def test_what_is_wrong_within_a_chain_is_found_among_many() -> None:
    """Only that chain is named."""
    chains = [stored(CLAIMED), other(elsewhere(CLAIMED), NOT_CREATED)]
    assert found(chains) == [(Impossible.MOVE, "op_2", 2, "not-created follows SENDING")]


def test_each_chain_is_judged_by_the_windows_that_are_given() -> None:
    """A clock that goes back by a minute is within what is allowed, or not."""
    chains = [stored(CLAIMED.at(60), NOT_SENT)]
    assert found(chains) == []
    assert [kind for kind, *_ in found(chains, EXACT)] == [Impossible.TIME]


def test_a_chain_that_cannot_be_read_is_named() -> None:
    """Its hashes are another verification's."""
    broken = StoredChain("op_1", [*stored(CLAIMED).events, b"{"])
    what = "of its chain, an event is no event: JSONDecodeError"
    assert found([broken]) == [(Impossible.UNREADABLE, "op_1", 1, what)]


def test_what_is_open_for_too_long_is_found_at_a_known_time() -> None:
    """Without a time nobody can say."""
    assert found([stored(CLAIMED)]) == []
    later = NOW + timedelta(days=3)
    assert [one.kind for one in impossible_stories([stored(CLAIMED)], now=later)] == [Impossible.STILL_OPEN]


def test_a_booking_of_two_operations_is_found_at_the_later_one() -> None:
    """In whichever order the chains come."""
    chains = [stored(CLAIMED, CONFIRMED), other(elsewhere(CLAIMED), UNKNOWN, FOUND)]
    expected = [(Impossible.SHARED_BOOKING, "op_2", 3, "booking 7 is that of op_1")]
    assert found(chains) == expected
    assert found(chains[::-1]) == expected
    first = stored(CLAIMED, CONFIRMED, operation_id="op_3")
    assert found([other(elsewhere(CLAIMED), UNKNOWN, FOUND), first]) == [
        (Impossible.SHARED_BOOKING, "op_2", 3, "booking 7 is that of op_3")
    ]


def test_a_release_is_no_second_owner() -> None:
    """Nor does a chain that says a booking twice share it with itself."""
    assert found([stored(CLAIMED, CONFIRMED, RELEASED)]) == []
    twice = [stored(CLAIMED, CONFIRMED, CONFIRMED)]
    assert [kind for kind, *_ in found(twice)] == [Impossible.MOVE]
    nameless = dataclasses.replace(CONFIRMED, booking_id=None)
    both = [stored(CLAIMED, nameless), other(elsewhere(CLAIMED), nameless)]
    assert [kind for kind, *_ in found(both)] == [Impossible.INCOMPLETE] * 2


@pytest.mark.parametrize("first", [[CLAIMED], [CLAIMED, UNKNOWN], [CLAIMED, CONFIRMED]])
def test_two_operations_that_hold_one_session_are_found_at_the_later_claim(first: Sequence[Step]) -> None:
    """In whichever order the chains come; a claim holds it until it is known that nothing was booked."""
    chains = [stored(*first), other(CLAIMED)]
    assert found(chains) == [(Impossible.TWO_AT_ONCE, "op_2", 1, HELD)]
    assert found(chains[::-1]) == [(Impossible.TWO_AT_ONCE, "op_2", 1, HELD)]


@pytest.mark.parametrize("change", [{"client": 1002}, {"candidate": 9}], ids=["another client", "another candidate"])
def test_a_session_is_of_one_client_and_one_candidate(change: dict[str, int]) -> None:
    """Others may book the same minute."""
    assert found([stored(CLAIMED), other(dataclasses.replace(CLAIMED, **change))]) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "first",
    [
        [CLAIMED, NOT_SENT.at(10)],
        [CLAIMED, REFUSED_TOKEN.at(10)],
        [CLAIMED, UNKNOWN, NOT_CREATED.at(10)],
        [CLAIMED, CONFIRMED, RELEASED.at(10)],
    ],
)
def test_a_session_is_free_when_nothing_was_booked_or_it_was_released(first: Sequence[Step]) -> None:
    """From that moment on."""
    skewless = dataclasses.replace(EXACT, settle=timedelta(0))
    assert found([stored(*first), other(CLAIMED, seconds=10)], skewless) == []
    (one,) = found([stored(*first), other(CLAIMED, seconds=9.999)], skewless)
    assert one == (Impossible.TWO_AT_ONCE, "op_2", 1, "op_1 held the same session until 2026-01-15 12:00:10 UTC")


def test_a_session_is_free_when_its_guard_is_over() -> None:
    """A claim says until when it holds."""
    until = NOW + timedelta(seconds=300)
    first = stored(CLAIMED.but(guard_until=int(until.timestamp())), UNKNOWN)
    assert found([first, other(CLAIMED, seconds=300)], EXACT) == []
    assert len(found([first, other(CLAIMED, seconds=299.999)], EXACT)) == 1
    freed_later = stored(CLAIMED.but(guard_until=int(until.timestamp())), UNKNOWN, NOT_CREATED)
    assert found([freed_later, other(CLAIMED, seconds=300)], EXACT) == []


@pytest.mark.parametrize(("seconds", "is_wrong"), [(0, False), (0.001, True)])
def test_clocks_may_be_wrong_at_the_end_of_a_hold(seconds: float, *, is_wrong: bool) -> None:
    """The second claim may seem to be too early by three minutes."""
    freed = 1000 + ALLOWED_SKEW.total_seconds() + seconds
    chains = [stored(CLAIMED, UNKNOWN, NOT_CREATED.at(freed)), other(CLAIMED, seconds=1000)]
    assert bool(found(chains)) is is_wrong


@pytest.mark.parametrize(("seconds", "is_wrong"), [(0, False), (0.001, True)])
def test_clocks_may_be_wrong_at_the_beginning_of_a_hold(seconds: float, *, is_wrong: bool) -> None:
    """A short hold within a long one may have been before it."""
    ended = ALLOWED_SKEW.total_seconds() + seconds
    chains = [stored(CLAIMED, UNKNOWN), other(CLAIMED, NOT_SENT, seconds=ended - 1)]
    assert bool(found(chains)) is is_wrong


def test_each_attempt_holds_its_session_anew() -> None:
    """Between two attempts another operation may have had it, and not during the second."""
    first = stored(CLAIMED, NOT_SENT, claim(2, 5000), UNKNOWN.at(5001))
    assert found([first, other(CLAIMED, NOT_SENT, seconds=2500)]) == []
    assert found([first, other(CLAIMED, NOT_SENT, seconds=5500)]) == [(Impossible.TWO_AT_ONCE, "op_2", 1, HELD)]
    beside = other(CLAIMED, UNKNOWN, seconds=2500)
    what = HELD.replace("op_1", "op_2")
    assert found([first, beside]) == [(Impossible.TWO_AT_ONCE, "op_1", 3, what)]


def test_each_claim_is_named_once() -> None:
    """The first operation that was in its way is told."""
    third = stored(CLAIMED.at(900), operation_id="op_3")
    told = [(operation_id, what) for _, operation_id, _, what in found([stored(CLAIMED), other(CLAIMED), third])]
    assert told == [("op_2", HELD), ("op_3", HELD)]


def test_a_claim_that_does_not_say_until_when_holds_nothing() -> None:
    """That it does not say so is found in its own chain."""
    chains = [stored(CLAIMED.without("guard_until"), NOT_SENT), other(CLAIMED)]
    assert [kind for kind, *_ in found(chains)] == [Impossible.INCOMPLETE]
    again = [CLAIMED.without("guard_until"), NOT_SENT, claim(2, 2), UNKNOWN.at(3)]
    assert [kind for kind, *_ in found([stored(*again), other(CLAIMED)])] == [
        Impossible.INCOMPLETE,
        Impossible.TWO_AT_ONCE,
    ]
    for odd in ("soon", 10**30, -(10**12)):
        assert found([stored(CLAIMED.but(guard_until=odd)), other(CLAIMED)]) == []
    assert [kind for kind, *_ in found([stored(CLAIMED.without("request"))])] == [Impossible.INCOMPLETE]


def test_sessions_that_are_over_are_forgotten_with_their_contradictions() -> None:
    """One that is not over yet is kept, and what comes later is compared with it; clocks may be wrong until then."""
    stories = Stories()
    for chain in (stored(CLAIMED, CONFIRMED), other(CLAIMED, UNKNOWN)):
        assert list(stories.take(chain)) == []
    assert list(stories.forget(SESSION_ENDS + ALLOWED_SKEW - timedelta(seconds=1))) == []
    (finding,) = stories.forget(SESSION_ENDS + ALLOWED_SKEW)
    assert (finding.kind, finding.operation_id) == (Impossible.TWO_AT_ONCE, "op_2")
    assert list(stories.contradictions()) == []


def test_many_sessions_are_many_again_when_they_are_twice_as_many() -> None:
    """So that forgetting costs a step for each chain, however many there are."""
    stories, numbers = Stories(), iter(range(10 * FEW))

    def hold(count: int) -> None:
        for number in (next(numbers) for _ in range(count)):
            claimed = claim().but(request={**REQUEST, "session_date": f"session {number}"})
            assert list(stories.take(stored(claimed, operation_id=f"op_{number}"))) == []

    hold(FEW - 1)
    assert not stories.is_large
    hold(1)
    assert stories.is_large
    assert list(stories.forget(NOW)) == []
    assert not stories.is_large
    hold(FEW)
    assert stories.is_large
    assert list(stories.forget(SESSION_ENDS + ALLOWED_SKEW)) == []
    assert not stories.is_large
