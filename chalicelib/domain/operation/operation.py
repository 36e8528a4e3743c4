"""An operation: one intent to book, from the claim to its final state."""

import hashlib
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from chalicelib.domain.booking.booking import Booking, BookingRequest
from chalicelib.domain.booking.upstream_time import read_time
from chalicelib.domain.canonical import canonical_bytes
from chalicelib.domain.errors import Trouble
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.names import UNNAMED, Names
from chalicelib.values import dataclass

ROUTE = "POST /v1/PhoneChat/CreateBooking"
GUARD_HOLDS_AFTER_SESSION = timedelta(hours=24)
LEASE_MARGIN = timedelta(seconds=5)
KEYED_ID_VERSION = "operation-1"  # another one would forget every Idempotency-Key
LATEST_SESSION = datetime(9999, 1, 1, tzinfo=UTC)  # for guards; what is added to it stays inside the calendar

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class OperationState(StrEnum):
    """Where an operation stands; see MOVES for the allowed ways."""

    SENDING = "SENDING"
    CONFIRMED = "CONFIRMED"
    REJECTED = "REJECTED"
    NOT_SENT = "NOT_SENT"
    UNKNOWN = "UNKNOWN"
    NOT_CREATED = "NOT_CREATED"
    AMBIGUOUS = "AMBIGUOUS"
    EXPIRED_UNKNOWN = "EXPIRED_UNKNOWN"


MOVES: dict[OperationState, frozenset[OperationState]] = {
    OperationState.SENDING: frozenset(
        {OperationState.CONFIRMED, OperationState.REJECTED, OperationState.NOT_SENT, OperationState.UNKNOWN}
    ),
    OperationState.UNKNOWN: frozenset(
        {
            OperationState.CONFIRMED,
            OperationState.NOT_CREATED,
            OperationState.AMBIGUOUS,
            OperationState.EXPIRED_UNKNOWN,
        }
    ),
    OperationState.CONFIRMED: frozenset(),
    OperationState.REJECTED: frozenset(),
    OperationState.NOT_SENT: frozenset(),
    OperationState.NOT_CREATED: frozenset(),
    OperationState.AMBIGUOUS: frozenset({OperationState.CONFIRMED, OperationState.NOT_CREATED}),
    OperationState.EXPIRED_UNKNOWN: frozenset({OperationState.CONFIRMED, OperationState.NOT_CREATED}),
}
OPEN = frozenset({OperationState.SENDING, OperationState.UNKNOWN})
FOR_A_PERSON = frozenset({OperationState.AMBIGUOUS, OperationState.EXPIRED_UNKNOWN})  # no read settles these any more
RETRYABLE_STATUSES = frozenset({401, 429})
ENDED_UPSTREAM = frozenset(
    {"Cancelled", "Rejected"}
)  # the statuses that end a booking; source: CreateBooking page, Status
ANSWERED = frozenset({OperationState.CONFIRMED, OperationState.REJECTED, OperationState.NOT_CREATED})
FREES_GUARD = frozenset({OperationState.REJECTED, OperationState.NOT_SENT, OperationState.NOT_CREATED})


class AnyOutcome:
    """What is known after the one POST of any operation; see `Outcome`."""

    __slots__ = ()
    state: OperationState
    reason: str
    upstream_status: int | None
    booking: Booking | None
    retry_after_seconds: int | None
    trouble: Trouble | None
    named_booking_id: int | None

    @property
    def is_retryable(self) -> bool:
        """Tell whether the same key may start another attempt: nothing was done, and it was not the request's fault."""
        if self.state is OperationState.NOT_SENT:
            return True
        return self.state is OperationState.REJECTED and self.upstream_status in RETRYABLE_STATUSES


class AnyOperation:
    """What an operation's claim writes, whatever it does at AdultWork; see `Operation`.

    `candidate` is the UserID of who is booked, None where nobody is. `freed_by` are the states that free the guard.
    """

    __slots__ = ()
    freed_by = FREES_GUARD
    id: str
    account: int
    fingerprint: str
    is_keyed: bool
    claimed_at: datetime
    lease_until: datetime
    guard_expires_at: datetime
    attempt: int
    names: Names

    @property
    @abstractmethod
    def guard(self) -> str:
        """Return the name of what others are kept out of."""
        ...

    @property
    @abstractmethod
    def candidate(self) -> int | None:
        """Return who is booked."""
        ...

    @abstractmethod
    def fingerprint_by(self, key: HmacKey) -> str:
        """Return the keyed hash of the whole request."""
        ...

    def is_same_request(self, fingerprint: str, keys: Sequence[HmacKey]) -> bool | None:
        """Tell whether a stored fingerprint is this request's; None when the key that made it is not among `keys`."""
        key = next((key for key in keys if key.made(fingerprint)), None)
        return None if key is None else self.fingerprint_by(key) == fingerprint


