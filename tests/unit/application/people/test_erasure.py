"""Erasing people, on fakes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.application.people.ports import Task
from chalicelib.domain.errors import NotFoundError
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.people.person import Hold
from chalicelib.domain.people.trace import UNSETTLED, Reason, StandingRow, Trace
from chalicelib.domain.reviewer_errors import (
    AuditUnavailableError,
    ErasureRefusedError,
    InvalidQueryError,
    RoleMissingError,
)
from tests.builders import NOW
from tests.fakes.people import CANDIDATE, CLIENT, WHY, InMemoryPeople
from tests.fakes.review_desk import REVIEWER

SETTLED = StandingRow(OperationState.CONFIRMED, "ab" * 32, "1001#123456#2026-01-10 21:30")
FULL = {"operations": 2, "rows": 1, "identities": 3, "contacts": 1, "counts": 4}


@pytest.fixture
def people() -> InMemoryPeople:
    """Return a client with an operation whose row stands, and one whose row is gone."""
    stored = InMemoryPeople(counts={1001: 4})
    stored.put(Trace("op_1", SETTLED, (1, 3), 1), CLIENT, CANDIDATE)
    stored.put(Trace("op_2", None, (1,)), CLIENT)
    return stored


def stages(people: InMemoryPeople) -> list[object]:
    """Return how far each recorded erasure was."""
    return [look.asked.get("stage") for look in people.looks()]


def test_a_dry_run_tells_the_effect_and_changes_nothing(people: InMemoryPeople) -> None:
    """It is recorded with its counts."""
    answer = people.erase_person(1001, is_dry_run=True)
    assert (answer.pseudonym, answer.effect.counted(), answer.effect.obstacles) == ("p_client", FULL, ())
    assert (answer.is_dry_run, answer.is_complete, people.people[1001]) == (True, True, CLIENT)
    assert people.traces_["op_1"].row == SETTLED
    (look,) = people.looks()
    assert (look.asked, look.reason) == ({"person": "p_client", "stage": "dry-run", **FULL, "obstacles": []}, WHY)


def test_an_erasure_strips_rows_and_events_and_deletes_the_register_last(people: InMemoryPeople) -> None:
    """What it does is recorded before and with the last step."""
    answer = people.erase_person(1001)
    assert (answer.effect.counted(), answer.is_dry_run, answer.is_complete) == (FULL, False, True)
    assert list(people.traces_.values()) == [Trace("op_1", contacts=1), Trace("op_2")]
    assert (people.people, people.counts) == ({123456: CANDIDATE}, {})
    assert stages(people) == ["begun", "done"]
    assert people.looks()[-1].asked == {"person": "p_client", "stage": "done", **FULL}
    assert [(one.task, one.pseudonym) for one in people.todo] == [(Task.ERASED, "p_client")]


def test_a_candidate_is_erased_in_the_same_way(people: InMemoryPeople) -> None:
    """The client stays in the register; the row that named both names nobody."""
    people.erase_person(123456)
    assert (people.people, people.traces_["op_1"].row) == ({1001: CLIENT}, None)
    assert people.erase_person(1001).effect.rows == 0


def test_who_is_erased_is_not_found_any_more(people: InMemoryPeople) -> None:
    """A repeat says so, and so does a UserID that was never there."""
    people.erase_person(1001)
    for user_id in (1001, 777777):
        with pytest.raises(NotFoundError):
            people.erase_person(user_id)
    assert people.looks()[-1].asked == {"person": "in no register"}


def test_a_hold_refuses(people: InMemoryPeople) -> None:
    """The refusal is recorded, and a dry run tells it without being one."""
    people.hold(1001)
    assert [one.rule for one in people.erase_person(1001, is_dry_run=True).effect.obstacles] == [Reason.HOLD]
    with pytest.raises(ErasureRefusedError) as caught:
        people.erase_person(1001)
    assert [one.rule for one in caught.value.violations] == ["legal-hold"]
    assert people.looks()[-1].asked["obstacles"] == ["legal-hold"]
    assert (stages(people)[-1], people.traces_["op_1"].row) == ("refused", SETTLED)


def test_a_hold_on_the_other_person_refuses(people: InMemoryPeople) -> None:
    """The row tells of both: whoever erases the client would take away whom the candidate's records are about."""
    people.hold(123456)
    with pytest.raises(ErasureRefusedError) as caught:
        people.erase_person(1001)
    assert [(one.rule, one.params) for one in caught.value.violations] == [("shared-hold", {"count": 1})]
    people.lift(123456)
    assert people.erase_person(1001).is_complete


def test_stragglers_with_somebody_who_is_held_stay(people: InMemoryPeople) -> None:
    """Until the hold is lifted."""
    people.erase_person(1001)
    people.put(Trace("op_3", SETTLED), CLIENT, CANDIDATE)
    people.hold(123456)
    people.desk.clock.tick(7200)
    people.run_errands()
    assert people.traces_["op_3"].row == SETTLED


@pytest.mark.parametrize("state", sorted(UNSETTLED))
def test_an_operation_that_nobody_has_settled_refuses(people: InMemoryPeople, state: OperationState) -> None:
    """Without its row nobody could."""
    people.put(Trace("op_3", replace(SETTLED, state=state)), CLIENT)
    with pytest.raises(ErasureRefusedError) as caught:
        people.erase_person(1001)
    assert [(one.rule, one.params) for one in caught.value.violations] == [("open-operation", {"count": 1})]


