"""The one table from errors to problem types (RFC 9457). HTTP statuses live here and nowhere further in.

Each row has a page of the same name in `docs/problems/`.
"""

from http import HTTPStatus

from chalicelib.domain import errors
from chalicelib.domain.operation.operation import OperationState
from chalicelib.edge.problems.changes import CHANGES_PROBLEM_TYPES
from chalicelib.edge.problems.kinds import ProblemType, SameKey, Waits
from chalicelib.edge.problems.reviewers import REVIEWERS_PROBLEM_TYPES
from chalicelib.edge.problems.sign_in import SIGN_IN_PROBLEM_TYPES

PASSED_THROUGH = (402, 403, 409, 429)
_UNAVAILABLE = {errors.Trouble.UNREACHABLE: 503, errors.Trouble.LATE: 504, errors.Trouble.UNREADABLE: 502}


INTERNAL_ERROR = ProblemType(
    "internal-error",
    "Something went wrong inside Switchboard",
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "The outcome is not known here. Do not send the booking again under a new key: repeat it only with the same "
    "Idempotency-Key, or ask for the operation.",
    safe_to_retry_with_new_key=False,
    other_statuses=(502, 504),
)

PROBLEM_TYPES: dict[type[errors.SwitchboardError], ProblemType] = {
    errors.MalformedRequestError: ProblemType(
        "malformed-request",
        "The request cannot be read",
        HTTPStatus.BAD_REQUEST,
        "Mend what the detail and the violations name, and send it again. Nothing was sent to AdultWork.",
        safe_to_retry_with_new_key=False,
        same_key=SameKey.MENDED,
    ),
    errors.BodyTooLargeError: ProblemType(
        "body-too-large",
        "The body is too large",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "Send a smaller body. A booking needs a few hundred bytes. Nothing was sent to AdultWork.",
        safe_to_retry_with_new_key=False,
        same_key=SameKey.MENDED,
    ),
    errors.UnsupportedMediaTypeError: ProblemType(
        "unsupported-media-type",
        "The body is not declared as JSON",
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "Send JSON in UTF-8 with the header 'Content-Type: application/json'. Nothing was sent to AdultWork.",
        safe_to_retry_with_new_key=False,
        same_key=SameKey.MENDED,
    ),
    errors.InvalidIdempotencyKeyError: ProblemType(
        "invalid-idempotency-key",
        "The Idempotency-Key is malformed",
        HTTPStatus.BAD_REQUEST,
        "Send the header once, with 16 to 128 letters, digits, '-' and '_'. Nothing was sent to AdultWork.",
        safe_to_retry_with_new_key=False,
        same_key=SameKey.FINAL,
    ),
    errors.NotFoundError: ProblemType(
        "not-found",
        "There is nothing here",
        HTTPStatus.NOT_FOUND,
        "Check the path against the documentation. Paths are case-sensitive.",
        same_key=SameKey.FINAL,
    ),
    errors.MethodNotAllowedError: ProblemType(
        "method-not-allowed",
        "The method is not allowed at this path",
        HTTPStatus.METHOD_NOT_ALLOWED,
        "Use one of the methods in allowed_methods.",
        same_key=SameKey.FINAL,
    ),
    errors.MissingTokenError: ProblemType(
        "missing-token",
        "An access token is needed",
        HTTPStatus.UNAUTHORIZED,
        "Sign the user in with AdultWork and send the access token as 'Authorization: Bearer'. This request sent nothing.",
        safe_to_retry_with_new_key=False,
    ),
    errors.InvalidTokenError: ProblemType(
        "invalid-token",
        "The access token is not valid",
        HTTPStatus.UNAUTHORIZED,
        "Refresh the access token and send the same request again, under the same Idempotency-Key. This request booked "
        "nothing.",
        safe_to_retry_with_new_key=False,
        operation_state=OperationState.REJECTED,
    ),
    errors.InsufficientScopeError: ProblemType(
        "insufficient-scope",
        "The access token lacks a scope",
        HTTPStatus.FORBIDDEN,
        "Ask the user for the scope in required_scope, sign in again, and send it again under the same Idempotency-Key. This "
        "request sent nothing.",
        safe_to_retry_with_new_key=False,
        is_recorded=False,
    ),
    errors.BookingRejectedError: ProblemType(
        "booking-rejected",
        "The booking breaks rules",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Mend every violation, and send it again under the same Idempotency-Key. This request sent nothing.",
        safe_to_retry_with_new_key=False,
        same_key=SameKey.MENDED,
        is_recorded=False,
    ),
    errors.ParametersRejectedError: ProblemType(
        "parameters-rejected",
        "The parameters cannot be used",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Mend every parameter that the violations name, and ask again. AdultWork was not asked.",
        same_key=SameKey.MENDED,
    ),
    errors.IdempotencyKeyReusedError: ProblemType(
        "idempotency-key-reused",
        "The Idempotency-Key belongs to another request",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Send what was sent first under this key to learn what became of it; only then, another one under a new key. "
        "This request sent nothing.",
        safe_to_retry_with_new_key=False,
        same_key=SameKey.FINAL,
    ),
    errors.OperationInProgressError: ProblemType(
        "operation-in-progress",
        "The request is being sent right now",
        HTTPStatus.CONFLICT,
        "Wait as long as Retry-After says, then send the same request with the same Idempotency-Key, or ask for the "
        "operation. A new key does not help.",
        safe_to_retry_with_new_key=False,
        waits=Waits.ALWAYS,
        operation_state=OperationState.SENDING,
        retry_after_seconds=5,
    ),
    errors.DuplicateBookingError: ProblemType(
        "duplicate-booking",
        "This booking was made or tried before",
        HTTPStatus.CONFLICT,
        "Do not send it again. Ask for the operation to see how the earlier booking stands. Another phone number, Duration or "
        "Credits at the same minute is the same booking: to change them, cancel the earlier one with AdultWork first.",
        safe_to_retry_with_new_key=False,
        waits=Waits.SOMETIMES,
        same_key=SameKey.FINAL,
    ),
    errors.BookingNotCreatedError: ProblemType(
        "booking-not-created",
        "The booking was not made",
        HTTPStatus.CONFLICT,
        "AdultWork's own list shows that this request booked nothing. Tell the user, and if the booking is still wanted, send "
        "it under a new Idempotency-Key.",
        safe_to_retry_with_new_key=True,
        same_key=SameKey.FINAL,
        operation_state=OperationState.NOT_CREATED,
    ),
    errors.TooManyBookingsError: ProblemType(
        "too-many-bookings",
        "The account books too often",
        HTTPStatus.TOO_MANY_REQUESTS,
        "Wait as long as Retry-After says, then send the same request again, under the same Idempotency-Key. This request "
        "sent nothing.",
        safe_to_retry_with_new_key=False,
        waits=Waits.ALWAYS,
    ),
    errors.UpstreamRefusedError: ProblemType(
        "upstream-refused",
        "AdultWork declined",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Read AdultWork's reason in upstream_message and change what it names. Send it under a new Idempotency-Key if "
        "safe_to_retry_with_new_key is true, else under the same one, after a 429 not before Retry-After. This request booked "
        "nothing.",
        safe_to_retry_with_new_key=True,
        waits=Waits.SOMETIMES,
        same_key=SameKey.FINAL,
        other_statuses=PASSED_THROUGH,
        operation_state=OperationState.REJECTED,
    ),
    errors.UpstreamUnavailableError: ProblemType(
        "upstream-unavailable",
        "AdultWork cannot be reached",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Wait as long as Retry-After says and send the same request again, under the same Idempotency-Key. This request sent "
        "nothing.",
        safe_to_retry_with_new_key=False,
        waits=Waits.ALWAYS,
        other_statuses=(502, 504),
        operation_state=OperationState.NOT_SENT,
        retry_after_seconds=5,
    ),
    errors.OutcomeUnknownError: ProblemType(
        "outcome-unknown",
        "The request was sent, and its outcome is not known yet",
        HTTPStatus.BAD_GATEWAY,
        "Do not send it again under a new key: it may have been carried out. Ask for the operation at status_url until its state "
        "is final, and tell the user that it is being checked.",
        safe_to_retry_with_new_key=False,
        waits=Waits.SOMETIMES,
        other_statuses=(504,),
        operation_state=OperationState.UNKNOWN,
    ),
    errors.StoreUnavailableError: ProblemType(
        "store-unavailable",
        "Switchboard cannot keep its records",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Wait as long as Retry-After says and send the same request again, under the same Idempotency-Key. This request sent "
        "nothing.",
        safe_to_retry_with_new_key=False,
        waits=Waits.ALWAYS,
        retry_after_seconds=5,
    ),
    errors.SendingPausedError: ProblemType(
        "sending-paused",
        "Bookings and changes of them are paused",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Wait as long as Retry-After says and send the same request again, under the same Idempotency-Key. This request sent "
        "nothing; what was booked before stands, and its operation can be asked for.",
        safe_to_retry_with_new_key=False,
        waits=Waits.ALWAYS,
        retry_after_seconds=60,
    ),
}
CALLERS_PROBLEM_TYPES = {**PROBLEM_TYPES, **CHANGES_PROBLEM_TYPES, **SIGN_IN_PROBLEM_TYPES}
EVERY_PROBLEM_TYPE = {
    **CALLERS_PROBLEM_TYPES,
    **REVIEWERS_PROBLEM_TYPES,
}  # what is told to whom books, and to whom reviews

CALLERS_SLUGS = frozenset(
    row.slug for row in (*CALLERS_PROBLEM_TYPES.values(), INTERNAL_ERROR)
)  # what the contract of bookings tells
BY_SLUG = {row.slug: row for row in (*EVERY_PROBLEM_TYPE.values(), INTERNAL_ERROR)}


def problem_type(error: errors.SwitchboardError) -> ProblemType:
    """Return the row of an error; one that is not in the table is an internal error."""
    return EVERY_PROBLEM_TYPE.get(type(error), INTERNAL_ERROR)


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
