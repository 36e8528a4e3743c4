"""Errors as callers meet them: the examples of the document and of the pages in `docs/problems`.

The first sample of a kind is its example; together they have every status that the kind can have.
"""

from datetime import UTC, datetime

from chalicelib.domain import errors, sign_in_errors
from chalicelib.domain.access import Scope
from chalicelib.domain.booking.form import Form, JsonValue
from chalicelib.domain.booking.rules import form as form_rules
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.reading.asking import ONCE, REQUIRED
from chalicelib.domain.violation import Violation
from chalicelib.edge.container import EdgeSettings
from chalicelib.edge.contract.example import MEMBERS, NOW, OPERATION_ID
from chalicelib.edge.problems.table import INTERNAL_ERROR, PASSED_THROUGH, problem_type

_DECIDED_BY = datetime(2026, 1, 15, 12, 15, tzinfo=UTC)


def samples(settings: EdgeSettings) -> tuple[errors.SwitchboardError, ...]:
    """Return errors of every kind, as a deployment with these settings tells them."""
    return (
        *_of_the_request(settings),
        *_of_the_caller(settings),
        *_of_earlier_requests(),
        *_of_changes(),
        *_of_sign_in(),
        *_of_the_rest(),
    )


def samples_of(slug: str, settings: EdgeSettings) -> list[errors.SwitchboardError]:
    """Return the samples of one problem type."""
    return [sample for sample in samples(settings) if problem_type(sample).slug == slug]


def _of_the_request(settings: EdgeSettings) -> tuple[errors.SwitchboardError, ...]:
    return (
        errors.MalformedRequestError(
            "Mend the JSON at the places that are listed.",
            violations=[Violation("/Credits", "duplicate-name", "Send this member once.")],
        ),
        errors.BodyTooLargeError(f"Send a body of at most {settings.maximum_body_bytes} bytes."),
        errors.UnsupportedMediaTypeError("Send the body as JSON, with the header 'Content-Type: application/json'."),
        errors.InvalidIdempotencyKeyError(
            "Send one Idempotency-Key of 16 to 128 letters, digits, '-' and '_', for example a UUID in double quotes."
        ),
        errors.NotFoundError("There is nothing at this path."),
        errors.MethodNotAllowedError("This path does not know this method.", allowed=("POST", "OPTIONS")),
    )


def _of_the_caller(settings: EdgeSettings) -> tuple[errors.SwitchboardError, ...]:
    scope = Scope.PHONECHAT_BOOKINGS.value
    old: dict[str, JsonValue] = {"SessionDate": "2026-01-14 21:30", "AcceptBy": "2026-01-14 18:00", "Duration": 4}
    return (
        errors.MissingTokenError("Send the user's access token in the header 'Authorization: Bearer …'."),
        errors.InvalidTokenError(
            "AdultWork no longer takes this access token; nothing was booked. Refresh it and try again.",
            operation_id=OPERATION_ID,
        ),
        errors.InsufficientScopeError(
            f"The user has not granted this access token the scope {scope}. Ask for it and sign in again.",
            scope=scope,
            operation_id=OPERATION_ID,
        ),
        errors.BookingRejectedError(form_rules.violations(Form({**MEMBERS, **old}, settings.policy, NOW))),
        errors.ParametersRejectedError(
            [Violation.of("/BookUserID", "required", REQUIRED), Violation.of("/PageNumber", "once", ONCE)]
        ),
        errors.TooManyBookingsError(
            "This account may make 5 bookings in 60 seconds; nothing was sent. Try again later.",
            limit=5,
            window_seconds=60,
            retry_after_seconds=23,
        ),
    )


def _of_changes() -> tuple[errors.SwitchboardError, ...]:
    return (
        errors.ChangeRejectedError([Violation("/Reason", "required", "Send the reason; it cannot be left out.")]),
        errors.DuplicateChangeError(
            "This account is making the same change already, or made it and nobody knows what came of it; nothing was sent.",
            operation_id=OPERATION_ID,
            state=OperationState.UNKNOWN.value,
            decided_by=_DECIDED_BY,
            retry_after_seconds=30,
        ),
        errors.DuplicateChangeError("A person has to find out.", operation_id=OPERATION_ID),
        errors.ChangeNotMadeError(
            "This change was sent before, and the booking shows that nothing came of it. Send it again under a new key.",
            operation_id=OPERATION_ID,
        ),
        errors.TooManyChangesError(
            "This account may make 5 changes in 60 seconds; nothing was sent. Try again later.",
            limit=5,
            window_seconds=60,
            retry_after_seconds=23,
        ),
    )


