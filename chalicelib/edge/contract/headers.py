"""The headers of answers beside their media type, those that a page needs; which answer has which is told by the code."""

from typing import Any

from chalicelib.domain.errors import SwitchboardError
from chalicelib.edge.problems.facts import problem_headers

# Every other header of an answer is the same on all of them; the description of the document tells those.
HEADERS: dict[str, dict[str, Any]] = {
    "X-Request-Id": {
        "description": "The id of the request: yours if it was sound, else one of ours. Log lines and audit events have it.",
        "required": True,
        "schema": {"type": "string", "minLength": 1, "maxLength": 128},
    },
    "Location": {
        "description": "Where the operation of this booking can be asked for.",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Idempotency-Replayed": {
        "description": "`true` when an earlier try under this key, or of this booking, got this answer first.",
        "schema": {"type": "string", "const": "true"},
    },
    "Audit-Status": {
        "description": "`pending` when the record of this answer is not complete yet; that changes nothing for you.",
        "schema": {"type": "string", "const": "pending"},
    },
    "Retry-After": {
        "description": "How many seconds to wait before asking again.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "RateLimit-Policy": {
        "description": "The limit of the account: `q` bookings in `w` seconds.",
        "schema": {"type": "string"},
    },
    "RateLimit": {
        "description": "What is left of it (`r`), and in how many seconds it begins anew (`t`).",
        "schema": {"type": "string"},
    },
    "WWW-Authenticate": {
        "description": "The challenge (RFC 6750). API Gateway renames it to `x-amzn-Remapped-WWW-Authenticate`; the body "
        "says the same.",
        "schema": {"type": "string"},
    },
    "Set-Cookie": {
        "description": "Pages only: what the browser keeps, `HttpOnly` and `SameSite=Strict`, so on the same site alone.",
        "schema": {"type": "string"},
    },
    "Allow": {"description": "The methods of this path.", "schema": {"type": "string"}},
}


def headers(*names: str) -> dict[str, Any]:
    """Return references to headers of an answer, X-Request-Id among them."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS if name in {"X-Request-Id", *names}}


def names_of(problems: list[SwitchboardError]) -> set[str]:
    """Return the headers that any of these errors is told with."""
    return {name for problem in problems for name in problem_headers(problem)} - {"Content-Type"}
