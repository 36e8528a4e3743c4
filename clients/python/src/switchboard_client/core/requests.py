"""What both forms of the client send with httpx."""

from collections.abc import Callable
from secrets import token_hex
from typing import Any

import httpx

from switchboard_client.core.effects import Response, Send

KEY_BYTES = 16
# Switchboard answers within 29 seconds, or API Gateway does in its place.
TIMEOUT_SECONDS = 35.0
PATIENCE_SECONDS = 120.0


def new_key() -> str:
    """Return a key that nobody can foresee: 32 hex digits."""
    return token_hex(KEY_BYTES)


def arguments(base_url: str, send: Send) -> dict[str, Any]:
    """Return what httpx is asked to send. No redirect is followed: none could be trusted with a token."""
    headers = {"Authorization": f"Bearer {send.token}", "Accept": "application/json"}
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


Clock = Callable[[], float]
