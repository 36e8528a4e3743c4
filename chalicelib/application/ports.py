"""What the use cases need of the world, each as one Protocol; adapters implement them, fakes stand in for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol, TypeAlias, TypeVar

from chalicelib.domain.access import AccessToken, Principal
from chalicelib.domain.audit import AuditEvent
from chalicelib.domain.booking import BookingRequest
from chalicelib.domain.facts import BookingRequirements
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.operation import Operation, OperationState, Outcome
from chalicelib.domain.time_budget import Deadline

T = TypeVar("T")


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


class HmacKeys(Protocol):
    """The secret of the keyed hashes."""

    def current(self) -> HmacKey:
        """Return the key that new hashes are made with.

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


@dataclass(frozen=True, slots=True)
class Claimed:
    """The operation is ours to send."""


@dataclass(frozen=True, slots=True)
class KeyHeld:
    """The Idempotency-Key belongs to an earlier operation; `lease_until` is UTC."""

    operation_id: str
    fingerprint: str
    state: OperationState
    lease_until: datetime


@dataclass(frozen=True, slots=True)
class BookingHeld:
    """An equal booking of this account is open or stands."""

    operation_id: str


ClaimAnswer: TypeAlias = Claimed | KeyHeld | BookingHeld


class OperationStore(Protocol):
    """The mutable record of operations; claim and conclusion write their audit event in the same transaction."""

    def claim(self, operation: Operation, event: AuditEvent, deadline: Deadline) -> ClaimAnswer:
        """Record the operation if neither its key nor its booking is held.

        Raises:
            StoreUnavailableError: it could not be recorded by the deadline; nothing may be sent.
        """
        ...

    def conclude(self, operation: Operation, outcome: Outcome, event: AuditEvent, deadline: Deadline) -> None:
        """Record the outcome of the operation that this call claimed; free its guard if nothing was booked.

        Raises:
            StoreUnavailableError: it could not be recorded by the deadline.
        """
        ...


class AuditTrail(Protocol):
    """The append-only events."""

    def append(self, event: AuditEvent, deadline: Deadline) -> None:
        """Add an event.

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
