"""One change that AdultWork documents, declared: its route, rules, answer, contract and pages follow from it."""

from enum import Enum
from typing import TypeAlias

from chalicelib.domain.access import Scope
from chalicelib.values import dataclass


class Answer(Enum):
    """What AdultWork answers, as far as it documents that.

    MADE is one made booking, DELETIONS a list that says of each booking whether it was deleted. RECEIVED is a booking as its
    performer sees it, of whose form only the BookingID is known: it is passed on as it comes.
    """

    MADE = "made"
    DELETIONS = "deletions"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class OneId:
    """A BookingID."""


@dataclass(frozen=True, slots=True)
class ManyIds:
    """A text of BookingIDs with commas between them; `most` at a time."""

    most: int


@dataclass(frozen=True, slots=True)
class Words:
    """A text for people."""


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of credits."""


Form: TypeAlias = OneId | ManyIds | Words | Amount


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the body under AdultWork's own name; `label` is what messages call it, `about` is for the documentation."""

    name: str
    form: Form
    label: str
    about: str
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """A POST under AdultWork's own path that changes bookings.

    `scope` is what the token must have been granted. Of a booking that its client can read, `done` are the statuses that show
    that the change was made, `not_done` those that, read late enough, show that it was not; where both are empty, no read tells,
    and what is unknown is for a person. `moves` tells whether the booking may go on under another BookingID. `summary` and
    `about` are for the documentation.
    """

    path: str
    scope: Scope
    members: tuple[Member, ...]
    answer: Answer
    summary: str
    about: str
    done: frozenset[str] = frozenset()
    not_done: frozenset[str] = frozenset()
    moves: bool = False

    @property
    def group(self) -> str:
        """Return the group of the API that it belongs to: `PhoneChat`."""
        return self.path.split("/")[-2]

    @property
    def name(self) -> str:
        """Return its own name: `CancelMadeBooking`."""
        return self.path.split("/")[-1]

    @property
    def route(self) -> str:
        """Return what an Idempotency-Key is one for, beside its account."""
        return f"POST {self.path}"
