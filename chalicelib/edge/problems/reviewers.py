"""The rows of the table of problems that only reviewers meet. None of them is about a booking, so none speaks of its key."""

from http import HTTPStatus

from chalicelib.domain import reviewer_errors
from chalicelib.domain.errors import SwitchboardError
from chalicelib.edge.problems.kinds import ProblemType, SameKey, Waits

REVIEWERS_PROBLEM_TYPES: dict[type[SwitchboardError], ProblemType] = {
    reviewer_errors.InvalidQueryError: ProblemType(
        "invalid-query",
        "The question cannot be used",
        HTTPStatus.BAD_REQUEST,
        "Mend every parameter that the violations name, and ask again.",
        same_key=SameKey.MENDED,
    ),
    reviewer_errors.ReviewerTokenMissingError: ProblemType(
        "reviewer-token-missing",
        "An access token of a reviewer is needed",
        HTTPStatus.UNAUTHORIZED,
        "Sign in with the reviewers' identity provider and send its access token as 'Authorization: Bearer'.",
    ),
    reviewer_errors.ReviewerTokenInvalidError: ProblemType(
        "reviewer-token-invalid",
        "The access token opens nothing here",
        HTTPStatus.UNAUTHORIZED,
        "Sign in again, or refresh the access token. AdultWork's tokens are of no use here.",
    ),
    reviewer_errors.RoleMissingError: ProblemType(
        "role-missing",
        "The access token lacks a role",
        HTTPStatus.FORBIDDEN,
        "Ask whoever administers the identity provider for the role in required_role, and sign in again.",
        same_key=SameKey.FINAL,
    ),
    reviewer_errors.ErasureRefusedError: ProblemType(
        "erasure-refused",
        "The person cannot be erased now",
        HTTPStatus.CONFLICT,
        "Do what the violations say, or wait until possible_from, and ask again.",
    ),
    reviewer_errors.AuditUnavailableError: ProblemType(
        "audit-unavailable",
        "The audit cannot be read now",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Wait as long as Retry-After says and ask again. No answer leaves unless the look at it is recorded.",
        waits=Waits.ALWAYS,
        retry_after_seconds=5,
    ),
    reviewer_errors.IdentityUnavailableError: ProblemType(
        "identity-unavailable",
        "The identity provider cannot be reached",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Wait as long as Retry-After says and ask again. Without the provider's keys nobody is let in.",
        waits=Waits.ALWAYS,
        retry_after_seconds=5,
    ),
}
