"""What is stored of a person: the traces of their operations, and what stands in the way of erasing them."""

from collections.abc import Iterable
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.operation.operation import FOR_A_PERSON, OPEN, OperationState
from chalicelib.domain.violation import Violation
from chalicelib.values import dataclass

UNSETTLED = OPEN | FOR_A_PERSON


@dataclass(frozen=True, slots=True)
class StandingRow:
    """The row of an operation that still says who it is about.

    `head` is the hash of its newest event, `guard` what it booked. `guarded_until` (UTC) is there while an equal booking is
    kept out.
    """

    state: OperationState
    head: str
    guard: str
    guarded_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """One operation, or refusal, of a person.

    `row` is None where it is gone or tells of nobody any more. `identities` are the numbers of the events beside which sealed
    identities lie, `contacts` how many sealed contacts have rows of their own, `names` whom it is about.
    """

    operation_id: str
    row: StandingRow | None = None
    identities: tuple[int, ...] = ()
    contacts: int = 0
    names: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def tells_who(self) -> bool:
        """Tell whether something of it has to be taken away."""
        return self.row is not None or bool(self.identities)


class Reason(StrEnum):
    """Why somebody cannot be erased now."""

    HOLD = "legal-hold"
    SHARED = "shared-hold"
    OPEN = "open-operation"
    GUARD = "guard-holds"


# What an erasure leaves. docs/privacy.md says why it tells nothing, and a test compares the two.
REMAINS = (
    "The events of each operation, chained and covered by digests: they name a random pseudonym that nothing ties to anybody.",
    "In events, the last three digits of a phone and keyed hashes of phone and Skype name: only HMAC_KEY can compare these.",
    "The row of each operation until it ends: its id, state, times and the hash of its newest event.",
    "Sealed contact fields in or beside events: their key is deleted, so nobody can open them.",
    "Which operation made which booking of AdultWork's, by BookingID.",
    "The events of custodians and reviewers: they name the pseudonym.",
    "Point-in-time backups of the tables, for 35 days: what is restored from one has to be erased again.",
)

_HOLD = "A legal hold is on this person: lift it first."
_SHARED = "{count} of this person's operations are with somebody who is under a legal hold. Their rows tell of both."
_OPEN = (
    "{count} of this person's operations have no final state. Without their rows nobody could settle them: wait, or settle "
    "them by AdultWork's own list."
)
_GUARD = (
    "{count} of this person's bookings are guarded until 24 hours after their sessions. Freed sooner, an equal booking could be "
    "made twice. Erasing works from {until} on."
)


@dataclass(frozen=True, slots=True)
class Effect:
    """What erasing somebody takes away, by count, and what stands in its way.

    `operations` are all that name the pseudonym; their chains stay. `rows` of operations are stripped, `identities` taken off
    events, `counts` of bookings and refusals deleted. `contacts` stay and cannot be opened any more. `possible_from` (UTC) is
    when the last guard ends; None when none holds.
    """

    operations: int = 0
    rows: int = 0
    identities: int = 0
    contacts: int = 0
    counts: int = 0
    is_held: bool = False
    shared: int = 0
    unsettled: int = 0
    guarded: int = 0
    possible_from: datetime | None = None

    @classmethod
    def of(
        cls, traces: Iterable[Trace], counts: int, *, is_held: bool = False, held: frozenset[str] = frozenset()
    ) -> "Effect":
        """Count; `held` are the pseudonyms of others who are under a legal hold."""
        operations = rows = identities = contacts = shared = unsettled = guarded = 0
        last: datetime | None = None
        for trace in traces:
            operations += 1
            identities += len(trace.identities)
            contacts += trace.contacts
            shared += trace.tells_who and bool(trace.names & held)
            if trace.row is None:
                continue
            rows += 1
            unsettled += trace.row.state in UNSETTLED
            until = trace.row.guarded_until
            if until is not None:
                guarded += 1
                last = until if last is None else max(last, until)
        return cls(operations, rows, identities, contacts, counts, is_held, shared, unsettled, guarded, last)

    def counted(self) -> dict[str, int]:
        """Return the counts, for an event and an answer."""
        return {
            "operations": self.operations,
            "rows": self.rows,
            "identities": self.identities,
            "contacts": self.contacts,
            "counts": self.counts,
        }

    @property
    def obstacles(self) -> tuple[Violation, ...]:
        """Return each reason why it cannot be done now, in words."""
        found = []
        if self.is_held:
            found.append(Violation("", Reason.HOLD.value, _HOLD))
        if self.shared:
            message = _SHARED.format(count=self.shared)
            found.append(Violation("", Reason.SHARED.value, message, {"count": self.shared}))
        if self.unsettled:
            message = _OPEN.format(count=self.unsettled)
            found.append(Violation("", Reason.OPEN.value, message, {"count": self.unsettled}))
        if self.guarded and self.possible_from is not None:
            until = self.possible_from.isoformat(timespec="seconds")
            message = _GUARD.format(count=self.guarded, until=until)
            found.append(Violation("", Reason.GUARD.value, message, {"count": self.guarded, "possible_from": until}))
        return tuple(found)
