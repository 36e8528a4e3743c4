"""The events of one operation as they are stored, and what reviewers ask of them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias, TypeGuard

from chalicelib.domain.audit.event import CHANGE, EventKind, event_hash
from chalicelib.domain.operation.operation import OperationState
from chalicelib.values import dataclass

Members: TypeAlias = Mapping[str, Any]

REFUSED = "REFUSED"  # ended before its claim: no operation, and so no state of one
STATES = (*(state.value for state in OperationState), REFUSED)

_AFTER = {
    EventKind.REFUSED: REFUSED,
    EventKind.REFUSALS_COUNTED: REFUSED,
    EventKind.CLAIMED: OperationState.SENDING.value,
    EventKind.CONFIRMED: OperationState.CONFIRMED.value,
    EventKind.REJECTED: OperationState.REJECTED.value,
    EventKind.NOT_SENT: OperationState.NOT_SENT.value,
    EventKind.UNKNOWN: OperationState.UNKNOWN.value,
    EventKind.NOT_CREATED: OperationState.NOT_CREATED.value,
    EventKind.AMBIGUOUS: OperationState.AMBIGUOUS.value,
    EventKind.EXPIRED: OperationState.EXPIRED_UNKNOWN.value,
}  # any other kind leaves the state as it was


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One event: the bytes that its hash covers, and what they say; nothing where they are no JSON object."""

    canonical: bytes
    members: Members

    @classmethod
    def read(cls, canonical: bytes) -> "StoredEvent":
        """Return an event; one that was tampered with is shown as well as it can be, and never fails the page."""
        try:
            members = json.loads(canonical, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            members = {}
        return cls(canonical, members if isinstance(members, dict) else {})

    @property
    def hash(self) -> str:
        """Return the hash that the next event names."""
        return event_hash(self.canonical)

    @property
    def kind(self) -> str | None:
        """Return what happened; None where the event does not say."""
        kind = self.members.get("kind")
        return kind if isinstance(kind, str) else None

    @property
    def rules(self) -> tuple[str, ...]:
        """Return the rules that the request broke, each once."""
        told = self.members.get("violations")
        named = [str(one).partition("/")[0] for one in told] if isinstance(told, list) else []
        return tuple(dict.fromkeys(named))


@dataclass(frozen=True, slots=True)
class Chain:
    """The events of an operation, or of a refusal, in order; there is at least one."""

    operation_id: str
    events: tuple[StoredEvent, ...]

    @classmethod
    def read(cls, operation_id: str, stored: Sequence[bytes]) -> "Chain":
        """Return the chain that some canonical bytes, in order, are."""
        return cls(operation_id, tuple(StoredEvent.read(each) for each in stored))

    @property
    def first(self) -> Members:
        """Return what the event that opens the chain says."""
        return self.events[0].members

    @property
    def client(self) -> Any:  # noqa: ANN401 (a record that was tampered with may hold anything)
        """Return what its events call the client: the first that names him, which need not be the first of all."""
        return next((event.members["client"] for event in self.events if "client" in event.members), None)

    @property
    def candidate(self) -> Any:  # noqa: ANN401 (the same)
        """Return what its first event calls the candidate."""
        return self.first.get("candidate")

    @property
    def begun_at(self) -> datetime | None:
        """Return when it began; None where its first event does not say so."""
        return _moment(self.first.get("at"))

    @property
    def last_at(self) -> datetime | None:
        """Return when its newest event happened."""
        return _moment(self.events[-1].members.get("at"))

    @property
    def state(self) -> str | None:
        """Return where the operation stands, one of STATES; None where no event tells it."""
        told = (_AFTER.get(EventKind(event.kind)) for event in reversed(self.events) if event.kind in _KINDS)
        return next((state for state in told if state is not None), None)

    @property
    def booking_ids(self) -> tuple[int, ...]:
        """Return the upstream bookings that its events name as its own, or that it changes, each once."""
        request = self.first.get("request")
        named = request.get("booking_ids") if isinstance(request, dict) else None
        changed = [one for one in named if _is_number(one)] if isinstance(named, list) else []
        return tuple(dict.fromkeys((*changed, *self._values("booking_id"))))

    @property
    def change(self) -> str | None:
        """Return what it changes; None for an operation that books."""
        told = self.first.get(CHANGE)
        return None if told is None else str(told)

    @property
    def upstream_statuses(self) -> tuple[int, ...]:
        """Return the HTTP statuses that the upstream answered with, each once."""
        return tuple(dict.fromkeys(self._values("upstream_status")))

    @property
    def rules(self) -> tuple[str, ...]:
        """Return the rules that a refused request broke, each once."""
        return tuple(dict.fromkeys(rule for event in self.events for rule in event.rules))

    @property
    def reasons(self) -> tuple[str, ...]:
        """Return the codes that say why: the problem of a refusal, how an attempt ended."""
        told = (event.members.get("reason") for event in self.events)
        return tuple(dict.fromkeys(reason for reason in told if isinstance(reason, str)))

    @property
    def attempts(self) -> int:
        """Return how often a booking was to be sent."""
        return sum(event.kind == EventKind.CLAIMED for event in self.events)

    def _values(self, name: str) -> Iterator[int]:
        for event in self.events:
            value = event.members.get(name)
            if _is_number(value):
                yield value


_KINDS = frozenset(EventKind)


def _is_number(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _refuse_constant(name: str) -> None:
    """Refuse NaN and Infinity, which are no JSON."""
    raise ValueError(name)


def _moment(value: object) -> datetime | None:
    """Return a time with its zone; None where there is none."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
