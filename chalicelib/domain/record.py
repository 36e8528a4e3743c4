"""What the store remembers of an operation."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from chalicelib.domain.operation import Operation, OperationState


@dataclass(frozen=True, slots=True)
class OperationRecord:
    """An operation as it stands.

    `sequence` and `head` are the number and the hash of its newest audit event. `is_retryable` is true when the last
    attempt provably booked nothing and its key may start another. Times are UTC; `claimed_at` is that of the attempt.
    `key_hash` and `guard_hash` name the rows that it wrote.
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
    guard_hash: str
    key_hash: str | None = None
    booking_id: int | None = None

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
            guard_hash=operation.guard_hashes[0],
            key_hash=operation.key_hashes[0] if operation.key_hashes else None,
        )

    def is_running(self, now: datetime) -> bool:
        """Tell whether a function may be working on it right now."""
        return self.state is OperationState.SENDING and now <= self.lease_until

    def is_open(self, now: datetime) -> bool:
        """Tell whether its outcome is unknown and nobody is working on it, so that reads may settle it."""
        return self.state is OperationState.UNKNOWN or (
            self.state is OperationState.SENDING and not self.is_running(now)
        )
