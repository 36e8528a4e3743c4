"""The page of a bundle, for people: complete in itself, it loads nothing and runs nothing."""

from datetime import datetime
from html import escape

from chalicelib.domain.audit.stored_event import StoredEvent, UnreadableEventError
from chalicelib.domain.review import wording
from chalicelib.domain.review.desk.titles import UNREADABLE, title_of
from chalicelib.domain.review.exports.bundle import Evidence

HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{name}</title>
<style>:root{{color-scheme:light dark}}body{{font:1rem/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}}
code{{overflow-wrap:anywhere}}</style></head><body><main><h1>The record of {name}</h1>
<p>Taken on {at}. {coverage}</p>
<p>This page is for reading. What proves it are the files beside it: <code>switchboard audit verify</code> checks them without a
network. Times are UTC.</p><ol>
"""


def page(evidence: Evidence, made_at: datetime) -> bytes:
    """Return the page, in UTF-8."""
    covered = len(evidence.digests)
    coverage = (
        f"{covered} signed digests cover it." if covered else "Its own chain covers it; no signed digest is here."
    )
    head = HEAD.format(name=escape(evidence.operation_id), at=f"{made_at:%Y-%m-%d %H:%M:%S} UTC", coverage=coverage)
    body = "\n".join(_event(event) for event in evidence.events)
    return f"{head}{body}\n</ol></main></body></html>\n".encode()


def _event(stored: bytes) -> str:
    try:
        event = StoredEvent.read(stored)
    except UnreadableEventError as error:
        return f"<li><h2>{UNREADABLE}</h2><p>{escape(str(error))}</p></li>"
    words = "".join(f"<p>{escape(sentence)}</p>" for sentence in wording.sentences(event))
    title = escape(title_of(event.kind, event.change))
    return f"<li><h2>{title}</h2><p>{event.at:%Y-%m-%d %H:%M:%S}</p>{words}<p><code>{event.hash}</code></p></li>"
