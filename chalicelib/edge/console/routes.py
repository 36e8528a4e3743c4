"""The console's resources. What makes pages is loaded when the first one is asked for."""

from collections.abc import Callable, Sequence
from pathlib import Path

from chalicelib.domain.errors import NotFoundError
from chalicelib.edge.answer import Answer
from chalicelib.edge.console import entry, overview, queue, search, timeline
from chalicelib.edge.console.deeds import people, taking, verify
from chalicelib.edge.console.desk import CONSOLE, EXPORT, SIGN_IN, guarded, public
from chalicelib.edge.exchange import Exchange
from chalicelib.edge.pages.packaged import packaged
from chalicelib.edge.review.container import ReviewContainer
from chalicelib.edge.routes.resource import Resource

FILE = f"{CONSOLE}/files/{{file}}"
MEDIA_TYPES = {"console.css": "text/css; charset=utf-8", "console.js": "text/javascript; charset=utf-8"}
SHARED = "icon.svg"


def resources(container: Callable[[], ReviewContainer]) -> Sequence[Resource]:
    """Return the pages, and what they load."""
    return (
        Resource(CONSOLE, {"GET": guarded(container, search.show_search)}),
        Resource(
            timeline.OPERATION,
            {
                "GET": guarded(container, timeline.show_operation),
                "POST": guarded(container, timeline.unmask_operation),
            },
        ),
        Resource(
            EXPORT,
            {"GET": guarded(container, taking.show_export), "POST": guarded(container, taking.export_operations)},
        ),
        Resource(taking.EVIDENCE, {"POST": guarded(container, taking.take_evidence)}),
        Resource(overview.OVERVIEW, {"GET": guarded(container, overview.show_overview)}),
        Resource(queue.QUEUE, {"GET": guarded(container, queue.show_queue)}),
        Resource(
            verify.VERIFY,
            {"GET": guarded(container, verify.show_verify), "POST": guarded(container, verify.verify_records)},
        ),
        Resource(
            people.PEOPLE,
            {"GET": guarded(container, people.show_people), "POST": guarded(container, people.do_deed)},
        ),
        Resource(people.RETENTION, {"GET": guarded(container, people.show_retention)}),
        Resource(SIGN_IN, {"GET": public(container, entry.show_sign_in)}),
        Resource(entry.START, {"GET": public(container, entry.start_sign_in)}),
        Resource(entry.CALLBACK, {"GET": public(container, entry.end_sign_in)}),
        Resource(entry.SIGN_OUT, {"POST": guarded(container, entry.sign_out)}),
        Resource(entry.SIGNED_OUT, {"GET": public(container, entry.show_signed_out)}),
        Resource(entry.SESSION, {"POST": guarded(container, entry.change_session)}),
        Resource(FILE, {"GET": read_file}),
    )


def read_file(exchange: Exchange) -> Answer:
    """Answer with a file that pages load; only those that are named here are served."""
    name = (exchange.request.uri_params or {}).get("file", "")
    shared = packaged(name) if name == SHARED else None
    if shared is not None:
        media_type, text = shared
    elif name in MEDIA_TYPES:
        media_type, text = MEDIA_TYPES[name], (Path(__file__).parent / "files" / name).read_text(encoding="utf-8")
    else:
        raise NotFoundError("There is no file of this name.")
    return Answer(text, status_code=200, headers={"Content-Type": media_type})
