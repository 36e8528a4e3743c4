"""What the use cases need of the world, each as one Protocol; adapters implement them, fakes stand in for them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Generic, Protocol, TypeAlias, TypeVar

from chalicelib.application.register_ports import NamedMeanwhile
from chalicelib.domain.access import AccessToken, Principal
from chalicelib.domain.audit.event import AuditEvent
from chalicelib.domain.booking.booking import Booking, BookingRequest, ListEntry
from chalicelib.domain.booking.facts import BookingRequirements
from chalicelib.domain.errors import SwitchboardError
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.operation.operation import AnyOperation, AnyOutcome, Operation, OperationState, Outcome
from chalicelib.domain.operation.record import AnyRecord, OperationRecord
from chalicelib.domain.operation.stored_answer import StoredAnswer
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

T = TypeVar("T")
RecordT = TypeVar("RecordT", bound=AnyRecord)
Operation_contra = TypeVar("Operation_contra", bound=AnyOperation, contravariant=True)


class Clock(Protocol):
    """UTC for records, monotonic seconds for deadlines."""

    def now(self) -> datetime:
        """Return the time of day, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start; never goes back."""
        ...


class IdSource(Protocol):
    """New identifiers."""

    def operation_id(self, now: datetime) -> str:
        """Return `op_` and a ULID: unique, and sorted by time."""
        ...


class Concurrency(Protocol):
    """Work that may go on beside ours."""

    def start(self, call: Callable[[], T], deadline: Deadline) -> Callable[[], T]:
        """Start `call`; the returned function waits for its result or raises its error.

        Raises (from the returned function):
            UpstreamUnavailableError: the deadline passed first.
        """
        ...

    def set_off(self, errand: Callable[[], None]) -> None:
        """Start work that nobody waits for; an error of it is told to the log and to nobody else."""
        ...


class HmacKeys(Protocol):
    """The secret of the keyed hashes."""

    def in_use(self) -> tuple[HmacKey, ...]:
        """Return the key that new hashes are made with, then those that earlier ones were made with.

        Raises:
            StoreUnavailableError: the secret could not be fetched.
        """
        ...


class TokenIntrospector(Protocol):
    """Who an access token speaks for, and what it may do."""

    def recall(self, token: AccessToken) -> Principal | None:
        """Return what was learnt about this token in the last minute, without a call."""
        ...

    def introspect(self, token: AccessToken, deadline: Deadline) -> Principal:
        """Ask the upstream.

        Raises:
            InvalidTokenError: the upstream does not know the token.
            UpstreamUnavailableError: no readable answer by the deadline.
        """
        ...

    def forget(self, token: AccessToken) -> None:
        """Drop what was learnt: the upstream has just refused this token."""
        ...


class BookingGateway(Protocol):
    """AdultWork's PhoneChat bookings and the balance that pays for them."""

    def requirements(self, token: AccessToken, candidate: int, deadline: Deadline) -> BookingRequirements:
        """Read what a booking of `candidate` (UserID) asks for.

        Raises:
            InvalidTokenError: the upstream does not take the token.
            UpstreamRefusedError: the upstream forbids the read.
            UpstreamUnavailableError: no readable answer by the deadline.
        """
        ...

    def balance(self, token: AccessToken, deadline: Deadline) -> Decimal | None:
        """Read the client's credits; None when the token may not ask or the answer is not a number.

        Raises:
            UpstreamUnavailableError: no answer by the deadline.
        """
        ...

    def create_booking(self, token: AccessToken, request: BookingRequest, deadline: Deadline) -> Outcome:
        """Send the booking, once. Raises nothing: whatever happens is an outcome."""
        ...

    def made_bookings(self, token: AccessToken, start: date, page: int, deadline: Deadline) -> tuple[ListEntry, ...]:
        """Read one page (from 1) of the bookings that the client made since `start`, newest first, at most 100.

        An entry that cannot be read says what is known of it.

        Raises:
            SwitchboardError: as `requirements`.
        """
        ...

    def booking_details(self, token: AccessToken, booking_id: int, deadline: Deadline) -> Booking:
        """Read one made booking; raise what `requirements` raises."""
        ...


@dataclass(frozen=True, slots=True)
class Claimed:
    """The operation is ours to send."""


@dataclass(frozen=True, slots=True)
class KeyHeld(Generic[RecordT]):
    """The Idempotency-Key belongs to an earlier operation.

    `record` is how that one stands; None when only its events are left, and nobody can tell what was asked for.
    """

    operation_id: str
    record: RecordT | None


@dataclass(frozen=True, slots=True)
class BookingHeld:
    """An equal booking, or change, of this account is open or stands."""

    operation_id: str


