"""The pages that the `type` of a problem leads to."""

from chalicelib.domain.errors import NotFoundError
from chalicelib.edge.answer import Answer
from chalicelib.edge.exchange import Exchange
from chalicelib.edge.problems.table import BY_SLUG
from chalicelib.edge.routes.resource import Resource


def read_problem(exchange: Exchange) -> Answer:
    """Answer with the title, the usual status and the advice of a problem type."""
    row = BY_SLUG.get((exchange.request.uri_params or {}).get("slug", ""))
    if row is None:
        raise NotFoundError("There is no problem type of this name.")
    page = f"{row.title}\n\nProblem type: {row.slug}\nUsual status: {row.status:d}\n\n{row.advice}\n"
    return Answer(page, status_code=200, headers={"Content-Type": "text/plain; charset=utf-8"})


RESOURCE = Resource("/problems/{slug}", {"GET": read_problem})
