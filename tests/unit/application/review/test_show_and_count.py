"""ShowOperation and CountOperations on fakes."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.application.review.count_operations import CountCommand
from chalicelib.application.review.show_operation import ContactState, ShowCommand
from chalicelib.domain.audit.event import AuditEvent, EventKind
from chalicelib.domain.errors import NotFoundError
from chalicelib.domain.review.desk.look import Action
from chalicelib.domain.review.desk.plan import Bounds
from chalicelib.domain.reviewer_errors import AuditUnavailableError, InvalidQueryError, RoleMissingError
from tests.builders import NOW
from tests.fakes.persons import SpelledRegister
from tests.fakes.review_desk import REVIEWER, UNMASKER, Desk, visit
from tests.unit.application.review.test_search_operations import opening

SEALED, LONG = "sealed", "s" * 300
CONTACT = {"PhoneNumber": "07700900123"}
REASON = "Complaint of a client"
FIRST = opening(1)


def after(event: AuditEvent, **changes: object) -> AuditEvent:
    """Return the event after another."""
    return replace(event, sequence=event.sequence + 1, kind=EventKind.CONFIRMED, **changes)  # type: ignore[arg-type]


def asked(token: str = UNMASKER, reason: str | None = REASON, *, unmask: bool = True) -> ShowCommand:
    """Return a question for the operation."""
    return ShowCommand(visit(token, reason), FIRST.operation_id, unmask)


def desk_with(sealed: str | None) -> Desk:
    """Return a desk whose operation has a sealed contact that can be opened."""
    desk = Desk()
    last = after(FIRST, sealed_contact=sealed)
    desk.index.put(FIRST, last)
    if sealed is not None:
        desk.contacts.fields[sealed] = CONTACT
        if last.contact_beside is not None:
            desk.index.contacts[FIRST.operation_id, 2] = sealed
    return desk


@pytest.mark.parametrize("sealed", [SEALED, LONG], ids=["inside", "beside"])
def test_contact_fields_are_shown_to_who_unmasks(sealed: str) -> None:
    """The look says so, and why."""
    desk = desk_with(sealed)
    timeline = desk.show(asked())
    assert (timeline.contact_state, timeline.contact) == (ContactState.OPENED, CONTACT)
    look = desk.trail.events[-1].look
    assert (look.action, look.reason, look.found) == (Action.UNMASK, REASON, 1)


def test_to_everybody_else_they_are_masked() -> None:
    """Also to who could, and does not ask."""
    for token in (REVIEWER, UNMASKER):
        desk = desk_with(SEALED)
        timeline = desk.show(asked(token, unmask=False))
        assert (timeline.contact_state, timeline.contact) == (ContactState.MASKED, None)
        assert timeline.events[1].members["sealed_contact"] == "masked"
        assert desk.trail.events[-1].look.action is Action.SHOW


def test_unmasking_takes_the_role_and_a_reason() -> None:
    """Neither alone is enough; nothing is read."""
    with pytest.raises(RoleMissingError):
        desk_with(SEALED).show(asked(REVIEWER))
    with pytest.raises(InvalidQueryError) as caught:
        desk_with(SEALED).show(asked(reason=None))
    assert [each.pointer for each in caught.value.violations] == ["/reason"]


def test_a_contact_that_is_gone_or_changed_is_lost() -> None:
    """Its key erased, its row gone, its text another, or its client nobody whom the register knows."""
    erased, gone, changed, odd = (desk_with(text) for text in (SEALED, LONG, LONG, SEALED))
    erased.contacts.fields.clear()
    gone.index.contacts.clear()
    changed.index.contacts[FIRST.operation_id, 2] = SEALED
    odd.register = SpelledRegister(1001)
    for desk in (erased, gone, changed, odd):
        timeline = desk.show(asked())
        assert (timeline.contact_state, timeline.contact) == (ContactState.LOST, None)


def test_what_was_never_given_is_not_masked() -> None:
    """None is none."""
    assert desk_with(None).show(asked()).contact_state is ContactState.NONE


def test_the_digest_beside_which_a_contact_stands_is_that_of_its_text() -> None:
    """As the event tells it."""
    desk = desk_with(LONG)
    told = desk.show(asked()).events[1].members["sealed_contact_sha256"]
    assert told == hashlib.sha256(LONG.encode()).hexdigest()


def test_no_contact_without_a_record_and_no_answer_when_it_cannot_be_opened_now() -> None:
    """503 in both cases."""
    unrecorded, closed = desk_with(SEALED), desk_with(SEALED)
    unrecorded.trail.is_failing = True
    closed.contacts.is_failing = True
    for desk in (unrecorded, closed):
        with pytest.raises(AuditUnavailableError):
            desk.show(asked())


def test_a_look_in_vain_is_recorded() -> None:
    """Who asks for ids that are none is seen."""
    desk = Desk()
    with pytest.raises(NotFoundError):
        desk.show(asked(unmask=False))
    assert desk.trail.events[-1].look.found == 0


def test_counts_go_on_where_they_ended() -> None:
    """Bounded by chains; the parts add up, and what is open now is told once."""
    desk = Desk(bounds=Bounds(chains=8, batch=4))
    desk.index.put(*(opening(number) for number in range(20)))
    desk.index.open_states = ["UNKNOWN", "SENDING", "UNKNOWN"]
    command, total, answers = CountCommand(visit(), NOW - timedelta(hours=2)), 0, 0
    statistics = desk.count(command)
    assert statistics.open_now is not None
    assert statistics.open_now.states == {"UNKNOWN": 2, "SENDING": 1}
    while True:
        answers += 1
        total += statistics.counts.days.get("2026-01-15", {}).get("SENDING", 0)
        if statistics.older is None:
            break
        statistics = desk.count(replace(command, cursor=statistics.older))
        assert statistics.open_now is None
    assert (total, answers) == (20, 3)
    assert [event.look.action for event in desk.trail.events] == [Action.COUNT] * answers
