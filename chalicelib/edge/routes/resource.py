"""How a path is served: its views, an explicit preflight, and a 405 of our own for every other method.

API Gateway knows only the methods that are registered and answers for the rest itself, so all of them are. There is no
`cors=` anywhere: Chalice's would make the gateway answer preflights with one fixed origin.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import wraps

from chalice.app import Chalice

from chalicelib import log
from chalicelib.domain.audit.event import told_request_id
from chalicelib.domain.errors import MethodNotAllowedError, NotFoundError, SwitchboardError
from chalicelib.edge.answer import Answer
from chalicelib.edge.container import EdgeSettings
from chalicelib.edge.cors import credentials_headers, preflight_headers
from chalicelib.edge.exchange import Exchange, current_exchange
from chalicelib.values import dataclass

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
NO_CONTENT = 204

View = Callable[[Exchange], Answer]

_REFUSED = "refuse_"


@dataclass(frozen=True, slots=True)
class Resource:
    """A path and its views by method; HEAD comes with GET.

    One of sign-in is there only where that is on, and a page may call it with its cookies.
    """

    path: str
    views: Mapping[str, View]
    is_of_sign_in: bool = False

    def is_offered(self, settings: EdgeSettings) -> bool:
        """Tell whether a deployment with these settings has it."""
        return settings.has_sign_in or not self.is_of_sign_in

    @property
    def allowed(self) -> tuple[str, ...]:
        """Return the methods that are served, in a fixed order."""
        served = {*self.views, "OPTIONS", *(["HEAD"] if "GET" in self.views else [])}
        return tuple(method for method in METHODS if method in served)


def serve(app: Chalice, resource: Resource) -> None:
    """Register a resource: each of its views, the preflight, and the refusal of all other methods."""

    def serve_view(methods: Sequence[str], view: View) -> None:
        route(app, resource.path, methods, of_sign_in(view) if resource.is_of_sign_in else view)

    for method, view in resource.views.items():
        serve_view([method, "HEAD"] if method == "GET" else [method], view)

    def preflight(exchange: Exchange) -> Answer:
        answer = preflight_answer(exchange, resource.allowed)
        answer.add_headers({"Allow": ", ".join(resource.allowed)})
        return answer

    def refuse(_: Exchange) -> Answer:
        raise MethodNotAllowedError("This path does not know this method.", allowed=resource.allowed)

    serve_view(["OPTIONS"], preflight)
    serve_view([method for method in METHODS if method not in resource.allowed], refuse)


def of_sign_in(view: View) -> View:
    """Return the same view where sign-in is on, and a 404 elsewhere; an allowed page may send it cookies, and get some."""

    @wraps(view)
    def answer(exchange: Exchange) -> Answer:
        settings = exchange.settings
        if not settings.has_sign_in and exchange.request.method != "OPTIONS":
            raise NotFoundError("There is nothing at this path.")
        answer = _told(view, exchange)
        if settings.has_sign_in:
            answer.add_headers(credentials_headers(exchange.origin, settings.allowed_origins))
        return answer

    return answer


def preflight_answer(exchange: Exchange, methods: Sequence[str]) -> Answer:
    """Return the answer of a preflight: what an allowed origin may send."""
    settings = exchange.settings
    headers = preflight_headers(exchange.origin, settings.allowed_origins, methods, settings.allowed_headers)
    return Answer("", status_code=NO_CONTENT, headers=headers)


def route(app: Chalice, path: str, methods: Sequence[str], view: View) -> None:
    """Register one view under a name of its own; any content type, so that a 415 is ours and not Chalice's."""
    place = re.sub(r"\W+", "_", path).strip("_").lower() or "root"
    name = f"{view.__name__}_{place}"
    app.route(path, methods=list(methods), name=name, content_types=["*/*"])(_answering(view))


def _told(view: View, exchange: Exchange) -> Answer:
    """Return what a view answers, or the problem that it ended in."""
    try:
        return view(exchange)
    except SwitchboardError as error:
        return exchange.problem(error)
    except Exception as error:  # noqa: BLE001 (what nobody foresaw is told by type and place, never by its text)
        log.failure("view.failed", error, request_id=told_request_id(exchange.request_id))
        return exchange.problem(error)


def allowed_methods(app: Chalice, path: str) -> tuple[str, ...]:
    """Return the methods that a path of the app serves; none when the path is unknown."""
    entries = app.routes.get(path, {})
    return tuple(method for method in METHODS if method in entries and _is_served(entries[method].view_name))


def _is_served(view_name: str) -> bool:
    return not view_name.startswith(_REFUSED)


def _answering(view: View) -> Callable[..., Answer]:
    """Return a view for Chalice: it takes the current exchange, and every error leaves it as a problem."""

    def answer(**_path_parameters: str) -> Answer:
        exchange = current_exchange()
        answer = _told(view, exchange)
        if exchange.request.method == "HEAD":
            answer.body = ""
        return answer

    return answer
