"""What making and verifying digests needs of the world. Whoever fails raises AuditUnavailableError.

Everything is read in bounded memory: operations in pieces of at most PIECE, digests hour by hour.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from chalicelib.domain.audit.chain import Head, StoredChain
from chalicelib.domain.audit.coverage import DigestedHour, Stretch
from chalicelib.domain.audit.signature import SignatureCheck, Signed
from chalicelib.domain.review.desk.position import Position
from chalicelib.domain.time_budget import Deadline

PIECE = 100


class AuditRecords(Protocol):
    """Every stored event, by the indexes of the trail and never by a Scan."""

    def begun(self, start: datetime, end: datetime, deadline: Deadline) -> Iterator[Sequence[Position]]:
        """Yield all operations and refusals that began at or after `start` and before `end`, oldest first, in pieces."""
        ...

    def looked(self, start: datetime, end: datetime, deadline: Deadline) -> Iterator[Sequence[Position]]:
        """Yield the chains of looks that began at or after `start` and before `end`, under the names in digests, in pieces."""
        ...

    def continued(self, hour: datetime, deadline: Deadline) -> Sequence[str]:
        """Return the operations that went on in an hour, after the call that began them."""
        ...

    def chains(self, operation_ids: Sequence[str], deadline: Deadline) -> Sequence[StoredChain]:
        """Return the stored bytes of every event of some operations or chains of looks, in their order; else a chain of none."""
        ...


class OperationHeads(Protocol):
    """Where chains end as the operations' own records say."""

    def heads(self, operation_ids: Sequence[str], deadline: Deadline) -> Mapping[str, Head]:
        """Return what the records that are there say; refusals have none, and records end before the trail does."""
        ...


class DigestShelf(Protocol):
    """The digests that are kept."""

    def hours(self, stretch: Stretch, deadline: Deadline) -> Iterator[DigestedHour]:
        """Yield the digests of a stretch of hours, in order; those that are missing are left out."""
        ...

    def first_hour(self, deadline: Deadline) -> datetime | None:
        """Return the hour of the oldest digest; None while there is none."""
        ...


class DigestPress(DigestShelf, Protocol):
    """The shelf of whoever makes the digests."""

    def newest(self, deadline: Deadline) -> DigestedHour | None:
        """Return the newest digest; None while there is none."""
        ...

    def add(self, hour: datetime, digested: DigestedHour, deadline: Deadline) -> bool:
        """Keep the digest of an hour; False when another one stands there. Nothing is ever replaced."""
        ...


class TrustsKeys(Protocol):
    """Knows which keys digests may be signed with; they are fetched at first use."""

    def check(self, deadline: Deadline) -> SignatureCheck:
        """Return what tells whether a signature is one of theirs."""
        ...


class DigestKey(Protocol):
    """The key that signs."""

    def signed(self, message: bytes, deadline: Deadline) -> Signed:
        """Return a message of at most 4,096 bytes with its signature."""
        ...


class PublishesKeys(Protocol):
    """Gives the public halves of the keys that digests may be signed with, for whoever verifies without us."""

    def published(self, deadline: Deadline) -> Sequence[bytes]:
        """Return them in PEM, the present one first."""
        ...
