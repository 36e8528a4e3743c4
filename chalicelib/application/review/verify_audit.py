"""VerifyAudit: a reviewer asks whether records are as they were written."""

from datetime import datetime
from typing import Protocol

from chalicelib.application.review.audit_verification import Asked, AuditVerdict
from chalicelib.application.review.door import Door, Visit
from chalicelib.domain.canonical import Canonical
from chalicelib.domain.review.desk.look import Action
from chalicelib.domain.review.desk.reviewer import Role
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass

MOST_OPERATIONS = 2_000
RESERVE_SECONDS = 2.0  # for the event of the look


class Verifies(Protocol):
    """`AuditVerification`, or a fake."""

    def verify(self, asked: Asked, deadline: Deadline) -> AuditVerdict:
        """Verify what is asked for."""
        ...


@dataclass(frozen=True, slots=True)
class VerifyCommand:
    """What is to be verified: an operation, or what began at or after `start` and before `end`."""

    visit: Visit
    start: datetime | None = None
    end: datetime | None = None
    operation_id: str | None = None


@dataclass(frozen=True, slots=True)
class VerifyAudit:
    """The use case."""

    door: Door
    verification: Verifies
    most: int = MOST_OPERATIONS

    def execute(self, command: VerifyCommand) -> AuditVerdict:
        """Answer with the verdict over at most `most` operations; the look is recorded before.

        Raises:
            NotFoundError: there is no such operation.
            CallerError: see `Door.admit`.
            AuditUnavailableError: not read in time, or not recorded.
        """
        deadline = self.door.deadline(command.visit)
        reviewer = self.door.admit(command.visit, deadline, Role.REVIEWER)
        asked = Asked(command.start, command.end, command.operation_id, self.most)
        reading = deadline.within(max(0.0, deadline.remaining() - RESERVE_SECONDS))
        verdict = self.verification.verify(asked, reading)
        self.door.record(
            command.visit, reviewer, Action.VERIFY, _described(command), verdict.records.operations, deadline
        )
        return verdict


def _described(command: VerifyCommand) -> dict[str, Canonical]:
    told = {"from": command.start, "to": command.end}
    times: dict[str, Canonical] = {name: at.isoformat() for name, at in told.items() if at is not None}
    return times if command.operation_id is None else {**times, "operation": command.operation_id}
