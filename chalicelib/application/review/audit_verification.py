"""AuditVerification: hashes, digests and behaviour of a span of time or of one operation, in bounded memory, with progress.

A span has the looks of reviewers and the deeds of custodians as well: the chains of them that began in it, in hashes and digests.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import field
from datetime import datetime, timedelta
from itertools import islice

from chalicelib.application.ports import Clock
from chalicelib.application.review.digest_ports import PIECE, AuditRecords, DigestShelf, OperationHeads, TrustsKeys
from chalicelib.domain.audit.chain import StoredChain
from chalicelib.domain.audit.coverage import Coverage, DigestedHour, Stretch
from chalicelib.domain.audit.digest import FIRST_LOOKS_BACK, HOUR, LATEST, hour_of
from chalicelib.domain.audit.finding import Finding
from chalicelib.domain.audit.stored_event import StoredEvent, UnreadableEventError
from chalicelib.domain.audit.stored_look import is_of_looks
from chalicelib.domain.audit.verification import MOST_NAMED, Verdict, Verification
from chalicelib.domain.errors import NotFoundError
from chalicelib.domain.review.behaviour import Windows
from chalicelib.domain.review.stories import Stories
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

# What the protocol itself adds to an operation comes before it is over; digests are read this far behind that, for late events.
TAIL = timedelta(days=2)
LONGEST_STORY = timedelta(days=90)  # from the first event of an operation to one that a person or a late release adds
CLOCKS = timedelta(minutes=5)  # what a writer's clock may be ahead of ours
LOOKS = 3  # a chain and its record are not read at one moment: where they differ, both are read again


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be verified: what began at or after `start` and before `end`, or one operation.

    `most` is how many operations are looked at, None for all of them.
    """

    start: datetime | None = None
    end: datetime | None = None
    operation_id: str | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a verification is: digests are read first, then operations with their events."""

    digests: int = 0
    operations: int = 0
    events: int = 0


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """What was found: `records` tells of hashes and digests, `impossible` of stories that the protocol cannot have written.

    `until` is up to where operations were looked at; with `is_bounded` there are more that the question asked for. With
    `kept_since`, a part of what was asked for, or all of it, is older than that and past its retention: it was not looked at.
    `looks_kept_since` is the same of looks.
    """

    records: Verdict
    impossible: tuple[Finding, ...]
    start: datetime
    until: datetime
    is_bounded: bool = False
    kept_since: datetime | None = None
    looks_kept_since: datetime | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return all findings, those of the records first."""
        return (*self.records.findings, *self.impossible)

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing was found."""
        return not self.findings and not self.records.left_out

    @property
    def first(self) -> Finding | None:
        """Return the first finding."""
        return next(iter(self.findings), None)


def silent(progress: Progress) -> None:
    """Tell nobody."""
    del progress


@dataclass(frozen=True, slots=True)
class AuditVerification:
    """Verifies what is stored; whoever asks has been let in by somebody else.

    With `kept_for`, events end that long after they happened, and what began before is not missed; with `looks_kept_for`, looks.
    """

    records: AuditRecords
    heads: OperationHeads
    shelf: DigestShelf
    keys: TrustsKeys
    clock: Clock
    windows: Windows = field(default_factory=Windows)
    kept_for: timedelta | None = None
    looks_kept_for: timedelta | None = None

    def verify(self, asked: Asked, deadline: Deadline, tell: Callable[[Progress], None] = silent) -> AuditVerdict:
        """Verify; `tell` hears of the progress after each digest and each piece of operations.

        Raises:
            AuditUnavailableError: something could not be read in time.
        """
        return _Run(self, asked, deadline, tell).go()


class _Run:
    """One verification, and what it has found so far."""

    def __init__(
        self, parts: AuditVerification, asked: Asked, deadline: Deadline, tell: Callable[[Progress], None]
    ) -> None:
        self._parts, self._asked, self._deadline, self._tell = parts, asked, deadline, tell
        self._now = parts.clock.now()
        self._kept_since: datetime | None = None
        self._looks_kept_since: datetime | None = None
        self._is_past = False
        self._start, self._end, self._looks_start = self._span()
        self._stretch = self._stretch_of_digests()
        self._coverage = Coverage(parts.keys.check(deadline), self._stretch)
        self._verification = Verification(self._coverage)
        self._stories = Stories(parts.windows, self._now)
        self._impossible: list[Finding] = []
        self._taken_early: set[str] = set()  # by digests, because no index named them in their place
        self._is_bounded = False

    def go(self) -> AuditVerdict:
        """Read the digests, then the chains; then look for what digests tell of and no index named."""
        self._coverage.read(self._read_hours(), self._now)
        for piece in self._pieces():
            self._take(piece)
        missing = self._missing()
        self._note(self._stories.contradictions())
        records = self._verification.verdict(self._hours, missing)
        return AuditVerdict(
            records,
            tuple(self._impossible),
            self._start,
            self._end,
            self._is_bounded,
            self._kept_since,
            self._looks_kept_since,
        )

    def _span(self) -> tuple[datetime, datetime, datetime]:
        """Return from when until when what is asked for began, or, of one operation, went on; and from when on looks began."""
        asked = self._asked
        if asked.operation_id is not None:
            start, end = self._span_of(asked.operation_id)
            return start, end, end
        first = self._parts.shelf.first_hour(self._deadline) or self._now
        end = min(self._now + CLOCKS, asked.end or self._now + CLOCKS)
        start = asked.start or first - FIRST_LOOKS_BACK
        self._looks_kept_since = self._end_of_past(start, self._parts.looks_kept_for)
        return self._since_kept(start), end, self._looks_kept_since or start

    def _since_kept(self, start: datetime) -> datetime:
        """Return from when on what began is there for certain; later than `start` where some of it may have ended."""
        self._kept_since = self._end_of_past(start, self._parts.kept_for)
        return self._kept_since or start

    def _end_of_past(self, start: datetime, kept_for: timedelta | None) -> datetime | None:
        """Return the moment before which what began may have ended, if `start` is before it."""
        return None if kept_for is None or start >= self._now - kept_for else self._now - kept_for

    def _span_of(self, operation_id: str) -> tuple[datetime, datetime]:
        (chain,) = self._settled([operation_id])
        times = [event.at for event in _readable(chain)]
        if not chain.events and chain.head is None:
            raise NotFoundError("The audit has no operation of this id.")
        self._is_past = self._has_lost_its_beginning(chain)
        return (min(times) - LATEST, max(times)) if times else (self._now, self._now)

    def _has_lost_its_beginning(self, chain: StoredChain) -> bool:
        """Tell whether the first events of an operation have ended, which takes none of those that are there for changed."""
        events = list(_readable(chain))
        if not events or events[0].sequence == 1:
            return False
        oldest = events[0].at - LONGEST_STORY
        return self._since_kept(oldest) != oldest

    def _stretch_of_digests(self) -> Stretch:
        first = self._parts.shelf.first_hour(self._deadline)
        until = hour_of(min(self._end + self._parts.windows.ended_by + TAIL, self._now)) + HOUR
        since = hour_of(min(self._start, self._looks_start))
        return Stretch(None if first is None else max(first, since), until)

    def _hours(self) -> Iterator[DigestedHour]:
        return self._parts.shelf.hours(self._stretch, self._deadline)

    def _read_hours(self) -> Iterator[DigestedHour]:
        for number, hour in enumerate(self._hours(), start=1):
            self._tell(Progress(number))
            yield hour

    def _pieces(self) -> Iterator[Sequence[str]]:
        """Yield the operations that are asked for, then the chains of looks of the same span."""
        if self._is_past:
            return
        if self._asked.operation_id is not None:
            yield [self._asked.operation_id]
            return
        yield from self._operations()
        for piece in self._parts.records.looked(self._looks_start, self._end, self._deadline):
            yield [one.operation_id for one in piece]

    def _operations(self) -> Iterator[Sequence[str]]:
        """Yield the operations of the span; where there are too many, its end moves."""
        left = self._asked.most
        for piece in self._parts.records.begun(self._start, self._end, self._deadline):
            self._forget(piece[0].at)
            yield [one.operation_id for one in piece[:left] if one.operation_id not in self._taken_early]
            if left is not None and len(piece) > left:
                self._end, self._is_bounded = piece[left].at, True
                return
            left = None if left is None else left - len(piece)

    def _take(self, operation_ids: Sequence[str]) -> None:
        for chain in self._settled(operation_ids):
            if chain.events or (chain.head is not None and chain.operation_id not in self._coverage.heads):
                self._verification.take(chain)
                self._coverage.begun.pop(chain.operation_id, None)  # what is taken is not missing; memory is let go
                if not is_of_looks(chain.operation_id):
                    self._note(self._stories.take(chain))
        self._tell(Progress(self._coverage.digests, self._verification.operations, self._verification.events))

    def _settled(self, operation_ids: Sequence[str]) -> list[StoredChain]:
        """Return chains with what their records say; where a call went on in between, of the same moment."""
        found: dict[str, StoredChain] = {}
        wanted = list(operation_ids)
        for _ in range(LOOKS):
            recorded = [id_ for id_ in wanted if not is_of_looks(id_)]
            heads = self._parts.heads.heads(recorded, self._deadline)
            for chain in self._parts.records.chains(wanted, self._deadline):
                found[chain.operation_id] = StoredChain(chain.operation_id, chain.events, heads.get(chain.operation_id))
            wanted = [id_ for id_ in wanted if _differ(found[id_])]
        return list(found.values())

    def _missing(self) -> list[str]:
        """Return what digests tell of and is not there; an operation that only the index has lost is looked at all the same.

        What was taken has no head among those of the digests any more.
        """
        if self._is_past:
            return []
        heads = self._coverage.heads
        if self._asked.operation_id is not None:
            return [self._asked.operation_id] if self._asked.operation_id in heads else []
        told = [id_ for id_, at in self._coverage.begun.items() if self._begin_of(id_) <= at < self._end]
        self._take_all(told)
        return [id_ for id_ in told if id_ in heads]

    def _forget(self, before: datetime) -> None:
        """Let sessions go that are over, once what only the index has lost was compared with them."""
        if not self._stories.is_large:
            return
        begun = self._coverage.begun.items()
        lost = [id_ for id_, at in begun if self._start <= at < before and not is_of_looks(id_)]
        self._taken_early.update(lost)
        self._take_all(lost)
        self._note(self._stories.forget(before))

    def _take_all(self, names: Sequence[str]) -> None:
        for first in range(0, len(names), PIECE):
            self._take(names[first : first + PIECE])

    def _begin_of(self, name: str) -> datetime:
        return self._looks_start if is_of_looks(name) else self._start

    def _note(self, findings: Iterable[Finding]) -> None:
        self._impossible += islice(findings, MOST_NAMED - len(self._impossible))


def _readable(chain: StoredChain) -> Iterator[StoredEvent]:
    for stored in chain.events:
        with suppress(UnreadableEventError):
            yield StoredEvent.read(stored)


def _differ(chain: StoredChain) -> bool:
    return chain.head is not None and chain.head.sequence != len(chain.events)
