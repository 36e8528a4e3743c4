"""What a series of digests proves: read once, in order, it leaves where each chain ends as far as digests cover it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chalicelib.domain.audit.digest import HOUR, LONG_AGO, Digest, Listing, UnreadableDigestError, due_at, newest_due
from chalicelib.domain.audit.event import GENESIS
from chalicelib.domain.audit.finding import Finding, Tampering, tampered
from chalicelib.domain.audit.signature import SignatureCheck, Signed
from chalicelib.domain.audit.stored_look import is_of_looks

OVERDUE = timedelta(hours=1)  # after a digest could have been made: its function may fail once


@dataclass(frozen=True, slots=True)
class DigestedHour:
    """A digest as it is kept, with its listing."""

    signed: Signed
    listing: Listing


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the next digest belongs; `follows` is None where the one before cannot be relied on.

    In a stretch whose first digests cannot be read, nobody knows the number (`is_guessed`).
    """

    number: int = 1
    hour: datetime | None = None
    follows: str | None = GENESIS
    is_guessed: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """The hours whose digests are looked at, from `since` on, up to and without `until`; None is the first and the newest."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(slots=True)
class Coverage:
    """What is proved; memory grows with the chains, not with their events.

    `heads` has the number and the hash (32 bytes) of the newest covered event of each chain, of operations and of looks.
    `closed_until` is the last hour that has a digest and is over for long enough, `unproved_until` the last one whose digest is
    missing or proves nothing: events that belong to it or to earlier ones may have been covered by it. `without_looks_until` is
    the last hour whose digest is of a format that covers no looks. Of a stretch, `begun` tells when each chain began whose first
    event its digests list.
    """

    check: SignatureCheck
    stretch: Stretch = field(default_factory=Stretch)
    findings: list[Finding] = field(default_factory=list)
    heads: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    begun: dict[str, datetime] = field(default_factory=dict)
    proving: set[int] = field(default_factory=set)
    digests: int = 0
    late: int = 0
    closed_until: datetime = LONG_AGO
    unproved_until: datetime = LONG_AGO
    without_looks_until: datetime = LONG_AGO

    def unproved_of(self, name: str) -> datetime:
        """Return the last hour of whose digest nothing can be asked for a chain."""
        return max(self.unproved_until, self.without_looks_until) if is_of_looks(name) else self.unproved_until

    def read(self, hours: Iterable[DigestedHour], now: datetime) -> None:
        """Take in every digest; what is wrong with one is found, and its entries count for nothing."""
        place: _Place | None = None
        for hour in hours:
            place = self._take(hour, place or _beginning(hour, self.stretch.since))
        self.closed_until = min(self.closed_until, newest_due(now))
        self._require_newest(place or _Place(hour=self.stretch.since), now)

    def listings(self, hours: Iterable[DigestedHour]) -> Iterator[Listing]:
        """Yield the listings that were proved, of the same digests read once more."""
        yield from (hour.listing for position, hour in enumerate(hours, start=1) if position in self.proving)

    def _take(self, hour: DigestedHour, place: _Place) -> _Place:
        """Take in one digest, and return where the next one belongs."""
        self.digests += 1
        try:
            digest = Digest.read(hour.signed.canonical)
        except UnreadableDigestError as error:
            return self._distrust(Tampering.DIGEST_CHANGED, place, f"its bytes are {error}")
        if not self.check.holds(hour.signed):
            what = f"its signature, said to be of the key {hour.signed.key_id}, does not hold"
            return self._distrust(Tampering.RESIGNED, place, what)
        place = self._after_missing(digest, place)
        if wrong := _misplaced(digest, place) or self._unfit(digest, hour.listing):
            return self._distrust(Tampering.DIGEST_CHANGED, place, wrong)
        if place.follows is None:
            self.unproved_until = max(self.unproved_until, digest.hour - HOUR)
        self._cover(digest, hour.listing)
        return _Place(digest.number + 1, digest.hour + HOUR, digest.hash)

    def _after_missing(self, digest: Digest, place: _Place) -> _Place:
        """Find the digests that are missing before one, and return the place that is this one's own then."""
        if place.is_guessed:
            return replace(place, number=digest.number, is_guessed=False)
        if digest.number <= place.number:
            return place
        count = digest.number - place.number
        what = "it is not there" if count == 1 else f"it is not there, nor those up to {digest.number - 1}"
        self.findings.append(tampered(Tampering.DIGEST_MISSING, None, place.number, what))
        return _Place(digest.number, None if place.hour is None else place.hour + count * HOUR, None)

    def _unfit(self, digest: Digest, listing: Listing) -> str | None:
        """Say what is wrong with a digest and its listing, if anything is."""
        if not digest.is_of(listing):
            return "its listing is not the one that it was made with"
        twice = next((one for one in listing.all() if self.heads.get(one.operation_id, (0,))[0] >= one.sequence), None)
        if twice is not None:
            return f"it covers {twice.operation_id}, event {twice.sequence}, which an earlier one covers"
        return None

    def _cover(self, digest: Digest, listing: Listing) -> None:
        self.proving.add(self.digests)
        self.late += digest.late.count
        self.closed_until = max(self.closed_until, digest.hour)
        if not digest.covers_looks:
            self.without_looks_until = max(self.without_looks_until, digest.hour)
        if self.stretch.since is not None:
            self.begun |= {entry.operation_id: entry.at for entry in listing.all() if entry.sequence == 1}
        for head in listing.heads():
            self.heads[head.operation_id] = (head.sequence, bytes.fromhex(head.hash))

    def _distrust(self, kind: Tampering, place: _Place, what: str) -> _Place:
        """Find a digest that proves nothing, and return where the next one belongs."""
        self.findings.append(tampered(kind, None, place.number, what))
        if place.hour is None:
            return _Place(place.number + 1, None, None, place.is_guessed)
        self.closed_until = max(self.closed_until, place.hour)
        self.unproved_until = max(self.unproved_until, place.hour)
        return _Place(place.number + 1, place.hour + HOUR, None, place.is_guessed)

    def _require_newest(self, place: _Place, now: datetime) -> None:
        """Find digests that should have been made after the newest one; where there never was one, none is expected."""
        if place.hour is None or (self.stretch.until is not None and place.hour >= self.stretch.until):
            return
        if due_at(place.hour) + OVERDUE < now:
            what = f"the digest of the hour from {place.hour:%Y-%m-%d %H:%M} UTC is overdue"
            self.findings.append(tampered(Tampering.DIGEST_MISSING, None, place.number, what))


def _beginning(hour: DigestedHour, since: datetime | None) -> _Place:
    """Return where the first digest belongs. Of a stretch its own number tells that, as there is one for each hour."""
    if since is None:
        return _Place()
    try:
        digest = Digest.read(hour.signed.canonical)
    except UnreadableDigestError:
        return _Place(hour=since, is_guessed=True)
    missing = max(0, min((digest.hour - since) // HOUR, digest.number - 1))
    follows = GENESIS if digest.number == 1 else None
    return _Place(digest.number - missing, digest.hour - missing * HOUR, follows)


def _misplaced(digest: Digest, place: _Place) -> str | None:
    """Say how a digest does not follow the one before, if it does not."""
    if digest.number != place.number:
        return f"it says that it is digest {digest.number}"
    if place.hour is not None and digest.hour != place.hour:
        return f"it is of the hour from {digest.hour:%Y-%m-%d %H:%M} UTC"
    if place.follows is not None and digest.previous_hash != place.follows:
        return "it follows another digest than the one before it"
    if digest.made_at < due_at(digest.hour):
        return "it was made before its hour was over for long enough"
    return None
