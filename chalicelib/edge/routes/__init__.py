"""One module a resource; each view is read, execute, represent."""

from collections.abc import Callable, Sequence

from chalice.app import Chalice

from chalicelib.edge.container import Container
from chalicelib.edge.routes import (
    changes,
    documentation,
    health,
    nowhere,
    operations,
    phonechat,
    problems,
    reads,
    sign_in,
    validation,
)
from chalicelib.edge.routes.resource import Resource, serve


def resources(container: Callable[[], Container]) -> Sequence[Resource]:
    """Return everything that is served, in the order in which it is told of."""
    served = (
        phonechat.resource(container),
        validation.resource(container),
        *reads.resources(container),
        *changes.resources(container),
        operations.resource(container),
        *sign_in.resources(container),
        health.RESOURCE,
        problems.RESOURCE,
    )
    return (*served, *documentation.resources(served))


def register(app: Chalice, container: Callable[[], Container]) -> None:
    """Register every route of the service; the middleware must be installed on the same app."""
    for resource in resources(container):
        serve(app, resource)
    nowhere.serve_nowhere(app)
