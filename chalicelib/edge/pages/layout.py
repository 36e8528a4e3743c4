"""What all pages share: the frame, the files that it loads, and what a browser may do with it."""

from chalicelib.edge.answer import Answer
from chalicelib.edge.links import Links
from chalicelib.edge.pages.html import Html, element, joined

DOCS = "/docs"
# Nothing but our own files; no script or style in the page itself, no form that is sent, no frame.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)


def page(title: str, body: Html, links: Links, *, script: str | None = None) -> Html:
    """Return a page with the stylesheet, and with one of our scripts if it needs it."""
    head = [
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("link", rel="icon", type="image/svg+xml", href=links.path(f"{DOCS}/icon.svg")),
        element("link", rel="stylesheet", href=links.path(f"{DOCS}/page.css")),
    ]
    if script is not None:
        head.append(element("script", src=links.path(f"{DOCS}/{script}"), defer=""))
    whole = element("html", element("head", *head), element("body", body), lang="en")
    return joined(Html("<!doctype html>\n"), whole)


def page_answer(markup: Html, **headers: str) -> Answer:
    """Return the answer that shows a page."""
    told = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": CONTENT_SECURITY_POLICY}
    return Answer(markup, status_code=200, headers=told | headers)
