"""What a program needs to know of an error: once as members of its problem, and, where a header exists, in that too.

Pages read headers only where they are exposed and a gateway has not renamed them, so no header says more than the body.
"""

import re
from collections.abc import Mapping

from chalicelib.domain.errors import (
    InsufficientScopeError,
    InvalidTokenError,
    MethodNotAllowedError,
    MissingTokenError,
    SwitchboardError,
    TooManyBookingsError,
    UpstreamRefusedError,
)
from chalicelib.domain.reviewer_errors import RoleMissingError
from chalicelib.edge.problems.table import problem_type
from chalicelib.edge.representation import Document

MEDIA_TYPE = "application/problem+json"
SHORTEST_WAIT_SECONDS = 1
LONGEST_WAIT_SECONDS = 3600

_NOT_QUOTABLE = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")  # RFC 6750, section 3: what error_description may hold


def problem_facts(error: SwitchboardError) -> dict[str, Document]:
    """Return the members of a problem that its headers repeat; None for what does not apply."""
    is_limited = isinstance(error, TooManyBookingsError)
    return {
        "retry_after_seconds": _wait_seconds(error),
        "token_error": _token_error(error),
        "required_scope": getattr(error, "scope", None),
        "required_role": getattr(error, "required_role", None),
        "allowed_methods": list(error.allowed) if isinstance(error, MethodNotAllowedError) else None,
        "limit": getattr(error, "limit", None),
        "window_seconds": getattr(error, "window_seconds", None),
        "remaining": 0 if is_limited else None,
        "audit_pending": error.audit_pending or None,
    }


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
        headers["RateLimit-Policy"] = f'"{error.counted}";q={error.limit};w={error.window_seconds}'
        headers["RateLimit"] = f'"{error.counted}";r=0;t={wait}'
    if isinstance(error, MethodNotAllowedError):
        headers["Allow"] = ", ".join(error.allowed)
    if error.audit_pending:
        headers["Audit-Status"] = "pending"
    return headers


def _wait_seconds(error: SwitchboardError) -> int | None:
    """Return the wait before another try; None where waiting changes nothing.

    What the upstream asks for is kept within an hour. Our own limit tells the truth, up to the end of its window: a client
    that comes back sooner is only refused again.
    """
    asked = error.retry_after_seconds
    if asked is None:
        return problem_type(error).retry_after_seconds
    wait = max(asked, SHORTEST_WAIT_SECONDS)
    return wait if isinstance(error, TooManyBookingsError) else min(wait, LONGEST_WAIT_SECONDS)


def _token_error(error: SwitchboardError) -> str | None:
    """Return the error code of a challenge (RFC 6750, section 3.1)."""
    match error:
        case InvalidTokenError():
            return "invalid_token"
        case InsufficientScopeError() | RoleMissingError():
            return "insufficient_scope"
        case _:
            return None


def _challenge(error: SwitchboardError) -> str | None:
    """Return the challenge of a 401 or 403 (RFC 6750, section 3); where nothing is known of the reason, it names no error."""
    parameters: Mapping[str, str] = {}
    match error:
        case InvalidTokenError():
            parameters = {"error": "invalid_token", "error_description": error.message}
        case InsufficientScopeError():
            parameters = {
                "error": "insufficient_scope",
                "error_description": error.message,
                "scope": error.scope,
            }
        case RoleMissingError():
            parameters = {"error": "insufficient_scope", "error_description": error.message}
        case MissingTokenError() | UpstreamRefusedError(upstream_status=403):
            pass
        case _:
            return None
    quoted = [f'{name}="{_NOT_QUOTABLE.sub("?", value)}"' for name, value in parameters.items()]
    return "Bearer " + ", ".join(['realm="switchboard"', *quoted])
