"""An operation: one intent to book, from the claim to its final state."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from chalicelib.domain.booking import Booking, BookingRequest
from chalicelib.domain.errors import Trouble
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.upstream_time import read_time

ROUTE = "POST /v1/PhoneChat/CreateBooking"
GUARD_HOLDS_AFTER_SESSION = timedelta(hours=24)
KEY_HOLDS = timedelta(hours=48)
LEASE_MARGIN = timedelta(seconds=5)
LATEST_SESSION = datetime(9999, 1, 1, tzinfo=UTC)  # for guards; what is added to it stays inside the calendar


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
FOR_A_PERSON = frozenset({OperationState.AMBIGUOUS, OperationState.EXPIRED_UNKNOWN})  # no read settles these any more
RETRYABLE_STATUSES = frozenset({401, 429})
ENDED_UPSTREAM = frozenset(
    {"Cancelled", "Rejected"}
)  # the statuses that end a booking; source: CreateBooking page, Status
ANSWERED = frozenset({OperationState.CONFIRMED, OperationState.REJECTED, OperationState.NOT_CREATED})
FREES_GUARD = frozenset({OperationState.REJECTED, OperationState.NOT_SENT, OperationState.NOT_CREATED})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known after the one POST.

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

    @property
    def is_retryable(self) -> bool:
        """Tell whether the same key may start another attempt: nothing was booked, and it was not the booking's fault."""
        if self.state is OperationState.NOT_SENT:
            return True
        return self.state is OperationState.REJECTED and self.upstream_status in RETRYABLE_STATUSES


@dataclass(frozen=True, slots=True)
class Operation:
    """The record of one intent to book, as the claim writes it.

    `key_hashes` are the HMACs of account, route and Idempotency-Key, empty without a key; `guard_hashes` those of account,
    BookUserID and SessionDate; `fingerprints` those of the whole request. Each is told under every HMAC key that is in
    use, the current one first: rows are written under that one, and looked for under all. `lease_until` is when the
    function that works on it is surely dead. `key_expires_at` and `guard_expires_at` are when those two records stop to
    hold. All times are UTC.
    """

    id: str
    account: int
    request: BookingRequest
    fingerprints: tuple[str, ...]
    key_hashes: tuple[str, ...]
    guard_hashes: tuple[str, ...]
    claimed_at: datetime
    lease_until: datetime
    key_expires_at: datetime
    guard_expires_at: datetime
    attempt: int = 1

    def as_attempt(self, operation_id: str, attempt: int, key_hash: str | None) -> "Operation":
        """Return this request as a further attempt of an earlier operation, under the key's row that it has."""
        return replace(self, id=operation_id, attempt=attempt, key_hashes=() if key_hash is None else (key_hash,))

    def is_same_request(self, fingerprint: str) -> bool:
        """Tell whether a fingerprint, made under any key in use, is this request's."""
        return fingerprint in self.fingerprints


def new_operation(  # noqa: PLR0913 (keyword-only parts of one record)
    *,
    operation_id: str,
    account: int,
    request: BookingRequest,
    idempotency_key: str | None,
    keys: Sequence[HmacKey],
    now: datetime,
    function_seconds: float,
    zone: tzinfo,
) -> Operation:
    """Return the record of a new operation: its hashes, its lease and the ends of its key and guard.

    `function_seconds` is the function's timeout: after it, and a margin, nobody works on the operation any more.
    """
    session = read_time(request.session_date, zone)
    readings = session.readings if session is not None else ()
    return Operation(
        id=operation_id,
        account=account,
        request=request,
        fingerprints=tuple(key.fingerprint(request) for key in keys),
        key_hashes=tuple(key.digest("idempotency-key", account, ROUTE, idempotency_key) for key in keys)
        if idempotency_key is not None
        else (),
        guard_hashes=tuple(key.digest("guard", account, request.book_user_id, request.session_date) for key in keys),
        claimed_at=now,
        lease_until=now + timedelta(seconds=function_seconds) + LEASE_MARGIN,
        key_expires_at=now + KEY_HOLDS,
        guard_expires_at=min(max((now, *readings)), LATEST_SESSION) + GUARD_HOLDS_AFTER_SESSION,
    )