@dataclass(frozen=True, slots=True)
class RateLimited:
    """The account has claimed `limit` operations in a window of `window_seconds`; the next one starts in `reset_seconds`."""

    limit: int
    window_seconds: int
    reset_seconds: int


Held: TypeAlias = KeyHeld[OperationRecord] | BookingHeld
ClaimAnswer: TypeAlias = Claimed | Held | RateLimited | NamedMeanwhile


@dataclass(frozen=True, slots=True)
class Resolution:
    """What reads said about an open operation; `sealed_answer` is what a repeat of its request gets."""

    state: OperationState
    booking_id: int | None = None
    sealed_answer: str | None = None


class Store(Protocol[Operation_contra, RecordT]):
    """The mutable record of operations of one kind; each change of it writes its audit event in the same transaction.

    Every method raises StoreUnavailableError when the store cannot be read or written by the deadline.
    """

    def claim(
        self, operation: Operation_contra, event: AuditEvent, deadline: Deadline, previous: RecordT | None = None
    ) -> Claimed | KeyHeld[RecordT] | BookingHeld | RateLimited | NamedMeanwhile:
        """Record the operation, or the attempt after `previous`, if nothing is in its way; after a failure, send nothing."""
        ...

    def conclude(
        self,
        operation: Operation_contra,
        outcome: AnyOutcome,
        event: AuditEvent,
        deadline: Deadline,
        sealed_answer: str | None = None,
    ) -> None:
        """Record the outcome of the attempt that this call claimed; free its guard if that stands for nothing any more.

        Raises:
            BookingTakenError: the upstream's BookingID belongs to another operation; nothing was written.
        """
        ...

    def held(self, operation: Operation_contra, deadline: Deadline) -> KeyHeld[RecordT] | BookingHeld | None:
        """Tell what a claim of the operation would find in its way; a key whose operation is long gone is not looked for."""
        ...

    def find(self, operation_id: str, deadline: Deadline) -> RecordT | None:
        """Return an operation of this kind as it stands."""
        ...

    def open_operations(self, account: int, deadline: Deadline) -> tuple[RecordT, ...]:
        """Return the account's operations that have no final state, oldest first; a very new one may be missing."""
        ...

    def overdue_operations(self, before: datetime, deadline: Deadline) -> tuple[RecordT, ...]:
        """Return some of the operations without a final state that were claimed before a time (UTC); others hide behind these."""
        ...

    def resolve(self, record: RecordT, resolution: Resolution, event: AuditEvent, deadline: Deadline) -> bool:
        """Move an open operation to a new state; False when it no longer stands as `record` says."""
        ...


class OperationStore(Store[Operation, OperationRecord], Protocol):
    """The store of bookings."""

    def owners(self, booking_ids: Sequence[int], deadline: Deadline) -> Mapping[int, str]:
        """Return which upstream bookings belong to which operations already."""
        ...

    def release(self, record: OperationRecord, event: AuditEvent, deadline: Deadline) -> bool:
        """Free the guard of a confirmed operation whose booking ended upstream; False when it was not its guard."""
        ...


class AuditTrail(Protocol):
    """The append-only events."""

    def record_refusal(self, event: AuditEvent, deadline: Deadline) -> None:
        """Add the event of a refusal; once an account has had its share of them in an hour, count it instead.

        The count is told by events of its own, after 1, 2, 4, 8 … refusals over the share.

        Raises:
            StoreUnavailableError: it could not be written by the deadline.
        """
        ...

    def events(self, operation_id: str) -> Sequence[bytes]:
        """Return the canonical bytes of an operation's events, in order.

        Raises:
            StoreUnavailableError: they could not be read.
        """
        ...


class AccountSeal(Protocol):
    """The sealing of one account's personal data, under a data key of its own."""

    def seal(self, plaintext: bytes, purpose: str) -> str:
        """Return the sealed text; `purpose` (`answer:op_…`) is bound to it and must be given again to open it."""
        ...

    def open(self, sealed: str, purpose: str) -> bytes:
        """Return what was sealed.

        Raises:
            SealBrokenError: not sealed by this key for this purpose, or changed since.
        """
        ...


class Vault(Protocol):
    """The data keys of the accounts, wrapped by a key that never leaves its service."""

    def unlock(self, account: int, deadline: Deadline) -> AccountSeal:
        """Return the seal of an account, making its data key at the first time.

        Raises:
            StoreUnavailableError: the key could not be had by the deadline.
        """
        ...


class AnswerForm(Protocol):
    """How answers look from outside: what is stored for a repeat is what was given."""

    def booked(self, operation_id: str, booking: Booking) -> StoredAnswer:
        """Return the answer of a booking that stands."""
        ...

    def refused(self, error: SwitchboardError, request_id: str) -> StoredAnswer:
        """Return the answer of an error."""
        ...
