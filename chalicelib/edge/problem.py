"""The one table from errors to problem types (RFC 9457). HTTP statuses live here and nowhere further in.

Each row has a page of the same name in `docs/problems/`.
"""

from dataclasses import dataclass
from http import HTTPStatus

from chalicelib.domain import errors
from chalicelib.domain.operation import OperationState

PASSED_THROUGH = (402, 403, 409, 429)
_UNAVAILABLE = {errors.Trouble.UNREACHABLE: 503, errors.Trouble.LATE: 504, errors.Trouble.UNREADABLE: 502}


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of problem.

    `status` is the usual one; where it depends on the error, see `status_of`. `advice` says what to do next.
    `safe_to_retry_with_new_key` tells whether the same booking may be sent again under a new Idempotency-Key; None
    where no booking could be concerned. `operation_state` is the state of the operation, where the kind implies one.
    """

    slug: str
    title: str
    status: HTTPStatus
    advice: str
    safe_to_retry_with_new_key: bool | None = None
    operation_state: OperationState | None = None


INTERNAL_ERROR = ProblemType(
    "internal-error",
    "Something went wrong inside Switchboard",
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "The outcome is not known here. Do not send the booking again under a new key: repeat it only with the same "
    "Idempotency-Key, or ask for the operation.",
    safe_to_retry_with_new_key=False,
)

PROBLEM_TYPES: dict[type[errors.SwitchboardError], ProblemType] = {
    errors.MalformedRequestError: ProblemType(
        "malformed-request",
        "The request cannot be read",
        HTTPStatus.BAD_REQUEST,
        "Mend what the detail and the violations name, and send it again. Nothing was sent to AdultWork.",
    ),
    errors.BodyTooLargeError: ProblemType(
        "body-too-large",
        "The body is too large",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "Send a smaller body. A booking needs a few hundred bytes. Nothing was sent to AdultWork.",
    ),
    errors.UnsupportedMediaTypeError: ProblemType(
        "unsupported-media-type",
        "The body is not declared as JSON",
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "Send JSON in UTF-8 with the header 'Content-Type: application/json'. Nothing was sent to AdultWork.",
    ),
    errors.InvalidIdempotencyKeyError: ProblemType(
        "invalid-idempotency-key",
        "The Idempotency-Key is malformed",
        HTTPStatus.BAD_REQUEST,
        "Send the header once, with 16 to 128 letters, digits, '-' and '_'. Nothing was sent to AdultWork.",
    ),
    errors.NotFoundError: ProblemType(
        "not-found",
        "There is nothing here",
        HTTPStatus.NOT_FOUND,
        "Check the path against the documentation. Paths are case-sensitive.",
    ),
    errors.MethodNotAllowedError: ProblemType(
        "method-not-allowed",
        "The method is not allowed at this path",
        HTTPStatus.METHOD_NOT_ALLOWED,
        "Use one of the methods that the Allow header lists.",
    ),
    errors.MissingTokenError: ProblemType(
        "missing-token",
        "An access token is needed",
        HTTPStatus.UNAUTHORIZED,
        "Sign the user in with AdultWork and send the access token as 'Authorization: Bearer'. Nothing was booked.",
    ),
    errors.InvalidTokenError: ProblemType(
        "invalid-token",
        "The access token is not valid",
        HTTPStatus.UNAUTHORIZED,
        "Refresh the access token and send the same request again; the same Idempotency-Key may be used. Nothing was "
        "booked.",
        safe_to_retry_with_new_key=True,
    ),
    errors.InsufficientScopeError: ProblemType(
        "insufficient-scope",
        "The access token lacks a scope",
        HTTPStatus.FORBIDDEN,
        "Ask the user for the scope that WWW-Authenticate names, sign in again, and send it again. Nothing was booked.",
        safe_to_retry_with_new_key=True,
    ),
    errors.BookingRejectedError: ProblemType(
        "booking-rejected",
        "The booking breaks rules",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Mend every violation, and send it again. Nothing was booked.",
        safe_to_retry_with_new_key=True,
    ),
    errors.IdempotencyKeyReusedError: ProblemType(
        "idempotency-key-reused",
        "The Idempotency-Key belongs to another booking",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Make a new key for each new booking, and keep one key for all tries of the same booking. Nothing was sent.",
        safe_to_retry_with_new_key=True,
    ),
    errors.OperationInProgressError: ProblemType(
        "operation-in-progress",
        "The booking is being sent right now",
        HTTPStatus.CONFLICT,
        "Wait as long as Retry-After says, then send the same request with the same Idempotency-Key, or ask for the "
        "operation. A new key does not help.",
        safe_to_retry_with_new_key=False,
        operation_state=OperationState.SENDING,
    ),
    errors.DuplicateBookingError: ProblemType(
        "duplicate-booking",
        "This booking was made or tried before",
        HTTPStatus.CONFLICT,
        "Do not send it again. Ask for the operation to see how the earlier booking stands; cancel it with AdultWork "
        "before booking the same time anew.",
        safe_to_retry_with_new_key=False,
    ),
    errors.BookingNotCreatedError: ProblemType(
        "booking-not-created",
        "The booking was not made",
        HTTPStatus.CONFLICT,
        "AdultWork's own list shows that this request booked nothing. Send the booking again under a new Idempotency-Key.",
        safe_to_retry_with_new_key=True,
        operation_state=OperationState.NOT_CREATED,
    ),
    errors.TooManyBookingsError: ProblemType(
        "too-many-bookings",
        "The account books too often",
        HTTPStatus.TOO_MANY_REQUESTS,
        "Wait as long as Retry-After says, then send the same request again; the same Idempotency-Key may be used. Nothing "
        "was booked.",
        safe_to_retry_with_new_key=True,
    ),
    errors.UpstreamRefusedError: ProblemType(
        "upstream-refused",
        "AdultWork declined",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Read AdultWork's reason in the detail, and change what it names. After a 429, wait as long as Retry-After "
        "says. Nothing was booked.",
        safe_to_retry_with_new_key=True,
    ),
    errors.UpstreamUnavailableError: ProblemType(
        "upstream-unavailable",
        "AdultWork cannot be reached",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Wait a little and send the same request again; the same Idempotency-Key may be used. Nothing was booked.",
        safe_to_retry_with_new_key=True,
    ),
    errors.OutcomeUnknownError: ProblemType(
        "outcome-unknown",
        "The booking was sent, and its outcome is not known yet",
        HTTPStatus.BAD_GATEWAY,
        "Do not send it again under a new key: it may stand. Ask for the operation at status_url until its state is "
        "final, and tell the user that the booking is being checked.",
        safe_to_retry_with_new_key=False,
        operation_state=OperationState.UNKNOWN,
    ),
    errors.StoreUnavailableError: ProblemType(
        "store-unavailable",
        "Switchboard cannot keep its records",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Wait a little and send the same request again, with the same Idempotency-Key. This request sent nothing to "
        "AdultWork.",
        safe_to_retry_with_new_key=True,
    ),
}

BY_SLUG = {row.slug: row for row in (*PROBLEM_TYPES.values(), INTERNAL_ERROR)}


def problem_type(error: errors.SwitchboardError) -> ProblemType:
    """Return the row of an error; one that is not in the table is an internal error."""
    return PROBLEM_TYPES.get(type(error), INTERNAL_ERROR)


def status_of(error: errors.SwitchboardError) -> int:
    """Return the HTTP status of an error.

    A refusal keeps the upstream's status where callers act on it; an exchange that failed says how: not reached (503),
    too late (504), or not readable (502).
    """
    match error:
        case errors.UpstreamRefusedError(upstream_status=int(status)) if status in PASSED_THROUGH:
            return status
        case errors.UpstreamUnavailableError(trouble=trouble):
            return _UNAVAILABLE[trouble]
        case errors.OutcomeUnknownError(trouble=errors.Trouble.LATE):
            return HTTPStatus.GATEWAY_TIMEOUT
        case _:
            return problem_type(error).status
