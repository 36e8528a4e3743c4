"""The declared changes of AdultWork, each under the upstream's own path. What makes them is loaded at the first call."""

from collections.abc import Callable, Sequence

from chalicelib.domain.changing.change import Change
from chalicelib.domain.changing.changes import CHANGES
from chalicelib.edge.answer import Answer
from chalicelib.edge.container import Container
from chalicelib.edge.exchange import Exchange
from chalicelib.edge.routes.resource import Resource, View


def resources(container: Callable[[], Container], changes: Sequence[Change] = CHANGES) -> tuple[Resource, ...]:
    """Return a resource for each change."""
    return tuple(Resource(change.path, {"POST": _view(container, change)}) for change in changes)


def _view(container: Callable[[], Container], change: Change) -> View:
    """Return what makes a change."""

    def make_change(exchange: Exchange) -> Answer:
        from chalicelib.edge.changing import views  # noqa: PLC0415 (no booking waits for it)

        return views.make(exchange, container().changes(), change)

    return make_change
