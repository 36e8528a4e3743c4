"""An operation that changes bookings: one intent, from the claim to its final state, by the same moves as one that books."""

from collections.abc import Sequence
from dataclasses import field, replace
from datetime import datetime, timedelta
from hashlib import sha256

from chalicelib.domain.audit.event import CHANGE
from chalicelib.domain.canonical import Canonical
from chalicelib.domain.changing.proof import provable
from chalicelib.domain.changing.request import ChangeRequest
from chalicelib.domain.errors import Trouble
from chalicelib.domain.keyed_hash import HmacKey
from chalicelib.domain.names import UNNAMED, Names
from chalicelib.domain.operation.operation import (
    FREES_GUARD,
    LEASE_MARGIN,
    MOVES,
    AnyOperation,
    AnyOutcome,
    OperationState,
    keyed_operation_id,
)
from chalicelib.domain.operation.record import AnyRecord
from chalicelib.domain.reading.told import Told
from chalicelib.values import dataclass

# A change that was made keeps nobody out: AdultWork itself takes none of them twice, and a booking may be rescheduled again.
FREED_BY = FREES_GUARD | {OperationState.CONFIRMED}
# Characters of BookingIDs in a guard's name. DynamoDB takes no more than 1,024 bytes in the sort key of an index.
LONGEST_NAMED = 256


@dataclass(frozen=True, slots=True)
class ChangeOutcome(AnyOutcome):
    """What is known after the one POST of a change; see `Outcome`.

    `told` is what AdultWork answered to a change that it made, `facts` what events tell of it. It makes no booking.

    Raises:
        ValueError: a state that no POST ends in.
    """

    state: OperationState
    reason: str
    upstream_status: int | None = None
    told: Told = field(default=None, repr=False)
    message: str | None = None
    retry_after_seconds: int | None = None
    trouble: Trouble | None = None
    named_booking_id: int | None = None
    facts: dict[str, Canonical] = field(default_factory=dict)
    booking = None

    def __post_init__(self) -> None:
        if self.state not in MOVES[OperationState.SENDING]:
            raise ValueError(f"a POST does not end {self.state}")


@dataclass(frozen=True, slots=True)
class ChangeOperation(AnyOperation):
    """The record of one intent to change bookings, as the claim writes it; see `Operation`.

    `guard` names account, change and bookings, so that two equal changes are never under way at once.
    """

    id: str
    account: int
    request: ChangeRequest
    fingerprint: str
    is_keyed: bool
    claimed_at: datetime
    lease_until: datetime
    guard_expires_at: datetime
    attempt: int = 1
    names: Names = UNNAMED
    freed_by = FREED_BY
    candidate = None

    @property
    def guard(self) -> str:
        """Return the name of what is changed, and how."""
        return guard_name(self.account, self.request.change.name, self.request.booking_ids)

    def as_attempt(self, attempt: int, earlier: Names) -> "ChangeOperation":
        """Return this request as a further attempt of the operation that its key addresses, whose client has a name."""
        return replace(self, attempt=attempt, names=self.names.after(earlier))

    def fingerprint_by(self, key: HmacKey) -> str:
        """Return the keyed hash of the whole request."""
        return self.request.fingerprint(key)


@dataclass(frozen=True, slots=True)
class ChangeRecord(AnyRecord):
    """A change as the store remembers it; see `OperationRecord`. `change` is the name of its declaration."""

    id: str
    account: int
    change: str
    booking_ids: tuple[int, ...]
    state: OperationState
    attempt: int
    is_retryable: bool
    claimed_at: datetime
    lease_until: datetime
    sequence: int
    head: str
    fingerprint: str
    is_keyed: bool
    sealed_answer: str | None = field(default=None, repr=False)
    reason: str | None = None
    names: Names = UNNAMED
    booking_id = None
    freed_by = FREED_BY

    @property
    def guard(self) -> str:
        """Return the name of what was changed, and how."""
        return guard_name(self.account, self.change, self.booking_ids)

    @property
    def is_provable(self) -> bool:
        """Tell whether a read of the booking can settle it."""
        return provable(self.change) is not None

    @classmethod
    def of(cls, operation: ChangeOperation, state: OperationState, sequence: int, head: str) -> "ChangeRecord":
        """Return the record of an operation that this call works on."""
        return cls(
            id=operation.id,
            account=operation.account,
            change=operation.request.change.name,
            booking_ids=operation.request.booking_ids,
            state=state,
            attempt=operation.attempt,
            is_retryable=False,
            claimed_at=operation.claimed_at,
            lease_until=operation.lease_until,
            sequence=sequence,
            head=head,
            fingerprint=operation.fingerprint,
            is_keyed=operation.is_keyed,
            names=operation.names,
        )


def guard_name(account: int, change: str, booking_ids: Sequence[int]) -> str:
    """Return the name of a change of some bookings, in whatever order they are named: many by their digest."""
    named = ",".join(map(str, sorted(booking_ids)))
    told = named if len(named) <= LONGEST_NAMED else f"sha256:{sha256(named.encode()).hexdigest()}"
    return f"{account}#{change}#{told}"


def described(request: ChangeRequest) -> dict[str, Canonical]:
    """Return what the event that opens a chain tells of a change."""
    return {CHANGE: request.change.name, "request": request.described()}


def new_change(  # noqa: PLR0913 (keyword-only parts of one record)
    *,
    call_id: str,
    account: int,
    request: ChangeRequest,
    idempotency_key: str | None,
    key: HmacKey,
    now: datetime,
    function_seconds: float,
    guard_holds: timedelta,
    names: Names,
) -> ChangeOperation:
    """Return the record of a new change; `guard_holds` is for how long an equal one is kept out at most."""
    route = request.change.route
    return ChangeOperation(
        id=call_id if idempotency_key is None else keyed_operation_id(account, idempotency_key, route),
        account=account,
        request=request,
        fingerprint=request.fingerprint(key),
        is_keyed=idempotency_key is not None,
        claimed_at=now,
        lease_until=now + timedelta(seconds=function_seconds) + LEASE_MARGIN,
        guard_expires_at=now + guard_holds,
        names=names,
    )
