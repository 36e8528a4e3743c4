"""The head of the answer that counts, read strictly: the standard library repairs heads, and takes its time over it."""

import http.client
from http import HTTPStatus
from typing import Any

from chalicelib.adapters.http.framing import content_length, is_chunked, read_head

_NO_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
_OLD_VERSIONS = frozenset({"HTTP/0.9", "HTTP/1.0"})


class FinalAnswer(http.client.HTTPResponse):
    """The head of an answer, read past every interim one.

    The standard library passes over 100 only. A 102 or 103 would count as the whole answer, and the real one, arriving
    later, as the answer to the next request on the connection: to another caller. And it takes a length that it cannot read,
    or that is said twice, for none, and would go on reading until the deadline.
    """

    def begin(self) -> None:
        """Read heads until a final one, and how long its body is.

        Raises:
            http.client.HTTPException: it is not HTTP, is broken or cut off, or switches to a protocol that nobody asked for.
        """
        library: Any = self  # its types leave out what it expects of those who take this over
        status = int(HTTPStatus.CONTINUE)
        while HTTPStatus.CONTINUE <= status < HTTPStatus.OK and status != HTTPStatus.SWITCHING_PROTOCOLS:
            version, status, reason = library._read_status()  # noqa: SLF001 (its reader of status lines)
            self.headers = self.msg = read_head(self.fp)
        if status == HTTPStatus.SWITCHING_PROTOCOLS:
            raise http.client.UnknownProtocol("101")
        if not version.startswith("HTTP/1.") and version not in _OLD_VERSIONS:
            raise http.client.UnknownProtocol("not version 1")
        library.code = self.status = status
        self.reason = reason.strip()
        self.version = 10 if version in _OLD_VERSIONS else 11
        self._measure(library)

    def _measure(self, library: Any) -> None:  # noqa: ANN401 (see above)
        """Tell how the body ends: after a length, with its last chunk, or with the connection."""
        length = content_length(self.headers)
        self.chunked, self.chunk_left, self.length = is_chunked(self.headers), None, length
        self.will_close = library._check_close()  # noqa: SLF001 (its reader of `Connection`)
        if self.chunked:
            self.length = None
            self.will_close |= length is not None  # it contradicts itself: trust the connection no further
        elif self.status in _NO_BODY or library._method == "HEAD":  # noqa: SLF001 (the request's)
            self.length = 0  # whatever they say
        elif length is None:
            self.will_close = True
