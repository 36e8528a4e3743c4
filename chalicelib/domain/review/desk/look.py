"""The event of a look: every read of the audit is one, in a chain of its reader and day, like any other chain over its bytes."""

import hashlib
from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, datetime
from enum import StrEnum

from chalicelib.domain.audit.event import GENESIS, event_hash, told_request_id
from chalicelib.domain.audit.stored_look import LOOKED
from chalicelib.domain.canonical import Canonical, canonical_bytes
from chalicelib.domain.review.desk.reviewer import Reviewer
from chalicelib.values import dataclass

VERSION = 1
READER_CHARACTERS = 32


class Action(StrEnum):
    """What a reviewer did."""

    SEARCH = "search"
    SHOW = "show"
    UNMASK = "unmask"
    COUNT = "count"
    QUEUE = "queue"
    VERIFY = "verify"
    EXPORT = "export"
    BUNDLE = "bundle"
    PERSON = "person"
    HOLD = "hold"
    UNHOLD = "unhold"
    ERASE = "erase"
    RETENTION = "retention"


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends: the number and the hash of its newest event; 0 and GENESIS for one that has none."""

    sequence: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class Look:
    """One read of the audit: who, what by, how many were found, and why.

    `at` is UTC; `asked` are the filters, people in them named as events name them; `found` counts what the answer shows.
    """

    reviewer: Reviewer
    action: Action
    at: datetime
    request_id: str
    found: int
    asked: Mapping[str, Canonical] = field(default_factory=dict)
    reason: str | None = None

    @property
    def chain(self) -> str:
        """Return the name of the chain: a UTC day, and a digest of the reviewer."""
        return f"{self.at.astimezone(UTC):%Y-%m-%d}#{_reader(self.reviewer)}"

    def following(self, head: Head) -> "LookEvent":
        """Return this look as the event after the newest of its chain."""
        return LookEvent(self, head.sequence + 1, head.hash)


@dataclass(frozen=True, slots=True)
class LookEvent:
    """A look in its place: `sequence` counts from 1, `previous_hash` is that of the event before."""

    look: Look
    sequence: int
    previous_hash: str

    def canonical(self) -> bytes:
        """Return the bytes that are stored and hashed."""
        look = self.look
        told: dict[str, Canonical] = {
            "version": VERSION,
            "chain": look.chain,
            "sequence": self.sequence,
            "at": look.at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "kind": LOOKED,
            "action": look.action.value,
            "issuer": look.reviewer.issuer,
            "by": look.reviewer.subject,
            "roles": sorted(role.value for role in look.reviewer.roles),
            "asked": dict(look.asked),
            "found": look.found,
            "why": look.reason,
            "request_id": told_request_id(look.request_id),
            "previous_hash": self.previous_hash,
        }
        return canonical_bytes({name: value for name, value in told.items() if value is not None})

    def head(self) -> Head:
        """Return where the chain ends with this event."""
        return Head(self.sequence, event_hash(self.canonical()))


def _reader(reviewer: Reviewer) -> str:
    return hashlib.sha256(canonical_bytes([reviewer.issuer, reviewer.subject])).hexdigest()[:READER_CHARACTERS]
