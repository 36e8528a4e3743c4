"""What is recorded of custodians, and what they are told when nothing was done, on fakes."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.application.people.erase_person import CHANGED, OUT_OF_TIME, REFUSED
from chalicelib.application.people.ports import Errand, Task, Written
from chalicelib.application.people.show_person import PersonCommand, ShowPerson
from chalicelib.application.people.show_retention import ShowRetention
from chalicelib.application.review.door import NOT_RECORDED
from chalicelib.application.review.persons import UNKNOWN
from chalicelib.domain.errors import NotFoundError
from chalicelib.domain.operation.operation import OperationState
from chalicelib.domain.people.person import Hold, Person
from chalicelib.domain.people.trace import StandingRow, Trace
from chalicelib.domain.review.desk.look import Action, LookEvent
from chalicelib.domain.reviewer_errors import (
    AuditUnavailableError,
    ErasureRefusedError,
    InvalidQueryError,
    RoleMissingError,
)
from chalicelib.domain.time_budget import Deadline
from tests.builders import NOW
from tests.fakes.people import CANDIDATE, CLIENT, RETENTION, WHY, InMemoryPeople
from tests.fakes.review_desk import CUSTODIAN, NOBODY, REVIEWER, visit
from tests.sentences import require_sentences

SETTLED = StandingRow(OperationState.CONFIRMED, "ab" * 32, "1001#123456#2026-01-10 21:30")
SENDING = replace(SETTLED, state=OperationState.SENDING)
Act = Callable[[InMemoryPeople, int], object]


def show(people: InMemoryPeople, user_id: int) -> object:
    """Ask who somebody is."""
    return ShowPerson(people.deeds).execute(PersonCommand(visit(CUSTODIAN), user_id))


def hold(people: InMemoryPeople, user_id: int) -> object:
    """Set a hold."""
    return people.hold(user_id)


def lift(people: InMemoryPeople, user_id: int) -> object:
    """Lift a hold."""
    return people.lift(user_id)


def erase(people: InMemoryPeople, user_id: int) -> object:
    """Erase."""
    return people.erase_person(user_id)


@pytest.fixture
def people() -> InMemoryPeople:
    """Return two people with an operation between them."""
    stored = InMemoryPeople()
    stored.put(Trace("op_1", SETTLED, (1,)), CLIENT, CANDIDATE)
    return stored


@pytest.mark.parametrize(
    ("act", "action"), [(show, Action.PERSON), (hold, Action.HOLD), (lift, Action.UNHOLD), (erase, Action.ERASE)]
)
def test_a_search_in_vain_is_recorded_as_what_was_wanted(people: InMemoryPeople, act: Act, action: Action) -> None:
    """And names nobody."""
    with pytest.raises(NotFoundError, match=UNKNOWN):
        act(people, 777777)
    (look,) = people.looks()
    assert (look.action, look.found, look.asked) == (action, 0, {"person": "in no register"})


@pytest.mark.parametrize("act", [show, hold, erase])
def test_each_deed_is_recorded_with_who_when_and_by_which_request(people: InMemoryPeople, act: Act) -> None:
    """One person is found by it, and every event of it says so."""
    act(people, 1001)
    for look in people.looks():
        assert (look.reviewer.subject, look.at, look.request_id, look.found) == ("custodian", NOW, "request-1", 1)


def test_lifting_is_recorded_in_the_same_way(people: InMemoryPeople) -> None:
    """After the hold."""
    people.hold(1001)
    people.lift(1001)
    look = people.looks()[-1]
    assert (look.action, look.at, look.request_id, look.found) == (Action.UNHOLD, NOW, "request-1", 1)


def test_a_look_at_the_retention_is_recorded_with_how_many_are_held(people: InMemoryPeople) -> None:
    """It asks for nobody."""
    people.hold(1001)
    people.hold(123456)
    ShowRetention(people.desk.door, people, RETENTION).execute(visit(REVIEWER))
    look = people.looks()[-1]
    assert (look.reviewer.subject, look.action, look.asked, look.found) == ("reviewer", Action.RETENTION, {}, 2)


def test_an_answer_is_about_the_person_who_was_meant(people: InMemoryPeople) -> None:
    """By the register, or by the pseudonym that stays."""
    assert people.hold(1001).person == CLIENT
    assert people.lift(1001).person.pseudonym == "p_client"
    assert people.erase_person(1001).pseudonym == "p_client"


def test_the_retention_is_for_reviewers(people: InMemoryPeople) -> None:
    """Somebody without a role is not shown it."""
    with pytest.raises(RoleMissingError):
        ShowRetention(people.desk.door, people, RETENTION).execute(visit(NOBODY))


def test_a_hold_counts_the_records_of_all_operations(people: InMemoryPeople) -> None:
    """Piece by piece; so does its end, as far as there is time."""
    people.put(Trace("op_2"), CLIENT)
    assert people.hold(1001).records == 4
    people.seconds_a_piece = 9.0
    lifted = people.lift(1001)
    assert (lifted.records, lifted.is_complete) == (2, False)


def test_where_the_clock_was_faster_than_a_custodian_nothing_is_left_to_do() -> None:
    """The errand of a hold that was lifted is run already."""

    class Hurried(InMemoryPeople):
        """Runs errands as soon as they are there."""

        def lift_hold(self, person: Person, event: LookEvent, deadline: Deadline) -> Written:
            """Lift it, and let the clock come."""
            written = super().lift_hold(person, event, deadline)
            self.run_errands()
            return written

    people = Hurried()
    people.put(Trace("op_1"), CLIENT)
    people.hold(1001)
    lifted = people.lift(1001)
    assert (lifted.records, lifted.is_complete, people.ending) == (0, True, {"op_1": 2})


def test_a_missing_reason_is_told_by_its_rule(people: InMemoryPeople) -> None:
    """With words for it."""
    with pytest.raises(InvalidQueryError) as caught:
        people.hold(1001, reason=None)
    (violation,) = caught.value.violations
    assert violation.rule == "reason"
    for told in (caught.value.message, violation.message):
        require_sentences(told)


def test_where_others_are_always_faster_nothing_is_done(people: InMemoryPeople) -> None:
    """It may be tried again in a second."""

    def faster() -> None:
        show(people, 1001)

    people.before_write = faster
    with pytest.raises(AuditUnavailableError, match=NOT_RECORDED) as caught:
        people.hold(1001)
    assert caught.value.retry_after_seconds == 1
    assert people.people[1001].hold is None


def test_whoever_was_erased_meanwhile_is_not_known(people: InMemoryPeople) -> None:
    """Neither to be held nor to be erased again."""
    people.before_write = people.people.clear
    for act in (hold, erase):
        people.people[1001] = CLIENT
        with pytest.raises(NotFoundError, match=UNKNOWN):
            act(people, 1001)


def test_an_erasure_that_is_refused_says_that_nothing_was_taken_away(people: InMemoryPeople) -> None:
    """Beside the reasons."""
    people.hold(1001)
    with pytest.raises(ErasureRefusedError, match=REFUSED):
        people.erase_person(1001)


def test_what_has_changed_meanwhile_is_asked_for_again(people: InMemoryPeople) -> None:
    """In a second: before a piece, and at the last write."""
    held = replace(CLIENT, hold=Hold("another", NOW, WHY))
    people.before_strip = lambda: people.people.update({1001: held})
    with pytest.raises(AuditUnavailableError, match=CHANGED) as first:
        people.erase_person(1001)
    people.people[1001] = CLIENT
    people.before_strip = lambda: None
    people.before_write = lambda: people.people.update({1001: held})
    with pytest.raises(AuditUnavailableError, match=CHANGED) as last:
        people.erase_person(1001)
    assert (first.value.retry_after_seconds, last.value.retry_after_seconds) == (1, 1)


def test_a_hold_on_the_other_person_that_comes_meanwhile_stops_it(people: InMemoryPeople) -> None:
    """What is shared with them stays whole; what was stripped by then stays away."""
    people.named = {"op_0": {"p_client"}, **people.named}
    people.traces_["op_0"] = Trace("op_0", SETTLED)
    people.before_strip = lambda: people.todo.append(Errand(Task.HELD, "p_candidate"))
    with pytest.raises(AuditUnavailableError, match=CHANGED):
        people.erase_person(1001)
    assert (people.traces_["op_0"].row, people.traces_["op_1"].row) == (None, SETTLED)
    assert 1001 in people.people


def test_an_operation_that_no_event_tells_of_yet_refuses(people: InMemoryPeople) -> None:
    """It is found by the UserID of its client."""
    people.traces_["op_2"] = Trace("op_2", SENDING)
    people.opened[1001] = ["op_2"]
    with pytest.raises(ErasureRefusedError) as caught:
        people.erase_person(1001)
    assert [one.rule for one in caught.value.violations] == ["open-operation"]


def test_such_an_operation_that_is_opened_while_it_strips_stops_it(people: InMemoryPeople) -> None:
    """Before the register's row goes."""
    people.traces_["op_2"] = Trace("op_2", SENDING)
    people.before_strip = lambda: people.opened.update({1001: ["op_2"]})
    with pytest.raises(AuditUnavailableError, match=CHANGED):
        people.erase_person(1001)
    assert 1001 in people.people


