"""The rows of the table of problems that only sign-in has. None of them is about a booking, so none speaks of its key."""

from http import HTTPStatus

from chalicelib.domain import sign_in_errors
from chalicelib.domain.errors import SwitchboardError
from chalicelib.edge.problems.kinds import ProblemType, SameKey, Waits

SIGN_IN_PROBLEM_TYPES: dict[type[SwitchboardError], ProblemType] = {
    sign_in_errors.SignInRefusedError: ProblemType(
        "sign-in-refused",
        "The user has to sign in again",
        HTTPStatus.UNAUTHORIZED,
        "Begin a new sign-in at /v1/oauth/begin. The detail says why this one, or this session, opens nothing.",
        same_key=SameKey.FINAL,
    ),
    sign_in_errors.SignInInProgressError: ProblemType(
        "sign-in-in-progress",
        "The session is being refreshed",
        HTTPStatus.CONFLICT,
        "Wait as long as Retry-After says and send the same request again: it meets the session that the other one got.",
        waits=Waits.ALWAYS,
        retry_after_seconds=1,
    ),
    sign_in_errors.TooManySignInsError: ProblemType(
        "too-many-sign-ins",
        "Too many requests of sign-in",
        HTTPStatus.TOO_MANY_REQUESTS,
        "Wait as long as Retry-After says. Ask for a new access token when the old one has run out, and not before each call.",
        waits=Waits.ALWAYS,
        retry_after_seconds=60,
    ),
    sign_in_errors.SignInUnavailableError: ProblemType(
        "sign-in-unavailable",
        "The login cannot be reached",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Wait as long as Retry-After says and send the same request again.",
        waits=Waits.ALWAYS,
        retry_after_seconds=5,
    ),
}
