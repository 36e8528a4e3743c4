"""The declared reads of AdultWork, each under the upstream's own path."""

from collections.abc import Callable, Sequence

from chalicelib.domain.reading.asking import asked_with
from chalicelib.domain.reading.endpoint import Endpoint
from chalicelib.domain.reading.endpoints import ENDPOINTS
from chalicelib.edge.answer import Answer
from chalicelib.edge.container import Container
from chalicelib.edge.exchange import Exchange
from chalicelib.edge.representation import to_json
from chalicelib.edge.request import bearer_token, seconds_left
from chalicelib.edge.routes.resource import Resource, View

OK = 200


def resources(container: Callable[[], Container], endpoints: Sequence[Endpoint] = ENDPOINTS) -> tuple[Resource, ...]:
    """Return a resource for each endpoint."""
    return tuple(Resource(endpoint.path, {"GET": _view(container, endpoint)}) for endpoint in endpoints)


def _view(container: Callable[[], Container], endpoint: Endpoint) -> View:
    """Return what reads an endpoint."""

    def read(exchange: Exchange) -> Answer:
        token = bearer_token(exchange.request)
        given = exchange.request.to_original_event().get("multiValueQueryStringParameters") or {}
        asked = asked_with(endpoint.parameters, given)
        told = container().read_endpoint().execute(endpoint, asked, token, seconds_left(exchange.request))
        return Answer(to_json(told), status_code=OK, headers={"Content-Type": "application/json"})

    return read
