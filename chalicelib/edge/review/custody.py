"""The custodians' resources, and the retention; each view is read, execute, represent."""

from collections.abc import Callable

from chalicelib.application.people.erase_person import ErasureAnswer
from chalicelib.application.people.hold_person import HoldAnswer
from chalicelib.application.people.show_retention import RetentionAnswer
from chalicelib.domain.people.person import Hold, Person
from chalicelib.domain.people.trace import REMAINS
from chalicelib.edge.answer import Answer
from chalicelib.edge.exchange import Exchange
from chalicelib.edge.problems.document import violation_documents
from chalicelib.edge.representation import Document, instant, to_json
from chalicelib.edge.review.container import ReviewContainer
from chalicelib.edge.review.questions import erase_command, hold_command, person_command, retention_visit
from chalicelib.edge.routes.resource import Resource

RETENTION = "/v1/audit/retention"
PERSONS = "/v1/audit/persons"
PERSON = f"{PERSONS}/{{user_id}}"
HOLD = f"{PERSON}/hold"
ERASURE = f"{PERSON}/erasure"


def resources(container: Callable[[], ReviewContainer]) -> tuple[Resource, ...]:
    """Return them."""

    def show_person(exchange: Exchange) -> Answer:
        """Answer with what the register says of somebody."""
        return _answer(person_document(container().custody.person.execute(person_command(exchange))))

    def hold_person(exchange: Exchange) -> Answer:
        """Set a legal hold."""
        return _answer(hold_document(container().custody.hold.execute(hold_command(exchange))))

    def lift_hold(exchange: Exchange) -> Answer:
        """Lift it."""
        return _answer(hold_document(container().custody.lift.execute(hold_command(exchange))))

    def erase_person(exchange: Exchange) -> Answer:
        """Erase somebody, or tell what that would do."""
        return _answer(erasure_document(container().custody.erase.execute(erase_command(exchange))))

    def show_retention(exchange: Exchange) -> Answer:
        """Answer with the retention of each class of records."""
        return _answer(retention_document(container().custody.retention.execute(retention_visit(exchange))))

    return (
        Resource(PERSON, {"GET": show_person}),
        Resource(HOLD, {"PUT": hold_person, "DELETE": lift_hold}),
        Resource(ERASURE, {"POST": erase_person}),
        Resource(RETENTION, {"GET": show_retention}),
    )


def person_document(person: Person) -> dict[str, Document]:
    """Return what the register says of a person."""
    return {
        "user_id": person.user_id,
        "pseudonym": person.pseudonym,
        "created_at": instant(person.created_at),
        "is_client": person.is_client,
        "hold": _hold(person.hold),
    }


def hold_document(answer: HoldAnswer) -> dict[str, Document]:
    """Return a person's hold; unless `complete`, some records get or lose their end within the hour."""
    return {
        "pseudonym": answer.person.pseudonym,
        "hold": _hold(answer.hold),
        "records": answer.records,
        "complete": answer.is_complete,
    }


def erasure_document(answer: ErasureAnswer) -> dict[str, Document]:
    """Return what an erasure takes away and leaves; unless `complete`, the same request goes on."""
    effect: dict[str, Document] = dict(answer.effect.counted())
    return {
        "pseudonym": answer.pseudonym,
        "dry_run": answer.is_dry_run,
        "complete": answer.is_complete,
        "effect": effect,
        "obstacles": violation_documents(answer.effect.obstacles),
        "possible_from": instant(answer.effect.possible_from),
        "remains": list(REMAINS),
    }


def retention_document(answer: RetentionAnswer) -> dict[str, Document]:
    """Return for how many days each class of records is kept; operations count from the end of their guard."""
    retention = answer.retention
    return {
        "days": {
            "events": retention.events.days,
            "contacts": retention.contacts.days,
            "looks": retention.looks.days,
            "operations_after_guard": retention.operations.days,
        },
        "events_kept_since": instant(answer.kept_since),
        "people_held": answer.held,
    }


def _hold(hold: Hold | None) -> Document:
    return None if hold is None else {"by": hold.by, "at": instant(hold.at), "why": hold.why}


def _answer(document: dict[str, Document]) -> Answer:
    return Answer(to_json(document), status_code=200, headers={"Content-Type": "application/json"})
