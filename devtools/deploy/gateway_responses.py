"""The answers that API Gateway makes itself, as problems (RFC 9457) that a page may read.

One table serves both the template (`GatewayResponses` of the REST API) and the local stand-in, so that what a developer
sees at home is what the deployed gateway says. Why the origin is `*` here: docs/adr/0006-gateway-responses-cors.md.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.errors import BodyTooLargeError, NotFoundError
from chalicelib.edge.links import Links
from chalicelib.edge.middleware import SECURITY_HEADERS
from chalicelib.edge.problems.facts import MEDIA_TYPE
from chalicelib.edge.problems.kinds import ProblemType
from chalicelib.edge.problems.table import INTERNAL_ERROR, PROBLEM_TYPES

LOCAL_LINKS = Links()
REQUEST_ID = "$context.requestId"
# The app's own headers; a constant of the template stands in single quotes, so it cannot hold any.
HEADERS: Mapping[str, str] = {
    **{name: value for name, value in SECURITY_HEADERS.items() if "'" not in value},
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Retry-After, X-Request-Id",
    "Content-Type": MEDIA_TYPE,
    "Vary": "Origin",
}


@dataclass(frozen=True, slots=True)
class GatewayResponse:
    """One kind of answer; `slug` names its problem type, None when it has none.

    `status` None leaves the number to the gateway, `retry_after_seconds` None says nothing.
    """

    slug: str | None
    title: str
    detail: str
    status: int | None = None
    retry_after_seconds: int | None = None
    safe_to_retry_with_new_key: bool | None = None

    def body(self, request_id: str, links: Links = LOCAL_LINKS) -> str:
        """Return the problem as JSON; members without a value are left out."""
        members = {
            "type": "about:blank" if self.slug is None else links.problem_type(self.slug),
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "request_id": request_id,
            "retry_after_seconds": self.retry_after_seconds,
            "safe_to_retry_with_new_key": self.safe_to_retry_with_new_key,
        }
        return json.dumps({name: value for name, value in members.items() if value is not None})

    def headers(self) -> dict[str, str]:
        """Return the headers that never vary."""
        if self.retry_after_seconds is None:
            return dict(HEADERS)
        return {**HEADERS, "Retry-After": str(self.retry_after_seconds)}

    def template(self, links: Links) -> dict[str, Any]:
        """Return the entry of the template's `GatewayResponses`; a constant is quoted, an expression is not."""
        constants = {name: f"'{value}'" for name, value in self.headers().items()}
        return {
            **({} if self.status is None else {"StatusCode": self.status}),
            "ResponseParameters": {"Headers": {**constants, "X-Request-Id": "context.requestId"}},
            "ResponseTemplates": {"application/json": self.body(REQUEST_ID, links)},
        }


def _like(row: ProblemType, status: int | None) -> GatewayResponse:
    """Return the answer for a kind of problem that the app knows too."""
    return GatewayResponse(row.slug, row.title, row.advice, status, None, row.safe_to_retry_with_new_key)


def _other(title: str, detail: str, status: int | None = None, retry_after: int | None = None) -> GatewayResponse:
    """Return the answer for a refusal that only the gateway makes; the app was not reached, so what it knows is not told."""
    return GatewayResponse(None, title, detail, status, retry_after, safe_to_retry_with_new_key=False)


_NOTHING_HERE = _like(PROBLEM_TYPES[NotFoundError], 404)
# Types that are left out fall back on one of the two defaults. The function may have booked before it was lost.
RESPONSES: Mapping[str, GatewayResponse] = {
    "DEFAULT_4XX": _other("Request refused", "The gateway refused the request, and sent nothing."),
    "DEFAULT_5XX": _like(INTERNAL_ERROR, None),
    "INTEGRATION_FAILURE": _like(INTERNAL_ERROR, 502),
    "INTEGRATION_TIMEOUT": _like(INTERNAL_ERROR, 504),
    "MISSING_AUTHENTICATION_TOKEN": _NOTHING_HERE,
    "REQUEST_TOO_LARGE": _like(PROBLEM_TYPES[BodyTooLargeError], 413),
    "RESOURCE_NOT_FOUND": _NOTHING_HERE,
    "WAF_FILTERED": _other(
        "Too Many Requests",
        "One address sends more requests than are taken, and this one sent nothing. Wait some minutes, then send the same again.",
        429,
        300,
    ),
    "THROTTLED": _other(
        "Too Many Requests",
        "More requests arrive than the gateway takes, and this one sent nothing. Wait a little, then send the same again.",
        429,
        1,
    ),
}


def template(links: Links) -> dict[str, Any]:
    """Return the value of `GatewayResponses` for the template of a stage."""
    return {name: response.template(links) for name, response in RESPONSES.items()}
