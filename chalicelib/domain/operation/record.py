"""What the store remembers of an operation."""

from abc import abstractmethod
from dataclasses import field
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from chalicelib.domain.names import UNNAMED, Names
from chalicelib.domain.operation.operation import FREES_GUARD, Operation, OperationState, guard_name
from chalicelib.values import dataclass


class AnyRecord:
    """What the store remembers of an operation, whatever it does at AdultWork; see `OperationRecord`.

    `change` names what it changes, None for one that books. `freed_by` are the states that free the guard.
    """

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Any]]  # every kind of record is a dataclass
    freed_by = FREES_GUARD
    change: str | None
    id: str
    account: int
    state: OperationState
    attempt: int
    is_retryable: bool
    claimed_at: datetime
    lease_until: datetime
    sequence: int
    head: str
    fingerprint: str
    is_keyed: bool
    booking_id: int | None
    sealed_answer: str | None
    reason: str | None
    names: Names

    @property
    @abstractmethod
    def guard(self) -> str:
        """Return the name of what others are kept out of."""
        ...

    @property
    def is_provable(self) -> bool:
        """Tell whether any read of AdultWork can settle it; of a booking, the list can."""
        return True

    def is_running(self, now: datetime) -> bool:
        """Tell whether a function may be working on it right now."""
        return self.state is OperationState.SENDING and now <= self.lease_until

    def is_open(self, now: datetime) -> bool:
        """Tell whether its outcome is unknown and nobody is working on it, so that reads may settle it."""
        return self.state is OperationState.UNKNOWN or (
            self.state is OperationState.SENDING and not self.is_running(now)
        )


@dataclass(frozen=True, slots=True)
class OperationRecord(AnyRecord):
    """An operation that books, as it stands.

    `sequence` and `head` are the number and the hash of its newest audit event. `is_retryable` is true when the last
    attempt provably booked nothing and its key may start another. Times are UTC; `claimed_at` is that of the attempt.
    `is_keyed` tells whether an Idempotency-Key addresses it; `sealed_answer` is what a repeat under that key gets. `reason`
    is why its outcome was not known when it was concluded; None where it was, or where nothing concluded it. `names` are what
    its events call client and candidate.
    """

    id: str
    account: int
    state: OperationState
    attempt: int
    is_retryable: bool
    book_user_id: int
    session_date: str
    duration: int
    method: int
    credits: Decimal
    claimed_at: datetime
    lease_until: datetime
    sequence: int
    head: str
    fingerprint: str
    is_keyed: bool
    booking_id: int | None = None
    sealed_answer: str | None = field(default=None, repr=False)
    reason: str | None = None
    names: Names = UNNAMED
    change = None

    @property
    def guard(self) -> str:
        """Return the name of what was booked."""
        return guard_name(self.account, self.book_user_id, self.session_date)

    @classmethod
    def of(cls, operation: Operation, state: OperationState, sequence: int, head: str) -> "OperationRecord":
        """Return the record of an operation that this call works on."""
        request = operation.request
        return cls(
            id=operation.id,
            account=operation.account,
            state=state,
            attempt=operation.attempt,
            is_retryable=False,
            book_user_id=request.book_user_id,
            session_date=request.session_date,
            duration=request.duration,
            method=int(request.method),
            credits=request.credits,
            claimed_at=operation.claimed_at,
            lease_until=operation.lease_until,
            sequence=sequence,
            head=head,
            fingerprint=operation.fingerprint,
            is_keyed=operation.is_keyed,
            names=Names(operation.names.client, operation.names.candidate),
        )
