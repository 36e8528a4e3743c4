"""An error as a problem document (RFC 9457), and the headers that belong to it."""

import re
from collections.abc import Sequence
from itertools import accumulate

from chalicelib.domain.errors import (
    InsufficientScopeError,
    InvalidTokenError,
    MethodNotAllowedError,
    MissingTokenError,
    SwitchboardError,
    TooManyBookingsError,
    UpstreamRefusedError,
)
from chalicelib.domain.longest_form import longest_form_bytes
from chalicelib.domain.policy import MAXIMUM_COMMENTS_LENGTH
from chalicelib.domain.violation import Param, Violation
from chalicelib.edge.links import Links
from chalicelib.edge.problem import problem_type, status_of
from chalicelib.edge.representation import Document

MEDIA_TYPE = "application/problem+json"
SHORTEST_WAIT_SECONDS = 1
LONGEST_WAIT_SECONDS = 60
MOST_VIOLATIONS = 100
# All pointers together; one member of the largest body fits, though a pointer takes two characters for one.
MOST_POINTER_CHARACTERS = 2 * longest_form_bytes(MAXIMUM_COMMENTS_LENGTH)
LIMIT_NAME = "bookings"

_NOT_QUOTABLE = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")  # RFC 6750, section 3: what error_description may hold


def problem_document(
    error: SwitchboardError, request_id: str, instance: str | None, links: Links, *, may_send: bool = True
) -> dict[str, Document]:
    """Return the members of a problem, those without a value left out.

    Where the request could send no booking (`may_send` is false), none is called safe to send anew: whoever only asks for an
    operation whose outcome is unknown must not read that a new key is.
    """
    row = problem_type(error)
    operation_id = error.operation_id
    has_status = operation_id is not None and row.is_recorded
    state: str | None = getattr(error, "state", row.operation_state)
    violations: tuple[Violation, ...] = getattr(error, "violations", ())
    members: dict[str, Document] = {
        "type": links.problem_type(row.slug),
        "title": row.title,
        "status": int(status_of(error)),
        "detail": error.message,
        "instance": None if instance is None else links.path(instance),
        "request_id": request_id,
        "operation_id": operation_id,
        "operation_state": state if has_status else None,
        "status_url": links.operation(operation_id) if operation_id is not None and has_status else None,
        "safe_to_retry_with_new_key": row.safe_to_retry_with_new_key
        if may_send or not row.safe_to_retry_with_new_key
        else None,
        "violations": [_violation(violation) for violation in _listed(violations)] or None,
    }
    return {name: value for name, value in members.items() if value is not None}


def _listed(violations: Sequence[Violation]) -> list[Violation]:
    """Return as many violations as an answer may hold; a last one says how many it leaves out."""
    lengths = accumulate(len(violation.pointer) for violation in violations)
    fitting = sum(length <= MOST_POINTER_CHARACTERS for length in lengths)
    if len(violations) == fitting <= MOST_VIOLATIONS:
        return list(violations)
    listed = list(violations[: min(fitting, MOST_VIOLATIONS - 1)])
    left_out = len(violations) - len(listed)
    message = f"Mend these first; not listed here: {left_out} more."
    rest = Violation("", "more-violations", message, {"left_out": left_out})
    return [*listed, rest]


def _violation(violation: Violation) -> Document:
    params = {name: _param(value) for name, value in violation.params.items()}
    return {"pointer": violation.pointer, "rule": violation.rule, "message": violation.message, "params": params}


def _param(value: Param) -> Document:
    return list(value) if isinstance(value, tuple) else value


def problem_headers(error: SwitchboardError) -> dict[str, str]:
    """Return the headers that let a program act without reading the body."""
    headers = {"Content-Type": MEDIA_TYPE}
    wait = _wait_seconds(error)
    if wait is not None:
        headers["Retry-After"] = str(wait)
    if (challenge := _challenge(error)) is not None:
        headers["WWW-Authenticate"] = challenge
    if isinstance(error, TooManyBookingsError):
        # draft-ietf-httpapi-ratelimit-headers-10: lists of strings with integer parameters, seconds for w and t
        headers["RateLimit-Policy"] = f'"{LIMIT_NAME}";q={error.limit};w={error.window_seconds}'
        headers["RateLimit"] = f'"{LIMIT_NAME}";r=0;t={wait}'
    if isinstance(error, MethodNotAllowedError):
        headers["Allow"] = ", ".join(error.allowed)
    if error.audit_pending:
        headers["Audit-Status"] = "pending"
    return headers


def _wait_seconds(error: SwitchboardError) -> int | None:
    """Return the wait before another try; None where waiting changes nothing.

    What the upstream asks for is kept within a minute. Our own limit tells the truth, up to the end of its window: a client
    that comes back sooner is only refused again.
    """
    asked = error.retry_after_seconds
    if asked is None:
        return problem_type(error).retry_after_seconds
    wait = max(asked, SHORTEST_WAIT_SECONDS)
    return wait if isinstance(error, TooManyBookingsError) else min(wait, LONGEST_WAIT_SECONDS)


def _challenge(error: SwitchboardError) -> str | None:
    """Return the challenge of a 401 or 403 (RFC 6750, section 3); where nothing is known of the reason, it names no error."""
    match error:
        case MissingTokenError() | UpstreamRefusedError(upstream_status=403):
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
