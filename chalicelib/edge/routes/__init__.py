"""One module a resource; each view is read, execute, represent."""

from collections.abc import Callable

from chalice.app import Chalice

from chalicelib.edge.container import Container
from chalicelib.edge.routes import health, nowhere, operations, phonechat, problems
from chalicelib.edge.routes.resource import serve


def register(app: Chalice, container: Callable[[], Container]) -> None:
    """Register every route of the service; the middleware must be installed on the same app."""
    for resource in (phonechat.resource(container), operations.resource(container), health.RESOURCE, problems.RESOURCE):
        serve(app, resource)
    nowhere.serve_nowhere(app)
