"""One operation: its events in words, oldest first, with what they hold beside; its contact fields for a role and a reason."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from chalicelib.application.review.search_operations import Found
from chalicelib.application.review.show_operation import ContactState, ShowCommand, ShownEvent, Timeline
from chalicelib.application.review.sign_in import Session
from chalicelib.domain.review.desk.chain import Chain
from chalicelib.domain.review.desk.reviewer import Role
from chalicelib.edge.answer import Answer
from chalicelib.edge.console.addresses import address
from chalicelib.edge.console.desk import CONSOLE, Desk
from chalicelib.edge.console.forms import read_form
from chalicelib.edge.console.rendering import page
from chalicelib.edge.console.search import rows
from chalicelib.edge.review.query import REASON_MESSAGE, is_sound_reason
from chalicelib.edge.review.questions import show_command

OPERATION = f"{CONSOLE}/operations/{{operation_id}}"


def show_operation(desk: Desk, session: Session) -> Answer:
    """Show an operation with its contact fields masked."""
    return operation_page(desk, session, desk.serving.show.execute(command_of(desk, session)))


def unmask_operation(desk: Desk, session: Session) -> Answer:
    """Show an operation with its contact fields opened; without a sound reason, as before, and what is wrong with it."""
    reason = read_form(desk, session).get("reason", "").strip()
    command = command_of(desk, session)
    if not is_sound_reason(reason):
        timeline = desk.serving.show.execute(command)
        return operation_page(desk, session, timeline, status=400, fault=REASON_MESSAGE, reason=reason)
    unmasking = replace(command, visit=desk.visit(session, reason), unmask=True)
    return operation_page(desk, session, desk.serving.show.execute(unmasking), reason=reason)


def command_of(desk: Desk, session: Session) -> ShowCommand:
    """Return the question for the operation of the address, its contact fields masked."""
    return replace(show_command(desk.exchange, session.token), visit=desk.visit(session), unmask=False)


def operation_page(  # noqa: PLR0913 (the parts of one page)
    desk: Desk,
    session: Session,
    timeline: Timeline,
    *,
    status: int = 200,
    fault: str | None = None,
    evidence_fault: str | None = None,
    reason: str = "",
) -> Answer:
    """Return the page of an operation; a fault is told beside the field of its reason."""
    (row,) = rows([Found(timeline.chain, timeline.client, timeline.candidate)])
    answer = page(
        desk,
        "operation.html",
        session,
        status=status,
        row=row,
        request_id=timeline.chain.first.get("request_id"),
        events=[_event(number, shown) for number, shown in enumerate(timeline.events, 1)],
        contact_state=timeline.contact_state.value,
        contact=timeline.contact,
        may_unmask=Role.UNMASK in session.roles and timeline.contact_state is ContactState.MASKED,
        fault=fault,
        evidence_fault=evidence_fault,
        reason=reason,
        narrowed=lambda name, value: address({}, **{name: str(value)}),
    )
    answer.operation_id = timeline.chain.operation_id
    return answer


def _event(number: int, shown: ShownEvent) -> dict[str, Any]:
    alone = Chain("", (shown.event,))
    return {
        "number": number,
        "title": shown.title,
        "kind": shown.event.kind,
        "at": alone.begun_at,
        "state": alone.state,
        "words": shown.words,
        "members": list(_flat(shown.members)),
        "hash": shown.event.hash,
    }


def _flat(members: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield members by the path to them."""
    for name, value in members.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value
