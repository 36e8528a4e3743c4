"""What making and verifying digests needs, in memory: records that may be tampered with, a shelf, and a key."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.application.review.digest_ports import PIECE
from chalicelib.domain.audit.chain import Head, StoredChain
from chalicelib.domain.audit.coverage import DigestedHour, Stretch
from chalicelib.domain.audit.digest import Digest, hour_of
from chalicelib.domain.audit.signature import SignatureCheck, Signed, Signer, sign
from chalicelib.domain.audit.stored_look import is_of_looks, read_link
from chalicelib.domain.review.desk.position import Position
from chalicelib.domain.time_budget import Deadline
from devtools.memory.punctuality import require_deadline
from tests.fakes.digest_signer import QuickSigner


@dataclass
class InMemoryRecords:
    """Implements `AuditRecords` and `OperationHeads`; `index` says when each chain began, which nobody tampers with.

    `spans` are those that were asked for of operations and of looks, `continued_hours` the hours that something went on in.
    """

    stored: dict[str, list[bytes]] = field(default_factory=dict)
    records: dict[str, Head] = field(default_factory=dict)
    index: dict[str, datetime] = field(default_factory=dict)
    hours: dict[datetime, set[str]] = field(default_factory=dict)
    spans: list[tuple[datetime, datetime]] = field(default_factory=list)
    continued_hours: list[datetime] = field(default_factory=list)

    def put(self, operation_id: str, chain: Sequence[bytes]) -> None:
        """Store a chain as its writers do."""
        self.stored[operation_id] = list(chain)
        events = [read_link(event) for event in chain]
        self.index[operation_id] = events[0].at
        if is_of_looks(operation_id):
            return
        self.records[operation_id] = Head(len(events), events[-1].hash)
        for event in events[1:]:
            self.hours.setdefault(hour_of(event.at), set()).add(operation_id)

    def begun(self, start: datetime, end: datetime, deadline: Deadline) -> Iterator[Sequence[Position]]:
        """Yield what the index has of operations."""
        yield from self._begun(start, end, deadline, of_looks=False)

    def looked(self, start: datetime, end: datetime, deadline: Deadline) -> Iterator[Sequence[Position]]:
        """Yield what it has of readers."""
        yield from self._begun(start, end, deadline, of_looks=True)

    def _begun(
        self, start: datetime, end: datetime, deadline: Deadline, *, of_looks: bool
    ) -> Iterator[Sequence[Position]]:
        require_deadline(deadline)
        self.spans.append((start, end))
        named = ((id_, at) for id_, at in self.index.items() if is_of_looks(id_) is of_looks)
        found = sorted(Position(at, id_) for id_, at in named if start <= at < end)
        yield from (found[first : first + PIECE] for first in range(0, len(found), PIECE))

    def continued(self, hour: datetime, deadline: Deadline) -> Sequence[str]:
        """Return what went on."""
        require_deadline(deadline)
        self.continued_hours.append(hour)
        return sorted(self.hours.get(hour, ()))

    def chains(self, operation_ids: Sequence[str], deadline: Deadline) -> Sequence[StoredChain]:
        """Return chains; no more than a piece of them."""
        require_deadline(deadline)
        assert len(operation_ids) <= PIECE, "this takes more memory than there may be"
        return [StoredChain(id_, list(self.stored.get(id_, ()))) for id_ in operation_ids]

    def heads(self, operation_ids: Sequence[str], deadline: Deadline) -> Mapping[str, Head]:
        """Return heads."""
        require_deadline(deadline)
        return {id_: self.records[id_] for id_ in operation_ids if id_ in self.records}


@dataclass
class InMemoryShelf:
    """Implements `DigestPress`; `rival` is what somebody else keeps just before the next digest is added.

    `stretches` are those that were asked for.
    """

    kept: dict[datetime, DigestedHour] = field(default_factory=dict)
    rival: DigestedHour | None = None
    stretches: list[Stretch] = field(default_factory=list)

    def hours(self, stretch: Stretch, deadline: Deadline) -> Iterator[DigestedHour]:
        """Yield digests."""
        require_deadline(deadline)
        self.stretches.append(stretch)
        for hour in sorted(self.kept):
            is_early = stretch.since is not None and hour < stretch.since
            if not is_early and (stretch.until is None or hour < stretch.until):
                yield self.kept[hour]

    def first_hour(self, deadline: Deadline) -> datetime | None:
        """Return the oldest hour."""
        require_deadline(deadline)
        return min(self.kept, default=None)

    def newest(self, deadline: Deadline) -> DigestedHour | None:
        """Return the newest digest."""
        require_deadline(deadline)
        return self.kept[max(self.kept)] if self.kept else None

    def add(self, hour: datetime, digested: DigestedHour, deadline: Deadline) -> bool:
        """Keep a digest, unless another one is there."""
        require_deadline(deadline)
        if self.rival is not None:
            self.kept[hour] = self.rival
        return self.kept.setdefault(hour, digested) == digested

    def put(self, hours: Sequence[DigestedHour]) -> None:
        """Keep some digests."""
        self.kept |= {Digest.read(hour.signed.canonical).hour: hour for hour in hours}


@dataclass
class InMemoryKey:
    """Implements `DigestKey`, `TrustsKeys` and `PublishesKeys` with a quick signer."""

    signer: Signer = field(default_factory=QuickSigner)
    trusted: SignatureCheck = field(default_factory=QuickSigner)
    public: Sequence[bytes] = (b"a public key\n",)

    def signed(self, message: bytes, deadline: Deadline) -> Signed:
        """Sign."""
        require_deadline(deadline)
        return sign(message, self.signer)

    def check(self, deadline: Deadline) -> SignatureCheck:
        """Return the check."""
        require_deadline(deadline)
        return self.trusted

    def published(self, deadline: Deadline) -> Sequence[bytes]:
        """Return the keys."""
        require_deadline(deadline)
        return self.public
