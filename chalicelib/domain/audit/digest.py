"""The hourly digest: what stands in the trail, in a few hundred bytes that are signed and kept in another place.

Which hour an event belongs to: the UTC hour of its own time, or that of the event before it in its chain where that is later.
So what one digest covers of a chain always follows what earlier ones cover, whatever the clocks of two writers say.

When a digest is made: GRACE after its hour is over. Who wrote an event had its time from a clock, and may have waited, tried
again or stood still for as long as a function may run. Every hour has a digest, also an empty one, and a digest that was not
made in time is made before the next one: numbers and hours have no gaps.

What becomes of late events: one that turns up when the digest of its hour was made is covered by the next digest that is made,
in its section `late`, as long as that is one of the next LATEST hours; the first digest covers all that is older than it. No
genuine event is later than that, so what is stays uncovered, and a verification names it, unless a genuine event follows it in
its chain. Each event is in one digest at most. Late events are rare, and the only ones that a forger could still get signed for
an hour that is over, so reviewers are told how many there are.

What is covered: every event of an operation and, from format 2 on, every look of a reviewer, which is chained in the same way
(see `stored_look`). Digests of format 1 stay what they are; looks of their hours are covered by their chains alone.

The signed bytes stay small however many events there are; beside them goes the listing, an entry for each event, in order. The
roots of the digest prove the listing; the listing names what is missing. Neither names a person.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.domain.audit.event import GENESIS, event_hash
from chalicelib.domain.audit.merkle import root
from chalicelib.domain.audit.stored_look import Link
from chalicelib.domain.canonical import Canonical, canonical_bytes

VERSION = 2
VERSIONS = (1, VERSION)  # what is read
WITH_LOOKS = 2  # from which version on looks are covered
ROOT_BYTES = 32
LONG_AGO = datetime.min.replace(tzinfo=UTC)
HOUR = timedelta(hours=1)
GRACE = timedelta(minutes=20)  # the longest run of a function, and five minutes for clocks
FIRST_LOOKS_BACK = timedelta(days=31)  # how old the first event of an operation may be that the first digest covers
LATEST = timedelta(hours=3)  # for a clock that is off by hours, as one that was set to another zone


class UnreadableDigestError(ValueError):
    """Bytes are no digest, or no entry of one, as we write them."""


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """What a digest says of an event: entries are ordered by time, operation and number. `at` is UTC.

    Of a look, `operation_id` is the name of its chain behind LOOKS.
    """

    at: datetime
    operation_id: str
    sequence: int
    hash: str

    @classmethod
    def of(cls, event: Link) -> "Entry":
        """Return the entry of an event, or of a look."""
        return cls(event.at, event.operation_id, event.sequence, event.hash)

    def leaf(self) -> bytes:
        """Return the bytes that a tree has as its leaf, and a listing as its line."""
        return canonical_bytes([_told(self.at), self.operation_id, self.sequence, self.hash])

    @classmethod
    def read(cls, leaf: bytes) -> "Entry":
        """Return the entry of `leaf`.

        Raises:
            UnreadableDigestError: it is none.
        """
        try:
            at, operation_id, sequence, hashed = json.loads(leaf)
            entry = cls(_moment(at), operation_id, sequence, hashed)
        except (ValueError, TypeError, RecursionError) as error:
            raise UnreadableDigestError("no entry of a listing") from error
        if entry.leaf() != leaf:
            raise UnreadableDigestError("no canonical entry of a listing")
        return entry


@dataclass(frozen=True, slots=True)
class Section:
    """Some entries: how many, the first and the last of them, and the root of the tree over all, 64 hex digits."""

    count: int
    first: Entry | None
    last: Entry | None
    root: str

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> "Section":
        """Return the section over entries, in their order."""
        first, last = (entries[0], entries[-1]) if entries else (None, None)
        return cls(len(entries), first, last, root(entry.leaf() for entry in entries).hex())

    def document(self) -> dict[str, Canonical]:
        """Return what a digest holds of the section."""
        ends = {"first": self.first, "last": self.last}
        told: dict[str, Canonical] = {name: json.loads(end.leaf()) for name, end in ends.items() if end is not None}
        return {"count": self.count, "root": self.root, **told}

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "Section":
        """Return the section of `document`."""
        first, last = (_end(document.get(name)) for name in ("first", "last"))
        if len(bytes.fromhex(document["root"])) != ROOT_BYTES:
            raise UnreadableDigestError
        return cls(document["count"], first, last, document["root"])


@dataclass(frozen=True, slots=True)
class Listing:
    """Every event that a digest covers: those of its hour, and those that came late; both in order."""

    on_time: tuple[Entry, ...] = ()
    late: tuple[Entry, ...] = ()

    def all(self) -> Iterator[Entry]:
        """Yield all entries, late ones first: they are older."""
        yield from self.late
        yield from self.on_time

    def heads(self) -> list[Entry]:
        """Return the newest entry of each operation, by operation: where its chain ends as of this digest."""
        newest: dict[str, Entry] = {}
        for entry in self.all():
            known = newest.get(entry.operation_id)
            if known is None or known.sequence < entry.sequence:
                newest[entry.operation_id] = entry
        return [newest[id_] for id_ in sorted(newest)]


@dataclass(frozen=True, slots=True)
class Digest:
    """The digest of one hour; `number` counts from 1, `hour` is its start, `previous_hash` is GENESIS for the first.

    `version` is the format that it was made in, one of VERSIONS.
    """

    number: int
    hour: datetime
    made_at: datetime
    on_time: Section
    late: Section
    heads: Section
    previous_hash: str = GENESIS
    version: int = VERSION

    def canonical(self) -> bytes:
        """Return the bytes that are signed and hashed."""
        return canonical_bytes(
            {
                "version": self.version,
                "number": self.number,
                "hour": _told(self.hour),
                "made_at": _told(self.made_at),
                "previous_hash": self.previous_hash,
                "events": self.on_time.document(),
                "late": self.late.document(),
                "heads": self.heads.document(),
            }
        )

    @property
    def hash(self) -> str:
        """Return what the next digest says of this one."""
        return event_hash(self.canonical())

    @classmethod
    def read(cls, canonical: bytes) -> "Digest":
        """Return the digest of `canonical`.

        Raises:
            UnreadableDigestError: it is none, or not canonical.
        """
        try:
            document = json.loads(canonical)
            digest = cls(
                number=document["number"],
                hour=_moment(document["hour"]),
                made_at=_moment(document["made_at"]),
                on_time=Section.read(document["events"]),
                late=Section.read(document["late"]),
                heads=Section.read(document["heads"]),
                previous_hash=document["previous_hash"],
                version=_version(document["version"]),
            )
            is_canonical = digest.canonical() == canonical
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            raise UnreadableDigestError("no digest") from error
        if not is_canonical:
            raise UnreadableDigestError("no canonical digest")
        return digest

    @property
    def covers_looks(self) -> bool:
        """Tell whether looks of its hour have to be in it."""
        return self.version >= WITH_LOOKS

    def is_of(self, listing: Listing) -> bool:
        """Tell whether a listing is this digest's, whole and in order."""
        sections = (listing.on_time, listing.late, listing.heads())
        return (self.on_time, self.late, self.heads) == tuple(Section.of(entries) for entries in sections)


