"""One request being answered: what every view and every step of the middleware may know about it.

It travels in a context variable and not on the app, whose `current_request` is shared by all threads.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from chalice.app import Request

from chalicelib.edge.answer import Answer
from chalicelib.edge.container import EdgeSettings
from chalicelib.edge.entrance import entrance
from chalicelib.edge.links import Links
from chalicelib.edge.problems.response import problem_response
from chalicelib.edge.request import header_values
from chalicelib.values import dataclass

_CURRENT: ContextVar["Exchange"] = ContextVar("exchange")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request with its id and the settings that it is answered under.

    `fault` is there when the use cases could not be made, so that no request can be served.
    """

    request: Request
    request_id: str
    settings: EdgeSettings
    fault: Exception | None = None

    @property
    def origin(self) -> str | None:
        """Return the Origin header; None without one and when it was sent twice."""
        origins = header_values(self.request, "origin")
        return origins[0] if len(origins) == 1 else None

    @property
    def links(self) -> Links:
        """Return the addresses as the entrance that the request came through has them."""
        return self.settings.links.at(entrance(self.request))

    def problem(self, error: Exception) -> Answer:
        """Return the answer for an error; its instance is the path, unless that holds text of the caller."""
        instance = None if "{" in self.request.path else self.request.path
        may_send = self.request.method == "POST"
        return problem_response(error, self.request_id, instance, self.links, may_send=may_send)


@contextmanager
def opened(exchange: Exchange) -> Iterator[None]:
    """Make an exchange the current one of this thread."""
    reset = _CURRENT.set(exchange)
    try:
        yield
    finally:
        _CURRENT.reset(reset)


def current_exchange() -> Exchange:
    """Return the exchange that this thread is working on."""
    return _CURRENT.get()
