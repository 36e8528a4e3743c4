"""How an intent stands: a union, of which a type checker lets no member be left out.

End a `match` over it with `case _: assert_never(outcome)`: mypy and pyright then name each member that is not handled.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Literal, TypeAlias, TypeVar

from switchboard_client.changes import ChangeIntent
from switchboard_client.contract import Booking, BookingRequest, ChangeOperation, Operation, Problem, Violation

Answer = TypeVar("Answer")
Ended = TypeVar("Ended")
Of = TypeVar("Of")
Standing = TypeVar("Standing")


@dataclass(frozen=True, slots=True)
class Intent:
    """A booking that a user wants: one key and one body, kept until its outcome is known."""

    key: str
    booking: BookingRequest = field(repr=False)


@dataclass(frozen=True, slots=True)
class Booked:
    """AdultWork has the booking. The intent is over and forgotten."""

    booking: Booking


@dataclass(frozen=True, slots=True)
class Made(Generic[Answer]):
    """AdultWork made the change. Of deletions, `answer` says for each booking whether it is deleted. The intent is over."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Rejected(Generic[Of]):
    """It breaks rules. Show `violations`; give what the user puts right to `mend` or `mend_change`, with `intent`."""

    violations: Sequence[Violation]
    intent: Of


@dataclass(frozen=True, slots=True)
class Declined(Generic[Of]):
    """AdultWork said no; `message` is its reason, if it gave one.

    With `intent` None the intent is over, and what the user changes is a new one. Else only a check was refused, and the
    change belongs to the same intent: give it to `mend` or `mend_change`.
    """

    message: str | None
    intent: Of | None
    problem: Problem


@dataclass(frozen=True, slots=True)
class NotBooked:
    """It surely was not made, though it was sent. The intent is over; ask the user whether it is still wanted."""

    operation_id: str | None


@dataclass(frozen=True, slots=True)
class NotMade:
    """The change surely was not made, though it was sent. The intent is over; ask the user whether it is still wanted."""

    operation_id: str | None


@dataclass(frozen=True, slots=True)
class Duplicate(Generic[Standing]):
    """An equal one was made or tried by another request; `operation` is that one, None when it cannot be read."""

    operation: Standing | None
    problem: Problem


@dataclass(frozen=True, slots=True)
class SignIn:
    """The user has to sign in, with `scope` if one is missing. The intent is kept: go on with it afterwards."""

    scope: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not known yet, and patience is over. The intent is kept: go on with it, not before `retry_at` (UTC).

    `unreachable`: nothing readable came back, or AdultWork is away. `checking`: it was sent, and what became of it is being
    looked up; `decided_by` (UTC) is when that will be known. `limited`: the account books or changes too often.
    """

    reason: Literal["unreachable", "checking", "limited"]
    retry_at: datetime
    decided_by: datetime | None
    operation_id: str | None


@dataclass(frozen=True, slots=True)
class NeedsPerson:
    """Nothing but a person can find out what became of it, and was called. The intent is kept, for what they find."""

    operation_id: str | None


@dataclass(frozen=True, slots=True)
class Defect:
    """The program has a fault: Switchboard cannot read what it sends. The intent is kept."""

    problem: Problem


OutcomeOf: TypeAlias = (
    Ended | Rejected[Of] | Declined[Of] | Duplicate[Standing] | SignIn | Waiting | NeedsPerson | Defect
)
Outcome: TypeAlias = OutcomeOf[Booked | NotBooked, Intent, Operation]
ChangeOutcome: TypeAlias = OutcomeOf[Made[Answer] | NotMade, ChangeIntent[Answer], ChangeOperation]


@dataclass(frozen=True, slots=True)
class Answered(Generic[Answer]):
    """The answer to a question without consequences."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Unavailable:
    """No answer now; ask again after `retry_after_seconds`, where it is known. `problem` is what was said, if anything was."""

    retry_after_seconds: int | None
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class Refused:
    """The question cannot be answered as it was asked."""

    problem: Problem
