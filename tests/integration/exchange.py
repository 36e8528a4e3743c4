"""One HTTP exchange with the app, down to repeated headers and exact bytes."""

import http.client
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

PATIENCE_SECONDS = 40
SLACK_SECONDS = 2.9  # what a busy machine may add to an answer; less than any limit that is not set to be short
PROBLEM = "application/problem+json"
CHALLENGE = "x-amzn-Remapped-WWW-Authenticate"  # what the gateway makes of WWW-Authenticate


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `seconds` is how long it took."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    seconds: float

    def header(self, name: str) -> str | None:
        """Return the one value of a header, None without it; a repeated one fails the test."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(values) <= 1, f"{name} came {len(values)} times"
        return values[0] if values else None

    @property
    def document(self) -> dict[str, Any]:
        """Return the JSON object of the body, its decimals exact."""
        document = json.loads(self.body, parse_float=Decimal)
        assert isinstance(document, dict)
        return document

    @property
    def slug(self) -> str | None:
        """Return the name of the problem type; None when the answer is no problem."""
        if self.header("Content-Type") != PROBLEM:
            return None
        return str(self.document["type"]).removeprefix("/problems/")

    @property
    def kind(self) -> tuple[int, str | None]:
        """Return what most tests compare: the status, and the problem if it is one."""
        return self.status, self.slug


def send(
    url: str, method: str, path: str, headers: Mapping[str, str] | Iterable[tuple[str, str]] = (), body: bytes = b""
) -> Answer:
    """Send one request on a connection of its own; nothing is added to its headers but Host and Content-Length."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    address = urlsplit(url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=PATIENCE_SECONDS)
    started = time.monotonic()
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in (*pairs, ("Content-Length", str(len(body)))):
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        content = response.read()
        return Answer(response.status, tuple(response.getheaders()), content, time.monotonic() - started)
    finally:
        connection.close()


def require_problem(answer: Answer, status: int, slug: str) -> dict[str, Any]:
    """Check that an answer is a whole problem of one kind; return its document."""
    assert answer.kind == (status, slug), answer.body
    document = answer.document
    assert document["status"] == status
    assert document["request_id"] == answer.header("X-Request-Id")
    assert all(document[member] for member in ("title", "detail"))
    return document
