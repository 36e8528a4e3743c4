"""The one place that reads members of stored events; whoever verifies or shows an event asks it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from chalicelib.domain.audit.event import CHANGE, EventKind, event_hash
from chalicelib.domain.canonical import canonical_bytes
from chalicelib.values import dataclass

# How far the times of events may contradict their order: two clocks may be a minute off, each to its side, and what a call writes
# can land some seconds after it drew the time.
ALLOWED_SKEW = timedelta(minutes=3)

T = TypeVar("T")


class UnreadableEventError(ValueError):
    """Stored bytes are no event as we write them."""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it stands in the trail.

    `client` and `candidate` name persons by whatever stands there: they are compared, and never understood. `document` has
    every member. `at` is UTC.
    """

    canonical: bytes = field(repr=False)
    hash: str
    operation_id: str
    sequence: int
    at: datetime
    kind: EventKind
    previous_hash: str
    client: str | None
    candidate: str | None
    booking_id: str | None
    document: Mapping[str, Any] = field(repr=False)

    @property
    def change(self) -> str | None:
        """Return what the operation of the event changes; None for one that books."""
        return _name(self.document.get(CHANGE))

    @classmethod
    def read(cls, stored: bytes) -> "StoredEvent":
        """Return the event that stored bytes tell of.

        Raises:
            UnreadableEventError: they are not canonical, or lack what every event has.
        """
        return read_canonical(stored, cls.of)

    @classmethod
    def of(cls, stored: bytes, document: Mapping[str, Any]) -> "StoredEvent":
        """Return the event of a document and its bytes, as `read_canonical` has it made."""
        return cls(
            canonical=stored,
            hash=event_hash(stored),
            operation_id=exactly(str, document["operation_id"]),
            sequence=exactly(int, document["sequence"]),
            at=instant(document["at"]),
            kind=EventKind(document["kind"]),
            previous_hash=exactly(str, document["previous_hash"]),
            client=_name(document.get("client")),
            candidate=_name(document.get("candidate")),
            booking_id=_name(document.get("booking_id")),
            document=document,
        )


def read_canonical(stored: bytes, make: Callable[[bytes, Mapping[str, Any]], T]) -> T:
    """Return what `make` makes of canonical bytes and the document that they are.

    Raises:
        UnreadableEventError: they are not canonical, or lack what is asked of them.
    """
    try:
        document = json.loads(stored)
        made = make(stored, document) if canonical_bytes(document) == stored else None
    except UnreadableEventError:
        raise
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise UnreadableEventError(f"no event: {type(error).__name__}") from error
    if made is None:
        raise UnreadableEventError("no event: the bytes are not canonical")
    return made


def instant(text: str) -> datetime:
    """Return a time in UTC; one that does not say its offset would be read by the clock of this machine."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise UnreadableEventError("no event: a time without its offset")
    return at.astimezone(UTC)


def exactly(wanted: type[T], value: object) -> T:
    """Return a value of exactly this type: a number is no text, and a bool no number."""
    if type(value) is not wanted:
        raise UnreadableEventError(f"no event: no {wanted.__name__} where one belongs")
    return value


def _name(value: object) -> str | None:
    return None if value is None else str(value)
