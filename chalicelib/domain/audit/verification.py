"""Verify a trail: each chain in itself, and all of them against the digests. The first bad event of each is named.

Chains are taken one by one, in any order, and digests hour by hour, twice or three times. What is kept meanwhile is where each
chain ends as far as digests cover it, and what is known of the first MOST_NAMED operations in which something is
wrong. A head proves all events before it, so only those need their entries looked up.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from chalicelib.domain.audit.chain import StoredChain, beside_record, broken_link, difference
from chalicelib.domain.audit.coverage import Coverage, DigestedHour
from chalicelib.domain.audit.digest import LONG_AGO, Entry, Listing, placed
from chalicelib.domain.audit.finding import Finding, Tampering, tampered
from chalicelib.domain.audit.signature import SignatureCheck
from chalicelib.domain.audit.stored_event import ALLOWED_SKEW
from chalicelib.domain.audit.stored_look import is_of_looks, read_link

MOST_NAMED = 1000
SEVERAL = 2
_LOSSES = frozenset({Tampering.TRUNCATED, Tampering.OPERATION_REMOVED, Tampering.LOOKS_REMOVED})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification has found.

    `late` are the events that digests cover as late. `not_yet_covered` are events of hours that have no digest yet, `unproved`
    those whose digest is missing or proves nothing; both are covered by their chains alone. `left_out` operations have
    findings of their own that are not among `findings`. `looks` are those of reviewers, with the deeds of custodians; they are
    neither among `operations` nor among `events`.
    """

    findings: tuple[Finding, ...]
    operations: int
    events: int
    digests: int
    late: int
    not_yet_covered: int
    unproved: int
    left_out: int
    looks: int = 0

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing was found."""
        return not self.findings


def chains(rows: Iterable[tuple[str, bytes]]) -> Iterator[StoredChain]:
    """Yield the chains of rows that are grouped by operation: each has an operation's id and the bytes of an event."""
    for operation_id, group in groupby(rows, key=lambda row: row[0]):
        yield StoredChain(operation_id, [stored for _, stored in group])


def verify(
    stored: Iterable[StoredChain],
    hours: Callable[[], Iterable[DigestedHour]],
    check: SignatureCheck,
    now: datetime,
    *,
    is_whole: bool = True,
) -> Verdict:
    """Verify chains against digests.

    `hours` yields all digests from the first one on, each time that it is called. Unless `is_whole`, the chains are some of
    those that there are, and no operation is missed.
    """
    coverage = Coverage(check)
    coverage.read(hours(), now)
    verification = Verification(coverage)
    for chain in stored:
        verification.take(chain)
    return verification.verdict(hours, missing=tuple(coverage.heads) if is_whole else ())


@dataclass(slots=True)
class _Suspect:
    """An operation in which something is wrong: the hashes that are there, those before them, and what its own links say."""

    found: list[str]
    follows: list[str | None]
    finding: Finding | None
    listed: dict[int, str] = field(default_factory=dict)

    def named(self, operation_id: str) -> Finding | None:
        """Return the first bad event; of an hour that proves nothing, what is there is taken for what was listed."""
        if not self.listed:
            return self.finding
        known = {**dict(enumerate(self.found, start=1)), **self.listed}
        expected = [known[number] for number in sorted(known) if number <= max(self.listed)]
        return difference(operation_id, self.found, expected, self.follows) or self.finding


