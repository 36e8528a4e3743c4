"""Pages out of templates. Whatever is put into one is escaped; a name that a template does not know fails the page."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chalicelib.application.review.sign_in import Session
from chalicelib.edge.answer import Answer
from chalicelib.edge.console import times
from chalicelib.edge.console.words import STATES, state_of
from chalicelib.edge.exchange import Exchange
from chalicelib.edge.review.query import LONGEST_REASON, SHORTEST_REASON

# Nothing but our own files; nothing in a page itself, no form to elsewhere, no frame.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
SEE_OTHER = 303


class Shown(Protocol):
    """What a page needs to know of the request that it answers."""

    @property
    def exchange(self) -> Exchange:
        """Return the request."""
        ...


def page(
    asked: Shown,
    template: str,
    session: Session | None = None,
    *,
    status: int = 200,
    **context: Any,  # noqa: ANN401 (whatever a template shows)
) -> Answer:
    """Return the answer that shows a template to who is signed in, or to anybody."""
    exchange = asked.exchange
    told = {"session": session, "path": exchange.links.path, "request_id": exchange.request_id, **context}
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": CONTENT_SECURITY_POLICY}
    markup = _templates().get_template(template).render(told)
    markup = markup.encode(
        errors="replace"
    ).decode()  # half of a pair of characters, as a forged record may hold, is none
    return Answer(markup, status_code=status, headers=headers)


def redirect(address: str) -> Answer:
    """Return the answer that leads a browser on."""
    return Answer("", status_code=SEE_OTHER, headers={"Location": address, "Content-Type": "text/plain"})


@cache
def _templates() -> Environment:
    """Return the templates; each is compiled once, when it is asked for first."""
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    made = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(local=times.local, utc=times.utc, state=state_of, text=_text)
    made.globals.update(STATES=STATES, SHORTEST_REASON=SHORTEST_REASON, LONGEST_REASON=LONGEST_REASON)
    return made


def _text(value: object) -> str:
    """Return the value of a member as text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
