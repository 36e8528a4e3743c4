"""Looks of reviewers as they are stored: chained as events of operations are, each chain of one reader and one UTC day.

Where chains of both kinds stand side by side, in digests and findings, that of looks has LOOKS before its name, as its row has.
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any, Protocol

from chalicelib.domain.audit.event import event_hash
from chalicelib.domain.audit.stored_event import (
    StoredEvent,
    UnreadableEventError,
    exactly,
    instant,
    read_canonical,
)
from chalicelib.values import dataclass

LOOKS = "REVIEW#"
LOOKED = "looked"


class Link(Protocol):
    """What an event and a look both say of their place: `operation_id` names the chain, `sequence` counts from 1, `at` is UTC."""

    @property
    def operation_id(self) -> str:
        """Return the operation, or the chain of looks with LOOKS before its name."""
        ...

    @property
    def sequence(self) -> int:
        """Return the number in the chain."""
        ...

    @property
    def at(self) -> datetime:
        """Return when it happened."""
        ...

    @property
    def hash(self) -> str:
        """Return the hash over the stored bytes."""
        ...

    @property
    def previous_hash(self) -> str:
        """Return the hash of the one before."""
        ...


@dataclass(frozen=True, slots=True)
class StoredLook:
    """The place of a look in its chain; who looked at what stays in `canonical`, and nothing here reads it."""

    canonical: bytes = field(repr=False)
    hash: str
    operation_id: str
    sequence: int
    at: datetime
    previous_hash: str

    @classmethod
    def of(cls, stored: bytes, document: Mapping[str, Any]) -> "StoredLook":
        """Return the look of a document and its bytes, as `read_canonical` has it made."""
        chain, at = exactly(str, document["chain"]), instant(document["at"])
        if document["kind"] != LOOKED:
            raise UnreadableEventError("no look: it says that it is something else")
        if chain.partition("#")[0] != f"{at:%Y-%m-%d}":
            raise UnreadableEventError("no look: it says another day than its chain")
        return cls(
            canonical=stored,
            hash=event_hash(stored),
            operation_id=f"{LOOKS}{chain}",
            sequence=exactly(int, document["sequence"]),
            at=at,
            previous_hash=exactly(str, document["previous_hash"]),
        )


def is_of_looks(name: str | None) -> bool:
    """Tell whether a chain is one of looks, by its name."""
    return name is not None and name.startswith(LOOKS)


def read_link(stored: bytes) -> Link:
    """Return the event, or the look, that stored bytes tell of.

    Raises:
        UnreadableEventError: they are neither.
    """
    return read_canonical(stored, _link)


def _link(stored: bytes, document: Mapping[str, Any]) -> Link:
    if "chain" in document:
        return StoredLook.of(stored, document)
    event = StoredEvent.of(stored, document)
    if is_of_looks(event.operation_id):
        raise UnreadableEventError("no look: it is an event of an operation, by its form")
    return event
