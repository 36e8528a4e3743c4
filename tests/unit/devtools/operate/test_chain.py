"""The chain of an operation's events: whatever was done to it is found, and where."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.domain.audit.event import AuditEvent, EventKind, event_hash
from devtools.operate.chain import broken_at
from tests.builders import NOW


def chain() -> list[bytes]:
    """Return four chained events as they are stored."""
    stored: list[bytes] = []
    for number, kind in enumerate([EventKind.CLAIMED, EventKind.UNKNOWN, EventKind.CONFIRMED, EventKind.RELEASED], 1):
        event = AuditEvent("op_1", number, NOW, kind, 1001, "request-1", "p_1001")
        previous = event_hash(stored[-1]) if stored else event.previous_hash
        stored.append(replace(event, previous_hash=previous).canonical())
    return stored


HEAD = event_hash(chain()[-1])


def forged(number: int) -> Callable[[list[bytes]], list[bytes]]:
    """Return what changes one event and leaves its number and its previous hash alone."""

    def forge(events: list[bytes]) -> list[bytes]:
        changed = events[number - 1].replace(b"1001", b"1002")
        return [*events[: number - 1], changed, *events[number:]]

    return forge


def test_a_chain_that_nobody_touched_is_whole() -> None:
    """With the head of its operation, and for a refusal without one."""
    assert broken_at(chain(), HEAD) is None
    assert broken_at(chain()) is None
    assert broken_at([]) is None


@pytest.mark.parametrize(
    ("damage", "found_at"),
    [
        (forged(1), 2),
        (forged(3), 4),
        (forged(4), 4),
        (lambda events: events[1:], 1),
        (lambda events: [events[0], *events[2:]], 2),
        (lambda events: [events[0], events[3]], 2),
        (lambda events: events[:3], 3),
        (lambda events: events[:0], 0),
        (lambda events: [events[1], events[0], *events[2:]], 1),
        (lambda events: [*events, events[3]], 5),
    ],
    ids=["first", "third", "last", "no first", "no second", "two gone", "cut short", "all gone", "swapped", "added"],
)
def test_damage_is_found(damage: Callable[[list[bytes]], list[bytes]], found_at: int) -> None:
    """A changed event shows in the one after it, the last one in what the operation's record says."""
    assert broken_at(damage(chain()), HEAD) == found_at
