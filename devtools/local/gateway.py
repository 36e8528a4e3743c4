"""A local stand-in of API Gateway and Lambda: HTTP in, REST proxy events to the app, its answers out.

Like the platform, and unlike `chalice local`, it decodes path parameters, lets `{proxy+}` take several segments, keeps
repeated headers, and answers itself where the gateway would, from the same table as the template.
"""

import asyncio
import time
import traceback
import uuid
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from devtools.deploy.gateway_responses import RESPONSES
from devtools.local.paths import match_resource
from devtools.local.rest_event import HttpAnswer, HttpRequest, from_answer, to_event, wire_headers

MAXIMUM_BODY_BYTES = 10 * 1024 * 1024
FUNCTION_SECONDS = 26.0
INTEGRATION_SECONDS = 29.0
MAXIMUM_CONCURRENCY = 64

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]


class RestApplication(Protocol):
    """What a Chalice app is to Lambda: a handler, and to API Gateway: a table of resources and their methods."""

    routes: Mapping[str, Mapping[str, object]]

    def __call__(self, event: dict[str, Any], context: object) -> object:
        """Handle one event."""
        ...


@dataclass(frozen=True, slots=True)
class LambdaContext:
    """What Lambda tells a function about its call; the deadline is in seconds of `time.monotonic()`."""

    aws_request_id: str
    deadline: float
    function_name: str = "switchboard-local"
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 1024

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until the function's timeout."""
        return max(0, int((self.deadline - time.monotonic()) * 1000))


def gateway_answer(response_type: str, request_id: str, default_status: int) -> HttpAnswer:
    """Return the gateway's own answer of one kind; `default_status` holds where the template leaves the number open."""
    response = RESPONSES[response_type]
    headers = {**response.headers(), "X-Request-Id": request_id}
    status = default_status if response.status is None else response.status
    return HttpAnswer(status, wire_headers(headers.items()), response.body(request_id).encode())


@dataclass(frozen=True, slots=True)
class Gateway:
    """The ASGI application in front of one app.

    `entrances` are what paths may begin with before those of the app: a stage's name, or the base path of a domain.
    """

    app: RestApplication
    function_seconds: float = FUNCTION_SECONDS
    integration_seconds: float = INTEGRATION_SECONDS
    entrances: tuple[str, ...] = ("",)
    threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(MAXIMUM_CONCURRENCY, thread_name_prefix="function")
    )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP exchange."""
        request_id = str(uuid.uuid4())
        body = await _read_body(receive)
        answer = await self._answer(scope, body, request_id)
        headers = [*answer.headers, (b"content-length", str(len(answer.body)).encode())]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: Scope, body: bytes | None, request_id: str) -> HttpAnswer:
        """Return the app's answer, or the gateway's own where the app is not reached or fails."""
        asked = scope["raw_path"].decode("ascii", "replace")
        entrance = max((one for one in self.entrances if f"{asked}/".startswith(f"{one}/")), key=len, default=None)
        if entrance is None:
            return gateway_answer("MISSING_AUTHENTICATION_TOKEN", request_id, 403)
        raw_path = asked.removeprefix(entrance)
        match = match_resource(self.app.routes, raw_path)
        if match is None or scope["method"] not in self.app.routes[match.resource]:
            return gateway_answer("MISSING_AUTHENTICATION_TOKEN", request_id, 403)
        if body is None:
            return gateway_answer("REQUEST_TOO_LARGE", request_id, 413)
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
        address = scope["client"][0]
        query = scope["query_string"].decode("latin-1")
        request = HttpRequest(scope["method"], raw_path, query, headers, body, address, entrance)
        return await self._invoke(to_event(request, match, request_id), request_id)

    async def _invoke(self, event: dict[str, Any], request_id: str) -> HttpAnswer:
        """Call the function in a thread; a late one is left behind, as nothing can end a thread."""
        start = time.monotonic()
        context = LambdaContext(request_id, start + self.function_seconds)
        call = asyncio.get_running_loop().run_in_executor(self.threads, self.app, event, context)
        try:
            done, _ = await asyncio.wait([call], timeout=min(self.function_seconds, self.integration_seconds))
            return from_answer(await call) if done else self._too_late(request_id)
        except Exception:  # noqa: BLE001 (whatever a function raises is a function error)
            traceback.print_exc()
            return gateway_answer("INTEGRATION_FAILURE", request_id, 502)
        finally:
            call.cancel()

    def _too_late(self, request_id: str) -> HttpAnswer:
        """Return the answer for a function that Lambda or API Gateway, whichever comes first, gave up."""
        if self.integration_seconds <= self.function_seconds:
            return gateway_answer("INTEGRATION_TIMEOUT", request_id, 504)
        return gateway_answer("INTEGRATION_FAILURE", request_id, 502)


async def _read_body(receive: Receive) -> bytes | None:
    """Return the body, None when it is larger than the gateway takes; it is read to its end either way."""
    body = bytearray()
    too_large = False
    more = True
    while more:
        message = await receive()
        if not too_large:
            body += message.get("body", b"")
            too_large = len(body) > MAXIMUM_BODY_BYTES
        more = message["type"] == "http.request" and message.get("more_body", False)
    return None if too_large else bytes(body)
