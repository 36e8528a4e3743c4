"""One document of the identity provider: over our own sockets, by an absolute deadline, and never elsewhere than asked."""

import json
import math
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import requests
from requests.structures import CaseInsensitiveDict

from chalicelib.adapters.http.answer import MAXIMUM_ANSWER_BYTES
from chalicelib.adapters.http.connection import UpstreamAdapter
from chalicelib.adapters.http.exchange import CURRENT, Exchange
from chalicelib.adapters.http.opening import Resolver, system_addresses
from chalicelib.application.ports import Clock
from chalicelib.domain.time_budget import Deadline

OK = 200
FRESH = math.inf  # a connection of its own: keys are fetched every few minutes at most


class DocumentError(Exception):
    """No JSON object came; the text says why, and quotes nothing that came."""


@dataclass(frozen=True, slots=True)
class Documents:
    """Fetches JSON documents, each within `seconds`. Redirects are no answer, and nothing is tried again."""

    adapter: UpstreamAdapter
    clock: Clock
    seconds: float
    resolve: Resolver = system_addresses

    def fetch(self, url: str) -> Mapping[str, Any]:
        """Return a document.

        Raises:
            DocumentError: it did not come, not in time, or is no JSON object.
        """
        deadline = Deadline.after(self.clock.monotonic, self.seconds)
        reset = CURRENT.set(Exchange(deadline, lambda: self.clock.now().timestamp(), FRESH, self.resolve))
        try:
            return _object(self._body(url))
        except DocumentError:
            raise
        except Exception as error:
            raise DocumentError(type(error).__name__) from error
        finally:
            CURRENT.reset(reset)

    def _body(self, url: str) -> bytes:
        request = requests.PreparedRequest()
        request.method, request.url, request.body = "GET", url, None
        request.headers = CaseInsensitiveDict(
            {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Switchboard"}
        )
        with closing(self.adapter.send(request, stream=True, timeout=self.seconds).raw) as response:
            if response.status != OK:
                msg = f"status {response.status}"
                raise DocumentError(msg)
            body: bytes = response.read(MAXIMUM_ANSWER_BYTES + 1, decode_content=False)
        if len(body) > MAXIMUM_ANSWER_BYTES:
            msg = "too large"
            raise DocumentError(msg)
        return body


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