@dataclass(frozen=True, slots=True)
class Outcome(AnyOutcome):
    """What is known after the one POST that books.

    `state` is CONFIRMED (then `booking` is there), REJECTED, NOT_SENT or UNKNOWN. `reason` is a short code for the
    audit event (`booked`, `refused`, `connection-refused`, `echo-differs`, …). `message` is the upstream's own,
    cleaned, for a refusal. `trouble` is there for NOT_SENT and UNKNOWN. `named_booking_id` is the BookingID of an answer
    that proves nothing, for whoever has to find out.

    Raises:
        ValueError: another state, or a booking without CONFIRMED, or CONFIRMED without one.
    """

    state: OperationState
    reason: str
    upstream_status: int | None = None
    booking: Booking | None = None
    message: str | None = None
    retry_after_seconds: int | None = None
    trouble: Trouble | None = None
    named_booking_id: int | None = None

    def __post_init__(self) -> None:
        if self.state not in MOVES[OperationState.SENDING]:
            raise ValueError(f"a POST does not end {self.state}")
        if (self.booking is not None) is not (self.state is OperationState.CONFIRMED):
            raise ValueError("an outcome has a booking exactly when it is CONFIRMED")


@dataclass(frozen=True, slots=True)
class Operation(AnyOperation):
    """The record of one intent to book, as the claim writes it.

    One with an Idempotency-Key (`is_keyed`) is addressed by it: account, route and key make its `id`, so a repeat meets the
    same row. `guard` names what is booked: account, BookUserID and SessionDate. No secret is part of either, so all
    containers look in the same places, whatever keys they know. `fingerprint` is the keyed hash of the whole request. `names`
    are what records call client and candidate. `lease_until` is when the function that works on it is surely dead,
    `guard_expires_at` when the guard stops to hold. All times are UTC.
    """

    id: str
    account: int
    request: BookingRequest
    fingerprint: str
    is_keyed: bool
    claimed_at: datetime
    lease_until: datetime
    guard_expires_at: datetime
    attempt: int = 1
    names: Names = UNNAMED

    @property
    def guard(self) -> str:
        """Return the name of what is booked."""
        return guard_name(self.account, self.request.book_user_id, self.request.session_date)

    @property
    def candidate(self) -> int:
        """Return the UserID of who is booked."""
        return self.request.book_user_id

    def as_attempt(self, attempt: int, earlier: Names = UNNAMED) -> "Operation":
        """Return this request as a further attempt of the operation that its key addresses, whose people have names."""
        return replace(self, attempt=attempt, names=self.names.after(earlier))

    def fingerprint_by(self, key: HmacKey) -> str:
        """Return the keyed hash of the whole request."""
        return key.fingerprint(self.request)


def keyed_operation_id(account: int, idempotency_key: str, route: str = ROUTE) -> str:
    """Return the id of the operation that an account's Idempotency-Key stands for on a route.

    It is `op_` and 128 bits, spelled as a ULID.
    """
    address = canonical_bytes([KEYED_ID_VERSION, account, route, idempotency_key])
    return operation_id(int.from_bytes(hashlib.sha256(address).digest()[:16]))


def operation_id(number: int) -> str:
    """Return the id of 128 bits: `op_` and their spelling as a ULID."""
    return "op_" + crockford(number)


def crockford(number: int) -> str:
    """Return the spelling of 128 bits as a ULID: 26 digits and capitals."""
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def guard_name(account: int, book_user_id: int, session_date: str) -> str:
    """Return the name of what is booked: equal bookings have the same one, and no others have."""
    return f"{account}#{book_user_id}#{session_date}"


def new_operation(  # noqa: PLR0913 (keyword-only parts of one record)
    *,
    call_id: str,
    account: int,
    request: BookingRequest,
    idempotency_key: str | None,
    key: HmacKey,
    now: datetime,
    function_seconds: float,
    zone: tzinfo,
    names: Names = UNNAMED,
) -> Operation:
    """Return the record of a new operation: its id, its fingerprint, its lease and the end of its guard.

    `call_id` becomes its id where no Idempotency-Key was sent. `function_seconds` is the function's timeout: after it, and a
    margin, nobody works on the operation any more.
    """
    session = read_time(request.session_date, zone)
    readings = session.readings if session is not None else ()
    return Operation(
        id=call_id if idempotency_key is None else keyed_operation_id(account, idempotency_key),
        account=account,
        request=request,
        fingerprint=key.fingerprint(request),
        is_keyed=idempotency_key is not None,
        claimed_at=now,
        lease_until=now + timedelta(seconds=function_seconds) + LEASE_MARGIN,
        guard_expires_at=min(max((now, *readings)), LATEST_SESSION) + GUARD_HOLDS_AFTER_SESSION,
        names=names,
    )
