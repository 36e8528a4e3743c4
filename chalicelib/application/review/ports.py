"""What the reviewers' use cases need of the world. Whoever fails raises AuditUnavailableError, unless it says otherwise."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from chalicelib.domain.access import AccessToken
from chalicelib.domain.review.desk.chain import Chain
from chalicelib.domain.review.desk.look import Head, LookEvent
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

    def open_operations(self, limit: int, deadline: Deadline) -> "OpenOperations":
        """Name the operations that have no final state: the oldest first, `limit` at most."""
        ...


@dataclass(frozen=True, slots=True)
class OpenNow:
    """Operations without a final state, by state; `is_complete` is false when there were too many to count."""

    states: Mapping[str, int]
    is_complete: bool = True


@dataclass(frozen=True, slots=True)
class OpenOperations:
    """Operations without a final state, by id; `is_complete` is false when there were more than are named."""

    operation_ids: tuple[str, ...]
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

    def stored(self, user_id: int, deadline: Deadline) -> str | None:
        """Return what events call the user of a UserID; None for one that they never heard of."""
        ...

    def user_id(self, person: str, deadline: Deadline) -> int | None:
        """Return who somebody is whom an event names; None where the register does not know, or not any more."""
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


@dataclass(frozen=True, slots=True)
class CodeQuestion:
    """What ties the answer of a sign-in to its beginning: secrets of one browser, for one time."""

    state: str
    nonce: str
    verifier: str

    @property
    def secrets(self) -> tuple[str, str, str]:
        """Return them in order."""
        return self.state, self.nonce, self.verifier


@dataclass(frozen=True, slots=True)
class Granted:
    """What a code was redeemed for: an access token of `subject`, good for some seconds."""

    token: AccessToken
    subject: str
    seconds: int


class CodeFlow(Protocol):
    """The identity provider, for browsers: an authorization code with PKCE."""

    def address(self, question: CodeQuestion, deadline: Deadline) -> str:
        """Return where a browser goes to sign in.

        Raises:
            IdentityUnavailableError: nobody can tell now.
        """
        ...

    def redeem(self, code: str, question: CodeQuestion, deadline: Deadline) -> Granted:
        """Return what a code is worth.

        Raises:
            ReviewerTokenInvalidError: nothing.
            IdentityUnavailableError: nobody can tell now.
        """
        ...


class Box(Protocol):
    """Sealed texts that a browser keeps: it can neither read nor change them."""

    def seal(self, plain: bytes, purpose: str, deadline: Deadline) -> str:
        """Return a text that only `open` with the same purpose takes; of characters that a cookie may have."""
        ...

    def open(self, sealed: str, purpose: str, deadline: Deadline) -> bytes | None:
        """Return what was sealed; None for whatever is not sealed by us for this purpose."""
        ...