def test_a_guard_refuses_and_says_from_when_on_it_works(people: InMemoryPeople) -> None:
    """Freed sooner, an equal booking could be made twice."""
    until = NOW + timedelta(hours=30)
    people.put(Trace("op_3", replace(SETTLED, guarded_until=until)), CLIENT)
    people.put(Trace("op_4", replace(SETTLED, guarded_until=NOW + timedelta(hours=3))), CLIENT)
    with pytest.raises(ErasureRefusedError) as caught:
        people.erase_person(1001)
    (violation,) = caught.value.violations
    assert violation.params == {"count": 2, "possible_from": "2026-01-16T18:00:00+00:00"}
    assert "Erasing works from 2026-01-16T18:00:00+00:00 on" in violation.message
    people.desk.clock.tick(30 * 3600 + 1)
    assert people.erase_person(1001).is_complete


def test_a_hold_that_is_set_meanwhile_stops_it(people: InMemoryPeople) -> None:
    """Before a piece, and before the very last write."""
    held = replace(CLIENT, hold=Hold("another", NOW, WHY))
    people.before_strip = lambda: people.people.update({1001: held})
    with pytest.raises(AuditUnavailableError):
        people.erase_person(1001)
    assert people.traces_["op_1"].row == SETTLED
    people.people[1001] = CLIENT
    people.before_strip = lambda: None
    people.before_write = lambda: people.people.update({1001: held})
    with pytest.raises(AuditUnavailableError):
        people.erase_person(1001)
    assert people.people[1001] == held


def test_an_operation_that_is_opened_meanwhile_stops_it(people: InMemoryPeople) -> None:
    """What was read is not what stands."""
    opened = Trace("op_1", replace(SETTLED, state=OperationState.SENDING))
    people.before_strip = lambda: people.traces_.update(op_1=opened)
    with pytest.raises(AuditUnavailableError):
        people.erase_person(1001)
    with pytest.raises(ErasureRefusedError):
        people.erase_person(1001)


def test_an_operation_that_appears_while_it_strips_stops_it(people: InMemoryPeople) -> None:
    """The index showed it late."""
    opened = Trace("op_3", replace(SETTLED, state=OperationState.SENDING))
    people.before_strip = lambda: people.put(opened, CLIENT)
    with pytest.raises(AuditUnavailableError):
        people.erase_person(1001)
    assert people.people[1001] == CLIENT


def test_a_death_midway_is_gone_on_from(people: InMemoryPeople) -> None:
    """The same command does the rest."""

    def die() -> None:
        raise KeyboardInterrupt

    people.before_write = die
    with pytest.raises(KeyboardInterrupt):
        people.erase_person(1001)
    assert people.people[1001] == CLIENT
    people.before_write = lambda: None
    answer = people.erase_person(1001)
    assert (answer.is_complete, answer.effect.rows) == (True, 0)
    assert people.people == {123456: CANDIDATE}


def test_where_time_runs_out_the_same_command_goes_on(people: InMemoryPeople) -> None:
    """Reading everything comes first: without it nothing is begun."""
    people.seconds_a_piece = 4.5
    answer = people.erase_person(1001)
    assert not answer.is_complete
    assert (people.traces_["op_1"].row, people.people[1001]) == (None, CLIENT)
    people.seconds_a_piece = 9.0
    with pytest.raises(AuditUnavailableError):
        people.erase_person(1001)
    people.seconds_a_piece = 0.0
    assert people.erase_person(1001).is_complete


def test_two_custodians_erase_once(people: InMemoryPeople) -> None:
    """The slower one learns that nobody is there any more."""
    people.before_write = people.people.clear
    with pytest.raises(NotFoundError):
        people.erase_person(1001)


def test_stragglers_are_stripped_once_they_are_settled(people: InMemoryPeople) -> None:
    """A function may remember the old pseudonym for minutes; the errand ends when an hour has brought nothing."""
    people.erase_person(1001)
    until = NOW + timedelta(hours=30)
    people.put(Trace("op_3", replace(SETTLED, guarded_until=until), (1,)), CLIENT)
    assert (people.run_errands().left, people.traces_["op_3"].identities) == (1, (1,))
    people.desk.clock.tick(7200)
    assert (people.run_errands().left, people.traces_["op_3"].identities) == (1, (1,))
    people.desk.clock.tick(30 * 3600)
    ran = people.run_errands()
    assert (ran.rows, ran.left, people.traces_["op_3"].tells_who, people.todo) == (1, 0, False, [])


def test_the_look_for_stragglers_ends_with_the_time(people: InMemoryPeople) -> None:
    """And goes on in the next hour."""
    people.erase_person(1001)
    people.seconds_a_piece = 60.0
    assert people.run_errands().left == 1


def test_erasing_is_for_custodians_with_a_reason(people: InMemoryPeople) -> None:
    """Neither is recorded."""
    with pytest.raises(RoleMissingError):
        people.erase_person(1001, token=REVIEWER)
    with pytest.raises(InvalidQueryError):
        people.erase_person(1001, reason=None)
    assert people.looks() == []