def _of_earlier_requests() -> tuple[errors.SwitchboardError, ...]:
    return (
        errors.IdempotencyKeyReusedError(
            "This Idempotency-Key was used for another booking. Send each new booking under a new key."
        ),
        errors.OperationInProgressError(
            "This booking is being sent right now; nothing was sent again.",
            operation_id=OPERATION_ID,
            retry_after_seconds=5,
        ),
        errors.DuplicateBookingError(
            "This account already has a booking with this BookUserID at this SessionDate, whatever its other members, open "
            "or standing; nothing was sent.",
            operation_id=OPERATION_ID,
            state=OperationState.CONFIRMED.value,
        ),
        errors.DuplicateBookingError("It is being looked for.", operation_id=OPERATION_ID, retry_after_seconds=30),
        errors.BookingNotCreatedError(
            "This booking was sent before, and AdultWork's own list shows that it was not made. Send it again under a new "
            "key.",
            operation_id=OPERATION_ID,
        ),
    )


def _of_sign_in() -> tuple[errors.SwitchboardError, ...]:
    return (
        sign_in_errors.SignInRefusedError("Sign in again: there is no session here, or it is over."),
        sign_in_errors.SignInInProgressError(
            "This session is being refreshed, or was a moment ago, perhaps in another tab. Send the same again in a second.",
            retry_after_seconds=1,
        ),
        sign_in_errors.TooManySignInsError(
            "Too many requests of sign-in came from this address. Try again later.", retry_after_seconds=23
        ),
        sign_in_errors.SignInUnavailableError(
            "AdultWork's login gave no usable answer. It is safe to try again.", is_sent=False, retry_after_seconds=5
        ),
    )


def _of_the_rest() -> tuple[errors.SwitchboardError, ...]:
    """Return those of AdultWork, of the store and of Switchboard itself."""
    return (
        errors.UpstreamRefusedError(
            "AdultWork declined the booking; nothing was booked.",
            upstream_status=400,
            upstream_message="The user is on holiday.",
            operation_id=OPERATION_ID,
        ),
        *(errors.UpstreamRefusedError("AdultWork declined.", upstream_status=status) for status in PASSED_THROUGH[:3]),
        errors.UpstreamRefusedError(
            "Slow down.", upstream_status=429, operation_id=OPERATION_ID, retry_after_seconds=9
        ),
        errors.UpstreamRefusedError("AdultWork declined.", upstream_status=None),
        errors.UpstreamUnavailableError(
            "AdultWork could not be reached; nothing was sent. It is safe to try again.",
            trouble=errors.Trouble.UNREACHABLE,
            operation_id=OPERATION_ID,
            retry_after_seconds=5,
        ),
        errors.UpstreamUnavailableError("AdultWork was too slow.", trouble=errors.Trouble.LATE),
        errors.UpstreamUnavailableError("AdultWork cannot be read.", trouble=errors.Trouble.UNREADABLE),
        errors.OutcomeUnknownError(
            "The booking was sent, but no readable answer came back, so it may stand. Do not send it again; ask for the "
            "state of the operation instead.",
            trouble=errors.Trouble.UNREADABLE,
            operation_id=OPERATION_ID,
            decided_by=_DECIDED_BY,
            retry_after_seconds=30,
        ),
        errors.OutcomeUnknownError("No answer came.", trouble=errors.Trouble.LATE, operation_id=OPERATION_ID),
        errors.StoreUnavailableError(
            "The booking could not be recorded, so nothing was sent. It is safe to try again.", retry_after_seconds=5
        ),
        errors.SendingPausedError(
            "Bookings are paused for a while; this request sent nothing. Try again later.", retry_after_seconds=60
        ),
        errors.SwitchboardError(INTERNAL_ERROR.advice),
    )
