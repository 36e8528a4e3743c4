"""ShowPerson: what the register says of a UserID."""

from chalicelib.application.people.deeds import Deeds
from chalicelib.application.review.door import Visit
from chalicelib.domain.people.person import Person
from chalicelib.domain.review.desk.look import Action
from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class PersonCommand:
    """A question for one person; it needs no reason."""

    visit: Visit
    user_id: int


@dataclass(frozen=True, slots=True)
class ShowPerson:
    """The use case."""

    deeds: Deeds

    def execute(self, command: PersonCommand) -> Person:
        """Answer with a person and the hold on them; the look is recorded, one in vain too.

        Raises:
            NotFoundError: the register has no such person.
            CallerError: see `Door.admit`.
            AuditUnavailableError: not read, or not recorded.
        """
        custodian = self.deeds.admit(command.visit, is_reason_needed=False)
        person = self.deeds.find(custodian, command.user_id, Action.PERSON)
        self.deeds.record(custodian, Action.PERSON, {"person": person.pseudonym}, 1)
        return person
