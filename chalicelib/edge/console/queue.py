"""What has no final state: open operations, and those that only a person can settle, each with what can be done."""

from typing import Any

from chalicelib.application.review.search_operations import SearchCommand
from chalicelib.application.review.sign_in import Session
from chalicelib.domain.operation.operation import FOR_A_PERSON
from chalicelib.domain.review.desk.filters import Filter
from chalicelib.edge.answer import Answer
from chalicelib.edge.console.addresses import address
from chalicelib.edge.console.desk import CONSOLE, Desk
from chalicelib.edge.console.rendering import page
from chalicelib.edge.console.search import rows
from chalicelib.edge.console.words import state_of

QUEUE = f"{CONSOLE}/open"


def show_queue(desk: Desk, session: Session) -> Answer:
    """Show the queue; open ones by their index, the others by two searches, which read no more than any search."""
    queue = desk.console.list_open.execute(desk.visit(session))
    parts = [_of_state(desk, session, state.value) for state in sorted(FOR_A_PERSON)]
    return page(
        desk,
        "queue.html",
        session,
        rows=rows(queue.found),
        is_complete=queue.is_complete,
        parts_of_queue=parts,
        narrowed=lambda name, value: address({}, **{name: str(value)}),
    )


def _of_state(desk: Desk, session: Session, state: str) -> dict[str, Any]:
    found = desk.serving.search.execute(SearchCommand(desk.visit(session), Filter(state=state)))
    given = {"state": state}
    return {
        "state": state_of(state),
        "code": state,
        "rows": rows(found.found),
        "examined": found.examined,
        "on": None if found.older is None else address(given, cursor=found.older),
    }
