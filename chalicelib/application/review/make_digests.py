"""MakeDigests: the digest of each hour that is over and has none, one after the other, oldest first."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from chalicelib.application.ports import Clock
from chalicelib.application.review.digest_ports import PIECE, AuditRecords, DigestKey, DigestPress
from chalicelib.domain.audit.chain import StoredChain
from chalicelib.domain.audit.coverage import DigestedHour, Stretch
from chalicelib.domain.audit.digest import (
    FIRST_LOOKS_BACK,
    HOUR,
    LATEST,
    Digest,
    Entry,
    Listing,
    due_at,
    make_digest,
    newest_due,
    placed,
)
from chalicelib.domain.audit.stored_event import UnreadableEventError
from chalicelib.domain.audit.stored_look import Link, read_link
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

MOST_AT_ONCE = 48  # two days of an outage in one run; the next runs do the rest


@dataclass(frozen=True, slots=True)
class Made:
    """What a run did: how many digests and events, up to which hour, and whether hours that are due still have none."""

    digests: int
    events: int
    newest: datetime | None
    is_behind: bool
    unreadable: int


@dataclass(frozen=True, slots=True)
class MakeDigests:
    """The use case of the clock; one at a time, and where two run all the same, the shelf takes one of them."""

    records: AuditRecords
    press: DigestPress
    key: DigestKey
    clock: Clock
    most: int = MOST_AT_ONCE

    def execute(self, deadline: Deadline) -> Made:
        """Make what is due.

        Raises:
            AuditUnavailableError: something could not be read, signed or kept; what was made before stands.
            UnreadableDigestError: the newest digest is none, so nothing can follow it.
        """
        now, made, events, unreadable = self.clock.now(), 0, 0, 0
        kept = self.press.newest(deadline)
        previous = None if kept is None else Digest.read(kept.signed.canonical)
        hour = self._next(previous, now)
        while made < self.most and due_at(hour) <= now:
            found = _Found(self._operations(hour, previous, deadline), self._covered(hour, deadline))
            entries = list(found.entries(self.records, hour, deadline))
            previous, listing = make_digest(previous, hour, now, entries)
            unreadable += found.unreadable
            self._keep(previous, listing, deadline)
            made, events, hour = made + 1, events + previous.on_time.count + previous.late.count, hour + HOUR
        return Made(made, events, None if previous is None else previous.hour, due_at(hour) <= now, unreadable)

    def _next(self, previous: Digest | None, now: datetime) -> datetime:
        """Return the hour of the next digest; the first one is of the newest hour that is due."""
        return previous.hour + HOUR if previous is not None else newest_due(now)

    def _keep(self, digest: Digest, listing: Listing, deadline: Deadline) -> None:
        """Sign and keep a digest; a rival's that stands there already ends this run."""
        digested = DigestedHour(self.key.signed(digest.canonical(), deadline), listing)
        if not self.press.add(digest.hour, digested, deadline):
            raise RivalDigestError("another run has kept a digest of this hour")

    def _operations(self, hour: datetime, previous: Digest | None, deadline: Deadline) -> Iterator[list[str]]:
        """Yield, in pieces, every chain that may have an event for the digest of an hour."""
        earliest = hour - (FIRST_LOOKS_BACK if previous is None else LATEST + HOUR)
        begun: set[str] = set()
        for piece in self.records.begun(earliest, hour + HOUR, deadline):
            names = [one.operation_id for one in piece]
            begun.update(names)
            yield names
        back = int(LATEST / HOUR) + 1
        continued = {id_ for step in range(back) for id_ in self.records.continued(hour - step * HOUR, deadline)}
        others = sorted(continued - begun)
        for first in range(0, len(others), PIECE):
            yield others[first : first + PIECE]
        for piece in self.records.looked(_day_of(earliest), hour + HOUR, deadline):
            yield [one.operation_id for one in piece]

    def _covered(self, hour: datetime, deadline: Deadline) -> set[tuple[str, int]]:
        """Return what the digests list that could have covered an event which would be late for this one."""
        earlier = self.press.hours(Stretch(hour - LATEST, hour), deadline)
        return {(entry.operation_id, entry.sequence) for kept in earlier for entry in kept.listing.all()}


def _day_of(at: datetime) -> datetime:
    """Return the start of a UTC day: a chain of looks goes on until the day ends."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


class RivalDigestError(Exception):
    """Two runs made the digest of one hour; what stands is the other one's."""


class _Found:
    """The events of some chains that a digest is to cover."""

    def __init__(self, operations: Iterable[list[str]], covered: set[tuple[str, int]]) -> None:
        self._operations, self._covered = operations, covered
        self.unreadable = 0

    def entries(self, records: AuditRecords, hour: datetime, deadline: Deadline) -> Iterator[tuple[datetime, Entry]]:
        """Yield entries with the hour that each belongs to; of a chain that cannot be read, none beyond the fault."""
        for names in self._operations:
            for chain in records.chains(names, deadline):
                for belongs_to, entry in placed(self._genuine(chain)):
                    if belongs_to <= hour and (entry.operation_id, entry.sequence) not in self._covered:
                        yield belongs_to, entry

    def _genuine(self, chain: StoredChain) -> Iterator[Link]:
        """Yield the events that stand where they say that they belong; what follows another one is for a verification."""
        for number, stored in enumerate(chain.events, start=1):
            try:
                event = read_link(stored)
            except UnreadableEventError:
                event = None
            if event is None or (event.operation_id, event.sequence) != (chain.operation_id, number):
                self.unreadable += 1
                return
            yield event
