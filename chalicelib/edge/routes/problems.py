"""The pages that the `type` of a problem leads to."""

from chalicelib.domain.errors import NotFoundError
from chalicelib.edge.answer import Answer
from chalicelib.edge.exchange import Exchange
from chalicelib.edge.negotiation import preferred
from chalicelib.edge.problems.pages import page_document, page_text
from chalicelib.edge.problems.table import BY_SLUG
from chalicelib.edge.representation import to_json
from chalicelib.edge.request import header_values
from chalicelib.edge.routes.resource import Resource

PROBLEM = "/problems/{slug}"
_TEXT, _JSON, _HTML = "text/plain", "application/json", "text/html"
_VARY = "Origin, Accept"


def read_problem(exchange: Exchange) -> Answer:
    """Answer with what a problem type means and what to do next: as text, as JSON or as a page, by `Accept`."""
    row = BY_SLUG.get((exchange.request.uri_params or {}).get("slug", ""))
    if row is None:
        raise NotFoundError("There is no problem type of this name.")
    wanted = preferred(header_values(exchange.request, "accept"), (_TEXT, _JSON, _HTML))
    if wanted == _HTML:
        from chalicelib.edge.pages.layout import page_answer  # noqa: PLC0415 (no booking waits for pages)
        from chalicelib.edge.pages.problem import problem_page  # noqa: PLC0415 (the same)

        return page_answer(problem_page(row, exchange.links), Vary=_VARY)
    if wanted == _JSON:
        body, kind = to_json(page_document(row)), _JSON
    else:
        body, kind = page_text(row), f"{_TEXT}; charset=utf-8"
    return Answer(body, status_code=200, headers={"Content-Type": kind, "Vary": _VARY})


RESOURCE = Resource(PROBLEM, {"GET": read_problem})