def test_without_time_to_read_everything_nothing_is_begun(people: InMemoryPeople) -> None:
    """Four seconds are kept back for the event and the answer, and no piece is begun in them."""
    people.seconds_a_piece = 16.0
    with pytest.raises(AuditUnavailableError, match=OUT_OF_TIME) as caught:
        people.erase_person(1001)
    assert caught.value.retry_after_seconds == 1
    assert people.looks() == []
    people.seconds_a_piece = 7.9
    assert people.erase_person(1001).is_complete


@pytest.mark.parametrize("seconds", [7.9, 8.0])
def test_an_errand_leaves_the_same_time_for_what_comes_after(people: InMemoryPeople, seconds: float) -> None:
    """Two pieces are walked in twenty seconds, or one."""
    people.hold(1001)
    people.put(Trace("op_2"), people.people[1001])
    people.put(Trace("op_3"), people.people[1001])
    people.seconds_a_piece = seconds
    assert people.run_errands(2 * 8.0 + 4.0).rows == (2 if seconds < 8 else 0)


def test_what_an_hour_does_is_counted_over_all_errands(people: InMemoryPeople) -> None:
    """Rows of one who is held, of one who is not any more, and of one who was erased."""
    people.put(Trace("op_2"), CLIENT)
    people.put(Trace("op_3"), CLIENT)
    people.hold(123456)
    people.todo.append(Errand(Task.LIFTED, "p_client"))
    people.todo.append(Errand(Task.ERASED, "p_gone"))
    people.ending |= {"op_1": 2, "op_2": 0, "op_3": 0}
    people.named |= {"op_4": {"p_gone"}, "op_5": {"p_gone"}}
    people.traces_ |= {"op_4": Trace("op_4", SETTLED), "op_5": Trace("op_5", SETTLED)}
    ran = people.run_errands()
    assert (ran.rows, ran.left) == (8, 1)
    assert people.ending == {"op_1": 0, "op_2": 2, "op_3": 2}
    assert people.todo == [Errand(Task.HELD, "p_candidate")]


