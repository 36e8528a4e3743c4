"""Describe what comes in and what goes out over HTTP, free of sockets."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import formatdate
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

_BODILESS = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


@dataclass(frozen=True)
class Request:
    """Hold one request as it arrived."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    arrived: datetime
    connection: int
    is_complete: bool = True

    @property
    def path(self) -> str:
        """Return the target's path without its query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """Return the query's values by lower-case name; of repeated names the first counts."""
        pairs = parse_qsl(urlsplit(self.target).query, keep_blank_values=True)
        return {name.lower(): value for name, value in reversed(pairs)}

    def header(self, name: str) -> str | None:
        """Return a header's value whatever the case of its name; repeated headers are joined by commas."""
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(found) if found else None


@dataclass(frozen=True)
class Answer:
    """Hold one HTTP answer; `declared_length` lets Content-Length lie on purpose."""

    status: int
    content_type: str | None = None
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    declared_length: int | None = None

    def head(self, *extra: tuple[str, str]) -> bytes:
        """Return the status line and headers up to and with the empty line."""
        lines = [f"HTTP/1.1 {self.status} {_phrase(self.status)}"]
        lines += [f"{name}: {value}" for name, value in (*self._described(), *self.headers, *extra)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")

    def _described(self) -> list[tuple[str, str]]:
        described = [("Date", formatdate(usegmt=True)), ("Server", "sandbox"), ("Cache-Control", "no-cache")]
        if self.content_type is not None:
            described.append(("Content-Type", self.content_type))
        if self.status not in _BODILESS:
            length = len(self.body) if self.declared_length is None else self.declared_length
            described.append(("Content-Length", str(length)))
        return described


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
