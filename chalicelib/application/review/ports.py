"""What the reviewers' use cases need of the world. Whoever fails raises AuditUnavailableError, unless it says otherwise."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from chalicelib.domain.access import AccessToken
from chalicelib.domain.review.desk.chain import Chain
from chalicelib.domain.review.desk.look import Head, LookEvent
from chalicelib.domain.review.desk.person import PersonId
from chalicelib.domain.review.desk.plan import Place, Span
from chalicelib.domain.review.desk.position import Position
from chalicelib.domain.review.desk.reviewer import Reviewer
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class Entries:
    """What an index names, in the order of its span; `is_end` tells that the place has nothing further that way."""

    positions: tuple[Position, ...]
    is_end: bool


class AuditIndex(Protocol):
    """Where operations are found, and their events. Nothing here ever reads a whole table."""

    def entries(self, place: Place, span: Span, limit: int, deadline: Deadline) -> Entries:
        """Return the first `limit` operations of a place that are in a span: newest first, or oldest first for NEWER."""
        ...

    def operation_of(self, booking_id: int, deadline: Deadline) -> str | None:
        """Return the operation that an upstream booking belongs to."""
        ...

    def chains(self, operation_ids: Sequence[str], deadline: Deadline) -> Mapping[str, Chain]:
        """Return the events of operations as they stand; those without any are missing."""
        ...

    def contact(self, operation_id: str, sequence: int, deadline: Deadline) -> str | None:
        """Return the sealed contact that is kept beside an event."""
        ...

    def open_now(self, deadline: Deadline) -> "OpenNow":
        """Count the operations that have no final state."""
        ...


@dataclass(frozen=True, slots=True)
class OpenNow:
    """Operations without a final state, by state; `is_complete` is false when there were too many to count."""

    states: Mapping[str, int]
    is_complete: bool = True


class LookTrail(Protocol):
    """The chains of looks; nothing in them is ever changed."""

    def head(self, chain: str, deadline: Deadline) -> Head:
        """Return where a chain ends."""
        ...

    def add(self, event: LookEvent, deadline: Deadline) -> bool:
        """Write an event; False when another one has its place. The same event again is our own retry, and fine."""
        ...


class Register(Protocol):
    """Who is who: the only place that ties a UserID to what events call that person."""

    def stored(self, user_id: int, deadline: Deadline) -> PersonId | None:
        """Return what events call the user of a UserID; None for one that they never heard of."""
        ...

    def shown(self, person: PersonId, deadline: Deadline) -> PersonId:
        """Return what a reviewer sees of somebody whom an event names."""
        ...


class TokenVerifier(Protocol):
    """Who may look."""

    def verify(self, token: AccessToken, deadline: Deadline) -> Reviewer:
        """Return whose access token it is.

        Raises:
            ReviewerTokenInvalidError: it opens nothing here.
            IdentityUnavailableError: nobody can tell now.
        """
        ...


class Contacts(Protocol):
    """The sealed contact fields of bookings."""

    def opened(self, account: int, operation_id: str, sealed: str, deadline: Deadline) -> Mapping[str, str] | None:
        """Return the fields under the upstream's names; None where they cannot be opened any more, or were changed."""
        ...
