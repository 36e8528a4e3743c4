"""ShowRetention: for how long each class of records is kept, and how many people are held."""

from datetime import datetime

from chalicelib.application.people.ports import PeopleRegister, Task
from chalicelib.application.review.door import Door, Visit
from chalicelib.domain.people.retention import Retention
from chalicelib.domain.review.desk.look import Action
from chalicelib.domain.review.desk.reviewer import Role
from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class RetentionAnswer:
    """The retention in force; every event from `kept_since` (UTC) on is there. `held` people's records have no end."""

    retention: Retention
    kept_since: datetime
    held: int


@dataclass(frozen=True, slots=True)
class ShowRetention:
    """The use case."""

    door: Door
    register: PeopleRegister
    retention: Retention

    def execute(self, visit: Visit) -> RetentionAnswer:
        """Answer a reviewer.

        Raises:
            CallerError: see `Door.admit`.
            AuditUnavailableError: not read, or not recorded.
        """
        deadline = self.door.deadline(visit)
        reviewer = self.door.admit(visit, deadline, Role.REVIEWER)
        held = sum(errand.task is Task.HELD for errand in self.register.errands(deadline))
        self.door.record(visit, reviewer, Action.RETENTION, {}, held, deadline)
        return RetentionAnswer(self.retention, self.retention.kept_since(self.door.clock.now()), held)
