"""The reviewers' resources; each view is read, execute, represent."""

from collections.abc import Callable

from chalice.app import Chalice

from chalicelib.edge.answer import Answer
from chalicelib.edge.console import routes as console
from chalicelib.edge.exchange import Exchange
from chalicelib.edge.representation import Document, to_json
from chalicelib.edge.review import custody
from chalicelib.edge.review.container import ReviewContainer
from chalicelib.edge.review.documents import (
    OPERATIONS,
    page_document,
    statistics_document,
    timeline_document,
    verdict_document,
)
from chalicelib.edge.review.questions import count_command, search_command, show_command, verify_command
from chalicelib.edge.review.verdict_counts import noted
from chalicelib.edge.routes import health, nowhere, problems
from chalicelib.edge.routes.resource import Resource, serve

OPERATION = f"{OPERATIONS}/{{operation_id}}"
STATISTICS = "/v1/audit/stats"
VERIFICATION = "/v1/audit/verification"


def register(app: Chalice, container: Callable[[], ReviewContainer]) -> None:
    """Register every route of the reviewers' API; the middleware must be installed on the same app."""
    for resource in (
        *_resources(container),
        *custody.resources(container),
        *console.resources(container),
        health.RESOURCE,
        problems.RESOURCE,
    ):
        serve(app, resource)
    nowhere.serve_nowhere(app)


def _resources(container: Callable[[], ReviewContainer]) -> tuple[Resource, ...]:
    def search_operations(exchange: Exchange) -> Answer:
        """Answer with a page of operations, newest first."""
        page = container().search.execute(search_command(exchange))
        return _answer(page_document(page, exchange.links))

    def show_operation(exchange: Exchange) -> Answer:
        """Answer with everything that the audit tells of one operation."""
        timeline = container().show.execute(show_command(exchange))
        return _answer(timeline_document(timeline, exchange.links), timeline.chain.operation_id)

    def count_operations(exchange: Exchange) -> Answer:
        """Answer with counts by day, state and rule."""
        return _answer(statistics_document(container().count.execute(count_command(exchange))))

    def verify_audit(exchange: Exchange) -> Answer:
        """Answer with the verdict over a span or an operation."""
        return _answer(verdict_document(noted(container().verify.execute(verify_command(exchange)))))

    return (
        Resource(OPERATIONS, {"GET": search_operations}),
        Resource(OPERATION, {"GET": show_operation}),
        Resource(STATISTICS, {"GET": count_operations}),
        Resource(VERIFICATION, {"GET": verify_audit}),
    )


def _answer(document: dict[str, Document], operation_id: str | None = None) -> Answer:
    headers = {"Content-Type": "application/json"}
    return Answer(to_json(document), status_code=200, headers=headers, operation_id=operation_id)