def hour_of(at: datetime) -> datetime:
    """Return the start of the UTC hour of a time."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def placed(chain: Iterable[Link]) -> Iterator[tuple[datetime, Entry]]:
    """Yield the entry of each event of a chain with the hour that it belongs to."""
    hour = LONG_AGO
    for event in chain:
        hour = max(hour, hour_of(event.at))
        yield hour, Entry.of(event)


def make_digest(
    previous: Digest | None, hour: datetime, made_at: datetime, entries: Iterable[tuple[datetime, Entry]]
) -> tuple[Digest, Listing]:
    """Return the digest of an hour with its listing; `entries` are those that no digest covers yet, as `placed` tells them.

    What is too late for it is left out.

    Raises:
        ValueError: the hour does not follow that of the previous digest, is not over for long enough, or an entry is of a later
            one.
    """
    if previous is not None and hour != previous.hour + HOUR:
        raise ValueError("a digest follows that of the hour before")
    if made_at < due_at(hour):
        raise ValueError("the hour is not over for long enough")
    found = sorted((entry, belongs_to) for belongs_to, entry in entries)
    if any(belongs_to > hour for _, belongs_to in found):
        raise ValueError("an event of a later hour has no place in this digest")
    oldest = LONG_AGO if previous is None else hour - LATEST
    listing = Listing(
        on_time=tuple(entry for entry, belongs_to in found if belongs_to == hour),
        late=tuple(entry for entry, belongs_to in found if oldest <= belongs_to < hour),
    )
    digest = Digest(
        number=1 if previous is None else previous.number + 1,
        hour=hour,
        made_at=made_at,
        on_time=Section.of(listing.on_time),
        late=Section.of(listing.late),
        heads=Section.of(listing.heads()),
        previous_hash=GENESIS if previous is None else previous.hash,
    )
    return digest, listing


def due_at(hour: datetime) -> datetime:
    """Return from when on the digest of an hour may be made."""
    return hour + HOUR + GRACE


def newest_due(now: datetime) -> datetime:
    """Return the newest hour whose digest may be made."""
    return hour_of(now - HOUR - GRACE)


def _told(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _version(told: object) -> int:
    if type(told) is not int or told not in VERSIONS:
        raise UnreadableDigestError("a digest of another format")
    return told


def _end(document: Canonical) -> Entry | None:
    return None if document is None else Entry.read(canonical_bytes(document))
