"""Deeds of custodians: who may, why, and the one write that makes a deed and its event."""

from collections.abc import Callable, Mapping

from chalicelib.application.people.ports import PeopleRegister, Written
from chalicelib.application.review.door import NOT_RECORDED, TRIES, Door, Visit
from chalicelib.application.review.persons import UNKNOWN
from chalicelib.domain.canonical import Canonical
from chalicelib.domain.errors import NotFoundError
from chalicelib.domain.people.person import Person
from chalicelib.domain.review.desk.look import Action, Look, LookEvent
from chalicelib.domain.review.desk.reviewer import Reviewer, Role
from chalicelib.domain.reviewer_errors import AuditUnavailableError, InvalidQueryError
from chalicelib.domain.time_budget import Deadline
from chalicelib.domain.violation import Violation
from chalicelib.values import dataclass

NOBODY: dict[str, Canonical] = {"person": "in no register"}  # a UserID that is in no record is told by none either
_WHY = "Say why, in the header Review-Reason or the parameter reason."


@dataclass(frozen=True, slots=True)
class Custodian:
    """One visit of a custodian who was let in."""

    visit: Visit
    reviewer: Reviewer
    deadline: Deadline

    @property
    def reason(self) -> str:
        """Return why."""
        return self.visit.reason or ""


@dataclass(frozen=True, slots=True)
class Deeds:
    """Lets custodians in, finds whom they mean, and records what they do."""

    door: Door
    register: PeopleRegister

    def admit(self, visit: Visit, *, is_reason_needed: bool = True) -> Custodian:
        """Let a custodian in.

        Raises:
            InvalidQueryError: a deed without a reason.
            CallerError: see `Door.admit`.
        """
        deadline = self.door.deadline(visit)
        reviewer = self.door.admit(visit, deadline, Role.CUSTODIAN)
        if is_reason_needed and visit.reason is None:
            raise InvalidQueryError("The query cannot be used.", violations=[Violation("/reason", "reason", _WHY)])
        return Custodian(visit, reviewer, deadline)

    def find(self, custodian: Custodian, user_id: int, action: Action) -> Person:
        """Return who a UserID is; a search in vain is recorded as well.

        Raises:
            NotFoundError: nobody.
        """
        person = self.register.find(user_id, custodian.deadline)
        if person is None:
            self.record(custodian, action, NOBODY, 0)
            raise NotFoundError(UNKNOWN)
        return person

    def record(self, custodian: Custodian, action: Action, asked: Mapping[str, Canonical], found: int) -> None:
        """Write an event alone."""
        self.door.record(custodian.visit, custodian.reviewer, action, asked, found, custodian.deadline)

    def do(
        self,
        custodian: Custodian,
        action: Action,
        asked: Mapping[str, Canonical],
        found: int,
        write: Callable[[LookEvent], Written],
    ) -> bool:
        """Write a deed with its event behind the newest of the custodian's chain; False when the deed was refused.

        Raises:
            AuditUnavailableError: it could not be written.
        """
        now = self.door.clock.now()
        look = Look(custodian.reviewer, action, now, custodian.visit.request_id, found, asked, custodian.visit.reason)
        for _ in range(TRIES):
            head = self.door.trail.head(look.chain, custodian.deadline)
            written = write(look.following(head))
            if written is not Written.TAKEN:
                return written is Written.DONE
        raise AuditUnavailableError(NOT_RECORDED, retry_after_seconds=1)
