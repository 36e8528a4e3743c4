"""An error as a problem document (RFC 9457), and the headers that belong to it."""

import re

from chalicelib.domain.errors import (
    InsufficientScopeError,
    InvalidTokenError,
    MethodNotAllowedError,
    MissingTokenError,
    OutcomeUnknownError,
    SwitchboardError,
    TooManyBookingsError,
)
from chalicelib.domain.violation import Violation
from chalicelib.edge.operation_path import operation_path
from chalicelib.edge.problem import problem_type, status_of
from chalicelib.edge.representation import Document

MEDIA_TYPE = "application/problem+json"
SHORTEST_WAIT_SECONDS = 1
LONGEST_WAIT_SECONDS = 60

_NOT_QUOTABLE = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")  # RFC 6750, section 3: what error_description may hold


def problem_document(
    error: SwitchboardError, request_id: str, instance: str | None, problem_type_base: str
) -> dict[str, Document]:
    """Return the members of a problem, those without a value left out."""
    row = problem_type(error)
    operation_id = error.operation_id
    violations: tuple[Violation, ...] = getattr(error, "violations", ())
    members: dict[str, Document] = {
        "type": problem_type_base + row.slug,
        "title": row.title,
        "status": int(status_of(error)),
        "detail": error.message,
        "instance": instance,
        "request_id": request_id,
        "operation_id": operation_id,
        "operation_state": error.state if isinstance(error, OutcomeUnknownError) else row.operation_state,
        "status_url": None if operation_id is None else operation_path(operation_id),
        "safe_to_retry_with_new_key": row.safe_to_retry_with_new_key,
        "violations": [_violation(violation) for violation in violations] or None,
    }
    return {name: value for name, value in members.items() if value is not None}


def _violation(violation: Violation) -> Document:
    return {"pointer": violation.pointer, "rule": violation.rule, "message": violation.message}


def problem_headers(error: SwitchboardError) -> dict[str, str]:
    """Return the headers that let a program act without reading the body."""
    headers = {"Content-Type": MEDIA_TYPE}
    if error.retry_after_seconds is not None:
        wait = min(max(error.retry_after_seconds, SHORTEST_WAIT_SECONDS), LONGEST_WAIT_SECONDS)
        headers["Retry-After"] = str(wait)
    if (challenge := _challenge(error)) is not None:
        headers["WWW-Authenticate"] = challenge
    if isinstance(error, TooManyBookingsError):
        headers["RateLimit-Policy"] = f'"bookings";q={error.limit};w={error.window_seconds}'
        headers["RateLimit"] = f'"bookings";r=0;t={error.retry_after_seconds}'
    if isinstance(error, MethodNotAllowedError):
        headers["Allow"] = ", ".join(error.allowed)
    if error.audit_pending:
        headers["Audit-Status"] = "pending"
    return headers


def _challenge(error: SwitchboardError) -> str | None:
    """Return the challenge of a 401 or 403 (RFC 6750, section 3); without credentials it names no error."""
    match error:
        case MissingTokenError():
            parameters = {}
        case InvalidTokenError():
            parameters = {"error": "invalid_token", "error_description": error.message}
        case InsufficientScopeError():
            parameters = {
                "error": "insufficient_scope",
                "error_description": error.message,
                "scope": error.scope,
            }
        case _:
            return None
    quoted = [f'{name}="{_NOT_QUOTABLE.sub("?", value)}"' for name, value in parameters.items()]
    return "Bearer " + ", ".join(['realm="switchboard"', *quoted])
