"""What both forms of the client send with httpx."""

from secrets import token_hex, token_urlsafe
from typing import Any

import httpx

from switchboard_client.core.effects import Response, Send

KEY_BYTES = 16
VERIFIER_BYTES = 32
# Switchboard answers within 29 seconds, or API Gateway does in its place.
TIMEOUT_SECONDS = 35.0
PATIENCE_SECONDS = 120.0


def new_key() -> str:
    """Return a key that nobody can foresee: 32 hex digits."""
    return token_hex(KEY_BYTES)


def new_verifier() -> str:
    """Return a text that nobody can foresee: 43 letters of RFC 7636, section 4.1."""
    return token_urlsafe(VERIFIER_BYTES)


def arguments(base_url: str, send: Send) -> dict[str, Any]:
    """Return what httpx is asked to send. No redirect is followed: none could be trusted with a token."""
    headers = {"Accept": "application/json"}
    if send.token is not None:
        headers["Authorization"] = f"Bearer {send.token}"
    if send.request.body is not None:
        headers["Content-Type"] = "application/json"
    if send.request.key is not None:
        headers["Idempotency-Key"] = send.request.key
    return {
        "method": send.request.method,
        "url": base_url.rstrip("/") + send.request.path,
        "headers": headers,
        "content": None if send.request.body is None else send.request.body.encode(),
        "follow_redirects": False,
    }


def response(answer: httpx.Response) -> Response:
    """Return what the core reads of an answer."""
    return Response(answer.status_code, answer.text, answer.headers.get("retry-after"))
