"""Cross-origin access (Fetch standard): an exact list of origins, and an explicit answer to every preflight."""

from collections.abc import Sequence

EXPOSED = (
    "Retry-After, X-Request-Id, Idempotency-Replayed, Audit-Status, RateLimit, RateLimit-Policy, Location, Allow, "
    "WWW-Authenticate, x-amzn-Remapped-WWW-Authenticate"  # the last is what API Gateway makes of the one before
)
# Our own, and those of W3C Trace Context and Baggage, which tracing libraries add to each request of a page.
ALLOWED_HEADERS = (
    *("Authorization", "Content-Type", "Idempotency-Key", "X-Request-Id"),
    *("traceparent", "tracestate", "baggage"),
)
MAXIMUM_AGE_SECONDS = 600

_NEVER = frozenset({"*", "null"})  # every sandboxed frame and local file has the origin null


def is_allowed(origin: str | None, allowed: frozenset[str]) -> bool:
    """Tell whether an origin is on the list, character by character."""
    return origin in allowed and origin not in _NEVER


def answer_headers(origin: str | None, allowed: frozenset[str]) -> dict[str, str]:
    """Return the headers of every answer that is not a preflight's."""
    if origin is None or not is_allowed(origin, allowed):
        return {"Vary": "Origin"}
    return {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": EXPOSED,
    }


def preflight_headers(
    origin: str | None, allowed: frozenset[str], methods: Sequence[str], more_headers: Sequence[str] = ()
) -> dict[str, str]:
    """Return what a preflight's answer says beside them; an origin that is not on the list learns nothing.

    `more_headers` are what a page may send beside ALLOWED_HEADERS.
    """
    vary = {"Vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"}
    if not is_allowed(origin, allowed):
        return vary
    return vary | {
        "Access-Control-Allow-Methods": ", ".join(methods),
        "Access-Control-Allow-Headers": ", ".join((*ALLOWED_HEADERS, *more_headers)),
        "Access-Control-Max-Age": str(MAXIMUM_AGE_SECONDS),
    }


def credentials_headers(origin: str | None, allowed: frozenset[str]) -> dict[str, str]:
    """Return what lets a page send and get cookies; only sign-in asks for it, and its answers name the origin, never `*`."""
    return {"Access-Control-Allow-Credentials": "true"} if is_allowed(origin, allowed) else {}
