"""The error tree: what the caller may do next, never an HTTP number (those live in `edge/problem.py`).

SwitchboardError
├── CallerError                      the caller can mend it
│   ├── MalformedRequestError        not readable: syntax, header, size or media type
│   │   ├── BodyTooLargeError
│   │   ├── UnsupportedMediaTypeError
│   │   └── InvalidIdempotencyKeyError
│   ├── NotFoundError
│   ├── MethodNotAllowedError
│   ├── MissingTokenError
│   ├── InvalidTokenError
│   ├── InsufficientScopeError
│   ├── BookingRejectedError         every violation at once
│   │   └── ChangeRejectedError
│   ├── ParametersRejectedError      every violation at once
│   ├── IdempotencyKeyReusedError
│   ├── OperationInProgressError
│   ├── DuplicateBookingError
│   │   └── DuplicateChangeError
│   ├── BookingNotCreatedError       a repeat of a request that provably booked nothing
│   │   └── ChangeNotMadeError
│   └── TooManyBookingsError
│       └── TooManyChangesError
├── UpstreamError
│   ├── UpstreamRefusedError         understood and declined
│   ├── UpstreamUnavailableError     surely nothing happened; safe to try again
│   └── OutcomeUnknownError          sent, no readable answer; do not send again
├── StoreUnavailableError            our record could not be written; nothing was sent
└── SendingPausedError               whoever operates Switchboard has stopped sending

BookingTakenError and SealBrokenError are signals between adapters and use cases, NotResolvableError is for operators; no
caller ever meets them.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import TypedDict, Unpack

from chalicelib.domain.violation import Violation


class Known(TypedDict, total=False):
    """What any error may be given beside its message; see SwitchboardError."""

    operation_id: str | None
    retry_after_seconds: int | None


class KnownOfUpstream(Known, total=False):
    """The same for an error of AdultWork's; see UpstreamError."""

    upstream_status: int | None