@dataclass(slots=True)
class Verification:
    """The state of one verification, which takes chains one by one.

    `lost` tells how many events are there of each operation that has fewer than covered.
    """

    coverage: Coverage
    suspects: dict[str, _Suspect] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    operations: int = 0
    events: int = 0
    not_yet_covered: int = 0
    unproved: int = 0
    left_out: int = 0
    looks: int = 0

    def take(self, chain: StoredChain) -> None:
        """Look at one chain."""
        self._count(chain)
        known = self.coverage.heads.pop(chain.operation_id, None)
        sequence, found = 0 if known is None else known[0], chain.hashes()
        if len(found) < sequence:
            self.lost[chain.operation_id] = len(found)
        finding = broken_link(chain) or beside_record(chain, sequence) or self._uncovered(chain, sequence)
        is_as_covered = known is None or found[sequence - 1 : sequence] == [known[1].hex()]
        if finding is not None or not is_as_covered:
            self._suspect(chain, finding)

    def _count(self, chain: StoredChain) -> None:
        if is_of_looks(chain.operation_id):
            self.looks += len(chain.events)
        else:
            self.operations += 1
            self.events += len(chain.events)

    def _suspect(self, chain: StoredChain, finding: Finding | None) -> None:
        if len(self.suspects) < MOST_NAMED:
            self.suspects[chain.operation_id] = _Suspect(chain.hashes(), chain.follows(), finding)
        else:
            self.left_out += 1

    def _uncovered(self, chain: StoredChain, covered: int) -> Finding | None:
        """Return the first event that a digest should cover and none does; count those that none can cover yet."""
        if not chain.events[covered:]:
            return None
        unproved_until = self.coverage.unproved_of(chain.operation_id)
        added = None
        for hour, entry in list(placed(map(read_link, chain.events)))[covered:]:
            if hour <= unproved_until:
                self.unproved += 1
            elif hour > self.coverage.closed_until:
                self.not_yet_covered += 1
            elif added is None:
                what = f"no digest covers it, though that of its hour, from {hour:%Y-%m-%d %H:%M} UTC, is made"
                added = tampered(Tampering.ADDED, chain.operation_id, entry.sequence, what)
        return added

    def verdict(self, hours: Callable[[], Iterable[DigestedHour]], missing: Iterable[str] = ()) -> Verdict:
        """Name what is wrong, with the listings' help; of `missing` ones that digests cover, nothing is there."""
        for operation_id in missing:
            self.lost[operation_id] = 0
            self._suspect(StoredChain(operation_id, []), None)
        if self.suspects:
            self._look_up(self.coverage.listings(hours()))
        named = [finding for id_, suspect in self.suspects.items() if (finding := suspect.named(id_)) is not None]
        if len(self.lost) >= SEVERAL and (restored := self._restored(self.coverage.listings(hours()))):
            named = [restored, *(one for one in named if one.kind not in _LOSSES)]
            self.left_out -= len(self.lost.keys() - self.suspects.keys())
        return Verdict(
            findings=(*self.coverage.findings, *named),
            operations=self.operations,
            events=self.events,
            digests=self.coverage.digests,
            late=self.coverage.late,
            not_yet_covered=self.not_yet_covered,
            unproved=self.unproved,
            left_out=self.left_out,
            looks=self.looks,
        )

    def _look_up(self, listings: Iterable[Listing]) -> None:
        """Find what was listed of each suspect."""
        for listing in listings:
            for entry in listing.all():
                if suspect := self.suspects.get(entry.operation_id):
                    suspect.listed[entry.sequence] = entry.hash

    def _restored(self, listings: Iterable[Listing]) -> Finding | None:
        """Return the finding of an old copy, if all that is lost is newer than all that is kept."""
        newest_kept, earliest, count = LONG_AGO, None, 0
        for entry in (entry for listing in listings for entry in listing.all()):
            if self._is_lost(entry):
                count += 1
                earliest = entry if earliest is None else min(earliest, entry)
            else:
                newest_kept = max(newest_kept, entry.at)
        if earliest is None or newest_kept > earliest.at + ALLOWED_SKEW:
            return None
        what = f"it is gone with all that came after it: {count} events of {len(self.lost)} operations"
        return tampered(Tampering.RESTORED, earliest.operation_id, earliest.sequence, what)

    def _is_lost(self, entry: Entry) -> bool:
        return entry.sequence > self.lost.get(entry.operation_id, entry.sequence)
