"""The stories of many chains: each in itself, and no two that contradict each other.

Chains come one by one, in any order. What is kept of each is which booking it has, some 250 bytes, and when it held which
session. Whoever takes them by the time that they began may have sessions forgotten that are over: what is kept of those is then
bounded by how many are held at once.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import pairwise
from typing import NamedTuple

from chalicelib.domain.audit.chain import StoredChain
from chalicelib.domain.audit.event import EventKind
from chalicelib.domain.audit.finding import Finding
from chalicelib.domain.audit.stored_event import StoredEvent, UnreadableEventError
from chalicelib.domain.canonical import canonical_bytes
from chalicelib.domain.operation.operation import FREES_GUARD
from chalicelib.domain.review.behaviour import Windows, first_impossible
from chalicelib.domain.review.impossible import Impossible, impossible_at
from chalicelib.domain.review.moves import STATES
from chalicelib.domain.review.request import guard_until, session_of

FEW = 1_000  # sessions that nobody need forget
_FREED = frozenset({kind for kind, state in STATES.items() if state in FREES_GUARD} | {EventKind.RELEASED})
_FREED_OF_CHANGES = _FREED | {EventKind.CONFIRMED}  # a change that was made keeps no other one out


class _Told(NamedTuple):
    """Where something is told: ordered by time, so that of two the later one is the bad one."""

    at: datetime
    operation_id: str
    sequence: int


class _Hold(NamedTuple):
    """From when until when an attempt holds its session."""

    claim: _Told
    until: datetime


@dataclass(slots=True)
class Stories:
    """Takes chains, and finds what the protocol cannot have written; at `now`, if given, nothing is open for too long."""

    windows: Windows = field(default_factory=Windows)
    now: datetime | None = None
    _bookings: dict[str, _Told] = field(default_factory=dict)
    _holds: dict[bytes, tuple[_Hold, ...]] = field(default_factory=dict)
    _most_holds: int = FEW

    def take(self, chain: StoredChain) -> Iterator[Finding]:
        """Yield what is wrong with a chain, and with its booking beside those of the chains before."""
        try:
            events = [StoredEvent.read(stored) for stored in chain.events]
        except UnreadableEventError as error:
            yield impossible_at(Impossible.UNREADABLE, chain.operation_id, 1, f"of its chain, an event is {error}")
            return
        finding = first_impossible(events, self.windows, self.now)
        if finding is not None:
            yield finding
        yield from self._bookings_of(chain.operation_id, events)
        self._hold(chain.operation_id, events)

    def contradictions(self) -> Iterator[Finding]:
        """Yield each claim of a session that another operation held then; to be asked when all chains are taken."""
        for holds in self._holds.values():
            yield from self._at_once(sorted(holds))

    @property
    def is_large(self) -> bool:
        """Tell whether twice as many sessions are kept as the last time that some were forgotten."""
        return len(self._holds) >= self._most_holds

    def forget(self, before: datetime) -> Iterator[Finding]:
        """Forget the sessions that are over, and yield their contradictions; what is yet to come began at `before` or later."""
        over = before - self.windows.skew
        for key in [key for key, holds in self._holds.items() if all(hold.until <= over for hold in holds)]:
            yield from self._at_once(sorted(self._holds.pop(key)))
        self._most_holds = max(FEW, 2 * len(self._holds))

    def _bookings_of(self, operation_id: str, events: Iterable[StoredEvent]) -> Iterator[Finding]:
        """A booking at AdultWork belongs to one operation."""
        for event in events:
            if event.kind is not EventKind.CONFIRMED or event.booking_id is None:
                continue
            told = _Told(event.at, operation_id, event.sequence)
            known = self._bookings.setdefault(event.booking_id, told)
            if known.operation_id != told.operation_id:
                first, later = sorted((known, told))
                what = f"booking {event.booking_id} is that of {first.operation_id}"
                yield impossible_at(Impossible.SHARED_BOOKING, later.operation_id, later.sequence, what)

    def _hold(self, operation_id: str, events: Sequence[StoredEvent]) -> None:
        """Remember when a chain held its session: from each claim to what freed it, or to the end of its guard."""
        client = next((event.client for event in events if event.client is not None), None)
        if client is None:
            return  # nobody can tell whose session it is
        claims = [index for index, event in enumerate(events) if event.kind is EventKind.CLAIMED]
        for begin, end in pairwise([*claims, len(events)]):
            claim, until = events[begin], guard_until(events[begin])
            if until is None:
                continue
            frees = _FREED if claim.change is None else _FREED_OF_CHANGES
            freed = next((event.at for event in events[begin:end] if event.kind in frees), until)
            key = sha256(canonical_bytes(session_of(claim, client))).digest()
            hold = _Hold(_Told(claim.at, operation_id, claim.sequence), min(freed, until))
            self._holds[key] = (*self._holds.get(key, ()), hold)

    def _at_once(self, holds: Sequence[_Hold]) -> Iterator[Finding]:
        """Yield the claims, of those of one session, that came while another operation held it."""
        for index, hold in enumerate(holds):
            first = next((one for one in holds[:index] if self._are_at_once(one, hold)), None)
            if first is not None:
                claim = hold.claim
                what = f"{first.claim.operation_id} held the same session until {first.until:%Y-%m-%d %H:%M:%S} UTC"
                yield impossible_at(Impossible.TWO_AT_ONCE, claim.operation_id, claim.sequence, what)

    def _are_at_once(self, first: _Hold, second: _Hold) -> bool:
        """Tell whether two operations held a session at once, however wrong their clocks were within what is allowed."""
        is_before = second.until <= first.claim.at + self.windows.skew
        is_after = second.claim.at >= first.until - self.windows.skew
        return first.claim.operation_id != second.claim.operation_id and not is_before and not is_after


def impossible_stories(
    chains: Iterable[StoredChain], windows: Windows | None = None, now: datetime | None = None
) -> Iterator[Finding]:
    """Yield everything that the protocol cannot have written in these chains."""
    stories = Stories(windows or Windows(), now)
    for chain in chains:
        yield from stories.take(chain)
    yield from stories.contradictions()
