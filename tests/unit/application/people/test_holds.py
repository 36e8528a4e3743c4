"""Legal holds, set and lifted, on fakes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.application.people.hold_person import NOT_HELD
from chalicelib.application.people.ports import Task
from chalicelib.application.people.show_person import PersonCommand, ShowPerson
from chalicelib.application.people.show_retention import ShowRetention
from chalicelib.domain.errors import NotFoundError
from chalicelib.domain.people.person import Hold
from chalicelib.domain.people.trace import Trace
from chalicelib.domain.review.desk.look import Action
from chalicelib.domain.reviewer_errors import AuditUnavailableError, InvalidQueryError, RoleMissingError
from tests.builders import NOW
from tests.fakes.people import CANDIDATE, CLIENT, RETENTION, WHY, InMemoryPeople
from tests.fakes.review_desk import CUSTODIAN, REVIEWER, UNMASKER, visit


@pytest.fixture
def people() -> InMemoryPeople:
    """Return two people with an operation between them."""
    stored = InMemoryPeople()
    stored.put(Trace("op_1"), CLIENT, CANDIDATE)
    return stored


def test_a_hold_takes_the_end_off_all_records_and_lifting_it_gives_it_back(people: InMemoryPeople) -> None:
    """Who, when and why stand in the register and in an event, which has the pseudonym alone."""
    answer = people.hold(CLIENT.user_id)
    assert (answer.hold, answer.records, answer.is_complete) == (Hold("custodian", NOW, WHY), 2, True)
    assert (people.people[1001].hold, people.ending) == (Hold("custodian", NOW, WHY), {"op_1": 0})
    lifted = people.lift(CLIENT.user_id)
    assert (lifted.hold, lifted.records, lifted.is_complete) == (None, 2, True)
    assert (people.people[1001].hold, people.ending, people.todo) == (None, {"op_1": 2}, [])
    assert [(look.action, look.asked, look.reason) for look in people.looks()] == [
        (Action.HOLD, {"person": "p_client"}, WHY),
        (Action.UNHOLD, {"person": "p_client"}, WHY),
    ]


def test_what_two_people_share_ends_when_neither_is_held(people: InMemoryPeople) -> None:
    """Lifting the one hold leaves the other in force."""
    people.hold(CLIENT.user_id)
    people.hold(CANDIDATE.user_id)
    assert people.lift(CLIENT.user_id).records == 0
    assert people.ending == {"op_1": 0}
    assert people.lift(CANDIDATE.user_id).records == 2


def test_a_further_hold_takes_the_place_of_the_first(people: InMemoryPeople) -> None:
    """Each is an event."""
    people.hold(CLIENT.user_id)
    people.desk.clock.tick(60)
    second = people.hold(CLIENT.user_id, reason="Another request")
    assert second.hold == Hold("custodian", NOW + timedelta(seconds=60), "Another request")
    assert [one.task for one in people.todo] == [Task.HELD]
    assert len(people.looks()) == 2


def test_nobody_is_registered_in_order_to_be_held(people: InMemoryPeople) -> None:
    """The look in vain is recorded, without the UserID."""
    with pytest.raises(NotFoundError):
        people.hold(777777)
    (look,) = people.looks()
    assert (look.asked, look.found) == ({"person": "in no register"}, 0)
    assert people.people.keys() == {1001, 123456}


def test_a_person_who_is_erased_meanwhile_is_not_held(people: InMemoryPeople) -> None:
    """The write asks for the row that was read."""
    people.before_write = people.people.clear
    with pytest.raises(NotFoundError):
        people.hold(CLIENT.user_id)
    assert people.looks() == []


def test_without_a_hold_there_is_nothing_to_lift(people: InMemoryPeople) -> None:
    """Also when another custodian was faster."""
    with pytest.raises(NotFoundError, match=NOT_HELD):
        people.lift(CLIENT.user_id)
    people.hold(CLIENT.user_id)
    people.before_write = lambda: people.people.update({1001: CLIENT})
    with pytest.raises(NotFoundError, match=NOT_HELD):
        people.lift(CLIENT.user_id)


def test_an_event_that_another_one_was_faster_than_goes_behind_it(people: InMemoryPeople) -> None:
    """And after too many of them nothing is written."""

    def rival() -> None:
        people.before_write = lambda: None
        ShowPerson(people.deeds).execute(PersonCommand(visit(CUSTODIAN), 1001))

    people.before_write = rival
    people.hold(CLIENT.user_id)
    assert [event.sequence for event in people.desk.trail.events] == [1, 2]

    def always() -> None:
        ShowPerson(people.deeds).execute(PersonCommand(visit(CUSTODIAN), 1001))

    people.before_write = always
    with pytest.raises(AuditUnavailableError):
        people.hold(CLIENT.user_id)


def test_where_time_runs_out_the_hour_does_the_rest(people: InMemoryPeople) -> None:
    """The hold itself stands; so does its end."""
    people.put(Trace("op_2"), CLIENT)
    people.seconds_a_piece = 10.0
    answer = people.hold(CLIENT.user_id)
    assert (answer.records, answer.is_complete, people.ending) == (2, False, {"op_1": 0, "op_2": 2})
    assert people.run_errands().left == 1
    assert people.ending == {"op_1": 0, "op_2": 0}
    assert not people.lift(CLIENT.user_id).is_complete
    assert [one.task for one in people.todo] == [Task.LIFTED]
    assert people.run_errands().left == 0
    assert (people.ending, people.todo) == ({"op_1": 2, "op_2": 2}, [])


def test_new_records_of_who_is_held_lose_their_end_each_hour(people: InMemoryPeople) -> None:
    """The errand stays as long as the hold."""
    people.hold(CLIENT.user_id)
    people.put(Trace("op_2"), people.people[1001])
    assert (people.run_errands().rows, people.ending["op_2"]) == (2, 0)
    assert people.run_errands().left == 1
    people.seconds_a_piece = 0.0
    assert people.run_errands(seconds=1.0).left == 1


@pytest.mark.parametrize("token", [REVIEWER, UNMASKER])
def test_holds_are_for_custodians(people: InMemoryPeople, token: str) -> None:
    """No other role includes it."""
    for act in (people.hold, people.lift):
        with pytest.raises(RoleMissingError):
            act(CLIENT.user_id, token=token)
    with pytest.raises(RoleMissingError):
        ShowPerson(people.deeds).execute(PersonCommand(visit(token), 1001))


def test_a_deed_needs_a_reason(people: InMemoryPeople) -> None:
    """None is recorded without."""
    for act in (people.hold, people.lift):
        with pytest.raises(InvalidQueryError) as caught:
            act(CLIENT.user_id, reason=None)
        assert [one.pointer for one in caught.value.violations] == ["/reason"]


def test_who_somebody_is_is_told_and_recorded(people: InMemoryPeople) -> None:
    """By the pseudonym."""
    assert ShowPerson(people.deeds).execute(PersonCommand(visit(CUSTODIAN), 1001)) == CLIENT
    assert [(look.action, look.asked) for look in people.looks()] == [(Action.PERSON, {"person": "p_client"})]


def test_retention_is_shown_with_the_number_of_people_who_are_held(people: InMemoryPeople) -> None:
    """A reviewer may see it."""
    people.hold(CLIENT.user_id)
    retention = replace(RETENTION, events=timedelta(days=100))
    answer = ShowRetention(people.desk.door, people, retention).execute(visit(REVIEWER))
    assert (answer.retention, answer.kept_since, answer.held) == (retention, NOW - timedelta(days=100), 1)
    assert people.looks()[-1].action is Action.RETENTION
