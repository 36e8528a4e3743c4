"""HoldPerson and LiftHold: a legal hold on the records of a person, set and lifted with a reason."""

from chalicelib.application.people.deeds import Deeds
from chalicelib.application.people.ports import Task, Traces
from chalicelib.application.people.tending import Swept, keep_records, let_records_end
from chalicelib.application.review.door import Visit
from chalicelib.application.review.persons import UNKNOWN
from chalicelib.domain.errors import NotFoundError
from chalicelib.domain.people.person import Hold, Person
from chalicelib.domain.review.desk.look import Action
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

NOT_HELD = "There is no legal hold on this person."


@dataclass(frozen=True, slots=True)
class HoldCommand:
    """A hold that is to be set or lifted; the visit's reason says why."""

    visit: Visit
    user_id: int


@dataclass(frozen=True, slots=True)
class HoldAnswer:
    """A person as they stand now.

    `records` are the events and contacts whose end was taken off, or given back; unless `is_complete`, the hourly function
    does the rest.
    """

    person: Person
    hold: Hold | None
    records: int
    is_complete: bool


@dataclass(frozen=True, slots=True)
class HoldPerson:
    """Sets a hold."""

    deeds: Deeds
    traces: Traces

    def execute(self, command: HoldCommand) -> HoldAnswer:
        """Set a hold; a further one takes the place of the one that stands, and is an event of its own.

        1. Let the custodian in. 2. Find the person: nobody is registered in order to be held, as nothing of theirs is stored.
        3. Write the hold and its event. 4. Take the end off their records.

        Raises:
            InvalidQueryError: no reason.
            NotFoundError: the register has no such person.
            CallerError: see `Door.admit`.
            AuditUnavailableError: not written; it is safe to try again.
        """
        custodian = self.deeds.admit(command.visit)  # 1
        person = self.deeds.find(custodian, command.user_id, Action.HOLD)  # 2
        hold = Hold(custodian.reviewer.subject, self.deeds.door.clock.now(), custodian.reason)
        is_set = self.deeds.do(  # 3
            custodian,
            Action.HOLD,
            {"person": person.pseudonym},
            1,
            lambda event: self.deeds.register.set_hold(person, hold, event, custodian.deadline),
        )
        if not is_set:
            raise NotFoundError(UNKNOWN)
        swept = keep_records(self.traces, person.pseudonym, custodian.deadline)  # 4
        return HoldAnswer(person, hold, swept.rows, swept.is_complete)


@dataclass(frozen=True, slots=True)
class LiftHold:
    """Lifts a hold."""

    deeds: Deeds
    traces: Traces

    def execute(self, command: HoldCommand) -> HoldAnswer:
        """Lift a hold; the steps are those of setting it.

        Raises:
            InvalidQueryError: no reason.
            NotFoundError: the register has no such person, or no hold is on them.
            CallerError: see `Door.admit`.
            AuditUnavailableError: not written; it is safe to try again.
        """
        custodian = self.deeds.admit(command.visit)
        person = self.deeds.find(custodian, command.user_id, Action.UNHOLD)
        is_lifted = person.hold is not None and self.deeds.do(
            custodian,
            Action.UNHOLD,
            {"person": person.pseudonym},
            1,
            lambda event: self.deeds.register.lift_hold(person, event, custodian.deadline),
        )
        if not is_lifted:
            raise NotFoundError(NOT_HELD)
        swept = self._let_end(person, custodian.deadline)
        return HoldAnswer(person, None, swept.rows, swept.is_complete)

    def _let_end(self, person: Person, deadline: Deadline) -> Swept:
        """Do what lifting has left to do."""
        mine = (Task.LIFTED, person.pseudonym)
        left = [one for one in self.deeds.register.errands(deadline) if (one.task, one.pseudonym) == mine]
        swept = [let_records_end(self.traces, self.deeds.register, errand, deadline) for errand in left]
        return swept[0] if swept else Swept(0, is_complete=True)
