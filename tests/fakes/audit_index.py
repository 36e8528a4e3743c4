"""The reviewers' way into the audit, in memory."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock

from chalicelib.application.review.ports import Entries, OpenNow, OpenOperations
from chalicelib.domain.audit.event import AuditEvent, told_request_id
from chalicelib.domain.review.desk.chain import Chain
from chalicelib.domain.review.desk.look import Head, LookEvent
from chalicelib.domain.review.desk.plan import Day, Drive, Place, Span
from chalicelib.domain.review.desk.position import Direction, Position
from chalicelib.domain.reviewer_errors import AuditUnavailableError
from chalicelib.domain.time_budget import Deadline
from devtools.memory.punctuality import require_deadline

ATTRIBUTES = {Drive.CLIENT: "client", Drive.CANDIDATE: "candidate", Drive.REQUEST: "request_id"}


@dataclass
class InMemoryAuditIndex:
    """Implements `AuditIndex`; `reads` notes each reading of an index, `chains_read` counts the chains."""

    events: dict[str, list[AuditEvent]] = field(default_factory=dict)
    bookings: dict[int, str] = field(default_factory=dict)
    contacts: dict[tuple[str, int], str] = field(default_factory=dict)
    open_states: list[str] = field(default_factory=list)
    open_ids: list[str] = field(default_factory=list)
    reads: list[tuple[Place, int]] = field(default_factory=list)
    chains_read: int = 0
    is_failing: bool = False

    def put(self, *events: AuditEvent) -> None:
        """Store events."""
        for event in events:
            self.events.setdefault(event.operation_id, []).append(event)

    def entries(self, place: Place, span: Span, limit: int, deadline: Deadline) -> Entries:
        """Return what is in the span, in its order."""
        self._serve(deadline)
        self.reads.append((place, limit))
        found = sorted(
            (
                position
                for position in (_position(events[0]) for events in self.events.values() if _is_in(events[0], place))
                if span.holds(position)
            ),
            reverse=span.direction is Direction.OLDER,
        )
        return Entries(tuple(found[:limit]), len(found) <= limit)

    def operation_of(self, booking_id: int, deadline: Deadline) -> str | None:
        """Return the operation of a booking."""
        self._serve(deadline)
        return self.bookings.get(booking_id)

    def chains(self, operation_ids: Sequence[str], deadline: Deadline) -> Mapping[str, Chain]:
        """Return chains."""
        self._serve(deadline)
        self.chains_read += len(operation_ids)
        return {
            name: Chain.read(name, [event.canonical() for event in self.events[name]])
            for name in operation_ids
            if name in self.events
        }

    def contact(self, operation_id: str, sequence: int, deadline: Deadline) -> str | None:
        """Return a contact."""
        self._serve(deadline)
        return self.contacts.get((operation_id, sequence))

    def open_now(self, deadline: Deadline) -> OpenNow:
        """Count."""
        self._serve(deadline)
        return OpenNow(dict(Counter(self.open_states)))

    def open_operations(self, limit: int, deadline: Deadline) -> OpenOperations:
        """Name the first ones."""
        self._serve(deadline)
        return OpenOperations(tuple(self.open_ids[:limit]), len(self.open_ids) <= limit)

    def _serve(self, deadline: Deadline) -> None:
        require_deadline(deadline)
        if self.is_failing:
            raise AuditUnavailableError("told to fail")


@dataclass
class InMemoryLookTrail:
    """Implements `LookTrail`; `events` holds what was written, `rivals` how many others are faster, before that."""

    events: list[LookEvent] = field(default_factory=list)
    rivals: int = 0
    is_failing: bool = False
    lock: Lock = field(default_factory=Lock)

    def head(self, chain: str, deadline: Deadline) -> Head:
        """Return where a chain ends."""
        require_deadline(deadline)
        mine = [event for event in self.events if event.look.chain == chain]
        return mine[-1].head() if mine else Head()

    def add(self, event: LookEvent, deadline: Deadline) -> bool:
        """Write, fail, or be too late."""
        require_deadline(deadline)
        if self.is_failing:
            raise AuditUnavailableError("told to fail")
        with self.lock:
            return self._add(event)

    def _add(self, event: LookEvent) -> bool:
        if event in self.events:
            return True
        if self.rivals or any(self._place(event) == self._place(each) for each in self.events):
            self.rivals = max(0, self.rivals - 1)
            return False
        self.events.append(event)
        return True

    @staticmethod
    def _place(event: LookEvent) -> tuple[str, int]:
        return event.look.chain, event.sequence


def _position(event: AuditEvent) -> Position:
    at = datetime.fromisoformat(event.at.isoformat(timespec="milliseconds"))
    return Position(at.astimezone(UTC), event.operation_id)


def _is_in(event: AuditEvent, place: Place) -> bool:
    if isinstance(place, Day):
        return event.at.astimezone(UTC).date() == place.day
    if place.drive is Drive.BOOKING:
        return event.changes_booking == place.value
    value = getattr(event, ATTRIBUTES[place.drive])
    return bool((told_request_id(value) if place.drive is Drive.REQUEST else value) == place.value)
