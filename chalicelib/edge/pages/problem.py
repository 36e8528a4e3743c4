"""A kind of problem, told as whoever asks wants to read it."""

from collections.abc import Sequence

from chalicelib.edge.answer import Answer
from chalicelib.edge.links import Links
from chalicelib.edge.pages.html import Html, element, inline, joined, table
from chalicelib.edge.pages.layout import DOCS, page, page_answer
from chalicelib.edge.pages.negotiation import preferred
from chalicelib.edge.pages.problem_texts import (
    RETRY_AFTER,
    SAME_KEY,
    new_key_text,
    page_document,
    page_text,
    statuses,
)
from chalicelib.edge.problems.kinds import ProblemType
from chalicelib.edge.problems.table import BY_SLUG
from chalicelib.edge.representation import to_json

_TEXT, _JSON, _HTML = "text/plain", "application/json", "text/html"
_VARY = "Origin, Accept"


def problem_answer(row: ProblemType, accept: Sequence[str], links: Links) -> Answer:
    """Return what a problem means, in the form that is wanted most; `accept` are the values of the header."""
    wanted = preferred(accept, (_TEXT, _JSON, _HTML))
    if wanted == _HTML:
        return page_answer(problem_page(row, links), Vary=_VARY)
    if wanted == _JSON:
        return Answer(to_json(page_document(row)), status_code=200, headers={"Content-Type": _JSON, "Vary": _VARY})
    headers = {"Content-Type": f"{_TEXT}; charset=utf-8", "Vary": _VARY}
    return Answer(page_text(row), status_code=200, headers=headers)


def problem_page(row: ProblemType, links: Links) -> Html:
    """Return what a problem means and what to do next, for people."""
    told = [
        ("Type", row.slug),
        ("Status", ", ".join(map(str, statuses(row)))),
        ("The same request under its key", SAME_KEY[row.same_key]),
        ("A new key", new_key_text(row)),
        ("Retry-After", RETRY_AFTER[row.waits]),
    ]
    terms = [joined(element("dt", name), element("dd", text)) for name, text in told]
    main = element(
        "main",
        element("p", element("a", "The reference of the API", href=links.path(DOCS))),
        element("h1", row.title),
        element("p", inline(row.advice), class_="lead"),
        element("dl", *terms),
        element("h2", "Other problems"),
        problems_table(links),
    )
    return page(f"{row.title} · Switchboard", main, links)


def problems_table(links: Links) -> Html:
    """Return what may be done after each problem."""
    rows = [
        (
            element("a", row.slug, href=links.path(f"/problems/{row.slug}")),
            ", ".join(map(str, statuses(row))),
            row.title,
            SAME_KEY[row.same_key],
            RETRY_AFTER[row.waits],
        )
        for row in BY_SLUG.values()
    ]
    return table(("problem", "status", "when", "same request, same key", "Retry-After"), rows)