class SwitchboardError(Exception):
    """Anything Switchboard refuses or fails to do; `message` is for people and holds no personal data.

    `operation_id` names the operation that the error belongs to, once there is one. `retry_after_seconds` says when
    another try makes sense. `audit_pending` is true when the audit event of this answer could not be written, `is_repeat`
    when the same request was recorded before, so that nothing new was attempted.
    """

    def __init__(
        self, message: str, *, operation_id: str | None = None, retry_after_seconds: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.operation_id = operation_id
        self.retry_after_seconds = retry_after_seconds
        self.audit_pending = False
        self.is_repeat = False


class CallerError(SwitchboardError):
    """The caller can mend it."""


class MalformedRequestError(CallerError):
    """The request cannot be read: its syntax, a header or its shape."""

    def __init__(self, message: str, *, violations: Sequence[Violation] = ()) -> None:
        super().__init__(message)
        self.violations = tuple(violations)


class BodyTooLargeError(MalformedRequestError):
    """The body has more bytes than the limit."""


class UnsupportedMediaTypeError(MalformedRequestError):
    """The body is not declared as JSON."""


class InvalidIdempotencyKeyError(MalformedRequestError):
    """The Idempotency-Key header is malformed or was sent twice."""


class NotFoundError(CallerError):
    """There is nothing at this path, or nothing that this caller may see."""


class MethodNotAllowedError(CallerError):
    """The path exists, the method does not; `allowed` lists those that do."""

    def __init__(self, message: str, *, allowed: Sequence[str]) -> None:
        super().__init__(message)
        self.allowed = tuple(allowed)


class MissingTokenError(CallerError):
    """The request carries no credentials at all (RFC 6750, section 3.1: a challenge without an error code)."""


class InvalidTokenError(CallerError):
    """The access token is malformed, expired, revoked or unknown upstream."""


class InsufficientScopeError(CallerError):
    """The access token lacks `scope`."""

    def __init__(self, message: str, *, scope: str, operation_id: str | None = None) -> None:
        super().__init__(message, operation_id=operation_id)
        self.scope = scope


class BookingRejectedError(CallerError):
    """The booking breaks rules; nothing was sent.

    `violations` lists all of them, `unchecked` names the rules whose facts are unknown.
    """

    what = "booking"

    def __init__(
        self, violations: Sequence[Violation], *, unchecked: Sequence[str] = (), operation_id: str | None = None
    ) -> None:
        count = len(violations)
        super().__init__(
            f"The {self.what} breaks {count} rule{'s' if count > 1 else ''}; this request sent nothing. Mend every violation and "
            "send it again.",
            operation_id=operation_id,
        )
        self.violations = tuple(violations)
        self.unchecked = tuple(unchecked)


class ChangeRejectedError(BookingRejectedError):
    """The change breaks rules; nothing was sent."""

    what = "change"


class ParametersRejectedError(CallerError):
    """The parameters of a read break rules; AdultWork was not asked. `violations` lists all of them."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        super().__init__("The parameters cannot be used; AdultWork was not asked. Mend every violation and ask again.")
        self.violations = tuple(violations)


class IdempotencyKeyReusedError(CallerError):
    """The Idempotency-Key belongs to another booking of this account."""


class OperationInProgressError(CallerError):
    """The same request is being worked on right now."""


class DuplicateBookingError(CallerError):
    """An equal booking of this account is open or stands; `state` is that of its operation, None if not read.

    `decided_by` (UTC) is when the outcome of an open one will be known, or handed to a person.
    """

    def __init__(
        self,
        message: str,
        *,
        state: str | None = None,
        decided_by: datetime | None = None,
        **known: Unpack[Known],
    ) -> None:
        super().__init__(message, **known)
        self.state = state
        self.decided_by = decided_by


class DuplicateChangeError(DuplicateBookingError):
    """An equal change of this account is being made, or its outcome is not known."""


class BookingNotCreatedError(CallerError):
    """The request was sent before, and reading AdultWork's list has shown since that it booked nothing."""


class ChangeNotMadeError(BookingNotCreatedError):
    """The request was sent before, and reading the booking has shown since that it changed nothing."""


class TooManyBookingsError(CallerError):
    """The account has made as many bookings as it may; `limit` in `window_seconds`, anew in `retry_after_seconds`."""

    counted = "bookings"

    def __init__(
        self,
        message: str,
        *,
        limit: int,
        window_seconds: int,
        retry_after_seconds: int,
        operation_id: str | None = None,
    ) -> None:
        super().__init__(message, operation_id=operation_id, retry_after_seconds=retry_after_seconds)
        self.limit = limit
        self.window_seconds = window_seconds


class TooManyChangesError(TooManyBookingsError):
    """The same for changes, which are counted apart."""

    counted = "changes"


class UpstreamError(SwitchboardError):
    """AdultWork did not do what was asked; `upstream_status` is its HTTP status, if an answer arrived."""

    def __init__(self, message: str, *, upstream_status: int | None = None, **known: Unpack[Known]) -> None:
        super().__init__(message, **known)
        self.upstream_status = upstream_status


class UpstreamRefusedError(UpstreamError):
    """AdultWork understood and declined; nothing was booked. `upstream_message` is its own reason, cleaned."""

    def __init__(self, message: str, *, upstream_message: str | None = None, **known: Unpack[KnownOfUpstream]) -> None:
        super().__init__(message, **known)
        self.upstream_message = upstream_message


class Trouble(StrEnum):
    """Why an exchange with the upstream brought no usable answer."""

    UNREACHABLE = "unreachable"
    LATE = "late"
    UNREADABLE = "unreadable"


class UpstreamUnavailableError(UpstreamError):
    """Surely nothing was booked; safe to try again. `trouble` says what went wrong."""

    def __init__(self, message: str, *, trouble: Trouble, **known: Unpack[KnownOfUpstream]) -> None:
        super().__init__(message, **known)
        self.trouble = trouble


class OutcomeUnknownError(UpstreamError):
    """The booking was sent and no readable answer came; it must not be sent again.

    `state` is where the operation stands: UNKNOWN while reads may still settle it, AMBIGUOUS or EXPIRED_UNKNOWN when a
    person has to. `decided_by` (UTC) is when it will be known, or handed to a person; None when it was.
    """

    def __init__(  # noqa: PLR0913 (keyword-only parts of one error)
        self,
        message: str,
        *,
        trouble: Trouble,
        operation_id: str,
        state: str = "UNKNOWN",
        decided_by: datetime | None = None,
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(message, operation_id=operation_id, retry_after_seconds=retry_after_seconds)
        self.trouble = trouble
        self.state = state
        self.decided_by = decided_by


class StoreUnavailableError(SwitchboardError):
    """Our record could not be written or read; nothing was sent upstream."""


class SendingPausedError(SwitchboardError):
    """Whoever operates Switchboard has stopped sending for a while; this request claimed and sent nothing."""


class BookingTakenError(Exception):
    """The BookingID of an answer belongs to another operation, so it proves nothing. The use case deals with it."""


class NotResolvableError(Exception):
    """An operation cannot be settled as a person asked; the message says why, for the person."""


class SealBrokenError(Exception):
    """Sealed data cannot be opened: its key was erased, or it was changed. The use cases deal with it."""
