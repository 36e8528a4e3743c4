"""People, for custodians: the register, holds and erasures; and for how long records are kept. No address names anybody."""

import re
from typing import Any

from chalicelib.application.people.erase_person import EraseCommand
from chalicelib.application.people.hold_person import HoldAnswer, HoldCommand
from chalicelib.application.people.show_person import PersonCommand
from chalicelib.application.review.door import Visit
from chalicelib.application.review.sign_in import Session
from chalicelib.domain.errors import NotFoundError
from chalicelib.domain.people.person import Person
from chalicelib.domain.people.trace import REMAINS
from chalicelib.domain.reviewer_errors import ErasureRefusedError
from chalicelib.edge.answer import Answer
from chalicelib.edge.console.desk import CONSOLE, Desk
from chalicelib.edge.console.forms import read_form
from chalicelib.edge.console.rendering import page
from chalicelib.edge.problems.table import problem_type, status_of
from chalicelib.edge.review.query import REASON_MESSAGE, is_sound_reason
from chalicelib.edge.review.questions import HIGHEST_USER_ID

PEOPLE, RETENTION = f"{CONSOLE}/people", f"{CONSOLE}/retention"
DEEDS = {"look": "Look up", "hold": "Set a hold", "lift": "Lift the hold", "dry-run": "What would an erasure do?"}
ERASE = "erase"
NO_USER_ID = f"Write a UserID: a whole number from 1 to {HIGHEST_USER_ID}."
NO_DEED = "Choose what is to be done."

_USER_ID = re.compile(r"[0-9]{1,10}")


def show_people(desk: Desk, session: Session) -> Answer:
    """Show the form; nothing is read yet."""
    return _page(desk, session, {"user_id": "", "reason": session.reason or ""})


def do_deed(desk: Desk, session: Session) -> Answer:
    """Do what a custodian asked for, and show what became of it; a form that cannot be used says why."""
    given = read_form(desk, session)
    form = {name: given.get(name, "").strip() for name in ("user_id", "reason")}
    deed, reason = given.get("deed", ""), form["reason"]
    if fault := _fault(form["user_id"], reason, deed):
        return _page(desk, session, form, status=400, problem="invalid-query", fault=fault)
    visit = desk.visit(session, reason or None)
    try:
        told = _done(desk, visit, deed, int(form["user_id"]))
    except (ErasureRefusedError, NotFoundError) as error:
        violations = error.violations if isinstance(error, ErasureRefusedError) else ()
        obstacles = [violation.message for violation in violations]
        slug = problem_type(error).slug
        return _page(
            desk, session, form, status=int(status_of(error)), problem=slug, fault=str(error), obstacles=obstacles
        )
    return _page(desk, session, form, **told)


def show_retention(desk: Desk, session: Session) -> Answer:
    """Show for how long each class of records is kept, and how many people's have no end."""
    return page(desk, "retention.html", session, answer=desk.serving.custody.retention.execute(desk.visit(session)))


def _fault(user_id: str, reason: str, deed: str) -> str | None:
    """Say what is wrong with a form; a look needs no reason, and one that is told has to be sound."""
    if not _USER_ID.fullmatch(user_id) or not 1 <= int(user_id) <= HIGHEST_USER_ID:
        return NO_USER_ID
    if deed not in {*DEEDS, ERASE}:
        return NO_DEED
    is_told = reason or deed != "look"
    return REASON_MESSAGE if is_told and not is_sound_reason(reason) else None


def _done(desk: Desk, visit: Visit, deed: str, user_id: int) -> dict[str, Any]:
    """Do it; return what the page shows."""
    custody = desk.serving.custody
    if deed == "look":
        return {"person": custody.person.execute(PersonCommand(visit, user_id))}
    if deed in {"hold", "lift"}:
        changes = custody.hold if deed == "hold" else custody.lift
        answer: HoldAnswer = changes.execute(HoldCommand(visit, user_id))
        return {"person": _as_held(answer), "changed": answer}
    erased = custody.erase.execute(EraseCommand(visit, user_id, is_dry_run=deed != ERASE))
    return {"erasure": erased, "obstacles": [obstacle.message for obstacle in erased.effect.obstacles]}


def _as_held(answer: HoldAnswer) -> Person:
    """Return a person with the hold that stands now."""
    person = answer.person
    return Person(person.user_id, person.pseudonym, person.created_at, person.is_client, answer.hold)


def _page(
    desk: Desk,
    session: Session,
    form: dict[str, str],
    *,
    status: int = 200,
    problem: str | None = None,
    **told: Any,  # noqa: ANN401 (whatever the template shows)
) -> Answer:
    usual: dict[str, Any] = {"fault": None, "obstacles": [], "person": None, "changed": None, "erasure": None}
    shown = {**usual, **told, "form": form, "deeds": DEEDS, "remains": REMAINS}
    answer = page(desk, "people.html", session, status=status, **shown)
    answer.problem = problem
    return answer
