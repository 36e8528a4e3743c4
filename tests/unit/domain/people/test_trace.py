"""What is stored of a person, counted, and what stands in the way of erasing them."""

from datetime import timedelta

from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.people.trace import Effect, Reason, StandingRow, Trace
from tests.builders import NOW
from tests.sentences import require_sentences

HEAD, GUARD = "ab" * 32, "1001#123456#2026-01-10 21:30"
LATER, LAST = NOW + timedelta(hours=3), NOW + timedelta(hours=30)
TRACES = [
    Trace("op_1", StandingRow(OperationState.SENDING, HEAD, GUARD), (1, 3), 2, frozenset({"p_held"})),
    Trace("op_2", StandingRow(OperationState.AMBIGUOUS, HEAD, GUARD, LATER), (1,), 1, frozenset({"p_held", "p_other"})),
    Trace("op_3", StandingRow(OperationState.CONFIRMED, HEAD, GUARD, LAST)),
    Trace("op_4", None, (), 1, frozenset({"p_held"})),
    Trace("op_5", None, (4,)),
]


def test_everything_is_counted_over_all_operations() -> None:
    """What has nothing to be taken away is in nobody's way."""
    effect = Effect.of(TRACES, 5, is_held=True, held=frozenset({"p_held"}))
    assert effect.counted() == {"operations": 5, "rows": 3, "identities": 4, "contacts": 4, "counts": 5}
    assert (effect.shared, effect.unsettled, effect.guarded, effect.possible_from) == (2, 2, 2, LAST)


def test_each_obstacle_is_told_by_its_reason_in_sentences_and_exactly() -> None:
    """Whatever is in the way, all at once."""
    obstacles = Effect.of(TRACES, 0, is_held=True, held=frozenset({"p_held"})).obstacles
    assert [(one.pointer, one.rule, one.params) for one in obstacles] == [
        ("", Reason.HOLD, {}),
        ("", Reason.SHARED, {"count": 2}),
        ("", Reason.OPEN, {"count": 2}),
        ("", Reason.GUARD, {"count": 2, "possible_from": LAST.isoformat(timespec="seconds")}),
    ]
    for obstacle in obstacles:
        require_sentences(f"In short. {obstacle.message}")


def test_nothing_is_in_the_way_of_whoever_has_no_records() -> None:
    """Nobody is held by default, and no other."""
    assert Effect.of([], 0) == Effect()
    assert Effect.of(TRACES[-2:], 0).obstacles == ()