def test_an_errand_without_time_is_left_for_the_next_hour(people: InMemoryPeople) -> None:
    """And counted as such."""
    people.hold(1001)
    people.hold(123456)
    people.ending["op_1"] = 2
    people.todo.append(Errand(Task.LIFTED, "p_without_records"))
    ran = people.run_errands(4.0)
    assert (ran.rows, ran.left, people.ending["op_1"], len(people.todo)) == (0, 3, 2, 3)


@pytest.mark.parametrize(("seconds", "left"), [(3600, 1), (3600.001, 0)])
def test_stragglers_are_looked_for_until_an_hour_is_over(people: InMemoryPeople, seconds: float, left: int) -> None:
    """Longer than anybody remembers a row of the register."""
    people.erase_person(1001)
    people.desk.clock.tick(seconds)
    assert people.run_errands().left == left


def test_a_straggler_that_changes_meanwhile_is_left_for_the_next_hour(people: InMemoryPeople) -> None:
    """Also where one before it was stripped, and one after it has nothing to be taken away."""
    people.erase_person(1001)
    people.desk.clock.tick(7200)
    people.put(Trace("op_2", SETTLED), CLIENT)
    people.put(Trace("op_3"), CLIENT)
    people.before_strip = lambda: people.traces_.update(op_2=Trace("op_2", SENDING))
    assert people.run_errands().left == 1
    people.before_strip = lambda: None
    people.traces_["op_2"] = Trace("op_2", SETTLED)
    assert (people.run_errands().left, people.traces_["op_2"].row) == (0, None)


def test_the_look_for_stragglers_keeps_what_it_did_before_time_ran_out(people: InMemoryPeople) -> None:
    """The rows are counted, and the errand stays."""
    people.erase_person(1001)
    people.desk.clock.tick(7200)
    people.put(Trace("op_2", SETTLED), CLIENT)
    people.put(Trace("op_3", SETTLED), CLIENT)
    people.put(Trace("op_4", SETTLED), CLIENT)
    people.seconds_a_piece = 20.0
    ran = people.run_errands(4 * 20.0 + 3.5)
    assert (ran.rows, ran.left) == (2, 1)
