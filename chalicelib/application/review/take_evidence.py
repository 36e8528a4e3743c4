"""TakeEvidence: the evidence of one operation as an archive that a third person verifies without us."""

from collections.abc import Iterator
from datetime import datetime

from chalicelib.application.review.digest_ports import DigestShelf, PublishesKeys
from chalicelib.application.review.door import Door, Visit
from chalicelib.application.review.export_operations import Package, require_reason
from chalicelib.application.review.ports import AuditIndex
from chalicelib.domain.audit.coverage import DigestedHour, Stretch
from chalicelib.domain.audit.digest import HOUR, LATEST, LONG_AGO, hour_of
from chalicelib.domain.errors import NotFoundError
from chalicelib.domain.review.desk.look import Action
from chalicelib.domain.review.desk.reviewer import Role
from chalicelib.domain.review.exports import bundle, evidence_files
from chalicelib.domain.review.exports.archive import Archive
from chalicelib.domain.time_budget import Deadline
from chalicelib.values import dataclass


@dataclass(frozen=True, slots=True)
class EvidenceCommand:
    """A question for the evidence of one operation."""

    visit: Visit
    operation_id: str


@dataclass(frozen=True, slots=True)
class TakeEvidence:
    """The use case."""

    door: Door
    index: AuditIndex
    shelf: DigestShelf
    keys: PublishesKeys

    def execute(self, command: EvidenceCommand) -> Package:
        """Answer with the archive; the look is recorded before.

        Raises:
            NotFoundError: there is no such operation.
            InvalidQueryError: there is no reason.
            CallerError: see `Door.admit`.
            AuditUnavailableError: not read, or not recorded.
        """
        deadline = self.door.deadline(command.visit)
        reviewer = self.door.admit(command.visit, deadline, Role.REVIEWER)
        require_reason(command.visit)
        chain = self.index.chains([command.operation_id], deadline).get(command.operation_id)
        now = self.door.clock.now()
        archive = Archive(f"evidence-{command.operation_id}", now)
        if chain is not None:
            hours = covering(self.shelf, chain.begun_at or LONG_AGO, chain.last_at or now, deadline)
            gathered = bundle.collect(command.operation_id, [event.canonical for event in chain.events], hours)
            evidence_files.write(archive, chain, gathered, self.keys.published(deadline), now)
        asked = {"operation": command.operation_id}
        self.door.record(command.visit, reviewer, Action.BUNDLE, asked, int(chain is not None), deadline)
        if chain is None:
            raise NotFoundError("The audit has no operation of this id.")
        return Package(f"{archive.folder}.tar", archive.packed())


def covering(shelf: DigestShelf, first: datetime, last: datetime, deadline: Deadline) -> Iterator[DigestedHour]:
    """Yield the digests that may cover events of a span: those of its hours, and what lists late ones."""
    oldest = shelf.first_hour(deadline)
    if oldest is None:
        return
    since = max(oldest, hour_of(first))  # the first digest covers all that is older than it
    yield from shelf.hours(Stretch(since, max(since, hour_of(last)) + LATEST + HOUR), deadline)
