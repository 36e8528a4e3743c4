"""The pages that the `type` of a problem leads to."""

from chalicelib.domain.errors import NotFoundError
from chalicelib.edge.answer import Answer
from chalicelib.edge.exchange import Exchange
from chalicelib.edge.problems.table import BY_SLUG
from chalicelib.edge.request import header_values
from chalicelib.edge.routes.resource import Resource

PROBLEM = "/problems/{slug}"


def read_problem(exchange: Exchange) -> Answer:
    """Answer with what a problem type means and what to do next: as text, as JSON or as a page, by `Accept`."""
    row = BY_SLUG.get((exchange.request.uri_params or {}).get("slug", ""))
    if row is None:
        raise NotFoundError("There is no problem type of this name.")
    from chalicelib.edge.pages.problem import problem_answer  # noqa: PLC0415 (no booking waits for pages)

    return problem_answer(row, header_values(exchange.request, "accept"), exchange.links)


RESOURCE = Resource(PROBLEM, {"GET": read_problem})
