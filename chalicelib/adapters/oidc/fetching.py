"""One document of the identity provider: over our own transport, by an absolute deadline, and never elsewhere than asked."""

import json
import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from chalicelib.adapters.http.exchange import Exchange
from chalicelib.adapters.http.opening import Resolver, system_addresses
from chalicelib.adapters.http.transport import HttpRequest, Transport
from chalicelib.application.ports import Clock
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

OK = 200
CALLERS_FAULT = range(400, 500)
FRESH = math.inf  # a connection of its own: keys are fetched every few minutes at most
HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Switchboard"}


class DocumentError(Exception):
    """No JSON object came; the text says why, and quotes nothing that came."""


class RefusedError(DocumentError):
    """The provider answered, and refused what was sent."""


@dataclass(frozen=True, slots=True)
class Documents:
    """Fetches JSON documents, each within `seconds`. Redirects are no answer, and nothing is tried again."""

    transport: Transport
    clock: Clock
    seconds: float
    resolve: Resolver = system_addresses

    def fetch(self, url: str) -> Mapping[str, Any]:
        """Return a document.

        Raises:
            DocumentError: it did not come, not in time, or is no JSON object.
        """
        return self._exchange(HttpRequest("GET", url, HEADERS))

    def send_form(self, url: str, fields: Mapping[str, str]) -> Mapping[str, Any]:
        """Return the document that answers a form; it is sent once.

        Raises:
            RefusedError: what was sent is refused.
            DocumentError: as `fetch`.
        """
        headers = {**HEADERS, "Content-Type": "application/x-www-form-urlencoded"}
        return self._exchange(HttpRequest("POST", url, headers, urlencode(fields).encode()))

    def _exchange(self, request: HttpRequest) -> Mapping[str, Any]:
        deadline = Deadline.after(self.clock.monotonic, self.seconds)
        exchange = Exchange(deadline, lambda: self.clock.now().timestamp(), FRESH, self.resolve)
        try:
            answer = self.transport.send(request, exchange)
        except Exception as error:
            raise DocumentError(type(error).__name__) from error
        if answer.status != OK:
            failure = RefusedError if answer.status in CALLERS_FAULT else DocumentError
            msg = f"status {answer.status}"
            raise failure(msg)
        return _object(answer.body)


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        msg = "no JSON"
        raise DocumentError(msg) from error
    if not isinstance(document, dict):
        msg = "no JSON object"
        raise DocumentError(msg)
    return document
