"""What the custodians' use cases need of the world. Whoever fails raises AuditUnavailableError."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from chalicelib.domain.people.person import Hold, Person
from chalicelib.domain.people.trace import Trace
from chalicelib.domain.review.desk.look import LookEvent
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass


class Written(StrEnum):
    """What became of a write with its event: both were written, or neither."""

    DONE = "done"
    TAKEN = "taken"  # another event has the place in the chain: try behind that one
    REFUSED = "refused"  # the register does not stand as it was read


class Task(StrEnum):
    """What is left to do after custodians, for the clock."""

    HELD = "held"
    LIFTED = "lifted"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Errand:
    """One person for whom there is something left to do; `erased_at` (UTC) is there for who was erased."""

    task: Task
    pseudonym: str
    erased_at: datetime | None = None


class PeopleRegister(Protocol):
    """The register, as custodians change it; each change is written with its event, or not at all."""

    def find(self, user_id: int, deadline: Deadline) -> Person | None:
        """Return who a UserID is; None for one that is in no record."""
        ...

    def set_hold(self, person: Person, hold: Hold, event: LookEvent, deadline: Deadline) -> Written:
        """Put a hold on a person, in place of an earlier one; REFUSED when the row is gone."""
        ...

    def lift_hold(self, person: Person, event: LookEvent, deadline: Deadline) -> Written:
        """Take the hold off that the person has; REFUSED when it is another one by now, or none."""
        ...

    def erase(self, person: Person, event: LookEvent, deadline: Deadline) -> Written:
        """Delete the row, with the data key in it; REFUSED under a hold, or when it is gone."""
        ...

    def errands(self, deadline: Deadline) -> Sequence[Errand]:
        """Return what is left to do."""
        ...

    def done(self, errand: Errand, deadline: Deadline) -> None:
        """Strike an errand off."""
        ...


class Traces(Protocol):
    """Where a person is told of. What names nobody is never changed here, nor is any event's own text."""

    def operations(self, pseudonym: str, account: int | None, deadline: Deadline) -> Iterator[Sequence[str]]:
        """Yield, in pieces, the operations and refusals whose events name a pseudonym, each once.

        With `account`, a client's UserID, also those that are open and have no event yet that names their client.
        """
        ...

    def traces(self, operation_ids: Sequence[str], now: datetime, deadline: Deadline) -> Sequence[Trace]:
        """Return what is stored of each operation, in order."""
        ...

    def strip(self, traces: Sequence[Trace], person: Person | None, now: datetime, deadline: Deadline) -> bool:
        """Take away whatever tells who an operation is about: of rows that stand as they were read, and of events.

        With `person`, only while the register has the person and no hold is on them. Return False when one of these does not
        hold any more; what was taken away by then stays away.
        """
        ...

    def counted(self, user_id: int, now: datetime, deadline: Deadline) -> int:
        """Return how many rows count the bookings and refusals of a UserID."""
        ...

    def forget_counts(self, user_id: int, now: datetime, deadline: Deadline) -> int:
        """Delete these; return how many they were."""
        ...

    def keep(self, operation_ids: Sequence[str], deadline: Deadline) -> int:
        """Take the end off every event and contact of operations; return how many had one."""
        ...

    def let_end(self, operation_ids: Sequence[str], held: frozenset[str], deadline: Deadline) -> int:
        """Give events and contacts their end back, but of operations that name one of `held`; return how many got one."""
        ...
